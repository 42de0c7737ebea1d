"""From foreign files to readings: every row ends as used, missing, repeated or refused.

1. find the files of each table   2. read them   3. turn labels into instants   4. judge each cell
5. bring the rows of each point into order   6. bring energy to the settlement grid   7. say what is
worth saying about the result
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.imports.account import ImportResult, Ledger, Refusal
from taihang.adapters.imports.import_map import (
    Duplicates,
    ImportMap,
    TableMap,
    ValueColumn,
    match_columns,
)
from taihang.adapters.imports.judge import (
    JudgedColumn,
    Source,
    TimedTable,
    judge_column,
    refused_row,
    time_table,
)
from taihang.adapters.imports.read_table import read_table
from taihang.adapters.imports.remark import hourly_remarks
from taihang.adapters.imports.resample import to_settlement
from taihang.core.errors import InputError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.series import Quality


class SourceMissingError(InputError):
    """A file or folder that the map needs is not there."""

    code = "input.import-source-missing"


class PointTwiceError(InputError):
    """Two columns of a map give readings of the same point and quantity."""

    code = "input.import-point-twice"


def decode_folder(path: Path, import_map: ImportMap) -> ImportResult:
    """Turn the files of a folder into readings.

    Args:
        path: A folder, or one file of it.
        import_map: How to read it.

    Returns:
        The readings, and the account of every row.

    Raises:
        SourceMissingError: If a table of the map has no file.
        PointTwiceError: If two columns give the same point.
    """
    ledger = Ledger()
    blocks: dict[tuple[str, str], ReadingBlock] = {}
    for table, sources in _sources(path, import_map):
        raws = [_read(source, name, table, ledger) for name, source in sources]
        for value in table.values:
            for block in _blocks(table, value, raws, ledger):
                key = (block.point, block.quantity)
                if key in blocks:
                    raise PointTwiceError(
                        given=f"{block.quantity} of {block.point} from two columns or tables",
                        expected="each point once",
                        remedy="give the points of the map different names",
                    )
                blocks[key] = block
    ordered = tuple(blocks[key] for key in sorted(blocks))
    remarks = (*_unread(path, ledger), *ledger.remarks(), *hourly_remarks(ordered))
    return ledger.result(ordered, notes=(*import_map.notes, *remarks))


def _sources(
    path: Path, import_map: ImportMap
) -> Iterator[tuple[TableMap, list[tuple[str, Path]]]]:
    """Yield the files of each table, in order of their names."""
    if not path.exists():
        raise SourceMissingError(
            given=str(path), expected="a file or folder", remedy="correct the path"
        )
    folder = path if path.is_dir() else path.parent
    found_any = False
    for table in import_map.tables:
        met = {file for glob in table.files for file in folder.glob(glob) if file.is_file()}
        found = sorted(met)
        if path.is_file():
            found = [file for file in found if file == path]
        elif not found:
            raise SourceMissingError(
                given=f"{path}, no file {', '.join(table.files)}",
                expected=f"what the map {import_map.name} reads",
                remedy="complete the folder, or give one file instead",
            )
        if found:
            found_any = True
            yield table, [(file.relative_to(folder).as_posix(), file) for file in found]
    if not found_any:
        raise SourceMissingError(
            given=path.name,
            expected=f"one of {', '.join(g for table in import_map.tables for g in table.files)}",
            remedy="give a file that the map reads, or another map",
        )


def _unread(path: Path, ledger: Ledger) -> Iterator[str]:
    if path.is_dir():
        files = (file for file in sorted(path.rglob("*")) if file.is_file())
        names = [file.relative_to(path).as_posix() for file in files]
        left = [name for name in names if name not in ledger.hashes]
        if left:
            yield f"files not read by this map: {', '.join(left)}"


def _read(path: Path, name: str, table: TableMap, ledger: Ledger) -> TimedTable:
    ledger.hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    raw = read_table(path, table, name=name)
    ledger.unread_columns[name] = raw.unread
    listed = [value.entries for value in table.values]
    if None not in listed:
        known = {entry for entries in listed for entry in entries or ()}
        ledger.unread_entries[name] = tuple(sorted(set(raw.points) - known))
    return time_table(raw, table)


def _blocks(
    table: TableMap, value: ValueColumn, files: Sequence[TimedTable], ledger: Ledger
) -> list[ReadingBlock]:
    """Return one block for each point of a value entry."""
    points: dict[str, int] = {}
    sources = list(_value_sources(table, value, files))
    parts: list[_Rows] = []
    for number, source in enumerate(sources):
        codes = [points.setdefault(point, len(points)) for point in source.points]
        judged = judge_column(source, ledger)
        parts.append(_Rows.of(judged, codes=codes, source=source, number=number))
    rows = _without_duplicates(_ordered(parts), sources, table.duplicates, ledger)
    ledger.n_missing += int(rows.missing.sum())
    ledger.n_used += int((~rows.missing).sum())
    names = list(points)
    edges = [0, *(np.flatnonzero(np.diff(rows.point)) + 1).tolist(), len(rows.point)]
    return [
        _block(names[int(rows.point[first])], rows.at(slice(first, end)), sources[0], ledger)
        for first, end in pairwise(edges)
        if first < end
    ]


def _value_sources(
    table: TableMap, value: ValueColumn, files: Sequence[TimedTable]
) -> Iterator[Source]:
    for file in files:
        for column, met in match_columns(value, list(file.raw.columns)).items():
            entries = file.raw.points if table.point_column else (met,)
            if value.entries is None:
                points = tuple(value.point.replace("{}", entry) for entry in entries)
                yield Source(file, column, value, points, file.is_row)
                continue
            points = tuple(value.entries.get(entry, "") for entry in entries)
            yield Source(file, column, value, points, file.is_row & _is_listed(file, points))


def _is_listed(file: TimedTable, points: Sequence[str]) -> NDArray[np.bool_]:
    """Return which rows belong to an entry that has a point; rows without one are not passed."""
    listed = np.array([*(bool(point) for point in points), True])
    return listed[file.raw.point_codes]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Judged rows of one value entry, over all its files and columns, each shape (n,)."""

    point: NDArray[np.int64]
    start_s: NDArray[np.int64]
    counts: NDArray[np.int64]
    missing: NDArray[np.bool_]
    source: NDArray[np.int64]
    """Which source a row is from."""
    row: NDArray[np.int64]

    @classmethod
    def of(
        cls, judged: JudgedColumn, *, codes: Sequence[int], source: Source, number: int
    ) -> "_Rows":
        by_code = np.array(codes or [0], np.int64)
        return cls(
            point=by_code[source.file.raw.point_codes[judged.rows]],
            start_s=judged.start_s,
            counts=judged.counts,
            missing=judged.missing,
            source=np.full(len(judged.rows), number, np.int64),
            row=judged.rows,
        )

    @classmethod
    def joined(cls, parts: Sequence["_Rows"]) -> "_Rows":
        return cls(
            point=np.concatenate([part.point for part in parts]),
            start_s=np.concatenate([part.start_s for part in parts]),
            counts=np.concatenate([part.counts for part in parts]),
            missing=np.concatenate([part.missing for part in parts]),
            source=np.concatenate([part.source for part in parts]),
            row=np.concatenate([part.row for part in parts]),
        )

    def at(self, index: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "_Rows":
        return _Rows(
            self.point[index],
            self.start_s[index],
            self.counts[index],
            self.missing[index],
            self.source[index],
            self.row[index],
        )


def _ordered(parts: Sequence[_Rows]) -> _Rows:
    """Join the parts in the order of point and time; rows that share both stay as read."""
    rows = parts[0] if len(parts) == 1 else _Rows.joined(parts)
    if len(rows.point) == 0:
        return rows
    first_s, last_s = int(rows.start_s.min()), int(rows.start_s.max())
    key = rows.point * (last_s - first_s + 1) + (rows.start_s - first_s)
    if np.all(np.diff(key) > 0):
        return rows  # most files come in order
    return rows.at(np.argsort(key, kind="stable"))


def _without_duplicates(
    rows: _Rows, sources: Sequence[Source], policy: Duplicates, ledger: Ledger
) -> _Rows:
    """Keep the first of the rows that share point and time; account for the others."""
    again = np.zeros(len(rows.point), np.bool_)
    again[1:] = (np.diff(rows.point) == 0) & (np.diff(rows.start_s) == 0)
    if not again.any():
        return rows
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(again))))
    same = (rows.counts == rows.counts[first]) & (rows.missing == rows.missing[first])
    repeated = again & same if policy is Duplicates.SAME_IS_ONE else np.zeros_like(again)
    refused = np.flatnonzero(again & ~repeated)
    ledger.n_repeated += int(repeated.sum())
    ledger.n_refused += len(refused)
    for at in refused[: ledger.n_still_shown].tolist():
        source = sources[int(rows.source[at])]
        ledger.refused.append(refused_row(source, int(rows.row[at]), Refusal.DUPLICATE))
    return rows.at(~again)


def _block(point: str, rows: _Rows, source: Source, ledger: Ledger) -> ReadingBlock:
    value, step_s = source.value, source.file.step_s
    times_s, counts = rows.start_s, rows.counts
    quality = np.where(rows.missing, Quality.MISSING, Quality.MEASURED).astype(np.uint8)
    if value.is_energy and step_s != STEP_S:
        settled = to_settlement(times_s, counts, measured=~rows.missing, step_s=step_s)
        times_s, counts, quality = settled.times_s, settled.wh, settled.quality
        if settled.unplaced_wh:
            ledger.unplaced_wh[point] = settled.unplaced_wh
    return ReadingBlock(
        point=point,
        quantity=value.quantity,
        unit=value.block_unit,
        scale=value.scale,
        modulus=value.modulus,
        times_s=times_s,
        counts=counts,
        quality=quality,
    )
