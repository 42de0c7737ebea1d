"""Reads one foreign table into plain arrays: every row, whatever is wrong with it.

DuckDB does the parsing; it may load no extension and fetch nothing. Times leave it as whole
microseconds, never as objects, so that no zone data but our own decides what they mean.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from taihang.adapters.imports.day_columns import DayColumns, day_columns
from taihang.adapters.imports.import_map import (
    ACROSS,
    EPOCH_S,
    NATIVE,
    Numbers,
    TableMap,
    ValueColumn,
    match_columns,
)
from taihang.adapters.imports.plain_copy import ROW, as_plain_csv
from taihang.adapters.imports.refusal import ColumnMismatchError, TableUnreadableError

_US_PER_S: Final = 1_000_000
_TEXTS_KEPT: Final = 1_000
"""How many unreadable texts of a column are kept to be shown."""
_PLAIN: Final = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
_NUMBER: Final = {
    # What a number may look like, what stands between its groups, and its decimal sign.
    Numbers.PLAIN: (_PLAIN, "", "."),
    Numbers.COMMA_GROUPS: (f"[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]*)?|{_PLAIN}", ",", "."),
    Numbers.DECIMAL_COMMA: (_PLAIN.replace("[.]", ","), "", ","),
    Numbers.POINT_GROUPS: (
        f"[+-]?[0-9]{{1,3}}([.][0-9]{{3}})+(,[0-9]*)?|{_PLAIN.replace('[.]', ',')}",
        ".",
        ",",
    ),
}
_END_OF_DAY: Final = "(^|[^0-9:])24:00(:00([.]0+)?)?($|[^0-9:])"
_NAIVE_TYPES: Final = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE")
_ZONED_TYPES: Final = ("TIMESTAMP WITH TIME ZONE",)
_CLOCK: Final = "taihang:clock"
_OWN: Final = (ROW, _CLOCK, ACROSS)
"""Columns that this module adds."""
_NUMBER_TYPES: Final = ("INT", "FLOAT", "DOUBLE", "DECIMAL", "HUGEINT")


class Cell(IntEnum):
    """What stands in one cell of a column of numbers."""

    NUMBER = 0
    EMPTY = 1
    NAN = 2
    TEXT = 3
    INFINITE = 4
    MISSING = 5
    """A text that the map declares as missing."""


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One column of numbers, row by row."""

    numbers: NDArray[np.float64]
    """The numbers, shape (n,); meaningless where the cell is no number."""
    cells: NDArray[np.uint8]
    """One ``Cell`` each, shape (n,)."""
    texts: Mapping[int, str]
    """What stands in the first cells that hold text, by row."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One file as it stands."""

    file: str
    n_rows: int
    time_us: NDArray[np.int64]
    """Wall-clock or UTC time, shape (n,), without meaning where it is not ok. [µs]"""
    time_ok: NDArray[np.bool_]
    time_texts: Mapping[int, str]
    point_codes: NDArray[np.int64]
    """Place in ``points``, shape (n,); -1 where the cell is empty."""
    points: tuple[str, ...]
    columns: Mapping[str, RawColumn]
    unread: tuple[str, ...]
    """Columns that the map does not name."""
    ignored: NDArray[np.bool_]
    """Rows that are none: sums below a table."""
    row_numbers: NDArray[np.int64] | None
    """Where each row stands below the names, from 1; None: as they come."""
    across: tuple[str, ...] = ()
    """Columns with one time of day each, of which every row of the file made one row here."""

    def row_of(self, row: int) -> int:
        """Return the number of a row in the file, 1 for the first below the names."""
        return (
            row // max(len(self.across), 1) + 1
            if self.row_numbers is None
            else int(self.row_numbers[row])
        )

    def column_of(self, column: str, row: int) -> str:
        """Return the column of the file that a value of a row stands in."""
        return self.across[row % len(self.across)] if self.across else column


def read_table(path: Path, table: TableMap, *, name: str) -> RawTable:
    """Read one file.

    Args:
        path: The file.
        table: What the map says about it.
        name: What to call the file in messages.

    Returns:
        Every row of the file.

    Raises:
        TableUnreadableError: If the file is damaged or not of the declared format.
        MemoryError: If the memory that this process may take is not enough for it.
    """
    try:
        with _opened(path, table, name) as connection:
            return _Reader(connection, table, name).read()
    except duckdb.OutOfMemoryException as error:
        raise MemoryError(name) from error
    except (duckdb.Error, UnicodeError, LookupError) as error:
        raise TableUnreadableError(
            given=f"{name}: {str(error).splitlines()[0]}",
            expected=_format_in_words(table),
            remedy="fetch the file again, or correct the map",
        ) from error


