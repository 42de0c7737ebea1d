"""Judges every cell of a table: a time, a point and a number, or a named reason why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.imports.account import Ledger, Refusal, RefusedRow
from taihang.adapters.imports.import_map import (
    IN_DATA,
    UNITS,
    Kind,
    Label,
    Midnight,
    TableMap,
    ValueColumn,
)
from taihang.adapters.imports.read_table import Cell, RawColumn, RawTable
from taihang.adapters.imports.wall_time import ClockFault, to_instants_s
from taihang.core.quantities import energy_of_power_wh

_US_PER_S: Final = 1_000_000
_DAY_S: Final = 86_400
_EXACT: Final = 2.0**53
"""Largest count that a double still tells from its neighbours."""
_CODE_TOLERANCE: Final = 1e-6
"""A fault code in a 32-bit column lies this close to the code in the map, relatively."""
_REFUSALS: Final = tuple(Refusal)
_OK: Final = 0
_CODE: Final = {refusal: code for code, refusal in enumerate(_REFUSALS, 1)}
_OF_CLOCK: Final = {
    ClockFault.SKIPPED: Refusal.TIME_SKIPPED,
    ClockFault.DOUBLED: Refusal.TIME_DOUBLED,
}
_OF_CELL: Final = {
    Cell.EMPTY: Refusal.EMPTY,
    Cell.NAN: Refusal.NOT_A_NUMBER,
    Cell.TEXT: Refusal.NOT_A_NUMBER,
    Cell.INFINITE: Refusal.INFINITE,
}
_OF_TIME: Final = (
    Refusal.TIME_UNREADABLE,
    Refusal.OFF_STEP,
    Refusal.TIME_SKIPPED,
    Refusal.TIME_DOUBLED,
)


@dataclass(frozen=True, slots=True)
class TimedTable:
    """One file with the starts of its intervals."""

    raw: RawTable
    step_s: int
    start_s: NDArray[np.int64]
    fault: NDArray[np.uint8]
    """Why a row has no time or point, as a code of ``Refusal``; 0 where it has both."""

    @property
    def is_row(self) -> NDArray[np.bool_]:
        """Which rows are rows of the table at all, shape (n,)."""
        return ~self.raw.ignored


@dataclass(frozen=True, slots=True)
class Source:
    """One column of one file."""

    file: TimedTable
    column: str
    value: ValueColumn
    points: tuple[str, ...]
    """Points of its readings, in the order of the file's point codes."""
    is_read: NDArray[np.bool_]
    """Which rows this column is read from, shape (n,)."""

    @property
    def cells(self) -> RawColumn:
        """What stands in it."""
        return self.file.raw.columns[self.column]


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """The rows of one column that are readings or declared missing, each shape (m,)."""

    rows: NDArray[np.int64]
    start_s: NDArray[np.int64]
    counts: NDArray[np.int64]
    missing: NDArray[np.bool_]


def time_table(raw: RawTable, table: TableMap) -> TimedTable:
    """Turn the labels of a file into starts of intervals, or into reasons why they are none."""
    label_s = raw.time_us // _US_PER_S
    if table.time.midnight is Midnight.OLD_DAY:
        label_s = label_s + _DAY_S * (label_s % _DAY_S == 0)
    off_step = raw.time_us % _US_PER_S != 0
    if table.step_s:
        off_step |= label_s % table.step_s != 0
    start_s, clock = label_s, np.zeros(raw.n_rows, np.uint8)
    if table.time.zone != IN_DATA:
        start_s, clock = to_instants_s(
            label_s,
            zone=table.time.zone,
            ambiguous=table.time.ambiguous,
            keys=raw.point_codes,
        )
    if table.label is Label.PERIOD_END:
        start_s = start_s - table.step_s
    fault = np.where(off_step, _CODE[Refusal.OFF_STEP], _OK)
    for clock_fault, refusal in _OF_CLOCK.items():
        fault[(clock == clock_fault) & (fault == _OK)] = _CODE[refusal]
    fault[raw.point_codes < 0] = _CODE[Refusal.NO_POINT]
    fault[~raw.time_ok] = _CODE[Refusal.TIME_UNREADABLE]
    return TimedTable(raw, table.step_s, start_s, fault.astype(np.uint8))


