"""What points say: readings, or what they come to in stretches, with quality, as JSON or a table.

Answers are columns: the *n*-th value of each belongs together. They are made as bytes, in a worker.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.periods import STEP_S, Period
from taihang.interfaces.api.bounds import POINTS_MOST, TooManyPointsError, demand_points
from taihang.interfaces.api.figures.park import told_instant
from taihang.interfaces.api.schema import Schema, Whole
from taihang.interfaces.api.stretch import moment_of, stretch_of
from taihang.interfaces.inert import csv_words
from taihang.pages_wiring import parquet
from taihang.services.ports import Ports
from taihang.services.query import Every, PointSeries, Row, series, size_at

Words = tuple[str | None, str | None, str | None]
_STEP_S: Final = {
    Every.RAW: STEP_S,
    Every.QUARTER: STEP_S,
    Every.HOUR: 3_600,
    Every.DAY: 86_400,
    Every.MONTH: 28 * 86_400,
}
"""How long a stretch is at least; of readings, how far apart they usually are [s]."""


class SeriesOut(Schema):
    """What a point says in one quantity; the columns have one value for each stretch."""

    point: str
    quantity: str
    """``register``, ``energy``, ``reactive`` or ``sample``."""
    unit: str
    scale: str
    """What one count is worth in the unit, a decimal: value = count × scale, exactly."""
    start: list[str]
    """When it was read, or when the stretch begins (UTC)."""
    count: list[Whole]
    """The reading; of a stretch by how much a counter advanced, else the sum."""
    quality: list[str]
    """The worst inside: measured, estimated, manual, missing or rejected."""
    n_readings: list[int]
    """Usable readings inside."""
    known_at: list[str]
    """Since when all of it is known (UTC)."""
    source: list[str]
    """Gateway and number of the batch that says so."""


class ReadingsOut(Schema):
    """What a point says in a period, known at a size of the log."""

    begin: str
    end: str
    """The first moment no more."""
    step: str
    as_of_size: int
    """Records of the log that were known."""
    series: list[SeriesOut]
    """One for each quantity in which the point has readings."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for readings."""

    points: tuple[str, ...]
    words: Words
    step: str
    as_of: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    period: Period
    as_of_size: int
    series: list[PointSeries]


def build_readings(ports: Ports, asked: Asked) -> bytes:
    """Return what a point says, as JSON of ``ReadingsOut``."""
    found = _read(ports, asked)
    told = ReadingsOut(
        begin=told_instant(found.period.start_s),
        end=told_instant(found.period.end_s),
        step=asked.step,
        as_of_size=found.as_of_size,
        series=[_columns(each) for each in found.series],
    )
    return told.model_dump_json().encode()


def build_csv(ports: Ports, asked: Asked) -> bytes:
    """Return what points say as a table in text, one row a reading or stretch."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_NAMES)
    for each, row in _rows(_read(ports, asked)):
        values = dict(zip(_NAMES, _values(each, row), strict=True))
        writer.writerow(
            csv_words(str(value)) if name in _WORDS else value for name, value in values.items()
        )
    return text.getvalue().encode()


def build_parquet(ports: Ports, asked: Asked) -> bytes:
    """Return what points say as a Parquet file, one row a reading or stretch."""
    columns = [*zip(*(_values(*each) for each in _rows(_read(ports, asked))), strict=True)]
    found = dict(zip(_NAMES, columns or [()] * len(_NAMES), strict=True))
    return parquet(
        {
            name: np.array(column, np.int64)
            if name in _NUMBERS
            else [str(value) for value in column]
            for name, column in found.items()
        }
    )


_NAMES: Final = (
    "point", "quantity", "start", "count", "value", "unit", "quality", "n_readings", "known_at",
    "source",
)  # fmt: skip
_NUMBERS: Final = frozenset(("count", "n_readings"))
_WORDS: Final = frozenset(("point", "unit", "source"))
"""Columns that hold what other people chose."""


def _read(ports: Ports, asked: Asked) -> _Found:
    period = stretch_of(asked.words, zone=ports.park.zone)
    every = Every(asked.step)
    n_points = len(asked.points) * ((period.end_s - period.start_s) // _STEP_S[every] + 1)
    demand_points(n_points, period_s=period.end_s - period.start_s, step=asked.step)
    size = (
        ports.journal.size if asked.as_of is None else size_at(moment_of(asked.as_of), ports=ports)
    )
    found = [
        each
        for point in asked.points
        for each in series(point, period, every=every, ports=ports, as_of=size)
    ]
    n_found = sum(len(each.rows) for each in found)
    if n_found > POINTS_MOST:
        raise TooManyPointsError(
            n_points=n_found, remedy="ask for a shorter period, fewer points or a coarser step"
        )
    return _Found(period, size, found)


def _rows(found: _Found) -> Iterator[tuple[PointSeries, Row]]:
    return ((each, row) for each in found.series for row in each.rows)


def _values(each: PointSeries, row: Row) -> tuple[object, ...]:
    return (
        each.point,
        each.quantity,
        told_instant(row.start_s),
        row.count,
        format(row.count * Decimal(each.scale), "f"),
        each.unit,
        row.quality,
        row.n_readings,
        told_instant(row.known_at_s),
        row.source,
    )


def _columns(each: PointSeries) -> SeriesOut:
    rows: Sequence[Row] = each.rows
    return SeriesOut(
        point=each.point,
        quantity=each.quantity,
        unit=each.unit,
        scale=each.scale,
        start=[told_instant(row.start_s) for row in rows],
        count=[row.count for row in rows],
        quality=[row.quality for row in rows],
        n_readings=[row.n_readings for row in rows],
        known_at=[told_instant(row.known_at_s) for row in rows],
        source=[row.source for row in rows],
    )
