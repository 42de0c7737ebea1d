"""An alarm has a name that stays, and what chatters is one alarm with a count."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.alarm.condition import (
    AlarmNameError,
    Cause,
    CauseKind,
    Condition,
    episodes,
    found,
    in_order,
    parse_alarm_name,
    stretches,
)
from taihang.core.alarm.rule import FACTS, AlarmRule, Priority
from taihang.core.periods import STEP_S, Period

METER = Cause(CauseKind.METER, "M-E01")
DAY = Period.of_s(0, 86_400)


def gap(start_s: int = 900) -> Condition:
    return found(AlarmRule.GAP_OPEN, "M-E01", start_s, cause=METER)


def test_found__lasts_with_the_priority_of_its_rule() -> None:
    one = gap()

    assert (one.is_active, one.priority, one.n) == (True, FACTS[AlarmRule.GAP_OPEN].priority, 1)


@pytest.mark.parametrize("subject", ["M-E01", "quota.of.E01", "园区"])
def test_parse_alarm_name__reads_any_name_back(subject: str) -> None:
    one = found(AlarmRule.QUOTA, subject, 1_790_784_000, cause=METER)

    assert parse_alarm_name(one.id) == (AlarmRule.QUOTA, subject, 1_790_784_000)


@pytest.mark.parametrize("name", ["", "gap-open", "gap-open..5", "no-rule.x.5", "gap-open.x.5s"])
def test_parse_alarm_name__refuses_what_is_none(name: str) -> None:
    with pytest.raises(AlarmNameError, match="taihang alarms"):
        parse_alarm_name(name)


def test_episodes__of_nothing_are_none() -> None:
    assert episodes(np.zeros(96, np.bool_), period=DAY, apart_s=3_600) == []


def test_episodes__join_what_comes_again_in_time_and_nothing_later() -> None:
    so = np.zeros(96, np.bool_)
    so[[0, 4, 9]] = True

    joined = episodes(so, period=DAY, apart_s=3_600)

    # Between 0 and 4 lie 45 minutes, between 4 and 9 a whole hour.
    assert [(each.start_s, each.end_s, each.n, each.last_s) for each in joined] == [
        (0, 5 * STEP_S, 2, 4 * STEP_S),
        (9 * STEP_S, 10 * STEP_S, 1, 9 * STEP_S),
    ]


@given(st.lists(st.booleans(), min_size=96, max_size=96), st.integers(1, 20))
def test_episodes__hold_every_interval_once_and_lie_apart(so: list[bool], apart: int) -> None:
    where = np.array(so)

    joined = episodes(where, period=DAY, apart_s=apart * STEP_S)

    places = [int(at) for each in joined for at in each.where]
    assert places == np.flatnonzero(where).tolist()
    for first, second in pairwise(joined):
        assert second.start_s - first.end_s >= apart * STEP_S
    runs = int((np.diff(np.concatenate([[False], where]).astype(int)) == 1).sum())
    assert sum(each.n for each in joined) == runs


def test_stretches__that_overlap_or_follow_soon_are_one() -> None:
    joined = stretches([0, 10, 100, 400], [50, 20, 110, 410], apart_s=60)

    assert [(each.start_s, each.end_s, each.n) for each in joined] == [(0, 110, 3), (400, 410, 1)]
    assert joined[0].where.tolist() == [0, 1, 2]


def test_in_order__puts_what_lasts_and_is_urgent_first_then_the_newest() -> None:
    old, new = gap(0), gap(900)
    ended = replace(gap(1_800), end_s=2_700, priority=Priority.HIGH)
    urgent = replace(gap(-900), priority=Priority.HIGH)

    assert in_order([old, ended, new, urgent]) == (urgent, new, old, ended)
