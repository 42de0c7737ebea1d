"""What the disk of a park has left, for its alarms."""

from dataclasses import replace
from pathlib import Path

from taihang import pages_wiring, wiring
from taihang.services.alarm_scene import DiskRoom


def disk_room(root: Path) -> DiskRoom:
    """Return what the disk of a park has left.

    Args:
        root: The park folder.
    """
    free, total = pages_wiring.disk_bytes(root)
    return DiskRoom(free_bytes=free, total_bytes=total, takes_writes=wiring.can_write(root))


def coarse_room(root: Path) -> DiskRoom:
    """Return the same to a whole percent: a view that is kept is not made anew for every byte.

    Args:
        root: The park folder.
    """
    room = disk_room(root)
    step = max(room.total_bytes // 100, 1)
    return replace(room, free_bytes=room.free_bytes - room.free_bytes % step)
