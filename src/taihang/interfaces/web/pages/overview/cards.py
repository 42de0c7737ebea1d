"""The key figures as cards, the same eight in every language and at every size."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.pages.overview.view import Kpis, Overview
from taihang.interfaces.web.wording import DASH, local_instant, number, percent

LOW_COVERAGE_RATIO: Final = 0.95
"""Below this a figure says what share of the intervals it rests on (the operators' convention)."""
_TERMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "load": "load",
        "green": "green-share",
        "self_use": "self-use",
        "export": "export",
        "carbon": "scope-1-2-3",
        "coverage": "coverage",
    }
)
"""The words of the glossary that say what figures are, by the code of the card."""
Standing = Literal["met", "missed", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A bar under a figure with the mark of its limit, both in percent of the bar's width."""

    fill_percent: str
    mark_percent: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One key figure, ready to print."""

    code: str
    label: str
    value: str
    unit: str
    note: str
    warning: str
    """A short remark before the note, empty when there is none."""
    meter: Meter | None
    key: str = ""
    """Of the figure that it shows, so that it opens; empty where there is none."""

    @property
    def term(self) -> str:
        """Id of the word of the glossary that says what it is; empty where none does."""
        return _TERMS.get(self.code, "")

    @property
    def missing(self) -> bool:
        """Whether the figure is missing."""
        return self.value == DASH


def cards(overview: Overview, *, lang: Lang) -> tuple[Card, ...]:
    """Return the key figures in reading order."""
    kpis = overview.kpis
    return (
        _load(kpis, lang),
        _share(
            kpis.green_ratio,
            code="green",
            limit_ratio=kpis.green_floor_ratio,
            at_least=True,
            kpis=kpis,
            lang=lang,
        ),
        _share(
            kpis.self_use_ratio,
            code="self_use",
            limit_ratio=kpis.self_use_floor_ratio,
            at_least=True,
            kpis=kpis,
            lang=lang,
        ),
        _share(
            kpis.export_ratio,
            code="export",
            limit_ratio=kpis.export_limit_ratio,
            at_least=False,
            kpis=kpis,
            lang=lang,
        ),
        _carbon(kpis, lang),
        _saving(overview, lang),
        _coverage(kpis, lang),
        _proof(overview, lang),
    )


def share_meter(value_ratio: float | None, *, limit_ratio: float | None, at_least: bool) -> Meter:
    """Return the bar of a share against its limit.

    Args:
        value_ratio: The share, or None.
        limit_ratio: The floor or the ceiling, or None.
        at_least: Whether the limit is a floor.

    Returns:
        A bar whose scale ends at twice the limit, at most at 100 %: the mark stays in sight.

    Example:
        >>> share_meter(0.06, limit_ratio=0.3, at_least=True)
        Meter(fill_percent='10.0%', mark_percent='50.0%', standing='missed')
    """
    span = 1.0 if limit_ratio is None or limit_ratio <= 0 else min(1.0, 2 * limit_ratio)
    fill = 0.0 if value_ratio is None else min(max(value_ratio / span, 0.0), 1.0)
    return Meter(
        fill_percent=f"{100 * fill:.1f}%",
        mark_percent=None if limit_ratio is None else f"{100 * limit_ratio / span:.1f}%",
        standing=_standing(value_ratio, limit_ratio=limit_ratio, at_least=at_least),
    )


def _standing(value_ratio: float | None, *, limit_ratio: float | None, at_least: bool) -> Standing:
    if value_ratio is None or limit_ratio is None:
        return "none"
    met = value_ratio >= limit_ratio if at_least else value_ratio <= limit_ratio
    return "met" if met else "missed"


def _thin(kpis: Kpis, lang: Lang) -> str:
    """Say how little a figure rests on, when that is too little."""
    ratio = kpis.coverage_ratio
    if ratio is None or ratio >= LOW_COVERAGE_RATIO:
        return ""
    return text("figure.coverage_low", lang, percent=percent(ratio, digits=1))


def _load(kpis: Kpis, lang: Lang) -> Card:
    return Card(
        code="load",
        label=text("figure.load", lang),
        value=number(kpis.load_mwh, digits=1),
        unit="MWh",
        note=text("figure.load_note", lang, tce=number(kpis.standard_coal_tce, digits=1)),
        warning=_thin(kpis, lang),
        meter=None,
    )


def _share(
    ratio: float | None,
    *,
    code: Literal["green", "self_use", "export"],
    limit_ratio: float | None,
    at_least: bool,
    kpis: Kpis,
    lang: Lang,
) -> Card:
    rule = "figure.at_least" if at_least else "figure.at_most"
    note = (
        text("figure.no_rule", lang)
        if limit_ratio is None
        else text(rule, lang, percent=percent(limit_ratio, digits=0))
    )
    return Card(
        code=code,
        label=text(f"figure.{code}", lang),
        value=percent(ratio, digits=1),
        unit="%",
        note=note,
        warning=_thin(kpis, lang),
        meter=share_meter(ratio, limit_ratio=limit_ratio, at_least=at_least),
    )


def _carbon(kpis: Kpis, lang: Lang) -> Card:
    market = number(kpis.scope2_market_tco2, digits=1)
    return Card(
        code="carbon",
        label=text("figure.carbon", lang),
        value=number(kpis.scope2_location_tco2, digits=1),
        unit="tCO₂",
        note=text("figure.carbon_note", lang, market=market),
        warning=_thin(kpis, lang),
        meter=None,
    )


def _saving(overview: Overview, lang: Lang) -> Card:
    plan = overview.plan
    return Card(
        code="saving",
        label=text("figure.saving", lang),
        value=number(overview.kpis.plan_saving_cny, digits=0),
        unit=text("figure.yuan", lang),
        note=text("figure.no_plan", lang)
        if plan is None
        else text("figure.saving_note", lang, date=plan.date),
        warning="",
        meter=None,
    )


def _coverage(kpis: Kpis, lang: Lang) -> Card:
    ratio = kpis.coverage_ratio
    note = ""
    if ratio is not None:
        missing = percent(1 - ratio, digits=2)
        full = ratio == 1
        note = (
            text("figure.coverage_full", lang)
            if full
            else text("figure.coverage_note", lang, missing=missing)
        )
    return Card(
        code="coverage",
        label=text("figure.coverage", lang),
        value=percent(ratio, digits=2),
        unit="%",
        note=note,
        warning="",
        meter=share_meter(ratio, limit_ratio=LOW_COVERAGE_RATIO, at_least=True),
    )


def _proof(overview: Overview, lang: Lang) -> Card:
    trust = overview.trust
    return Card(
        code="proof",
        label=text("figure.proof", lang),
        value=number(None if trust is None else trust.tree_size, digits=0),
        unit=text("figure.proof_unit", lang),
        note=text("figure.no_proof", lang)
        if trust is None
        else text(
            "figure.proof_note",
            lang,
            instant=local_instant(trust.checkpoint_at_s, zone=overview.zone),
        ),
        warning="",
        meter=None,
    )
