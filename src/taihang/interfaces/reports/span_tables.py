"""Tables and drawings that daily and weekly reports have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.facts import Fact
from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.statement import fact_document
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.chart_frame import ChartWords, Series
from taihang.interfaces.reports.chart_svg import stacked_bars
from taihang.interfaces.reports.document import Cell, Column, Section, Tone, number, prose
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.stated import unit_in
from taihang.services.ports import Ports
from taihang.services.report_period import Cadence, ReportPeriod
from taihang.services.report_span import SpanFacts

PV: Final = "#e3b21c"
WIND: Final = "#5b97e6"
STORAGE: Final = "#2c9a78"
GRID: Final = "#a9adb3"
LOAD: Final = "#17212e"
WATTS_PER_KW: Final = 1_000
WATTS_PER_MW: Final = 1_000_000
PERCENT: Final = 100
_MINUTE: Final = "%H:%M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One column: key of its title, unit, whether it holds numbers."""

    key: str
    unit: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """Which period of which park is told in which language."""

    of: ReportPeriod
    lang: Lang
    ports: Ports

    def word(self, key: str, **values: object) -> str:
        """Return a text in the language of the reader."""
        return text(key, self.lang, **values)

    def clock(self, at_s: int | None) -> str:
        """Return a local time, with its day where the period has several; nothing of nothing."""
        with_day = self.of.cadence is not Cadence.DAY
        return clock(at_s, self.ports.park.zone, with_day=with_day)

    def step_name(self, start_s: int) -> str:
        """Return how an hour of a day, or a day of a week, is called: by its start."""
        local = datetime.fromtimestamp(start_s, UTC).astimezone(self.ports.park.zone)
        return local.strftime(_MINUTE if self.of.cadence is Cadence.DAY else "%Y-%m-%d")


def columns_of(heads: Iterable[Head], prefix: str, lang: Lang) -> tuple[Column, ...]:
    """Return the heads of a table.

    Args:
        heads: Keys and units.
        prefix: Under which the titles stand in the catalogue.
        lang: Language of the reader.
    """
    return tuple(
        Column(
            title=text(f"{prefix}.{head.key}", lang),
            unit=unit_in(head.unit, lang),
            is_number=head.is_number,
        )
        for head in heads
    )


def mwh(energy_wh: int | None, digits: int = 3) -> Cell:
    """Return a cell of energy in MWh, or the mark of nothing."""
    return number(None if energy_wh is None else Decimal(energy_wh) / WH_PER_MWH, digits)


def kw(power_w: int | None, digits: int = 0) -> Cell:
    """Return a cell of power in kW, or the mark of nothing."""
    return number(None if power_w is None else Decimal(power_w) / WATTS_PER_KW, digits)


def ratio_of(part_wh: int, whole_wh: int) -> Decimal | None:
    """Return a share; None of nothing."""
    return Decimal(part_wh) / whole_wh if whole_wh else None


def percent(ratio: Decimal | None, digits: int = 2) -> Cell:
    """Return a cell of a share in per cent, or the mark of nothing."""
    return number(None if ratio is None else ratio * PERCENT, digits)


def count(n: int) -> Cell:
    """Return a cell of a count of intervals that should be none."""
    return Cell(value=Decimal(n), tone=Tone.OPEN if n else Tone.PLAIN)


def clock(at_s: int | None, zone: ZoneInfo, *, with_day: bool) -> str:
    """Return a local time in words; nothing where there is none."""
    if at_s is None:
        return ""
    local = datetime.fromtimestamp(at_s, UTC).astimezone(zone)
    return local.strftime(f"%m-%d {_MINUTE}" if with_day else _MINUTE)


def bars(
    names: Sequence[str], series: Sequence[Series], *, label: str, unit: str, line: Series | None
) -> str:
    """Draw what flowed in each step; a step of which nothing is known is a gap."""
    return stacked_bars(names, series, words=ChartWords(label=label, unit=unit), line=line)


def values_mwh(energies_wh: Iterable[int | None], *, sign: int = 1) -> tuple[float, ...]:
    """Return what a drawing takes: the numbers of its table, and no bar where there is none."""
    return tuple(0.0 if wh is None else sign * wh / WH_PER_MWH for wh in energies_wh)


def sum_row(
    rows: Sequence[tuple[Cell, ...]], added: frozenset[int], lang: Lang
) -> tuple[Cell, ...]:
    """Return the last row of a table: sums of the columns that may be added up.

    Args:
        rows: The rows above it.
        added: Columns that may be added; in others nothing stands.
        lang: Language of the reader.
    """
    cells = [prose(text("report.total", lang))]
    for column in range(1, len(rows[0]) if rows else 0):
        values = [row[column].value for row in rows]
        known = [value for value in values if value is not None]
        if column not in added or not known:
            cells.append(prose(""))
            continue
        digits = max(row[column].digits for row in rows)
        cells.append(number(sum(known, Decimal(0)), digits))
    return tuple(cells)


def facts_section(facts: SpanFacts | None, others: Iterable[Fact], lang: Lang) -> Section | None:
    """Return the facts behind coal and carbon, in the table that every report has."""
    every = [*(facts.every if facts is not None else ()), *others]
    return factor_section([{"factors": [fact_document(each) for each in every]}], lang)
