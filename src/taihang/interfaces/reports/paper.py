"""A certificate on one page: the words, once, for HTML, PDF and the public address."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.template import Context, Engine

from taihang.core.periods import instant_of_s
from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.qr import QUIET, qr_path, qr_rows
from taihang.interfaces.reports.pdf import typeset
from taihang.services.certificate_view import CertificateView, PlantShown
from taihang.services.tend_certificates import SELF_USE

PLANTS_SHOWN: Final = 6
STEPS_SHOWN: Final = 8
"""So many of each stand on the page; the machine file has all."""
NOTHING: Final = "—"
_FOLDER: Final = "taihang.interfaces.reports"
_DIGITS: Final = 6
Tone = Literal["ok", "warn", "bad"]
_TONES: Final[dict[str, Tone]] = {
    "claimed": "ok",
    "held": "ok",
    "expired": "bad",
    "withdrawn": "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: what it is, and what it says."""

    label: str
    words: str
    is_code: bool = False
    """Digits for machines, which may break anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that the page says, in the order of reading."""

    lang: Lang
    title: str
    park: str
    id: str
    state: str
    tone: Tone
    wh: str
    mwh: str
    rows: tuple[Row, ...]
    steps: tuple[str, ...]
    """Its history, the latest last."""
    trust: tuple[Row, ...]
    verify_title: str
    verify: tuple[str, ...]
    history_title: str
    address: str
    """Where it can be looked up."""
    modules: tuple[str, ...]
    """Rows of the QR code, which says the address and the hash of the machine file."""

    @property
    def qr_side(self) -> str:
        """Modules of one side of the code with its quiet zone; Django would localize a number."""
        return str(len(self.modules) + 2 * QUIET)

    @property
    def qr_path(self) -> str:
        """The code as the path of an SVG."""
        return qr_path(self.modules)


def address_of(view: CertificateView, *, site: str) -> str:
    """Return the public address of a certificate.

    Args:
        view: The certificate.
        site: Scheme and host of the park's pages, or nothing: then the address is a bare path.

    Example:
        >>> address_of.__name__
        'address_of'
    """
    return f"{site.rstrip('/')}/c/{view.id}"


def paper_of(view: CertificateView, *, lang: Lang, site: str) -> Paper:
    """Draw up the page of a certificate.

    Args:
        view: What may be seen of it.
        lang: Language of the reader.
        site: Scheme and host of the park's pages; empty for none.

    Returns:
        The page.
    """
    address = address_of(view, site=site)
    return Paper(
        lang=lang,
        title=text("paper.title", lang),
        park=view.park_name_zh if lang == "zh" else view.park_name_en,
        id=view.id,
        state=_state(view, lang),
        tone=_TONES.get(view.state, "warn"),
        wh=f"{view.wh:,}",
        mwh=f"{Decimal(view.wh) / WH_PER_MWH:,.{_DIGITS}f}",
        rows=tuple(_rows(view, lang)),
        steps=tuple(_steps(view, lang)),
        trust=tuple(_trust(view, lang)),
        verify_title=text("paper.verify", lang),
        verify=(
            text("paper.verify_get", lang, address=address),
            text("paper.verify_hash", lang),
            text("paper.verify_run", lang),
            text("paper.verify_more", lang),
        ),
        history_title=text("paper.history", lang),
        address=address,
        modules=qr_rows(address + (f"#sha256={view.file_sha256}" if view.file_sha256 else "")),
    )


def paper_html(paper: Paper) -> bytes:
    """Set the page as one HTML file that needs nothing else and prints on one sheet of A4."""
    folder = files(_FOLDER).joinpath("templates")
    style = folder.joinpath("paper.css").read_text(encoding="utf-8")
    source = folder.joinpath("paper.html").read_text(encoding="utf-8")
    template = Engine(autoescape=True).from_string(source.replace("/* style */", style))
    language = "zh-CN" if paper.lang == "zh" else "en"
    return template.render(Context({"paper": paper, "language": language})).encode()


def paper_pdf(paper: Paper, *, font_folders: tuple[str, ...] = ()) -> bytes:
    """Set the page as PDF.

    Raises:
        PdfUnavailableError: If Typst or a font is not there.
    """
    return typeset("paper.typ", {"paper": _machine(paper)}, font_folders=font_folders)


