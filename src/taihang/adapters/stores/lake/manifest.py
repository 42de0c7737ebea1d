"""What a lake's folder says is inside it: its sealed files, batches and points.

``manifest.json`` is written whole, last, in one step: it decides. ``batches.bin`` and
``points.parquet`` only grow; what stands in them beyond the manifest was never finished and counts
for nothing. Formats: docs/formats/lake.md.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Final, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from taihang.adapters.stores.lake.errors import DamagedLakeError, LakeWriteError
from taihang.adapters.stores.lake.parquet import ParquetFolder
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.metering.readings import Place

MANIFEST: Final = "manifest.json"
BATCHES: Final = "batches.bin"
POINTS: Final = "points.parquet"
FORMAT: Final = 2
ALL_CODES: Final = 1 << 31
_ROW: Final = np.dtype([("code", "<i4"), ("counter", "<i8"), ("sent_at_s", "<i8")])
"""One batch in ``batches.bin``, 20 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """One Parquet file of readings, with its roll-ups beside it."""

    span: str
    """The UTC month, ``2026-01``, or the UTC day, ``2026-01-05``."""
    low: int
    """First point, by its code."""
    high: int
    """End of the points."""
    flush: int
    """Number of the flush that wrote it; no two files ever have one name."""
    n_rows: int
    n_superseded: int
    """Rows that do not count any more."""
    last_s: int
    """Latest time inside [s since 1970-01-01T00:00Z]."""
    max_batch: int
    """Largest leaf index inside: since when all of it is known."""
    crc32: int
    """Over the bytes of the file and of its roll-ups."""
    tiers: str
    """Names of its roll-ups, with a space between; empty where working them out costs less."""

    @property
    def name(self) -> str:
        """File name without its end."""
        points = "" if self.is_small else f".{self.low:07d}"
        return f"{self.span}{points}.v{self.flush}"

    def has(self, tier: str) -> bool:
        """Say whether it has a roll-up."""
        return tier in self.tiers.split()

    @property
    def is_small(self) -> bool:
        """Whether it holds all points of a month."""
        return self.high == ALL_CODES

    @property
    def is_day(self) -> bool:
        """Whether it holds one day."""
        return len(self.span) > len("2026-01")

    @property
    def month(self) -> str:
        """The UTC month it lies in."""
        return self.span[: len("2026-01")]

    @property
    def start_s(self) -> int:
        """Start of its span [s since 1970-01-01T00:00Z]."""
        return _seconds(np.datetime64(self.span))

    @property
    def end_s(self) -> int:
        """End of its span [s since 1970-01-01T00:00Z]."""
        return _seconds(np.datetime64(self.span) + 1)


@dataclass(slots=True)
class Contents:
    """What is on the disk, as one finished flush left it."""

    flush: int = 0
    """How many flushes were finished."""
    files: tuple[SealedFile, ...] = ()
    """In order of (span, points)."""
    n_batches: int = 0
    batches_crc32: int = 0
    gateways: list[str] = field(default_factory=list[str])
    points: tuple[Place, ...] = ()
    """By code."""
    n_points: int = 0
    points_crc32: int = 0
    batches: BatchIndex = field(default_factory=BatchIndex)