def _format_in_words(table: TableMap) -> str:
    if table.excel is not None:
        return f"a workbook with a sheet {table.excel.sheet!r}"
    if table.csv is None:
        return "a whole Parquet file"
    return f"a text table with {table.csv.delimiter!r} between its cells, in {table.csv.encoding}"


@contextmanager
def _opened(path: Path, table: TableMap, name: str) -> Generator[duckdb.DuckDBPyConnection]:
    """Open the file as the table ``raw`` of a fresh in-memory database."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
    }
    with TemporaryDirectory() as folder, duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if table.csv is None and table.excel is None:
            source = f"read_parquet({_path(path)})"
            connection.execute(f"CREATE TEMP VIEW raw AS SELECT * FROM {source}")
        else:
            plain, delimiter = as_plain_csv(path, table, Path(folder) / "plain.csv", name=name)
            # Every cell stays text here: what a number or a time is, is decided below and nowhere
            # else, so that "1,5" or "1_000" never becomes a number by somebody's good will.
            source = (
                f"read_csv({_path(plain)}, all_varchar=true, header=true, skip=0, "
                f"delim={_quoted(delimiter)}, quote='\"', escape='\"', strict_mode=true, "
                "null_padding=false, ignore_errors=false, comment='')"
            )
            connection.execute(f"CREATE TEMP TABLE raw AS SELECT * FROM {source}")
        yield connection


def _path(path: Path) -> str:
    """Return the literal of a path in which no character is a wildcard."""
    return _quoted(re.sub(r"([\[*?])", r"[\1]", str(path)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


class _Reader:
    """Turns the table ``raw`` into arrays; one method per kind of column."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: TableMap, name: str) -> None:
        self._connection = connection
        self._table = table
        self._name = name
        described = connection.execute("DESCRIBE raw").fetchall()
        self._types = {str(row[0]): str(row[1]) for row in described}
        self._is_copy = ROW in self._types

    def read(self) -> RawTable:
        days = self._spread()
        names = self._value_columns()
        points = self._points()
        times = self._time_sql(days)
        parts = [*times, self._code_sql(points), *self._number_sql(names), *self._row_sql()]
        arrays = self._arrays(parts)
        time_ok = arrays["time_ok"].astype(np.bool_)
        columns = {
            name: self._column(name, arrays[f"v{n}"], arrays[f"k{n}"].astype(np.uint8))
            for n, name in enumerate(names)
        }
        time = self._table.time
        across = () if days is None else days.names
        used = {*names, *across, time.column, time.clock, self._table.point_column, *_OWN}
        return RawTable(
            file=self._name,
            n_rows=len(time_ok),
            time_us=arrays["time_us"].astype(np.int64),
            time_ok=time_ok,
            time_texts=self._texts(self._table.time.column, ~time_ok),
            point_codes=arrays["point"].astype(np.int64),
            points=points,
            columns=columns,
            unread=tuple(name for name in self._types if name not in used),
            ignored=arrays["ignored"].astype(np.bool_),
            row_numbers=arrays["row_number"].astype(np.int64) if self._is_copy else None,
            across=across,
        )

    def _spread(self) -> DayColumns | None:
        """Make one row of each time of day that stands across."""
        if self._table.time.across is None:
            return None
        days = day_columns(list(self._types), self._table, name=self._name)
        clocks = ", ".join(_quoted(clock) for clock in days.clocks)
        cells = ", ".join(_named(column) for column in days.names)
        self._connection.execute(
            f"CREATE TEMP TABLE spread AS SELECT *, unnest([{clocks}]) AS {_named(_CLOCK)}, "
            f"unnest([{cells}]) AS {_named(ACROSS)} FROM raw"
        )
        self._connection.execute("DROP TABLE raw")
        self._connection.execute("ALTER TABLE spread RENAME TO raw")
        self._types |= {_CLOCK: "VARCHAR", ACROSS: "VARCHAR"}
        return days

    def _row_sql(self) -> list[str]:
        """Say which rows are none, and where each stands in the file."""
        time = f"trim(CAST({_named(self._table.time.column)} AS VARCHAR))"
        ignored = [f"starts_with({time}, {_quoted(begin)})" for begin in self._table.ignore]
        parts = [f"coalesce({' OR '.join(ignored) or 'false'}, false) AS ignored"]
        return [*parts, f"CAST({_named(ROW)} AS BIGINT) AS row_number"] if self._is_copy else parts

    def _value_columns(self) -> list[str]:
        found: list[str] = []
        there = [name for name in self._types if name not in {ROW, _CLOCK}]
        for value in self._table.values:
            matched = list(match_columns(value, there))
            if not matched:
                raise self._mismatch(value.column, "no such column")
            found += [name for name in matched if name not in found]
        return found

    def _points(self) -> tuple[str, ...]:
        column = self._table.point_column
        if column is None:
            return ()
        self._demand(column)
        rows = self._connection.execute(
            f"SELECT DISTINCT CAST({_named(column)} AS VARCHAR) AS p FROM raw "
            "WHERE p IS NOT NULL AND p <> '' ORDER BY p"
        ).fetchall()
        return tuple(str(row[0]) for row in rows)

    def _code_sql(self, points: Sequence[str]) -> str:
        column = self._table.point_column
        if column is None or not points:
            return f"{-1 if column else 0} AS point"
        listed = ", ".join(_quoted(point) for point in points)
        self._connection.execute(f"CREATE TEMP TYPE point_name AS ENUM ({listed})")
        cell = f"TRY_CAST(CAST({_named(column)} AS VARCHAR) AS point_name)"
        return f"coalesce(enum_code({cell})::INTEGER, -1) AS point"

    def _time_sql(self, days: DayColumns | None) -> list[str]:
        time = self._table.time
        kind = self._demand(time.column)
        column, pattern = _named(time.column), time.format
        if time.clock is not None:
            self._demand(time.clock)
            column = f"trim({column}) || ' ' || trim({_named(time.clock)})"
        if days is not None:
            column, pattern = f"trim({column}) || ' ' || {_named(_CLOCK)}", f"{pattern} %H:%M:%S"
        if time.format == EPOCH_S:
            us = f"TRY_CAST({column} AS BIGINT) * {_US_PER_S}"
        elif time.format == NATIVE:
            self._demand_native(time.column, kind, zoned=time.zone == "in-data")
            us = f"CASE WHEN isfinite({column}) THEN epoch_us({self._plain(column, kind)}) END"
        else:
            if kind != "VARCHAR":
                raise self._mismatch(time.column, f"{kind}; its format is {NATIVE}, not text")
            us = self._text_time_sql(column, pattern)
        return [f"coalesce({us}, 0) AS time_us", f"({us}) IS NOT NULL AS time_ok"]

    @staticmethod
    def _plain(column: str, kind: str) -> str:
        return column if kind in _ZONED_TYPES else f"CAST({column} AS TIMESTAMP)"

    @staticmethod
    def _text_time_sql(column: str, pattern: str) -> str:
        """24:00 is the end of its day in ISO 8601 and many market files; strptime lacks it."""
        ends = f"regexp_matches({column}, {_quoted(_END_OF_DAY)})"
        text = f"CASE WHEN {ends} THEN replace({column}, '24:00', '00:00') ELSE {column} END"
        day_us = f"CASE WHEN {ends} THEN {86_400 * _US_PER_S} ELSE 0 END"
        if "%z" in pattern:
            # Z is the offset of UTC in ISO 8601.
            text = f"regexp_replace(trim({text}), '[Zz]$', '+00:00')"
        return f"epoch_us(try_strptime(trim({text}), {_quoted(pattern)})) + {day_us}"

    def _demand_native(self, column: str, kind: str, *, zoned: bool) -> None:
        """Refuse a column whose stored type says otherwise than the map (§1)."""
        expected = _ZONED_TYPES if zoned else _NAIVE_TYPES
        if kind in expected:
            return
        if kind in _NAIVE_TYPES:
            told = "times without a zone; state the zone in the map"
        elif kind in _ZONED_TYPES:
            told = "times that carry their zone; write zone = in-data"
        else:
            told = f"{kind}, which is not stored as time; state its format"
        raise self._mismatch(column, told)

    def _number_sql(self, names: Sequence[str]) -> list[str]:
        parts: list[str] = []
        for n, name in enumerate(names):
            column, kind = _named(name), self._types[name]
            is_missing = "false"
            if kind == "VARCHAR":
                number = self._text_number_sql(name)
                is_missing = self._missing_sql(name)
                is_nan = f"lower(trim({column})) = 'nan'"
                is_empty = f"{column} IS NULL OR trim({column}) = ''"
            elif any(word in kind for word in _NUMBER_TYPES):
                number = f"CAST({column} AS DOUBLE)"
                is_nan = f"isnan({number})"
                is_empty = f"{column} IS NULL"
            else:
                raise self._mismatch(name, f"{kind}, which is no number")
            cell = (
                f"CASE WHEN {is_empty} THEN {Cell.EMPTY:d} WHEN {is_missing} THEN {Cell.MISSING:d} "
                f"WHEN {is_nan} THEN {Cell.NAN:d} "
                f"WHEN ({number}) IS NULL THEN {Cell.TEXT:d} "
                f"WHEN isinf({number}) THEN {Cell.INFINITE:d} ELSE {Cell.NUMBER:d} END"
            )
            parts += [f"coalesce({number}, 0.0) AS v{n}", f"{cell} AS k{n}"]
        return parts

    def _text_number_sql(self, name: str) -> str:
        """Read a number as the map says it is written; anything else is none."""
        # The patterns know ASCII digits only: no ١٢ gets by, and no 1,5 where a point is meant.
        styles = {value.numbers for value in self._values_of(name)}
        if len(styles) > 1:
            raise self._mismatch(name, f"numbers written {' and '.join(sorted(styles))}")
        pattern, between, decimal = _NUMBER[styles.pop()]
        column = f"trim({_named(name)})"
        plain = f"replace({column}, {_quoted(between)}, '')" if between else column
        plain = plain if decimal == "." else f"replace({plain}, {_quoted(decimal)}, '.')"
        is_number = f"regexp_full_match({column}, {_quoted(pattern)})"
        return f"CASE WHEN {is_number} THEN TRY_CAST({plain} AS DOUBLE) END"

    def _missing_sql(self, name: str) -> str:
        texts = {text for value in self._values_of(name) for text in value.missing_texts}
        listed = ", ".join(_quoted(text) for text in sorted(texts))
        return f"trim({_named(name)}) IN ({listed})" if texts else "false"

    def _values_of(self, name: str) -> list[ValueColumn]:
        return [value for value in self._table.values if match_columns(value, [name])]

    def _column(
        self, name: str, numbers: NDArray[np.float64], cells: NDArray[np.uint8]
    ) -> RawColumn:
        return RawColumn(numbers, cells, self._texts(name, cells == Cell.TEXT))

    def _texts(self, column: str, wanted: NDArray[np.bool_]) -> dict[int, str]:
        """Return what stands in the first wanted cells of a column, to be shown to a person."""
        rows = np.flatnonzero(wanted)[:_TEXTS_KEPT]
        if len(rows) == 0:
            return {}
        listed = ", ".join(str(row) for row in rows.tolist())
        found = self._connection.execute(
            f"SELECT n, CAST(cell AS VARCHAR) FROM (SELECT row_number() OVER () - 1 AS n, "
            f"{_named(column)} AS cell FROM raw) WHERE n IN ({listed})"
        ).fetchall()
        return {int(row[0]): "nothing" if row[1] is None else repr(row[1]) for row in found}

    def _arrays(self, parts: Sequence[str]) -> Mapping[str, NDArray[np.float64]]:
        cursor = self._connection.execute(f"SELECT {', '.join(parts)} FROM raw")
        # The driver also types the result as pandas, which is not installed and never comes out.
        return cast("Mapping[str, NDArray[np.float64]]", cursor.fetchnumpy())  # pyright: ignore[reportUnknownMemberType]

    def _demand(self, column: str) -> str:
        if column not in self._types:
            raise self._mismatch(column, "no such column")
        return self._types[column]

    def _mismatch(self, column: str, told: str) -> ColumnMismatchError:
        return ColumnMismatchError(
            given=f"{self._name}, {column}: {told}",
            expected=f"what the map says; the columns are {', '.join(self._types)[:400]}",
            remedy="correct the map, or the delimiter it declares",
        )
