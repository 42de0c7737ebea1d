"""The room on the disk of a park, as its alarms see it."""

from pathlib import Path

from taihang.interfaces.disk import coarse_room, disk_room


def test_disk_room__is_that_of_the_folder(tmp_path: Path) -> None:
    room = disk_room(tmp_path)

    assert 0 < room.free_bytes <= room.total_bytes
    assert room.takes_writes == (room.free_bytes >= 100_000_000)


def test_coarse_room__is_the_same_to_a_percent(tmp_path: Path) -> None:
    exact, coarse = disk_room(tmp_path), coarse_room(tmp_path)

    assert coarse.free_bytes % (coarse.total_bytes // 100) == 0
    assert 0 <= exact.free_bytes - coarse.free_bytes < exact.total_bytes // 50
