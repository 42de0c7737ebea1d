"""The sealed tier: readings in order of (point, time), with the leaf at which each ceased to count.

A small month is one file. A month that grows large gets a file a day and some 2 000 points; when it
is over, ``compact`` makes them files of the whole month and fewer points, so that one point's year
is read from twelve of them. A file never changes: who has more rows for it writes it anew under
another name. Beside each file lie its roll-ups, made from the rows that count.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.stores.lake.manifest import ALL_CODES, SealedFile
from taihang.adapters.stores.lake.parquet import NUMBERS, Arrays, ParquetFolder
from taihang.adapters.stores.lake.runs import ordered
from taihang.core.metering import rollup
from taihang.core.metering.current import CURRENT, superseded_at
from taihang.core.metering.rollup import Columns

DAY_S: Final = 86_400
QUARTER: Final = "quarter"
HOUR: Final = "hour"
DAY: Final = "day"
TIERS: Final = {QUARTER: 900, HOUR: 3_600, DAY: DAY_S}
"""Roll-ups that are kept, and the length of their stretches. [s]"""
COLUMNS: Final = ("code", "time_s", "count", "quality", "batch", "batch_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Where the lake changes its lay-out; the answers are the same for any of them."""

    small_month_rows: int = 2_000_000
    """Up to here a month is one file."""
    day_points: int = 2_048
    """Points in one file of a day."""
    month_points: int = 128
    """Points in one file of a closed month: 5.7 million rows at 1 min, which fit in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """One file that is to be written."""

    span: str
    low: int
    high: int
    old: SealedFile | None
    """What stands there now; its rows go into the new one."""
    rows: Arrays
    """The new rows."""


class SealedTier:
    """Files of readings and roll-ups of one lake."""

    def __init__(self, directory: Path, *, folder: ParquetFolder, sizes: Sizes) -> None:
        self._directory = directory
        self._folder = folder
        self._sizes = sizes
        self._holding: dict[tuple[str, tuple[int, ...]], bool] = {}

    def path(self, file: SealedFile, tier: str | None = None) -> Path:
        """Return where the readings of a file lie, or one of its roll-ups."""
        place = Path("readings") if tier is None else Path("rollups") / tier
        return self._directory / place / f"{file.name}.parquet"

    def paths(self, file: SealedFile) -> list[Path]:
        """Return all paths of a file."""
        return [self.path(file), *(self.path(file, tier) for tier in file.tiers.split())]

    def stray(self, files: Iterable[SealedFile]) -> list[Path]:
        """Return what lies in the folders and is in no file: left by a crash, or replaced."""
        known = {path for file in files for path in self.paths(file)}
        folders = [self._directory / "readings", *(self._rollups(tier) for tier in TIERS)]
        found = (path for folder in folders if folder.is_dir() for path in folder.iterdir())
        return sorted(path for path in found if path not in known)

    # -- writing ---------------------------------------------------------------------------------

    def seal(
        self,
        rows: Arrays,
        files: Sequence[SealedFile],
        *,
        flush: int,
        rank: NDArray[np.int64],
        is_counter: NDArray[np.bool_],
    ) -> tuple[SealedFile, ...]:
        """Write rows into files, and write anew every file that they touch.

        Args:
            rows: New rows in order of arrival.
            files: What is sealed.
            flush: Number of this flush.
            rank: Rank of every batch in the order of sending, by leaf index.
            is_counter: Whether a point counts up, by code.

        Returns:
            What is sealed from now on, in order.
        """
        kept = set(files)
        for month, part in _by(rows, _months(rows["time_s"])):
            name = str(np.datetime64(int(month), "M"))
            replaced, targets = self._plan(name, [f for f in files if f.month == name], part)
            kept -= set(replaced)
            for target in targets:
                old = [] if target.old is None else [self.read([target.old])]
                joined = _joined([*old, target.rows])
                merged = ordered(joined, joined["batch"])
                merged["batch_to"] = superseded_at(
                    _is_first(merged), batch=merged["batch"], batch_rank=rank
                )
                place = (target.span, target.low, target.high)
                kept.add(self._write(merged, place, flush=flush, is_counter=is_counter))
        self._settle()
        return tuple(sorted(kept, key=_order))

    def compact(
        self, files: Sequence[SealedFile], *, flush: int, is_counter: NDArray[np.bool_]
    ) -> tuple[SealedFile, ...]:
        """Make files of one month out of its files of days.

        Args:
            files: The files of one month that hold single days.
            flush: Number of this flush.
            is_counter: Whether a point counts up, by code.

        Returns:
            The files of the month that stand in their place, in order.
        """
        step, month = self._sizes.month_points, files[0].month
        found: list[SealedFile] = []
        for low in range(0, max(file.high for file in files), step):
            touched = [file for file in files if file.low < low + step and low < file.high]
            if not touched:
                continue
            rows = self._read(touched, f"WHERE code >= {low} AND code < {low + step}")
            if len(rows["code"]):
                merged = ordered(rows, rows["batch"])
                place = (month, low, low + step)
                found.append(self._write(merged, place, flush=flush, is_counter=is_counter))
        self._settle()
        return tuple(found)

    def _plan(
        self, month: str, of_month: Sequence[SealedFile], rows: Arrays
    ) -> tuple[list[SealedFile], list[_Target]]:
        """Say which files of a month are replaced, and what is written."""
        small = [file for file in of_month if file.is_small]
        n_rows = sum(file.n_rows for file in small) + len(rows["code"])
        if len(small) == len(of_month) and n_rows <= self._sizes.small_month_rows:
            old = small[0] if small else None
            return small, [_Target(span=month, low=0, high=ALL_CODES, old=old, rows=rows)]
        if small:
            # The month has grown: what its one file holds goes into files of days as well.
            rows = _joined([*(self.read([file]) for file in small), rows])
        whole = {file.low: file for file in of_month if not file.is_day and not file.is_small}
        days = {(file.span, file.low): file for file in of_month if file.is_day}
        bucket = rows["code"] // self._sizes.month_points * self._sizes.month_points
        in_whole = np.isin(bucket, list(whole))
        targets = [
            _Target(span=month, low=low, high=whole[low].high, old=whole[low], rows=cut)
            for low, cut in _by(_cut(rows, in_whole), bucket[in_whole])
        ]
        step = self._sizes.day_points
        for day, part in _by(_cut(rows, ~in_whole), rows["time_s"][~in_whole] // DAY_S):
            span = str(np.datetime64(day, "D"))
            for number, cut in _by(part, part["code"] // step):
                low = number * step
                old = days.get((span, low))
                target = _Target(span=span, low=low, high=low + step, old=old, rows=cut)
                targets.append(target)
        replaced = [target.old for target in targets if target.old is not None]
        return [*small, *replaced], targets

    def _write(
        self,
        rows: Arrays,
        place: tuple[str, int, int],
        *,
        flush: int,
        is_counter: NDArray[np.bool_],
    ) -> SealedFile:
        n_superseded = int((rows["batch_to"] != CURRENT).sum()) if "batch_to" in rows else 0
        tiers: dict[str, Columns] = {}
        if place[2] != ALL_CODES:
            current = _cut(rows, rows["batch_to"] == CURRENT) if n_superseded else rows
            tiers = _rolled_up(current, is_counter)
        file = SealedFile(
            span=place[0],
            low=place[1],
            high=place[2],
            flush=flush,
            n_rows=len(rows["code"]),
            n_superseded=n_superseded,
            last_s=int(rows["time_s"].max()),
            max_batch=int(rows["batch"].max()),
            crc32=0,
            tiers=" ".join(tiers),
        )
        batch_to = "batch_to" if n_superseded else f"{CURRENT}::BIGINT AS batch_to"
        self._folder.write(
            self.path(file),
            {name: rows[name] for name in COLUMNS if n_superseded or name != "batch_to"},
            select="SELECT code::INTEGER AS code, time_s, count, quality::UTINYINT AS quality,"
            f" batch, {batch_to} FROM rows",
            options=NUMBERS,
        )
        for tier, rolled in tiers.items():
            select = "SELECT * REPLACE (code::INTEGER AS code) FROM rows"
            self._folder.write(self.path(file, tier), rolled, select=select, options=NUMBERS)
        return replace(file, crc32=self._crc32(file))

    def damaged(self, files: Iterable[SealedFile]) -> list[str]:
        """Return the names of files whose bytes are not those that were written."""
        return [file.name for file in files if self._crc32(file) != file.crc32]

    def _crc32(self, file: SealedFile) -> int:
        found = 0
        for path in self.paths(file):
            with suppress(FileNotFoundError):
                found = zlib.crc32(path.read_bytes(), found)
        return found

    def _settle(self) -> None:
        for folder in (self._directory / "readings", *map(self._rollups, TIERS)):
            if folder.is_dir():
                self._folder.settle_folder(folder)

    def _rollups(self, tier: str) -> Path:
        return self._directory / "rollups" / tier

    # -- reading ---------------------------------------------------------------------------------

    def read(self, files: Sequence[SealedFile], rest: str = "") -> dict[str, NDArray[np.int64]]:
        """Return rows of files, file by file in the order of each."""
        if not files:
            return {name: np.empty(0, np.int64) for name in COLUMNS}
        rows = self._read(files, rest)
        batch_to = np.full(len(rows["code"]), CURRENT, np.int64)
        wide = {name: column.astype(np.int64, copy=False) for name, column in rows.items()}
        return {"batch_to": batch_to, **wide}

    def _read(self, files: Sequence[SealedFile], rest: str) -> Arrays:
        """Return rows of files, each number as narrow as it lies there.

        ``batch_to`` is among them only where a row of these files has ceased to count.
        """
        names = COLUMNS if any(file.n_superseded for file in files) else COLUMNS[:-1]
        return self._folder.read([self.path(file) for file in files], ", ".join(names), rest)

    def holding(self, files: Iterable[SealedFile], batches: Sequence[int]) -> frozenset[SealedFile]:
        """Return the files that hold a row of one of some batches."""
        if not batches:
            return frozenset()
        found: set[SealedFile] = set()
        names = ", ".join(map(str, batches))
        for file in files:
            key = (file.name, tuple(batches))
            if key not in self._holding:
                chosen = f"WHERE batch IN ({names}) LIMIT 1"
                has_one = file.max_batch >= min(batches) and len(self.read([file], chosen)["code"])
                self._holding[key] = bool(has_one)
            if self._holding[key]:
                found.add(file)
        return frozenset(found)

    def read_rollups(
        self, files: Sequence[SealedFile], tier: str, rest: str = "", *, names: Sequence[str]
    ) -> dict[str, NDArray[np.int64]]:
        """Return roll-ups of files, file by file in the order of each."""
        if not files:
            return {name: np.empty(0, np.int64) for name in names}
        chosen = ", ".join("code::BIGINT AS code" if name == "code" else name for name in names)
        return self._folder.read([self.path(file, tier) for file in files], chosen, rest)

    def sum_rollups(
        self, files: Sequence[SealedFile], tier: str, rest: str
    ) -> dict[str, NDArray[np.int64]]:
        """Return the sum of roll-ups over points, in order of time."""
        chosen = "time_s, sum(sum_count)::BIGINT AS sum_count, sum(n)::BIGINT AS n"
        paths = [self.path(file, tier) for file in files]
        return self._folder.read(paths, chosen, f"{rest} GROUP BY time_s ORDER BY time_s")


def _rolled_up(current: Arrays, is_counter: NDArray[np.bool_]) -> dict[str, Columns]:
    """Return the roll-ups of a file; by quarters only where readings are denser than that."""
    quarters = rollup.roll_up(current, step_s=TIERS[QUARTER], is_counter=is_counter)
    found = {QUARTER: quarters} if 2 * len(quarters["code"]) <= len(current["code"]) else {}
    fine = quarters
    for tier in (HOUR, DAY):
        starts_s = fine["time_s"] // TIERS[tier] * TIERS[tier]
        found[tier] = fine = rollup.coarser(fine, starts_s=starts_s, is_counter=is_counter)
    return found


def _order(file: SealedFile) -> tuple[str, int]:
    return file.span, file.low


def _months(time_s: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(time_s):
        return time_s
    edges = np.array([time_s.min(), time_s.max()]).astype("datetime64[s]").astype("datetime64[M]")
    if edges[0] == edges[1]:
        return np.full(len(time_s), edges[0].astype(np.int64))
    return time_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def _by(rows: Arrays, keys: NDArray[np.int64]) -> Iterator[tuple[int, Arrays]]:
    """Yield the rows of each key, in order of keys; rows of one key stay in their order."""
    if not len(keys):
        return
    if (keys == keys[0]).all():
        yield int(keys[0]), rows
        return
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    for first, last in pairwise([0, *edges.tolist(), len(keys)]):
        chosen = order[first:last]
        yield int(ordered[first]), {name: column[chosen] for name, column in rows.items()}


def _cut(rows: Arrays, chosen: NDArray[np.bool_]) -> Arrays:
    return rows if chosen.all() else {name: column[chosen] for name, column in rows.items()}


def _joined(parts: Sequence[Arrays]) -> Arrays:
    names = COLUMNS[:-1]
    if len(parts) == 1:
        return {name: parts[0][name] for name in names}
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _is_first(rows: Arrays) -> NDArray[np.bool_]:
    code, time_s = rows["code"], rows["time_s"]
    first = np.ones(len(code), np.bool_)
    first[1:] = (code[1:] != code[:-1]) | (time_s[1:] != time_s[:-1])
    return first
