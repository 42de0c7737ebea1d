"""Marks of a park folder come out as they went in, and a damaged one is refused."""

from pathlib import Path

import pytest

from taihang.adapters.park_marks import (
    RESTORED,
    ROLLED_BACK,
    DamagedMarkError,
    HeldCheckpoint,
    RestoredMark,
    RolledBack,
    read_restored,
    read_rolled_back,
    write_restored,
    write_rolled_back,
)
from taihang.adapters.system import PosixDisk
from taihang.core.errors import TaihangError

BEHIND = RolledBack(
    size=7,
    root="ab" * 32,
    held=(
        HeldCheckpoint("grid", 9, "cd" * 32, "note of the grid company\n"),
        HeldCheckpoint("E17", 12, "ef" * 32, "note of E17\n"),
    ),
    next_counters={"GW1": 5, "GW2": 1},
)


def test_rolled_back__comes_out_as_it_went_in(tmp_path: Path) -> None:
    assert read_rolled_back(tmp_path) is None

    write_rolled_back(tmp_path, BEHIND, disk=PosixDisk())

    assert read_rolled_back(tmp_path) == BEHIND
    assert BEHIND.missing == 5


def test_restored__comes_out_as_it_went_in(tmp_path: Path) -> None:
    assert read_restored(tmp_path) is None

    write_restored(tmp_path, RestoredMark(7, 99), disk=PosixDisk())

    assert read_restored(tmp_path) == RestoredMark(7, 99)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"size":1}', b"\xff"])
def test_marks__that_cannot_be_read_are_refused(tmp_path: Path, content: bytes) -> None:
    for name in (ROLLED_BACK, RESTORED):
        (tmp_path / name).write_bytes(content)

    for read in (read_rolled_back, read_restored):
        with pytest.raises(DamagedMarkError):
            read(tmp_path)


def test_rolled_back__with_an_impossible_number_is_refused(tmp_path: Path) -> None:
    write_rolled_back(tmp_path, BEHIND, disk=PosixDisk())
    path = tmp_path / ROLLED_BACK
    path.write_bytes(path.read_bytes().replace(b'"size":7', b'"size":-7'))

    with pytest.raises(TaihangError, match="size"):
        read_rolled_back(tmp_path)
