"""The room on the disk of a park, as its alarms see it."""

from pathlib import Path

from taihang.interfaces.disk import disk_room


def test_disk_room__is_that_of_the_folder(tmp_path: Path) -> None:
    room = disk_room(tmp_path)

    assert 0 < room.free_bytes <= room.total_bytes
    assert room.takes_writes == (room.free_bytes >= 100_000_000)
