"""One park's lake: what was inserted is read at once, what is flushed stays.

Hot rows lie in memory in order of arrival (``hot``), all others in sealed files (``sealed``). Both
are read as one. The rule of currency is that of §3 in either tier: sealed rows know the leaf at
which they ceased to count, hot rows are compared by the rank of their batches.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.stores.lake.errors import DamagedLakeError
from taihang.adapters.stores.lake.hot import HotTier
from taihang.adapters.stores.lake.manifest import (
    MANIFEST,
    Contents,
    SealedFile,
    mark_of,
    read_contents,
    write_contents,
)
from taihang.adapters.stores.lake.months import (
    TABLES,
    Columns,
    MonthTables,
    Slabs,
    hashed_slabs,
    merge_rows,
    rows_inside,
)
from taihang.adapters.stores.lake.parquet import Arrays, Disk, ParquetFolder
from taihang.adapters.stores.lake.reader import LakeReader, Question
from taihang.adapters.stores.lake.sealed import SealedTier, Sizes
from taihang.core.metering.batch_index import NO_GATEWAY, BatchIndex
from taihang.core.metering.readings import Place, ReadingRows
from taihang.core.metering.rollup import COLUMNS as ROLLUP_COLUMNS
from taihang.core.periods import Period

READINGS: Final = "readings"
EVENTS: Final = "events"
KEPT: Final = "kept"
"""Folder of files that follow from the rows."""
_TRIES: Final = 5
"""How often a read begins anew because another process put new files in the place of old ones."""
_Found = TypeVar("_Found")


class Lake:
    """One park's lake."""

    def __init__(self, directory: Path, *, disk: Disk, sizes: Sizes | None = None) -> None:
        self._directory = directory
        self._disk = disk
        self._sizes = sizes or Sizes()
        self._folder = ParquetFolder(disk)
        self._months = MonthTables(directory, folder=self._folder)
        self._sealed = SealedTier(directory, folder=self._folder, sizes=self._sizes)
        self._hot = HotTier(self._folder.database)
        self._forget()

    def _forget(self) -> None:
        """Hold nothing in memory; what the folder says is looked up anew."""
        self._hot.clear()
        self._hot_events: dict[tuple[str, ...], Columns] = {}
        self._contents = Contents()
        self._mark: tuple[int, int, int] | None = None
        self._batches = BatchIndex()
        self._codes: dict[Place, int] = {}
        self._points: list[Place] = []

    @property
    def directory(self) -> Path:
        """Where its files lie."""
        return self._directory

    # -- what is inside --------------------------------------------------------------------------

    def batches(self) -> BatchIndex:
        """Return which batches are inside, by leaf index."""
        self._look()
        return self._batches

    @property
    def n_hot(self) -> int:
        """Readings that are inside and not yet in a file."""
        return len(self._hot)

    @property
    def n_sealed(self) -> int:
        """Batches that are in files."""
        self._look()
        return self._contents.n_batches

    def insert(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        """Take in the next batches; seen by ``read`` at once, on no disk before ``flush``."""
        self._take_in(batches, events)
        self._hot.add(self._coded(rows))

    def seal(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        """Take in many of the next batches and flush: for a replay, past the hot tier."""
        self.flush()
        self._take_in(batches, events)
        self._flush(self._coded(rows))

    def flush(self) -> None:
        """Write to files what was inserted; a crash leaves all of it or nothing of it."""
        self._look()
        if len(self._batches) > self._contents.n_batches or self._hot or self._hot_events:
            self._flush(self._hot.all())

    def compact(self, *, before_s: int) -> int:
        """Make files of whole months out of files of days, month by month.

        Args:
            before_s: Only months that ended before it. [s since 1970-01-01T00:00Z]

        Returns:
            How many files were replaced.
        """
        self.flush()
        n_replaced = 0
        months = {f.month for f in self._contents.files if f.is_day}
        for month in sorted(months):
            old = [f for f in self._contents.files if f.month == month and f.is_day]
            if int((np.datetime64(month) + 1).astype("datetime64[s]").astype(int)) > before_s:
                continue
            new = self._sealed.compact(
                old, flush=self._contents.flush + 1, is_counter=self._is_counter()
            )
            kept = [f for f in self._contents.files if f not in set(old)]
            self._finish(sorted([*kept, *new], key=lambda file: (file.span, file.low)))
            n_replaced += len(old)
        return n_replaced

    def _look(self) -> None:
        """Take note of what another process flushed."""
        mark = mark_of(self._directory)
        if mark == self._mark:
            return
        contents = read_contents(self._directory, self._folder)
        hot = self._hot.rows(f"batch >= {contents.n_batches}")
        points = list(self._points)
        self._contents = contents
        if contents.n_batches > len(self._batches):
            self._batches = contents.batches
        self._points = list(contents.points)
        self._codes = {place: code for code, place in enumerate(self._points)}
        if len(self._hot):
            # A point may have another number by now.
            numbers = np.array([self._code(place) for place in points], np.int64)
            self._hot.clear()
            self._hot.add({**hot, "code": numbers[hot["code"]]})
        self._mark = mark

    def _take_in(self, batches: Iterable[tuple[str, int, int]], events: Slabs | None) -> None:
        self._look()
        self._batches.extend(batches)
        for key, columns in (events or {}).items():
            self._hot_events[key] = merge_rows(self._hot_events.get(key), columns)

    def _coded(self, rows: ReadingRows) -> Arrays:
        # Nearly always every point is known: a thousand of them in 30 µs instead of 400.
        known = list(map(self._codes.get, rows.points))
        numbers = known if None not in known else map(self._code, rows.points)
        codes = np.array(list(numbers), np.int32)
        return {
            "code": codes[rows.code] if len(rows) else np.empty(0, np.int32),
            "time_s": rows.time_s,
            "count": rows.count,
            "quality": rows.quality,
            "batch": rows.batch,
        }

    def _code(self, place: Place) -> int:
        code = self._codes.setdefault(place, len(self._points))
        if code == len(self._points):
            self._points.append(place)
        return code

    def _is_counter(self) -> NDArray[np.bool_]:
        return np.array([quantity == "register" for _, quantity in self._points], np.bool_)

    def _flush(self, rows: Arrays) -> None:
        # 1. Files under new names; until the manifest names them they count for nothing.
        files = self._contents.files
        if len(rows["code"]):
            files = self._sealed.seal(
                rows,
                files,
                flush=self._contents.flush + 1,
                rank=self._batches.rank(),
                is_counter=self._is_counter(),
            )
        # 2. Events: equal rows stay once, so a crash repeats them harmlessly.
        self._months.add(EVENTS, self._hot_events)
        # 3. The manifest; from here on the rows are sealed and not hot.
        self._finish(files)

    def _finish(self, files: Sequence[SealedFile]) -> None:
        new = Contents(
            flush=self._contents.flush + 1,
            files=tuple(files),
            points=tuple(self._points),
            batches=self._batches,
        )
        write_contents(self._directory, self._folder, new, self._contents)
        self._contents = new
        self._mark = mark_of(self._directory)
        self._hot.clear()
        self._hot_events = {}
        # 4. What the manifest does not name any more.
        for path in self._sealed.stray(files):
            path.unlink(missing_ok=True)

    # -- the folder as a whole -------------------------------------------------------------------

    def clear(self) -> None:
        """Take everything out, manifest first, so that a crash leaves an empty lake."""
        (self._directory / MANIFEST).unlink(missing_ok=True)
        self._forget()
        for path in self._sealed.stray(()):
            path.unlink()
        self._months.clear()
        shutil.rmtree(self._directory / KEPT, ignore_errors=True)

    def take_over(self, other: "Lake") -> None:
        """Put another lake's folder in the place of this one, whole."""
        other.flush()
        old = self._directory.with_name(self._directory.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        if self._directory.exists():
            self._disk.rename(self._directory, old)
        other.directory.mkdir(exist_ok=True)  # A lake without a row has no folder.
        self._disk.rename(other.directory, self._directory)
        self._disk.fsync(self._directory.parent)
        self._forget()
        shutil.rmtree(old, ignore_errors=True)

    def discard(self) -> None:
        """Throw the whole folder away; for a lake that was only made to compare with."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self._forget()

    # -- tables ----------------------------------------------------------------------------------

    def add(self, table: str, slabs: Slabs) -> None:
        """Add rows to a table by month; a row that is there already stays once."""
        self._months.add(table, slabs)

    def replace(self, table: str, period: Period, slabs: Slabs) -> None:
        """Put new rows of a derived table in the place of all its rows in a period."""
        self._months.replace(table, period, slabs)

    def amend(self, table: str, slabs: Slabs) -> None:
        """Put rows of a derived table in the place of those of equal key and time."""
        self._months.amend(table, slabs)

    def read(
        self,
        table: str,
        period: Period | None = None,
        key_part: str | None = None,
        *,
        as_of: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
        """Return the rows of a table in a period, each slab in order of time, none empty.

        Args:
            table: Name of the table.
            period: Rows whose ``time_s`` lies in ``[start, end)``; None for all.
            key_part: If given, only slabs one of whose key parts equals it.
            as_of: Of ``readings``: only the row of each time that counted as known at this size
                of the journal. Without it, every row that ever came.
            columns: Of a settled table: only these beside ``time_s``; None for all.

        Returns:
            Columns by key.
        """
        if table == READINGS:
            return self._read_readings(Question(period, self._chosen(key_part), as_of))
        found = self._months.read(table, period, key_part, columns)
        if table == EVENTS:
            for key, rows in self._hot_events.items():
                cut = rows if period is None else rows_inside(rows, period)
                if len(cut["time_s"]) and (key_part is None or key_part in key):
                    found[key] = {**merge_rows(found.get(key), cut)}
        return dict(sorted(found.items()))

    def keep(self, name: str, data: bytes) -> None:
        """Keep a small file that follows from the rows; it may be lost like them."""
        path = self._directory / KEPT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._disk.write_whole(path, data)

    def kept(self, name: str) -> bytes | None:
        """Return a file that was kept, None where there is none."""
        path = self._directory / KEPT / name
        return path.read_bytes() if path.exists() else None

    def keys(self, table: str, period: Period) -> set[tuple[str, ...]]:
        """Return the keys of the rows of a derived table in a period."""
        return self._months.keys(table, period)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        if table != READINGS:
            return self._months.count(table)
        self._look()
        return sum(file.n_rows for file in self._contents.files) + len(self._hot)

    def rollups(
        self,
        step_s: int,
        period: Period,
        places: Sequence[Place] | None = None,
        *,
        as_of: int | None = None,
        names: Sequence[str] = ROLLUP_COLUMNS,
    ) -> tuple[tuple[Place, ...], Columns]:
        """Return roll-ups of the readings that count.

        Args:
            step_s: 900, 3 600 or 86 400; the stretches begin at its multiples. [s]
            period: Stretches that begin in it.
            places: Only these points; None for all.
            as_of: As known at this size of the journal; None for now.
            names: Which columns of ``core/metering/rollup.py`` are wanted, if not all.

        Returns:
            The points by code, and the columns in order of code and time.
        """
        question = Question(period, None if places is None else self._codes_of(places), as_of)
        return self._again(
            lambda reader: (tuple(self._points), reader.rollups(step_s, question, names=names))
        )

    def arrived(self, since: int, period: Period, *, also: Sequence[int] = ()) -> tuple[Place, ...]:
        """Return the points of which readings of a period came late.

        Args:
            since: In batches of this leaf index or a later one.
            period: Times of the readings.
            also: Further batches, by leaf index.

        Returns:
            The points, in order.
        """
        codes = self._again(lambda reader: reader.arrived(since, period, also))
        return tuple(sorted(self._points[code] for code in codes))

    def last(self) -> tuple[tuple[Place, ...], Columns]:
        """Return the last usable reading of every point, as columns of a roll-up."""
        return self._again(lambda reader: (tuple(self._points), reader.last()))

    def damaged_files(self) -> list[str]:
        """Return the names of sealed files whose bytes are not those that were written."""
        self._look()
        return self._sealed.damaged(self._contents.files)

    def totals(
        self, step_s: int, period: Period, places: Sequence[Place]
    ) -> dict[str, NDArray[np.int64]]:
        """Return the sum over points of all their readings in each stretch.

        Returns:
            Columns ``time_s``, ``sum_count`` and ``n``, in order of time.
        """
        question = Question(period, self._codes_of(places), None)
        return self._again(lambda reader: reader.totals(step_s, question))

    def _codes_of(self, places: Sequence[Place]) -> list[int]:
        self._look()
        return [self._codes[place] for place in places if place in self._codes]

    def _chosen(self, key_part: str | None) -> list[int] | None:
        if key_part is None:
            return None
        self._look()
        return [code for place, code in self._codes.items() if key_part in place]

    def _read_readings(
        self, question: Question
    ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
        def slabs(
            reader: LakeReader,
        ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
            rows = reader.rows(question)
            code = rows.pop("code")
            edges = np.searchsorted(code, np.arange(len(self._points) + 1))
            return {
                self._points[number]: {name: column[first:last] for name, column in rows.items()}
                for number, (first, last) in enumerate(pairwise(edges.tolist()))
                if last > first
            }

        return dict(sorted(self._again(slabs).items()))

    def _again(self, read: Callable[[LakeReader], _Found]) -> _Found:
        """Read, and read anew if another process replaced the files meanwhile."""
        for _ in range(_TRIES - 1):
            self._look()
            mark = self._mark
            try:
                return read(self._reader())
            except DamagedLakeError:
                if mark_of(self._directory) == mark:
                    raise
        self._look()
        return read(self._reader())

    def _reader(self) -> LakeReader:
        return LakeReader(
            self._contents.files,
            sealed=self._sealed,
            hot=self._hot,
            batches=self._batches,
            is_counter=self._is_counter(),
        )

    # -- one hash over everything ----------------------------------------------------------------

    def state_hash(self) -> str:
        """Return one SHA-256 over everything inside.

        It is the same for any order of arrival, any flush and any lay-out of the files; leaves of
        the log that are not batches change nothing.
        """
        batches = self.batches()
        rank = batches.rank()
        numbers = sorted(row[:2] for row in batches if row.gateway != NO_GATEWAY)
        digest = hashlib.sha256(json.dumps(numbers).encode())
        of_points = self._again(lambda reader: reader.hashes(rank))
        for place in sorted(self._points):
            if self._codes[place] in of_points:
                digest.update(json.dumps([READINGS, *place]).encode())
                digest.update(of_points[self._codes[place]])
        for part in hashed_slabs(EVENTS, self.read(EVENTS), rank):
            digest.update(part)
        for table in sorted(set(TABLES) - {READINGS, EVENTS}):
            for part in hashed_slabs(table, self._months.read(table), rank):
                digest.update(part)
        return digest.hexdigest()
