"""Gaps, estimates, registers that run backwards, and days of the worst grade."""

from dataclasses import replace
from pathlib import Path

import pytest

import alarm_kit
import small_park
from alarm_kit import at_s, of_rule, rules_of, until
from small_park import AUGUST, N_DAY
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule
from taihang.core.metering.readings import ReadingBlock
from taihang.core.metering.vee.rule import Rule
from taihang.services.alarm_readings import alarm_of_rule, reading_alarms
from taihang.services.alarm_scene import Scene
from taihang.services.ports import Ports
from taihang.services.settle import settle


def conditions(ports: Ports, day: int = 32) -> list[Condition]:
    now_s = AUGUST.end_s + 3_600 if day == 32 else at_s(day, 1)
    return [*reading_alarms(Scene(ports, now_s=now_s))]


def sent_with(ports: Ports, block: ReadingBlock, n_days: int = 31) -> None:
    alarm_kit.send(ports, "GW1", n_days)
    alarm_kit.send(ports, "GW2", n_days, blocks=[block])
    settle(until(n_days + 1), ports=ports)


def load() -> ReadingBlock:
    return small_park.registers("M-E02", AUGUST)


def test_rules__of_an_honest_meter_raise_nothing() -> None:
    quiet = {rule for rule in Rule if alarm_of_rule(rule) is None}

    assert {Rule.ROLLOVER, Rule.SWAP, Rule.MISSING} <= quiet
    assert alarm_of_rule(Rule.UNIT_JUMP) is AlarmRule.READING_UNSURE
    assert alarm_of_rule(Rule.CONFLICT) is AlarmRule.READING_UNSURE
    assert alarm_of_rule(Rule.PV_NIGHT) is AlarmRule.READING_UNCERTIFIABLE
    assert alarm_of_rule(Rule.RANGE) is AlarmRule.READING_REFUSED


def test_readings__of_a_good_month_raise_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports)

        assert conditions(ports) == []


def test_gap__lasts_and_is_one_alarm_where_it_comes_again_within_the_hour(root: Path) -> None:
    with small_park.opened(root) as ports:
        # Registers 100 … 103 and 106 … 107: the intervals between what is left are gaps.
        sent_with(ports, small_park.but(load(), [*range(100, 104), 106, 107]))

        (gap,) = of_rule(conditions(ports), AlarmRule.GAP_OPEN)

        assert (gap.subject, gap.is_active, gap.n) == ("M-E02", True, 2)
        assert gap.start_s == AUGUST.start_s + 99 * 900
        assert dict(gap.values)["until_at_s"] == AUGUST.start_s + 108 * 900


def test_share__of_a_month_that_was_not_measured_ends_with_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        sent_with(ports, small_park.but(load(), range(100, 350)))

        (share,) = of_rule(conditions(ports), AlarmRule.NOT_MEASURED)

        assert (share.subject, share.start_s, share.is_active) == ("M-E02", AUGUST.start_s, True)
        assert dict(share.values)["found_ratio"] == f"{251 / (31 * N_DAY):.4f}"


def test_share__of_less_than_the_limit_is_no_alarm(root: Path) -> None:
    with small_park.opened(root) as ports:
        sent_with(ports, small_park.but(load(), range(100, 240)))

        assert AlarmRule.NOT_MEASURED not in rules_of(conditions(ports))


def test_register__that_runs_backwards_is_named_and_its_days_are_poor_or_not(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = load()
        sent_with(ports, small_park.but(block, [500], count=int(block.counts[495])))

        found = conditions(ports)

        (backwards,) = of_rule(found, AlarmRule.REGISTER_BACKWARDS)
        assert backwards.subject == "M-E02"
        assert at_s(6) <= backwards.start_s < at_s(7)
        assert not backwards.is_active
        assert "vee." in str(dict(backwards.values)["rules"])


def test_finding__at_the_end_of_what_is_known_lasts(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = load()
        last = 10 * N_DAY
        sent_with(ports, small_park.but(block, [last], count=int(block.counts[last - 5])), 10)

        (backwards,) = of_rule(conditions(ports, 11), AlarmRule.REGISTER_BACKWARDS)

        assert backwards.is_active


def test_poor_days__in_a_row_are_one_alarm(root: Path) -> None:
    with small_park.opened(root) as ports:
        sent_with(ports, small_park.but(load(), range(192, 192 + 2 * N_DAY)))

        (poor,) = of_rule(conditions(ports), AlarmRule.QUALITY_POOR)

        assert (poor.start_s, poor.end_s, poor.n) == (at_s(3), at_s(5), 2)
        assert dict(poor.values)["worst"] == 0


@pytest.mark.parametrize("day", [20, 32])
def test_names__do_not_depend_on_when_anybody_looks(root: Path, day: int) -> None:
    with small_park.opened(root) as ports:
        sent_with(ports, small_park.but(load(), range(100, 104)))

        (gap,) = of_rule(conditions(ports, day), AlarmRule.GAP_OPEN)

        assert gap.id == f"gap-open.M-E02.{AUGUST.start_s + 99 * 900}"
        assert replace(gap, values=()) == replace(
            of_rule(conditions(ports), AlarmRule.GAP_OPEN)[0], values=()
        )
