"""The lake: Parquet by month, written and read by an in-process DuckDB. Derived and rebuildable.

A table is a set of slabs. A slab has a key (one or more strings, such as the point) and columns of
equal length, one of them ``time_s`` in ascending order. On disk a slab's rows stand together, and
slabs stand in order of their keys, so a file is read back with one scan and one count by key.

DuckDB's COPY does not force anything to the disk, so every file is forced, renamed, and its folder
forced, before the manifest names it.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import IntegrityError, LinkError
from taihang.core.metering.batch_index import NO_GATEWAY, BatchIndex
from taihang.core.metering.readings import ReadingRows
from taihang.core.periods import Period

Columns = Mapping[str, NDArray[np.int64]]
Slabs = Mapping[tuple[str, ...], Columns]

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "readings": ("point", "quantity"),
    "events": ("point", "kind"),
    "intervals": ("meter",),
    "balance": ("flow",),
    "matching": ("role", "node"),
    "lots": ("plant",),
    "quality": ("meter",),
    "findings": ("meter", "rule"),
}
"""Key columns of every table."""

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_ROW_GROUP: Final = 144_000


class DamagedLakeError(IntegrityError):
    """A file of the lake cannot be read, or the manifest does not fit."""

    code = "integrity.damaged-lake"


class LakeWriteError(LinkError):
    """A file of the lake could not be written; the old one stays."""

    code = "link.lake-write"


class Disk(Protocol):
    """What the lake needs from the file system."""

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another in one step."""
        ...

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class Lake:
    """One park's lake."""

    def __init__(self, directory: Path, *, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk
        self._database = duckdb.connect(
            config={"threads": 2, "memory_limit": "600MB", "autoinstall_known_extensions": False}
        )
        self._forget()

    @property
    def directory(self) -> Path:
        """Where its files lie."""
        return self._directory

    def _forget(self) -> None:
        """Hold nothing in memory; what the folder says is looked up anew."""
        self._index: BatchIndex | None = None
        self._n_sealed = 0
        self._hot: list[ReadingRows] = []
        self._hot_events: dict[tuple[str, ...], Columns] = {}

    # -- manifest --------------------------------------------------------------------------------

    def batches(self) -> BatchIndex:
        """Return which batches are inside, by leaf index."""
        if self._index is None:
            self._index = BatchIndex(self._sealed_batches())
            self._n_sealed = len(self._index)
        return self._index

    @property
    def n_hot(self) -> int:
        """Readings that are inside and not yet in a file."""
        return sum(len(rows) for rows in self._hot)

    def insert(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        """Take in the next batches; seen by ``read`` at once, on no disk before ``flush``."""
        self.batches().extend(batches)
        self._hot.append(rows)
        for key, columns in (events or {}).items():
            self._hot_events[key] = _merge(self._hot_events.get(key), columns)

    def flush(self) -> None:
        """Write to files what was inserted; the manifest goes last, so a crash repeats it."""
        if len(self.batches()) == self._n_sealed and not self._hot:
            return
        if self._hot:
            self.add("readings", {**ReadingRows.joined(self._hot).slabs()})
        self.add("events", self._hot_events)
        path = self._directory / _MANIFEST
        manifest = {"batches": [list(row) for row in self.batches()], "format": _FORMAT}
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._disk.write_whole(path, json.dumps(manifest, separators=(",", ":")).encode())
        except OSError as error:
            raise self._unwritten(path, error) from error
        self._n_sealed = len(self.batches())
        self._hot, self._hot_events = [], {}

    def _sealed_batches(self) -> list[tuple[str, int, int]]:
        path = self._directory / _MANIFEST
        if not path.exists():
            return []
        try:
            manifest = json.loads(path.read_text())
            rows = [(str(g), int(c), int(s)) for g, c, s in manifest["batches"]]
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(path, "a manifest of this format") from error
        if manifest["format"] != _FORMAT:
            raise self._damaged(path, f"manifest format {_FORMAT}")
        return rows

    def clear(self) -> None:
        """Take everything out, manifest first, so that a crash leaves an empty lake."""
        (self._directory / _MANIFEST).unlink(missing_ok=True)
        self._forget()
        for table in TABLES:
            for path in self._files(table):
                path.unlink()

    def take_over(self, other: "Lake") -> None:
        """Put another lake's folder in the place of this one, whole."""
        old = self._directory.with_name(self._directory.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        if self._directory.exists():
            self._disk.rename(self._directory, old)
        self._disk.rename(other.directory, self._directory)
        self._disk.fsync(self._directory.parent)
        self._forget()
        shutil.rmtree(old, ignore_errors=True)

    def discard(self) -> None:
        """Throw the whole folder away; for a lake that was only made to compare with."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self._forget()

    # -- rows ------------------------------------------------------------------------------------

    def add(self, table: str, slabs: Slabs) -> None:
        """Add rows to ``readings`` or ``events``; a row that is there already stays once.

        Args:
            table: ``readings`` with columns ``time_s``, ``count``, ``quality``, ``batch``, or
                ``events`` with ``time_s``, ``final_count``, ``initial_count``, ``batch``.
            slabs: Columns by key.
        """
        for month, part in _by_month(slabs).items():
            known = self._read_file(self._path(table, month))
            merged = dict(known)
            for key, columns in part.items():
                merged[key] = _merge(known.get(key), columns)
            self._write_file(table, month, merged)

    def replace(self, table: str, period: Period, slabs: Slabs) -> None:
        """Put new rows of a derived table in the place of all its rows in a period."""
        parts = _by_month(slabs)
        for month in sorted(set(parts) | _months(period)):
            path = self._path(table, month)
            kept = {
                key: _outside(columns, period) for key, columns in self._read_file(path).items()
            }
            merged = {key: columns for key, columns in kept.items() if len(columns["time_s"])}
            for key, columns in parts.get(month, {}).items():
                merged[key] = _merge(merged.get(key), columns)
            self._write_file(table, month, merged)

    def read(
        self, table: str, period: Period | None = None, key_part: str | None = None
    ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
        """Return the rows of a table in a period, each slab in order of time, none empty.

        Args:
            table: Name of the table.
            period: Rows whose ``time_s`` lies in ``[start, end)``; None for all.
            key_part: If given, only slabs one of whose key parts equals it.

        Returns:
            Columns by key.
        """
        wanted = None if period is None else _months(period)
        pieces: dict[tuple[str, ...], list[Columns]] = {}
        for path in self._files(table):
            if wanted is not None and path.stem not in wanted:
                continue
            for key, columns in self._read_file(path, key_part).items():
                cut = columns if period is None else _inside(columns, period)
                if len(cut["time_s"]):
                    pieces.setdefault(key, []).append(cut)
        found = {
            key: {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            for key, parts in pieces.items()
        }
        for key, columns in self._hot_slabs(table).items():
            cut = columns if period is None else _inside(columns, period)
            if len(cut["time_s"]) and (key_part is None or key_part in key):
                found[key] = {**_merge(found.get(key), cut)}
        return dict(sorted(found.items()))

    def _hot_slabs(self, table: str) -> Slabs:
        if table == "events":
            return self._hot_events
        if table == "readings" and self._hot:
            return {**ReadingRows.joined(self._hot).slabs()}
        return {}

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        n_hot = sum(len(columns["time_s"]) for columns in self._hot_slabs(table).values())
        files = ", ".join(f"'{_quoted(str(path))}'" for path in self._files(table))
        if not files:
            return n_hot
        row = self._database.execute(f"SELECT count(*) FROM read_parquet([{files}])").fetchone()
        return n_hot + (0 if row is None else int(str(row[0])))

    def state_hash(self) -> str:
        """Return one SHA-256 over everything inside, the same for any order of arrival."""
        self.flush()
        batches = self.batches()
        rank = batches.rank()
        numbers = sorted(row[:2] for row in batches if row.gateway != NO_GATEWAY)
        digest = hashlib.sha256(json.dumps(numbers).encode())
        for table in sorted(TABLES):
            for path in self._files(table):
                for key, columns in sorted(self._read_file(path).items()):
                    digest.update(json.dumps([table, path.stem, *key]).encode())
                    ranked = _by_rank(columns, rank)
                    for name in sorted(ranked):
                        digest.update(name.encode())
                        digest.update(ranked[name].tobytes())
        return digest.hexdigest()

    # -- files -----------------------------------------------------------------------------------

    def _path(self, table: str, month: str) -> Path:
        return self._directory / table / f"{month}.parquet"

    def _files(self, table: str) -> list[Path]:
        return sorted((self._directory / table).glob("*.parquet"))

    def _read_file(self, path: Path, key_part: str | None = None) -> dict[tuple[str, ...], Columns]:
        if not path.exists():
            return {}
        keys = ", ".join(TABLES[path.parent.name])
        where = "" if key_part is None else f"WHERE '{_quoted(key_part)}' IN ({keys})"
        try:
            # Two scans of one open file: a writer may put a new one in its place between them.
            file = path.open("rb")
        except FileNotFoundError:
            return {}
        source = f"FROM read_parquet('/dev/fd/{file.fileno()}') {where}"
        try:
            counts = self._database.execute(
                f"SELECT {keys}, count(*) {source} GROUP BY {keys} ORDER BY {keys}"
            ).fetchall()
            rows = self._database.execute(f"SELECT * EXCLUDE ({keys}) {source}")
            # Every column of every table is BIGINT: see _write_file.
            values = cast("dict[str, NDArray[np.int64]]", rows.fetchnumpy())  # pyright: ignore[reportUnknownMemberType]
        except duckdb.Error as error:
            raise self._damaged(path, "a readable Parquet file") from error
        finally:
            file.close()
        slabs: dict[tuple[str, ...], Columns] = {}
        first = 0
        for *key, n_rows in counts:
            last = first + int(str(n_rows))
            slabs[tuple(map(str, key))] = {name: a[first:last] for name, a in values.items()}
            first = last
        return slabs

    def _write_file(self, table: str, month: str, slabs: Slabs) -> None:
        path = self._path(table, month)
        if not slabs:
            path.unlink(missing_ok=True)
            return
        keys = sorted(slabs)
        lengths = [len(slabs[key]["time_s"]) for key in keys]
        rows = {name: np.concatenate([slabs[key][name] for key in keys]) for name in slabs[keys[0]]}
        names = ", ".join(rows)
        rows["code"] = np.repeat(np.arange(1, len(keys) + 1, dtype=np.int64), lengths)
        strings = ", ".join(
            f"([{_literals(key[i] for key in keys)}])[code] AS {column}"
            for i, column in enumerate(TABLES[table])
        )
        part = path.with_name(path.name + ".part")
        self._database.register("rows", rows)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database.execute(
                f"COPY (SELECT {strings}, {names} FROM rows) TO '{_quoted(str(part))}' ("
                "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2,"
                f" ROW_GROUP_SIZE {_ROW_GROUP})"
            )
            self._disk.fsync(part)
            self._disk.rename(part, path)
            self._disk.fsync(path.parent)
        except (duckdb.Error, OSError) as error:
            part.unlink(missing_ok=True)
            raise self._unwritten(path, error) from error
        finally:
            self._database.unregister("rows")

    def _unwritten(self, path: Path, error: Exception) -> LakeWriteError:
        return LakeWriteError(
            given=f"{path}: {error}",
            expected="a disk with room for it",
            remedy="make room and run the command again: the journal has every reading",
        )

    def _damaged(self, path: Path, expected: str) -> DamagedLakeError:
        return DamagedLakeError(
            given=str(path),
            expected=expected,
            remedy="run `taihang rebuild`: the lake comes back from the journal",
        )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(f"'{_quoted(text)}'" for text in texts)


def _month_name(time_s: int) -> str:
    return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m}"


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


def _merge(known: Columns | None, added: Columns) -> Columns:
    """Join two slabs in order of time and, where there is one, batch; equal rows become one."""
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


def _by_rank(columns: Columns, rank: NDArray[np.int64]) -> Columns:
    """Number the batches by the order of sending, and put rows of one time in that order."""
    if "batch" not in columns:
        return columns
    ranked = {**columns, "batch": rank[columns["batch"]]}
    order = np.lexsort((ranked["batch"], ranked["time_s"]))
    return {name: array[order] for name, array in ranked.items()}


def _inside(columns: Columns, period: Period) -> Columns:
    first, last = np.searchsorted(columns["time_s"], [period.start_s, period.end_s])
    return {name: array[first:last] for name, array in columns.items()}


def _outside(columns: Columns, period: Period) -> Columns:
    first, last = np.searchsorted(columns["time_s"], [period.start_s, period.end_s])
    return {name: np.concatenate([a[:first], a[last:]]) for name, a in columns.items()}
