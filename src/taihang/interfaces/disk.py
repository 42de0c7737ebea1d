"""What the disk of a park has left, for its alarms."""

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
