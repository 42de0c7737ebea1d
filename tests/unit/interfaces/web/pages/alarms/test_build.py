"""The alarms as the page gets them: of now, and where a cause is seen."""

from pathlib import Path

import alarm_kit
import small_park
from taihang.core.alarm.condition import Cause, CauseKind
from taihang.core.alarm.rule import AlarmRule
from taihang.interfaces.web.pages.alarms.build import build_alarms, count_open, place_of
from taihang.services.alarm_scene import DiskRoom

ROOM = DiskRoom(free_bytes=5, total_bytes=1_000, takes_writes=False)


def test_build__is_of_now_with_the_disk_that_it_is_told(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)

        view = build_alarms(ports, 0, ROOM)

        assert view.board.at_s == int(ports.clock.now().timestamp())
        assert view.park is ports.park
        rules = {each.condition.rule for each in view.board.alarms}
        assert {AlarmRule.INTAKE_SILENT, AlarmRule.DISK_FULL} <= rules
        assert count_open(ports, 0, ROOM) == view.board.n_open


def test_place__of_a_plan_is_its_day_and_of_a_disk_none() -> None:
    assert place_of(Cause(CauseKind.PLAN, "2026-10-01")) == ("dispatch", {"day": "2026-10-01"})
    assert place_of(Cause(CauseKind.DISK, "")) is None
