"""The board says what needs a person, in order, and what nobody watches."""

from pathlib import Path

import alarm_kit
import small_park
from alarm_kit import alarm, day_at
from small_park import AUGUST
from taihang.core.alarm.decision import AlarmAct
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import AlarmState
from taihang.core.seal.said import Said
from taihang.services.alarms import alarms, open_alarm_count
from taihang.services.decide import AlarmDeed, decide_alarm

SAID = Said(id="d1", who="Li", role="dispatcher", reason="on the phone with the site")


def test_board__of_a_park_that_is_well_is_empty_and_says_what_nobody_watches(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)

        board = alarms(ports=ports, at=day_at(21, 6))

        assert board.alarms == ()
        assert board.n_open == 0
        assert {each.rule for each in board.unwatched} >= {
            AlarmRule.QUOTA,
            AlarmRule.PLAN_MISSING,
            AlarmRule.DISK_FULL,
        }
        assert len(set(board.unwatched)) == len(board.unwatched)


def test_board__puts_what_needs_a_person_first_and_the_urgent_before_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.troubled(ports)

        board = alarms(ports=ports, at=day_at(31, 23))

        needs = [each.needs_person for each in board.alarms]
        assert needs == sorted(needs, reverse=True)
        assert board.alarms[0].condition.priority is Priority.MEDIUM
        assert board.alarms[0].condition.rule is AlarmRule.GATEWAY_SILENT
        assert board.n_open == len(board.of(AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED))
        assert sum(share.n for share in board.shares) == len(board.alarms)


def test_board__is_the_same_for_the_same_records_and_has_names_that_stay(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.troubled(ports)

        first, again = (alarms(ports=ports, at=day_at(31, 23)) for _ in range(2))
        later = alarms(ports=ports, at=AUGUST.end)

        assert first == again
        assert {each.id for each in first.alarms} <= {each.id for each in later.alarms}


def test_board__knows_what_was_decided_and_the_count_in_the_head_falls(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.troubled(ports)
        before = open_alarm_count(ports=ports)
        silent = alarm(alarms(ports=ports), AlarmRule.INTAKE_SILENT)

        decide_alarm(AlarmDeed(alarm=silent.id, act=AlarmAct.ACKNOWLEDGE), SAID, ports=ports)

        seen = alarm(alarms(ports=ports), AlarmRule.INTAKE_SILENT)
        assert seen.state is AlarmState.ACKNOWLEDGED
        assert [each.said for each in seen.decisions] == [SAID]
        assert open_alarm_count(ports=ports) == before - 1


def test_board__of_an_empty_park_is_empty(root: Path) -> None:
    with small_park.opened(root) as ports:
        board = alarms(ports=ports)

        assert (board.alarms, board.n_open) == ((), 0)
        assert board.since_s == board.at_s
