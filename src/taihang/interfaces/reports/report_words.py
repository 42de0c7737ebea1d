"""Words about issued reports: what is not there, who signed, how far a report is signed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.seal.review import Signature
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.qr import qr_rows
from taihang.interfaces.reports.document import Seal
from taihang.services.report_centre import COMPLETE, DUE, SCHEDULE_PREFIX
from taihang.services.report_press import Stamp
from taihang.services.report_ready import Lack, Want

_COUNTED = frozenset((Want.NOT_SETTLED, Want.NOT_READ))
_REASONS: Final = {DUE: "report_seal.reason.due", COMPLETE: "report_seal.reason.complete"}


def lacks_words(lacks: Iterable[Lack], lang: Lang) -> str:
    """Say what is not there.

    Args:
        lacks: What keeps a report from being final.
        lang: Language of the reader.
    """
    said = (
        text(f"report_seal.lack.{lack.want}", lang, n=f"{lack.n:,}", of=f"{lack.of:,}")
        if lack.want in _COUNTED
        else text(f"report_seal.lack.{lack.want}", lang)
        for lack in lacks
    )
    return ("；" if lang == "zh" else "; ").join(said)


def issuer_words(issued_by: str, lang: Lang) -> str:
    """Say who issued a report: a person by name, or which schedule."""
    schedule = issued_by.removeprefix(SCHEDULE_PREFIX)
    if schedule == issued_by:
        return issued_by
    return text("report_seal.by_schedule", lang, id=schedule)


def reason_words(reason: str, lang: Lang) -> str:
    """Return why a report was issued: as a person wrote it, or what the schedule means."""
    key = _REASONS.get(reason)
    return reason if key is None else text(key, lang)


def local_minute(at_s: int, zone: str) -> str:
    """Return an instant as a local minute in words."""
    return datetime.fromtimestamp(at_s, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def seal_of(stamp: Stamp, lang: Lang) -> Seal:
    """Return what stands on a copy of an issued report.

    Args:
        stamp: Its code, hash and state.
        lang: Language of the copy.
    """
    banners: list[str] = []
    marks: list[str] = []
    if not stamp.is_approved:
        marks.append(_mark("draft", lang))
        banners.append(f"{marks[-1]} — {text('report_seal.draft_why', lang)}")
    if stamp.lacks:
        marks.append(_mark("provisional", lang))
        banners.append(f"{marks[-1]} — {lacks_words(stamp.lacks, lang)}")
    state = "approved" if stamp.is_approved else "unapproved"
    issued_at = local_minute(stamp.issued_at_s, stamp.zone)
    issued = text(
        "report_seal.issued_words", lang, at=issued_at, who=issuer_words(stamp.issued_by, lang)
    )
    rows = (
        (text("report_seal.state", lang), text(f"report_seal.{state}", lang)),
        *((_step(each, lang), _signed(each, stamp)) for each in stamp.signatures),
        (text("report_seal.statement", lang), stamp.statement),
        (text("report_seal.issued", lang), issued),
        (text("report_seal.hash", lang), stamp.sha256),
        (text("report_seal.address", lang), stamp.address),
    )
    return Seal(
        code=stamp.code,
        modules=qr_rows(stamp.address),
        banner=" · ".join(banners),
        mark=" · ".join(marks),
        rows=rows,
    )


def _mark(name: str, lang: Lang) -> str:
    """Say it in both languages, the reader's first: whoever sees the paper has to understand it."""
    first, second = ("zh", "en") if lang == "zh" else ("en", "zh")
    return f"{text(f'report_seal.{name}', first)} {text(f'report_seal.{name}', second)}"


def _step(each: Signature, lang: Lang) -> str:
    return text(f"report_seal.step.{each.step}", lang)


def _signed(each: Signature, stamp: Stamp) -> str:
    at = local_minute(each.at_s, stamp.zone)
    return f"{each.who} ({each.role}) {at} — {each.remark}"
