"""Alarms of the platform itself: a log that nobody cosigned lately, a disk that is nearly full."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from taihang.core.alarm.condition import Cause, CauseKind, Condition, found
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.services.alarm_scene import Scene

Found: TypeAlias = Condition | Unwatched


def platform_alarms(scene: Scene) -> Iterator[Found]:
    """Yield what is wrong with the log and the machine.

    Args:
        scene: The park at an instant.
    """
    yield from _unpublished(scene)
    yield from _disk(scene)


def _unpublished(scene: Scene) -> Iterator[Found]:
    """Yield since when records wait to be cosigned; without a quorum anybody could lose them."""
    ports = scene.ports
    if scene.park.log is None:
        yield Unwatched(AlarmRule.LOG_UNPUBLISHED, "no-witnesses")
        return
    published = ports.published.latest()
    size = checkpoint_of(published).size if published is not None else 0
    if size >= ports.journal.size:
        return
    since_s = ports.journal.received_at_s(size)
    if scene.now_s - since_s > scene.limits.published_within_h * SECONDS_PER_HOUR:
        one = found(AlarmRule.LOG_UNPUBLISHED, "log", since_s, cause=Cause(CauseKind.LOG, ""))
        values = (
            ("n", ports.journal.size - size),
            ("published", size),
            ("since_at_s", since_s),
        )
        yield replace(one, values=values)


def _disk(scene: Scene) -> Iterator[Found]:
    """Yield that the disk is nearly full; a disk has no memory, so it begins with the local day."""
    room = scene.disk
    if room is None:
        yield Unwatched(AlarmRule.DISK_FULL, "no-disk")
        return
    is_refusing = not room.takes_writes
    if not is_refusing and room.free_bytes >= scene.limits.disk_free_ratio * room.total_bytes:
        return
    day = scene.today
    midnight = datetime(day.year, day.month, day.day, tzinfo=scene.park.zone)
    start_s = int(midnight.timestamp())
    one = found(AlarmRule.DISK_FULL, "disk", start_s, cause=Cause(CauseKind.DISK, ""))
    values = (
        ("free_bytes", room.free_bytes),
        ("found_ratio", f"{room.free_bytes / max(room.total_bytes, 1):.4f}"),
        ("allowed_ratio", f"{scene.limits.disk_free_ratio:.4f}"),
    )
    priority = Priority.HIGH if is_refusing else one.priority
    yield replace(one, values=values, priority=priority)
