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

from taihang.adapters.imports.import_map import EPOCH_S, NATIVE, CsvFormat, TableMap, match_columns
from taihang.core.errors import InputError

_US_PER_S: Final = 1_000_000
_TEXTS_KEPT: Final = 1_000
"""How many unreadable texts of a column are kept to be shown."""
_NUMBER: Final = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
_END_OF_DAY: Final = "(^|[^0-9:])24:00(:00([.]0+)?)?($|[^0-9:])"
_NAIVE_TYPES: Final = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE")
_ZONED_TYPES: Final = ("TIMESTAMP WITH TIME ZONE",)
_NUMBER_TYPES: Final = ("INT", "FLOAT", "DOUBLE", "DECIMAL", "HUGEINT")


class TableUnreadableError(InputError):
    """A file is cut off, damaged, or not what the map says it is."""

    code = "input.table-unreadable"


class ColumnMismatchError(InputError):
    """A table lacks a column that the map names, or the column holds something else."""

    code = "input.column-mismatch"


class Cell(IntEnum):
    """What stands in one cell of a column of numbers."""

    NUMBER = 0
    EMPTY = 1
    NAN = 2
    TEXT = 3
    INFINITE = 4


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
    """
    try:
        with _opened(path, table.csv) as connection:
            return _Reader(connection, table, name).read()
    except (duckdb.Error, UnicodeError, LookupError) as error:
        raise TableUnreadableError(
            given=f"{name}: {str(error).splitlines()[0]}",
            expected=_format_in_words(table.csv),
            remedy="fetch the file again, or correct the map",
        ) from error


def _format_in_words(csv: CsvFormat | None) -> str:
    if csv is None:
        return "a whole Parquet file"
    return f"a text table with {csv.delimiter!r} between its cells, in {csv.encoding}"


@contextmanager
def _opened(path: Path, csv: CsvFormat | None) -> Generator[duckdb.DuckDBPyConnection]:
    """Open the file as the table ``raw`` of a fresh in-memory database."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
    }
    with TemporaryDirectory() as folder, duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if csv is None:
            source = f"read_parquet({_path(path)})"
            connection.execute(f"CREATE TEMP VIEW raw AS SELECT * FROM {source}")
        else:
            utf8 = _as_utf8(path, csv.encoding, Path(folder))
            # Every cell stays text here: what a number or a time is, is decided below and nowhere
            # else, so that "1,5" or "1_000" never becomes a number by somebody's good will.
            source = (
                f"read_csv({_path(utf8)}, all_varchar=true, header=true, skip=0, "
                f"delim={_quoted(csv.delimiter)}, quote='\"', escape='\"', strict_mode=true, "
                "null_padding=false, ignore_errors=false, comment='')"
            )
            connection.execute(f"CREATE TEMP TABLE raw AS SELECT * FROM {source}")
        yield connection


def _as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    if encoding == "utf-8":
        return path
    copy = folder / "utf8.csv"
    copy.write_text(path.read_bytes().decode(encoding), encoding="utf-8", newline="")
    return copy


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

    def read(self) -> RawTable:
        names = self._value_columns()
        points = self._points()
        times = self._time_sql()
        arrays = self._arrays([*times, self._code_sql(points), *self._number_sql(names)])
        time_ok = arrays["time_ok"].astype(np.bool_)
        columns = {
            name: self._column(name, arrays[f"v{n}"], arrays[f"k{n}"].astype(np.uint8))
            for n, name in enumerate(names)
        }
        used = {*names, self._table.time.column, self._table.point_column}
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
        )

    def _value_columns(self) -> list[str]:
        found: list[str] = []
        for value in self._table.values:
            matched = list(match_columns(value, list(self._types)))
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

    def _time_sql(self) -> list[str]:
        time = self._table.time
        kind = self._demand(time.column)
        column = _named(time.column)
        if time.format == EPOCH_S:
            us = f"TRY_CAST({column} AS BIGINT) * {_US_PER_S}"
        elif time.format == NATIVE:
            self._demand_native(time.column, kind, zoned=time.zone == "in-data")
            us = f"CASE WHEN isfinite({column}) THEN epoch_us({self._plain(column, kind)}) END"
        else:
            if kind != "VARCHAR":
                raise self._mismatch(time.column, f"{kind}; its format is {NATIVE}, not text")
            us = self._text_time_sql(column, time.format)
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
            if kind == "VARCHAR":
                # The pattern knows ASCII digits and the point only: no 1,5 and no ١٢ gets by.
                is_number = f"regexp_full_match(trim({column}), {_quoted(_NUMBER)})"
                number = f"CASE WHEN {is_number} THEN TRY_CAST({column} AS DOUBLE) END"
                is_nan = f"lower(trim({column})) = 'nan'"
                is_empty = f"{column} IS NULL OR trim({column}) = ''"
            elif any(word in kind for word in _NUMBER_TYPES):
                number = f"CAST({column} AS DOUBLE)"
                is_nan = f"isnan({number})"
                is_empty = f"{column} IS NULL"
            else:
                raise self._mismatch(name, f"{kind}, which is no number")
            cell = (
                f"CASE WHEN {is_empty} THEN {Cell.EMPTY:d} WHEN {is_nan} THEN {Cell.NAN:d} "
                f"WHEN ({number}) IS NULL THEN {Cell.TEXT:d} "
                f"WHEN isinf({number}) THEN {Cell.INFINITE:d} ELSE {Cell.NUMBER:d} END"
            )
            parts += [f"coalesce({number}, 0.0) AS v{n}", f"{cell} AS k{n}"]
        return parts

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
