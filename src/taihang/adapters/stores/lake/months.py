"""Tables of one Parquet file a UTC month: meter events, and everything that is derived.

A table is a set of slabs. A slab has a key (one or more strings, such as the meter) and columns of
equal length, one of them ``time_s`` in ascending order. On disk a slab's rows stand together, and
slabs stand in order of their keys, so a file is read back with one scan and one count by key.

Where few rows of a month change, they are written beside it as an *amendment*: rows in the place of
those of equal key and time. A reader puts amendments over the month's file in the order of their
numbers; when many have gathered, the month is written anew with all of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from taihang.adapters.stores.lake.errors import DamagedLakeError
from taihang.adapters.stores.lake.parquet import ParquetFolder, quoted, source_of
from taihang.core.periods import Period

Columns: TypeAlias = Mapping[str, NDArray[np.int64]]
Slabs: TypeAlias = Mapping[tuple[str, ...], Columns]

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "readings": ("point", "quantity"),
    "events": ("point", "kind"),
    "intervals": ("meter",),
    "balance": ("flow",),
    "matching": ("role", "node"),
    "storage": ("battery", "origin"),
    "lots": ("plant",),
    "quality": ("meter",),
    "findings": ("meter", "rule"),
}
"""Key columns of every table."""
_MARKS: Final = ("quality", "held", "closed", "metered", "estimated")
"""Columns of one small number; one byte each is read in half the time of eight."""
_AMENDED: Final = "amended"
"""Folder of the amendments of a table: ``2026-06.0001.parquet`` lies over ``2026-06.parquet``."""
AMENDMENTS_MOST: Final = 12
"""So many amendments lie over one month before it is written anew."""
_SHORT_S: Final = 16 * 86_400
"""Of a month of which no more is asked for, only these rows are decoded; else all of them."""
_TRIES: Final = 5
"""How often a read begins anew because another process wrote a month anew meanwhile."""
_FEW: Final = "DICTIONARY_SIZE_LIMIT 256"
"""Columns of fewer values get a dictionary; trying larger ones costs time, and room as well."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which rows and columns of a file are wanted."""

    key_part: str | None = None
    period: Period | None = None
    columns: Sequence[str] | None = None

    def of_month(self, month: str) -> "_Asked":
        """Ask for all of a month rather than for most of it: then no row is looked at twice."""
        if self.period is None:
            return self
        start_s, end_s = _edges_s(month)
        inside_s = min(self.period.end_s, end_s) - max(self.period.start_s, start_s)
        return self if inside_s <= _SHORT_S else replace(self, period=None)

    def where(self, keys: str) -> str:
        """Return which rows are wanted, in SQL; nothing where all are."""
        parts = [] if self.key_part is None else [f"'{quoted(self.key_part)}' IN ({keys})"]
        if self.period is not None:
            parts.append(f"time_s >= {self.period.start_s} AND time_s < {self.period.end_s}")
        return f"WHERE {' AND '.join(parts)}" if parts else ""

    def names(self, keys: str) -> str:
        """Return which columns are wanted, in SQL."""
        if self.columns is None:
            return f"* EXCLUDE ({keys})"
        return ", ".join(("time_s", *self.columns))