def judge_column(source: Source, ledger: Ledger) -> JudgedColumn:
    """Judge every cell of a column; refused ones go to the ledger, the rest come back."""
    raw = source.cells
    missing = _is_missing(source.value, raw)
    exact = _exact_counts(source.value, raw.numbers, source.file.step_s)
    fault = source.file.fault.copy()
    for code, where in _cell_faults(source.value, raw, exact, missing):
        fault[where & (fault == _OK)] = code
    fault[~source.is_read] = _OK
    ledger.n_read += int(source.is_read.sum())
    _refuse(source, fault, ledger)
    kept = np.flatnonzero((fault == _OK) & source.is_read)
    return JudgedColumn(
        rows=kept.astype(np.int64),
        start_s=source.file.start_s[kept],
        counts=np.where(missing[kept], 0, exact[kept]).astype(np.int64),
        missing=missing[kept],
    )


def refused_row(source: Source, row: int, reason: Refusal) -> RefusedRow:
    """Return the record of one refused row."""
    raw = source.file.raw
    code = int(raw.point_codes[row])
    return RefusedRow(
        file=raw.file,
        row=raw.row_of(row),
        column=raw.column_of(source.column, row),
        point=source.points[code] if code >= 0 else "",
        reason=reason,
        given=_given(source, row, reason),
    )


def _is_missing(value: ValueColumn, raw: RawColumn) -> NDArray[np.bool_]:
    missing = raw.cells == Cell.MISSING
    if "empty" in value.missing_words:
        missing |= raw.cells == Cell.EMPTY
    if "nan" in value.missing_words:
        missing |= raw.cells == Cell.NAN
    for code in value.missing_codes:
        near = np.abs(raw.numbers - code) <= _CODE_TOLERANCE * abs(code)
        missing |= near & (raw.cells == Cell.NUMBER)
    return missing


def _exact_counts(
    value: ValueColumn, numbers: NDArray[np.float64], step_s: int
) -> NDArray[np.float64]:
    """Return whole counts as doubles; NaN where a count is too large to be stored exactly."""
    worth = UNITS.get(value.kind, {}).get(value.unit, Decimal(1)) * value.multiplier
    is_mean = value.kind in {Kind.MEAN_POWER, Kind.MEAN_REACTIVE_POWER}
    factor = worth if is_mean else worth / Decimal(value.scale)
    with np.errstate(over="ignore", invalid="ignore"):
        # One over a whole number divides exactly where multiplying by its double would not.
        scaled = _scaled(numbers, factor)
        most = _EXACT / max(step_s, 1) if is_mean else _EXACT
        fits = np.abs(scaled) < most
    safe = np.where(fits, scaled, 0.0)
    counts = energy_of_power_wh(safe, step_s) if is_mean else np.rint(safe)
    return np.where(fits, counts, np.nan)


def _scaled(numbers: NDArray[np.float64], factor: Decimal) -> NDArray[np.float64]:
    top, bottom = factor.as_integer_ratio()
    return numbers * float(top) / float(bottom) if bottom > 1 else numbers * float(top)


def _cell_faults(
    value: ValueColumn,
    raw: RawColumn,
    exact: NDArray[np.float64],
    missing: NDArray[np.bool_],
) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    for cell, refusal in _OF_CELL.items():
        yield _CODE[refusal], (raw.cells == cell) & ~missing
    present = (raw.cells == Cell.NUMBER) & ~missing
    yield _CODE[Refusal.TOO_LARGE], present & np.isnan(exact)
    if value.kind is Kind.REGISTER:
        yield _CODE[Refusal.NEGATIVE_REGISTER], present & (exact < 0)
        yield _CODE[Refusal.OFF_DIAL], present & (exact >= value.modulus)


def _refuse(source: Source, fault: NDArray[np.uint8], ledger: Ledger) -> None:
    rows = np.flatnonzero(fault)
    ledger.n_refused += len(rows)
    for row in rows[: ledger.n_still_shown].tolist():
        ledger.refused.append(refused_row(source, row, _REFUSALS[int(fault[row]) - 1]))


def _given(source: Source, row: int, reason: Refusal) -> str:
    """Return what stands in the cell that is at fault."""
    raw, values = source.file.raw, source.cells
    wall = f"{np.datetime64(int(raw.time_us[row]), 'us')}"
    if reason is Refusal.NO_POINT:
        return "no point"
    if reason in _OF_TIME:
        return wall if raw.time_ok[row] else raw.time_texts.get(row, "no time")
    words = {Cell.EMPTY: "nothing", Cell.NAN: "NaN", Cell.TEXT: values.texts.get(row, "text")}
    given = words.get(Cell(int(values.cells[row])), repr(float(values.numbers[row])))
    return f"{given} at {wall}" if reason is Refusal.DUPLICATE else given
