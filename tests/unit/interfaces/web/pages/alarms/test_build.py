"""The alarms as the page gets them: of now, with the disk that it is told."""

from pathlib import Path

import alarm_kit
import small_park
from taihang.core.alarm.rule import AlarmRule
from taihang.interfaces.web.pages.alarms.build import build_alarms
from taihang.services.alarm_scene import DiskRoom

ROOM = DiskRoom(free_bytes=5, total_bytes=1_000, takes_writes=False)


def test_build__is_of_now_with_the_disk_that_it_is_told(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)

        view = build_alarms(ports, 0, ROOM)

        assert view.board.at_s == int(ports.clock.now().timestamp())
        assert view.park is ports.park
        assert view.journal_size == ports.journal.size
        rules = {each.condition.rule for each in view.board.alarms}
        assert {AlarmRule.INTAKE_SILENT, AlarmRule.DISK_FULL} <= rules
