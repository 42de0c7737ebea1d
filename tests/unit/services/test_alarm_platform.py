"""A log that nobody cosigned lately, and a disk that is nearly full."""

from pathlib import Path

import pytest

import alarm_kit
import small_park
import watched_park
from alarm_kit import at_s, of_rule
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.services.alarm_platform import Found, platform_alarms
from taihang.services.alarm_scene import DiskRoom, Scene
from taihang.services.ports import Ports

MB = 1_000_000


def found(ports: Ports, now_s: int, *, free_mb: int | None = None) -> list[Found]:
    room = (
        None
        if free_mb is None
        else DiskRoom(free_bytes=free_mb * MB, total_bytes=10_000 * MB, takes_writes=free_mb >= 100)
    )
    return [*platform_alarms(Scene(ports, now_s=now_s, disk=room))]


def not_watched(each: list[Found]) -> set[str]:
    return {one.why for one in each if isinstance(one, Unwatched)}


def test_log__of_a_park_without_witnesses_is_not_watched(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert "no-witnesses" in not_watched(found(ports, at_s(1)))


def test_log__that_waits_for_its_witnesses_for_two_hours_is_an_alarm(tmp_path: Path) -> None:
    park = watched_park.Watched(tmp_path)
    park.grow(2)
    with park.opened() as ports:
        since_s = ports.journal.received_at_s(0)

        assert of_rule(found(ports, since_s + 7_200), AlarmRule.LOG_UNPUBLISHED) == []
        (waits,) = of_rule(found(ports, since_s + 7_201), AlarmRule.LOG_UNPUBLISHED)

        assert (waits.start_s, waits.is_active) == (since_s, True)
        assert dict(waits.values)["n"] == ports.journal.size


def test_log__that_is_cosigned_to_its_end_is_in_order_for_ever(tmp_path: Path) -> None:
    park = watched_park.Watched(tmp_path)
    park.grow(2)
    park.published()
    with park.opened(writing=False) as ports:
        assert of_rule(found(ports, at_s(31) + 10**8), AlarmRule.LOG_UNPUBLISHED) == []


@pytest.mark.parametrize(
    ("free_mb", "priority"),
    [(1_000, None), (999, Priority.MEDIUM), (100, Priority.MEDIUM), (99, Priority.HIGH)],
)
def test_disk__is_an_alarm_below_its_share_and_urgent_where_writes_stop(
    root: Path, free_mb: int, priority: Priority | None
) -> None:
    with small_park.opened(root) as ports:
        full = of_rule(found(ports, at_s(5, 13), free_mb=free_mb), AlarmRule.DISK_FULL)

        assert [(each.priority, each.start_s) for each in full] == (
            [] if priority is None else [(priority, at_s(5))]
        )


def test_disk__that_cannot_be_seen_is_told(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert "no-disk" in not_watched(found(ports, at_s(5)))
        assert alarm_kit.rules_of(found(ports, at_s(5))) == set()
