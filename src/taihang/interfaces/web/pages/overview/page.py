"""Turns an overview into what the template prints: finished words, in reading order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from taihang.interfaces.catalogue import Lang, has_text, raw_texts, text
from taihang.interfaces.web.canonical import plain
from taihang.interfaces.web.pages.overview.cards import LOW_COVERAGE_RATIO, cards
from taihang.interfaces.web.pages.overview.keys import card_keys, cell_keys
from taihang.interfaces.web.pages.overview.view import EnterpriseRow, Overview
from taihang.interfaces.web.wording import local_day, local_instant, number, percent

_SCRIPT_TEXTS: Final = ("flow_node.", "series.", "chart.", "freshness.")
Priority = Literal["p1", "p2", "p3"]
"""Which columns give way first on a small screen: p3, then p2; p1 always stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table of enterprises."""

    code: str
    label: str
    priority: Priority
    numeric: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: what is read and what it sorts by."""

    code: str
    words: str
    sort: str
    """Empty where the value is missing, which sorts to the end."""
    priority: Priority
    numeric: bool
    tone: str = ""
    """Style of a tag around the words, empty for none."""
    key: str = ""
    """Of the figure that it shows, so that it opens; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """A verdict in one language."""

    state: str
    word: str
    sentence: str


_COLUMNS: Final[tuple[tuple[str, Priority, bool], ...]] = (
    ("name", "p1", False),
    ("sector", "p3", False),
    ("load", "p1", True),
    ("peak", "p2", True),
    ("green", "p1", True),
    ("coal", "p2", True),
    ("carbon", "p2", True),
    ("coverage", "p1", False),
)


_NO_KEYS: Final[Mapping[str, str]] = MappingProxyType({})


def page_context(overview: Overview, *, lang: Lang) -> dict[str, object]:
    """Return what the overview template needs.

    Args:
        overview: The figures.
        lang: The reader's language.

    Returns:
        Finished words and the block of data for the scripts.
    """
    keys = card_keys(overview)
    ranked = sorted(overview.enterprises, key=_by_use)
    return {
        "overview": overview,
        "cards": tuple(
            replace(card, key=keys.get(card.code, "")) for card in cards(overview, lang=lang)
        ),
        "verdicts": _verdicts(overview, lang),
        "columns": columns(lang),
        "rows": tuple(
            enterprise_cells(row, lang=lang, keys=cell_keys(overview, row.id)) for row in ranked
        ),
        "period": _period(overview, lang),
        "closure": _closure(overview, lang),
        "legend": _legend(overview, lang),
        "proof": _proof(overview, lang),
        "page_data": script_data(overview, lang=lang),
    }


def columns(lang: Lang) -> tuple[Column, ...]:
    """Return the heads of the table of enterprises."""
    return tuple(
        Column(code=code, label=text(f"column.{code}", lang), priority=priority, numeric=numeric)
        for code, priority, numeric in _COLUMNS
    )


def enterprise_cells(
    row: EnterpriseRow, *, lang: Lang, keys: Mapping[str, str] = _NO_KEYS
) -> tuple[Cell, ...]:
    """Return one row of the table of enterprises, cell by cell in the order of the columns.

    Args:
        row: The enterprise.
        lang: The reader's language.
        keys: Key of the figure in each column, where there is one.
    """
    words = {
        "name": row.name_zh if lang == "zh" else row.name_en,
        "sector": _sector(row.sector, lang),
        "load": number(row.load_mwh, digits=1),
        "peak": number(row.peak_kw, digits=0),
        "green": percent(row.green_ratio, digits=1),
        "coal": number(row.standard_coal_tce, digits=1),
        "carbon": number(row.scope2_tco2, digits=1),
        "coverage": _quality(row, lang),
    }
    sorts: dict[str, float | str | None] = {
        "name": words["name"],
        "sector": row.sector,
        "load": row.load_mwh,
        "peak": row.peak_kw,
        "green": row.green_ratio,
        "coal": row.standard_coal_tce,
        "carbon": row.scope2_tco2,
        "coverage": row.coverage_ratio,
    }
    return tuple(
        Cell(
            code=code,
            words=words[code],
            sort="" if sorts[code] is None else str(sorts[code]),
            priority=priority,
            numeric=numeric,
            tone=_tone(row) if code == "coverage" else "",
            key="" if sorts[code] is None else keys.get(code, ""),
        )
        for code, priority, numeric in _COLUMNS
    )


def script_data(overview: Overview, *, lang: Lang) -> Mapping[str, object]:
    """Return the block of JSON that the page's scripts read."""
    trust = overview.trust
    return {
        "as_of_s": overview.as_of_s,
        "zone": overview.zone,
        "tree_size": None if trust is None else trust.tree_size,
        "flows": plain(overview.flows),
        "day": plain(overview.day),
        "plan": plain(overview.plan),
        "calendar": plain(overview.calendar),
        "texts": raw_texts(prefixes=_SCRIPT_TEXTS, lang=lang),
    }


