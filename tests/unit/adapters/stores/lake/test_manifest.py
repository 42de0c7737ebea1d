"""What a folder says is inside: written last, refused when damaged, blind to unfinished tails."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lake_model import LooseDisk
from taihang.adapters.stores.lake import DamagedLakeError
from taihang.adapters.stores.lake.manifest import (
    ALL_CODES,
    Contents,
    SealedFile,
    mark_of,
    read_contents,
    write_contents,
)
from taihang.adapters.stores.lake.parquet import ParquetFolder
from taihang.core.metering.batch_index import BatchIndex

FOLDER = ParquetFolder(LooseDisk())
FILE = SealedFile(
    span="2026-01-05",
    low=2_048,
    high=4_096,
    flush=3,
    n_rows=10,
    n_superseded=1,
    last_s=1_767_600_000,
    max_batch=9,
    crc32=7,
    tiers="quarter hour day",
)
ROWS = [("GW1", 1, 50), ("", 0, 55), ("表", 1, 40), ("GW1", 2, 60)]
POINTS = (("it's", "register"), ("表", "sample"))


def written(directory: Path, n_batches: int = 2) -> Contents:
    """A folder after one flush of some batches."""
    contents = Contents(
        flush=1, files=(FILE,), points=POINTS[:1], batches=BatchIndex(ROWS[:n_batches])
    )
    write_contents(directory, FOLDER, contents, Contents())
    return contents


def test_read_contents__gives_what_was_written_flush_after_flush(tmp_path: Path) -> None:
    old = written(tmp_path)
    new = Contents(flush=2, files=(), points=POINTS, batches=BatchIndex(ROWS))

    write_contents(tmp_path, FOLDER, new, old)

    found = read_contents(tmp_path, FOLDER)
    assert (found.flush, found.files, found.points) == (2, (), POINTS)
    assert found.n_batches == 4
    assert list(found.batches) == ROWS


def test_read_contents__of_nothing_is_empty(tmp_path: Path) -> None:
    assert read_contents(tmp_path, FOLDER).n_batches == 0
    assert mark_of(tmp_path) == (0, 0, 0)


def test_read_contents__does_not_see_batches_beyond_the_manifest(tmp_path: Path) -> None:
    old = written(tmp_path)
    with (tmp_path / "batches.bin").open("ab") as file:
        file.write(b"left by a crash")

    assert list(read_contents(tmp_path, FOLDER).batches) == ROWS[:2]
    new = Contents(flush=2, points=POINTS, batches=BatchIndex(ROWS))
    write_contents(tmp_path, FOLDER, new, old)
    assert list(read_contents(tmp_path, FOLDER).batches) == ROWS
    # Points that a crash left behind the manifest count for nothing either.
    written(tmp_path / "again")
    (tmp_path / "again" / "points.parquet").write_bytes((tmp_path / "points.parquet").read_bytes())
    assert read_contents(tmp_path / "again", FOLDER).points == POINTS[:1]


def test_write_contents__grows_the_batches_and_writes_no_old_one_again(tmp_path: Path) -> None:
    written(tmp_path)
    before = (tmp_path / "batches.bin").read_bytes()
    manifest = len((tmp_path / "manifest.json").read_bytes())
    old = read_contents(tmp_path, FOLDER)

    many = BatchIndex([*ROWS[:2], *(("GW1", counter, 60) for counter in range(2, 500))])
    write_contents(tmp_path, FOLDER, replace(old, batches=many), old)

    assert (tmp_path / "batches.bin").read_bytes()[: len(before)] == before
    assert len((tmp_path / "batches.bin").read_bytes()) == 20 * len(many)
    assert len((tmp_path / "manifest.json").read_bytes()) < manifest + 20


CHANGES: list[dict[str, object]] = [
    {"format": 1},
    {"batches": 3},
    {"batches": "2"},
    {"batches_crc32": 1},
    {"points": 2},
    {"points_crc32": 1},
    {"gateways": ["GW1"]},
    {"files": [{}]},
    {"files": [{"span": 1}]},
    {"flush": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_read_contents__refuses_a_manifest_that_does_not_fit(
    tmp_path: Path, change: dict[str, object]
) -> None:
    written(tmp_path)
    path = tmp_path / "manifest.json"
    document = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps(document))

    with pytest.raises(DamagedLakeError, match="rebuild"):
        read_contents(tmp_path, FOLDER)


@pytest.mark.parametrize("name", ["manifest.json", "batches.bin", "points.parquet"])
def test_read_contents__refuses_a_flipped_bit_or_names_it(tmp_path: Path, name: str) -> None:
    written(tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[data.index(b"it's") if name == "points.parquet" else 1] ^= 16
    (tmp_path / name).write_bytes(data)

    with pytest.raises(DamagedLakeError, match=name):
        read_contents(tmp_path, FOLDER)


def test_sealed_file__knows_its_name_and_span() -> None:
    month = replace(FILE, span="2026-02", low=0, high=ALL_CODES)

    assert (FILE.name, FILE.is_day, FILE.is_small, FILE.month) == (
        "2026-01-05.0002048.v3",
        True,
        False,
        "2026-01",
    )
    assert (month.name, month.is_day, month.is_small) == ("2026-02.v3", False, True)
    assert (FILE.end_s - FILE.start_s, month.end_s - month.start_s) == (86_400, 28 * 86_400)
    assert FILE.has("hour")
    assert not replace(FILE, tiers="").has("hour")