class MonthTables:
    """All tables of one lake but the readings."""

    def __init__(self, directory: Path, *, folder: ParquetFolder) -> None:
        self._directory = directory
        self._folder = folder

    def add(self, table: str, slabs: Slabs) -> None:
        """Add rows; a row that is there already stays once.

        Args:
            table: Such as ``events`` with columns ``time_s``, ``final_count``, ``initial_count``,
                ``batch``.
            slabs: Columns by key.
        """
        for month, part in _by_month(slabs).items():
            known = self._read_month(table, month)
            merged = dict(known)
            for key, columns in part.items():
                merged[key] = merge_rows(known.get(key), columns)
            self._write_month(table, month, merged)

    def amend(self, table: str, slabs: Slabs) -> None:
        """Put rows of a derived table in the place of those of equal key and time.

        Only what is given is written; rows that were not there are added. A crash leaves all rows
        of a month or none.

        Args:
            table: Name of the table.
            slabs: Columns by key, each in order of time.
        """
        for month, part in _by_month(slabs).items():
            earlier = self._amendments(table, month)
            if len(earlier) < AMENDMENTS_MOST:
                number = 1 + (int(earlier[-1].stem.rpartition(".")[2]) if earlier else 0)
                self._write_file(self._amended(table) / f"{month}.{number:04}.parquet", part)
                continue
            merged = self._read_month(table, month)
            for key, columns in part.items():
                merged[key] = amended_rows(merged.get(key), columns)
            self._write_month(table, month, merged)

    def replace(self, table: str, period: Period, slabs: Slabs) -> None:
        """Put new rows of a derived table in the place of all its rows in a period."""
        parts = _by_month(slabs)
        for month in sorted(set(parts) | _months(period)):
            kept = {
                key: _outside(columns, period)
                for key, columns in self._read_month(table, month).items()
            }
            merged = {key: columns for key, columns in kept.items() if len(columns["time_s"])}
            for key, columns in parts.get(month, {}).items():
                merged[key] = merge_rows(merged.get(key), columns)
            self._write_month(table, month, merged)

    def read(
        self,
        table: str,
        period: Period | None = None,
        key_part: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
        """Return the rows of a table in a period, each slab in order of time, none empty.

        Args:
            table: Name of the table.
            period: Rows whose ``time_s`` lies in ``[start, end)``; None for all.
            key_part: If given, only slabs one of whose key parts equals it.
            columns: Only these beside ``time_s``; None for all.

        Returns:
            Columns by key.
        """
        asked = _Asked(key_part, period, columns)
        wanted = None if period is None else _months(period)
        pieces: dict[tuple[str, ...], list[Columns]] = {}
        for month in self._months_of(table):
            if wanted is not None and month not in wanted:
                continue
            for key, rows in self._read_month(table, month, asked).items():
                cut = rows if period is None else rows_inside(rows, period)
                if len(cut["time_s"]):
                    pieces.setdefault(key, []).append(cut)
        return {
            key: {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            for key, parts in sorted(pieces.items())
        }

    def keys(self, table: str, period: Period) -> set[tuple[str, ...]]:
        """Return the keys of the rows of a period, without reading the rows.

        Args:
            table: Name of the table.
            period: Rows whose ``time_s`` lies in ``[start, end)``.

        Raises:
            DamagedLakeError: If a file cannot be read.
        """
        wanted = _months(period)
        months = [month for month in self._months_of(table) if month in wanted]
        paths = [self._path(table, month) for month in months]
        paths += [path for month in months for path in self._amendments(table, month)]
        there = [path for path in paths if path.exists()]
        if not there:
            return set()
        names = ", ".join(TABLES[table])
        where = f"time_s >= {period.start_s} AND time_s < {period.end_s}"
        cursor = self._folder.single.cursor()
        try:
            found = cursor.execute(
                f"SELECT DISTINCT {names} FROM {source_of(there)} WHERE {where}"
            ).fetchall()
        except duckdb.Error as error:
            raise DamagedLakeError(self._directory / table, "readable Parquet files") from error
        finally:
            cursor.close()
        return {tuple(map(str, key)) for key in found}

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        if any(self._amended(table).glob("*.parquet")):
            return sum(len(rows["time_s"]) for rows in self.read(table).values())
        paths = [self._path(table, month) for month in self._months_of(table)]
        return int(self._folder.read(paths, "count(*) AS n")["n"][0]) if paths else 0

    def clear(self) -> None:
        """Take everything out."""
        for table in TABLES:
            for path in sorted((self._directory / table).rglob("*.parquet")):
                path.unlink()

    # -- files -----------------------------------------------------------------------------------

    def _path(self, table: str, month: str) -> Path:
        return self._directory / table / f"{month}.parquet"

    def _amended(self, table: str) -> Path:
        return self._directory / table / _AMENDED

    def _amendments(self, table: str, month: str) -> list[Path]:
        """Return the amendments of a month, the earliest first."""
        return sorted(self._amended(table).glob(f"{month}.*.parquet"))

    def _months_of(self, table: str) -> list[str]:
        """Return the months that have a file or an amendment, in order."""
        paths = (self._directory / table).rglob("*.parquet")
        return sorted({path.name.partition(".")[0] for path in paths})

    def _read_month(
        self, table: str, month: str, asked: "_Asked | None" = None
    ) -> dict[tuple[str, ...], Columns]:
        """Read a month with its amendments over it; more than was asked for, if need be."""
        asked = (asked or _Asked()).of_month(month)
        for _ in range(_TRIES):
            # Listed before the file is read: whoever writes the month anew takes them away after.
            paths = self._amendments(table, month)
            slabs = self._read_file(self._path(table, month), asked)
            parts = [self._read_file(path, asked) for path in paths]
            if all(path.exists() for path in paths):
                break
        else:
            raise DamagedLakeError(self._path(table, month), "a month that stands still")
        for part in parts:
            for key, columns in part.items():
                slabs[key] = amended_rows(slabs.get(key), columns)
        return slabs

    def _write_month(self, table: str, month: str, slabs: Slabs) -> None:
        """Write a month anew; its amendments are in it, and go."""
        earlier = self._amendments(table, month)
        self._write_file(self._path(table, month), slabs)
        # The earliest first: what a crash leaves of them lies over rows that say the same.
        for path in earlier:
            path.unlink()

    def _read_file(self, path: Path, asked: "_Asked") -> dict[tuple[str, ...], Columns]:
        if not path.exists():
            return {}
        keys = ", ".join(TABLES[path.relative_to(self._directory).parts[0]])
        where = asked.where(keys)
        try:
            # Two scans of one open file: a writer may put a new one in its place between them.
            file = path.open("rb")
        except FileNotFoundError:
            return {}
        cursor = self._folder.single.cursor()
        source = f"FROM read_parquet('/dev/fd/{file.fileno()}') {where}"
        try:
            counts = cursor.execute(
                f"SELECT {keys}, count(*) {source} GROUP BY {keys} ORDER BY {keys}"
            ).fetchall()
            rows = cursor.execute(f"SELECT {asked.names(keys)} {source}")
            found = cast("dict[str, NDArray[np.integer]]", rows.fetchnumpy())  # pyright: ignore[reportUnknownMemberType]
        except duckdb.Error as error:
            raise DamagedLakeError(path, "a readable Parquet file") from error
        finally:
            cursor.close()
            file.close()
        values = {name: array.astype(np.int64, copy=False) for name, array in found.items()}
        slabs: dict[tuple[str, ...], Columns] = {}
        first = 0
        for *key, n_rows in counts:
            last = first + int(str(n_rows))
            slabs[tuple(map(str, key))] = {name: a[first:last] for name, a in values.items()}
            first = last
        return slabs

    def _write_file(self, path: Path, slabs: Slabs) -> None:
        if not slabs:
            path.unlink(missing_ok=True)
            return
        table = path.relative_to(self._directory).parts[0]
        keys = sorted(slabs)
        lengths = [len(slabs[key]["time_s"]) for key in keys]
        rows: dict[str, NDArray[np.integer]] = {}
        for name in slabs[keys[0]]:
            column = np.concatenate([slabs[key][name] for key in keys])
            rows[name] = column.astype(np.uint8) if name in _MARKS else column
        columns = ", ".join((*TABLES[table], *rows))
        rows["slab"] = np.repeat(np.arange(len(keys), dtype=np.int64), lengths)
        names = f"SELECT unnest(range({len(keys)})) AS slab, {_names(table, keys)}"
        select = f"SELECT {columns} FROM rows JOIN ({names}) USING (slab)"
        self._folder.write(path, rows, select=select, options=_FEW)
        self._folder.settle_folder(path.parent)


def _names(table: str, keys: Sequence[tuple[str, ...]]) -> str:
    """Return the key columns of some slabs in SQL: as enumerations, whose texts are looked at once.

    In Parquet they are texts like any other.
    """
    columns: list[str] = []
    for i, column in enumerate(TABLES[table]):
        every, each = _literals(sorted({key[i] for key in keys})), _literals(key[i] for key in keys)
        columns.append(f"unnest([{each}]::ENUM({every})[]) AS {column}")
    return ", ".join(columns)


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(f"'{quoted(text)}'" for text in texts)


def _month_name(time_s: int) -> str:
    return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m}"


def _edges_s(month: str) -> tuple[int, int]:
    first = np.datetime64(month, "M")
    start_s, end_s = np.array([first, first + 1]).astype("datetime64[s]").astype(np.int64).tolist()
    return start_s, end_s


def _months(period: Period) -> set[str]:
    names = {_month_name(period.start_s), _month_name(period.end_s - 1)}
    day_s = 86_400
    return names | {_month_name(t) for t in range(period.start_s, period.end_s, 27 * day_s)}


def _by_month(slabs: Slabs) -> dict[str, dict[tuple[str, ...], Columns]]:
    parts: dict[str, dict[tuple[str, ...], Columns]] = {}
    for key, columns in slabs.items():
        months = columns["time_s"].astype("datetime64[s]").astype("datetime64[M]")
        edges = np.flatnonzero(months[1:] != months[:-1]) + 1
        for first, last in zip([0, *edges], [*edges, len(months)], strict=True):
            if last > first:
                cut = {name: array[first:last] for name, array in columns.items()}
                parts.setdefault(str(months[first]), {})[key] = cut
    return parts


def merge_rows(known: Columns | None, added: Columns) -> Columns:
    """Join two slabs in order of time and, where there is one, batch; equal rows become one.

    Example:
        >>> one, two = {"time_s": np.array([0, 9])}, {"time_s": np.array([4, 9])}
        >>> merge_rows(one, two)["time_s"].tolist()
        [0, 4, 9]
    """
    if known is None:
        return added
    joined = {name: np.concatenate([known[name], added[name]]) for name in known}
    tie = joined.get("batch", joined["time_s"])
    order = np.lexsort((tie, joined["time_s"]))
    sorted_ = {name: array[order] for name, array in joined.items()}
    same = np.ones(len(order), np.bool_)
    for array in sorted_.values():
        same[1:] &= array[1:] == array[:-1]
    same[:1] = False
    return {name: array[~same] for name, array in sorted_.items()}


def amended_rows(known: Columns | None, added: Columns) -> Columns:
    """Put rows in the place of those of equal time; others are added.

    Args:
        known: Columns in order of time, no time twice; None where nothing is known.
        added: The same columns, in order of time.

    Example:
        >>> one = {"time_s": np.array([0, 4]), "wh": np.array([1, 1])}
        >>> two = {"time_s": np.array([4, 9]), "wh": np.array([7, 7])}
        >>> amended_rows(one, two)["wh"].tolist()
        [1, 7, 7]
    """
    if known is None:
        return added
    joined = {name: np.concatenate([known[name], added[name]]) for name in known}
    order = np.argsort(joined["time_s"], kind="stable")
    times_s = joined["time_s"][order]
    last = order[np.append(times_s[1:] != times_s[:-1], np.True_)]
    return {name: column[last] for name, column in joined.items()}


def _by_rank(columns: Columns, rank: NDArray[np.int64]) -> Columns:
    """Number the batches by the order of sending, and put rows of one time in that order."""
    if "batch" not in columns:
        return columns
    ranked = {**columns, "batch": rank[columns["batch"]]}
    order = np.lexsort((ranked["batch"], ranked["time_s"]))
    return {name: array[order] for name, array in ranked.items()}


def hashed_slabs(table: str, slabs: Slabs, rank: NDArray[np.int64]) -> Iterator[bytes]:
    """Yield what a table says, the same for any order of arrival.

    Args:
        table: Name of the table.
        slabs: Its rows by key.
        rank: Rank of every batch in the order of sending, by leaf index.

    Yields:
        Bytes to be hashed.
    """
    for key, columns in sorted(slabs.items()):
        yield json.dumps([table, *key]).encode()
        ranked = _by_rank(columns, rank)
        for name in sorted(ranked):
            yield name.encode()
            yield ranked[name].tobytes()


def rows_inside(columns: Columns, period: Period) -> Columns:
    """Cut a slab to a period."""
    first, last = np.searchsorted(columns["time_s"], [period.start_s, period.end_s])
    return {name: array[first:last] for name, array in columns.items()}


def _outside(columns: Columns, period: Period) -> Columns:
    first, last = np.searchsorted(columns["time_s"], [period.start_s, period.end_s])
    return {name: np.concatenate([a[:first], a[last:]]) for name, a in columns.items()}