def _rows(view: CertificateView, lang: Lang) -> Iterator[Row]:
    zone = ZoneInfo(view.zone)
    names = (text(f"paper.kind.{view.kind}", lang), text(f"paper.route_name.{view.route}", lang))
    plants = [_plant(plant, lang) for plant in view.plants[:PLANTS_SHOWN]]
    if len(view.plants) > PLANTS_SHOWN:
        plants.append(text("paper.more_plants", lang, n=len(view.plants) - PLANTS_SHOWN))
    period = text(
        "paper.period_words",
        lang,
        month=view.month,
        first=_instant(view.first_s, zone),
        stop=_instant(view.stop_s, zone),
    )
    said = {
        "plants" if len(view.plants) > 1 else "plant": "；".join(plants)
        if lang == "zh"
        else "; ".join(plants),
        "place": _place(view, lang),
        "period": period,
        "route": " · ".join(reversed(names)),
        "rule": view.rule,
        "holder": _party(view.holder, view.holder_names, lang),
        "beneficiary": _party(view.beneficiary, view.beneficiary_names, lang),
        "purpose": _purpose(view.purpose, lang),
        "claim_period": view.claim_period or NOTHING,
        "valid": _instant(view.expires_s, zone),
        "gec": text(f"paper.gec_words.{view.kind}", lang),
    }
    for name, words in said.items():
        yield Row(label=text(f"paper.{name}", lang), words=words)


def _place(view: CertificateView, lang: Lang) -> str:
    province = f"paper.province.{view.province}"
    told = text(province, lang) if has_text(province) else view.province
    return f"{told} · {view.park_name_zh}" if lang == "zh" else f"{view.park_name_en}, {told}"


def _party(party: str, names: tuple[str, str], lang: Lang) -> str:
    return f"{party} {names[0 if lang == 'zh' else 1]}".strip() or NOTHING


def _purpose(purpose: str, lang: Lang) -> str:
    """The purpose of the park's own rule in words; any other as its holder wrote it."""
    return text("paper.self_use", lang) if purpose == SELF_USE else purpose or NOTHING


def _trust(view: CertificateView, lang: Lang) -> Iterator[Row]:
    log = view.log
    checkpoint = text(
        "paper.checkpoint_words", lang, origin=log.origin, size=log.size, root=log.root
    )
    witnesses = ", ".join(log.witnesses) or text("paper.no_witness", lang)
    yield Row(label=text("paper.checkpoint", lang), words=checkpoint, is_code=True)
    yield Row(label=text("paper.log_key", lang), words=log.key, is_code=True)
    yield Row(label=text("paper.witnesses", lang), words=witnesses)
    yield Row(label=text("paper.file", lang), words=view.file_sha256 or NOTHING, is_code=True)


def _steps(view: CertificateView, lang: Lang) -> Iterator[str]:
    zone = ZoneInfo(view.zone)
    for step in view.steps[-STEPS_SHOWN:]:
        word = f"paper.act.{step.kind}"
        told = text(word, lang) if has_text(word) else step.kind
        yield f"{_instant(step.at_s, zone)}  {told} (#{step.number})"


def _state(view: CertificateView, lang: Lang) -> str:
    if view.state:
        return text(f"paper.state_name.{view.state}", lang)
    parts = [
        text("paper.part", lang, state=text(f"paper.state_name.{part.state}", lang), wh=part.wh)
        for part in view.parts
    ]
    return text("paper.cut", lang, parts=", ".join(parts))


def _plant(plant: PlantShown, lang: Lang) -> str:
    name = plant.name_zh if lang == "zh" else plant.name_en
    if not plant.kind:
        return plant.id  # it is in the park file no more
    return f"{plant.id} {name} ({text(f'paper.technology.{plant.kind}', lang)})"


def _instant(time_s: int, zone: ZoneInfo) -> str:
    return instant_of_s(time_s).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _machine(paper: Paper) -> JsonValue:
    def rows(given: tuple[Row, ...]) -> list[JsonValue]:
        return [{"label": row.label, "words": row.words, "code": row.is_code} for row in given]

    return {
        "address": paper.address,
        "history": [*paper.steps],
        "history_title": paper.history_title,
        "id": paper.id,
        "lang": paper.lang,
        "modules": [*paper.modules],
        "mwh": paper.mwh,
        "park": paper.park,
        "rows": rows(paper.rows),
        "state": paper.state,
        "title": paper.title,
        "tone": paper.tone,
        "trust": rows(paper.trust),
        "verify": [*paper.verify],
        "verify_title": paper.verify_title,
        "wh": paper.wh,
    }
