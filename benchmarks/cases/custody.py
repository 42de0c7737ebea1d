"""A park comes back from its backup: every byte compared, the journal proven, the lake made."""

from benchmarks.case import Room, Sample
from benchmarks.stopwatch import stopwatch

from taihang import safekeeping


def restore_year(room: Room) -> Sample:
    """Restore a settled park-year; the backup before it is not measured."""
    done = safekeeping.back_up(room.park, room.scratch / "backup")
    with stopwatch() as watch:
        restored = safekeeping.restore(room.scratch / "backup", room.scratch / "again")
    if (restored.size, restored.root) != (done.size, done.root) or restored.missing:
        raise AssertionError(f"restored {restored.size} records of {done.size}")
    return watch.sample(items=restored.size)