def read_contents(directory: Path, folder: ParquetFolder) -> Contents:
    """Return what a lake's folder says is inside; nothing, if there is no manifest.

    Raises:
        DamagedLakeError: If one of its parts is damaged or of another format.
    """
    path = directory / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Contents()
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedLakeError(path, "a readable manifest") from error
    try:
        contents = _parsed(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedLakeError(path, f"a manifest of format {FORMAT}") from error
    contents.batches = _read_batches(directory / BATCHES, contents)
    contents.points = _read_points(directory / POINTS, contents, folder)
    return contents


def write_contents(directory: Path, folder: ParquetFolder, new: Contents, old: Contents) -> None:
    """Write what a flush has changed, the manifest last.

    Args:
        directory: The lake's folder.
        folder: Writes Parquet.
        new: What is inside from now on; its files are on the disk.
        old: What the folder says now.

    Raises:
        LakeWriteError: If the disk takes it not; then the folder says what it said before.
    """
    disk = folder.disk
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if new.points != old.points:
            _write_points(directory / POINTS, new.points, folder)
        new.n_points, new.points_crc32 = len(new.points), _points_crc32(new.points)
        data = _rows_of(new.batches, old.n_batches)
        new.n_batches = len(new.batches)
        new.gateways = list(new.batches.gateways)
        new.batches_crc32 = zlib.crc32(data, old.batches_crc32)
        path = directory / BATCHES
        if path.exists() and path.stat().st_size != old.n_batches * _ROW.itemsize:
            disk.truncate(path, old.n_batches * _ROW.itemsize)
        disk.append(path, data)
        disk.fsync(path)
        disk.write_whole(directory / MANIFEST, _document(new))
    except OSError as error:
        raise LakeWriteError(directory / MANIFEST, error) from error


def mark_of(directory: Path) -> tuple[int, int, int]:
    """Return numbers that change with every finished flush."""
    try:
        stat = (directory / MANIFEST).stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (stat.st_mtime_ns, stat.st_ino, stat.st_size)


def _parsed(document: object) -> Contents:
    manifest = cast("dict[str, object]", document)
    if manifest["format"] != FORMAT:
        raise ValueError(manifest["format"])
    files = cast("list[dict[str, object]]", manifest["files"])
    kinds = {each.name: each.type for each in fields(SealedFile)}
    found: list[SealedFile] = []
    for each in files:
        if set(each) != set(kinds) or not all(type(each[n]) is kinds[n] for n in kinds):
            raise ValueError(each)
        found.append(SealedFile(**each))  # pyright: ignore[reportArgumentType] - just checked
    return Contents(
        flush=_whole(manifest["flush"]),
        files=tuple(found),
        n_batches=_whole(manifest["batches"]),
        batches_crc32=_whole(manifest["batches_crc32"]),
        n_points=_whole(manifest["points"]),
        points_crc32=_whole(manifest["points_crc32"]),
        gateways=[str(name) for name in cast("list[object]", manifest["gateways"])],
    )


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _document(contents: Contents) -> bytes:
    document = {
        "format": FORMAT,
        "flush": contents.flush,
        "batches": contents.n_batches,
        "batches_crc32": contents.batches_crc32,
        "gateways": contents.gateways,
        "points": contents.n_points,
        "points_crc32": contents.points_crc32,
        "files": [asdict(each) for each in contents.files],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _rows_of(batches: BatchIndex, first: int) -> bytes:
    rows = np.empty(len(batches) - first, _ROW)
    rows["code"] = batches.code[first:]
    rows["counter"] = batches.counter[first:]
    rows["sent_at_s"] = batches.sent_at_s[first:]
    return rows.tobytes()


def _read_batches(path: Path, contents: Contents) -> BatchIndex:
    size = contents.n_batches * _ROW.itemsize
    try:
        with path.open("rb") as file:
            data = file.read(size)
    except OSError as error:
        raise DamagedLakeError(path, "the batches that are inside") from error
    rows = np.frombuffer(data, _ROW) if len(data) == size else np.empty(0, _ROW)
    whole = zlib.crc32(data) == contents.batches_crc32
    if len(rows) != contents.n_batches or not whole or _beyond(rows["code"], contents.gateways):
        raise DamagedLakeError(path, f"{contents.n_batches} batches as they were written")
    return BatchIndex.of_columns(
        contents.gateways,
        code=rows["code"],
        counter=rows["counter"],
        sent_at_s=rows["sent_at_s"],
    )


def _beyond(code: NDArray[np.int32], names: Sequence[str]) -> bool:
    return bool(len(code)) and not 0 <= int(code.min()) <= int(code.max()) < len(names)


def _read_points(path: Path, contents: Contents, folder: ParquetFolder) -> tuple[Place, ...]:
    if not contents.n_points and contents.points_crc32 == _points_crc32(()):
        return ()
    cursor = folder.database.cursor()
    try:
        rows = cursor.execute(
            "SELECT point, quantity FROM read_parquet($path) ORDER BY code LIMIT $n",
            {"path": str(path), "n": contents.n_points},
        ).fetchall()
    except duckdb.Error as error:
        raise DamagedLakeError(path, "a readable Parquet file") from error
    finally:
        cursor.close()
    points = tuple((str(point), str(quantity)) for point, quantity in rows)
    if (len(points), _points_crc32(points)) != (contents.n_points, contents.points_crc32):
        raise DamagedLakeError(path, f"{contents.n_points} points as they were written")
    return points


def _points_crc32(points: Iterable[Place]) -> int:
    return zlib.crc32(json.dumps(list(points)).encode())


def _write_points(path: Path, points: Iterable[Place], folder: ParquetFolder) -> None:
    found = list(points)
    rows = {
        "code": np.arange(len(found), dtype=np.int32),
        "point": np.array([point for point, _ in found], np.object_),
        "quantity": np.array([quantity for _, quantity in found], np.object_),
    }
    folder.write(path, rows, select="SELECT code, point, quantity FROM rows")
    folder.settle_folder(path.parent)


def _seconds(instant: np.datetime64) -> int:
    return int(instant.astype("datetime64[s]").astype(np.int64))