def _by_use(row: EnterpriseRow) -> tuple[bool, float, str]:
    return (row.load_mwh is None, -(row.load_mwh or 0.0), row.id)


def _verdicts(overview: Overview, lang: Lang) -> tuple[VerdictLine, ...]:
    return tuple(
        VerdictLine(
            state=verdict.state,
            word=text(f"verdict.{verdict.state}", lang),
            sentence=verdict.sentence_zh if lang == "zh" else verdict.sentence_en,
        )
        for verdict in overview.verdicts
    )


def _sector(code: str, lang: Lang) -> str:
    return text(f"sector.{code}", lang) if has_text(f"sector.{code}") else code


def _is_thin(row: EnterpriseRow) -> bool:
    return row.coverage_ratio is not None and row.coverage_ratio < LOW_COVERAGE_RATIO


def _quality(row: EnterpriseRow, lang: Lang) -> str:
    if _is_thin(row):
        share = percent(row.coverage_ratio, digits=1)
        return f"{text(f'quality.{row.quality}', lang)} {share} %"
    return text(f"quality.{row.quality}", lang)


def _tone(row: EnterpriseRow) -> str:
    if row.quality == "missing":
        return "bad"
    return "warn" if row.quality == "estimated" or _is_thin(row) else "none"


def _period(overview: Overview, lang: Lang) -> str:
    if overview.month is None or overview.period_from_s is None or overview.period_to_s is None:
        return ""
    return text(
        "record.period",
        lang,
        month=overview.month,
        first=local_day(overview.period_from_s, zone=overview.zone),
        # The period is half-open: its last day is the one before its end.
        last=local_day(overview.period_to_s - 1, zone=overview.zone),
    )


def _legend(overview: Overview, lang: Lang) -> tuple[Mapping[str, str], ...]:
    codes = ("pv", "wind", "discharge", "import", "charge", "export", "load")
    shown = codes if overview.plan is None else (*codes, "soc")
    return tuple({"code": code, "words": text(f"series.{code}", lang)} for code in shown)


def _closure(overview: Overview, lang: Lang) -> Mapping[str, str] | None:
    error_wh = overview.kpis.closure_error_wh
    if error_wh is None:
        return None
    if error_wh == 0 and overview.kpis.open_intervals:
        n_open = number(overview.kpis.open_intervals, digits=0)
        return {"tone": "warn", "words": text("panel.closed_but", lang, open=n_open)}
    if error_wh == 0:
        return {"tone": "ok", "words": text("panel.closed", lang)}
    error = number(error_wh, digits=0)
    return {"tone": "bad", "words": text("panel.open", lang, error=error)}


def _proof(overview: Overview, lang: Lang) -> tuple[Mapping[str, str], ...]:
    trust = overview.trust
    if trust is None:
        return ()
    instant = local_instant(trust.checkpoint_at_s, zone=overview.zone)
    size = number(trust.tree_size, digits=0)
    facts = {
        "readings": number(trust.readings, digits=0),
        "checkpoint": text("proof.size", lang, size=size, instant=instant),
        "root": trust.root_hex,
        "origin": trust.origin,
        "key": trust.key_fingerprint,
    }
    return tuple({"code": code, "words": words} for code, words in facts.items())
