"""What a park states as a project of green-power direct connection: limits, remedies, forecast.

The text fixes two ratios; the limit of export is the province's and changes by its documents, so it
is dated. What a remedy costs and how much of it there is stands in no text at all: without a price
a remedy is named and not chosen.

Source: 发改能源〔2025〕650号 (export limit set by the province, verified: K16).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.facts import Fact
from taihang.core.park.quota import Evidence

EXPORT_LIMIT: Final = "direct-connection.export-limit"
"""Code of the dated limit that a park states."""
MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLimit:
    """One limit of export, in force until the next of the park begins."""

    id: str
    ratio: Decimal
    """Upper limit of export over available generation [1]."""
    valid_from: date
    """First local day on which the document holds."""
    document: str
    """Who set it, in which document."""
    evidence: Evidence


def export_limit_facts(limits: Iterable[ExportLimit], *, region: str) -> tuple[Fact, ...]:
    """Return the export limits of a park as facts, each in force until the next begins.

    Args:
        limits: No two begin on one day.
        region: Of the park.
    """
    ordered = sorted(limits, key=lambda one: one.valid_from)
    ends = [*(one.valid_from for one in ordered[1:]), None]
    return tuple(
        Fact(
            code=EXPORT_LIMIT,
            value=one.ratio,
            unit="1",
            region=region,
            valid_from=one.valid_from,
            valid_to=end,
            data_year=None,
            document=one.document,
            clause="limit of export",
            source=f"park.toml [export_limits.{one.id}]",
            status=one.evidence.value,
            set="park",
        )
        for one, end in zip(ordered, ends, strict=False)
    )


class RemedyKind(StrEnum):
    """What can be done with energy that would be exported."""

    CURTAIL = "curtail"
    """Not generate it 弃电: lowers export, raises no self-use."""
    CHARGE = "charge"
    """Store it and use it later 储能: raises self-use, loses a part."""
    SHIFT = "shift-load"
    """Move load of another hour to it 移荷: raises self-use, total load unchanged."""
    ADD = "add-load"
    """Find new load for it 增荷: raises self-use and total load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing that can be done against a ratio that would be missed."""

    id: str
    kind: RemedyKind
    name_zh: str
    name_en: str
    price_cny_per_mwh: Decimal | None
    """Net cost of one MWh that is not exported; None: not priced, so never chosen."""
    most_mwh_per_day: Decimal | None
    """How much it takes a day; None only where it curtails: then all that would be exported."""
    loss_ratio: Decimal | None
    """Lost on the way through a battery [1]; only where it charges."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioForecast:
    """How the end of the year is forecast; nothing of it has a default (§12)."""

    scenarios: int
    """How many ends of the year are drawn."""
    seed: int
    block_days: int
    """Days that are taken from the past in one piece, so that weather keeps its length."""
    season_days: int
    """How far apart in the season a day and its model may lie."""
    year_spread_ratio: Mapping[str, Decimal]
    """By kind of plant and of load: how far whole years lie apart, one standard deviation [1]."""
    likely_chance_ratio: Decimal
    """From this chance of missing a ratio on remedies are worked out [1]."""
    certainty_ratio: Decimal
    """Remedies are sized so that they suffice in this share of the scenarios [1]."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalShape:
    """How a planned year spreads over its months; only proportions count."""

    id: str
    """``pv``, ``wind`` or ``load``."""
    months: tuple[Decimal, ...]
    """Weights of January to December."""
    source: str

    def share_of(self, month: int) -> Decimal:
        """Return the share of the year that lies in a month, 1 … 12 [1]."""
        return self.months[month - 1] / sum(self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectConnection:
    """Everything that a park states about its ratios; empty where it states nothing."""

    limits: Mapping[str, ExportLimit]
    remedies: Mapping[str, Remedy]
    shapes: Mapping[str, SeasonalShape]
    forecast: RatioForecast | None
    """None: the end of the year is not forecast."""

    def facts(self, region: str) -> tuple[Fact, ...]:
        """Return the dated limits as facts."""
        return export_limit_facts(self.limits.values(), region=region)


NOTHING_STATED: Final = DirectConnection(limits={}, remedies={}, shapes={}, forecast=None)
