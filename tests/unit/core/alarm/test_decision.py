"""Decisions on an alarm follow each other by rule, and a shelf always ends."""

from dataclasses import replace

import pytest

from taihang.core.alarm.condition import AlarmNameError
from taihang.core.alarm.decision import (
    SHELF_MOST_S,
    AlarmAct,
    AlarmDecision,
    AlarmOrderError,
    ShelfTimeError,
    acknowledgement_of,
    alarm_faults,
    covers,
    demand_may_decide,
    open_alarm_decision,
    shelf_of,
)
from taihang.core.alarm.rule import Priority
from taihang.core.seal.canonical import DocumentError
from taihang.core.seal.said import Said

NAME = "gap-open.M-E01.900"
SAID = Said(id="d1", who="Li", role="dispatcher", reason="seen")


def decided(
    act: AlarmAct, at_s: int, *, until_s: int | None = None, last_s: int = 900
) -> AlarmDecision:
    return AlarmDecision(
        said=SAID,
        act=act,
        alarm=NAME,
        priority=Priority.MEDIUM,
        last_s=last_s,
        until_s=until_s,
        at_s=at_s,
    )


ACK = decided(AlarmAct.ACKNOWLEDGE, 1_000)
SHELVED = decided(AlarmAct.SHELVE, 2_000, until_s=5_000)
OFF = decided(AlarmAct.UNSHELVE, 3_000)


def test_body__is_read_back() -> None:
    for each in (ACK, SHELVED, OFF):
        assert open_alarm_decision(each.body(), at_s=each.at_s) == each


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("act", "forget", DocumentError),
        ("priority", "urgent", DocumentError),
        ("alarm", "nothing", AlarmNameError),
        ("until_s", 5_000, ShelfTimeError),
        ("until_s", "soon", DocumentError),
        ("last_s", None, DocumentError),
        ("more", 1, DocumentError),
    ],
)
def test_open__refuses_a_field_that_cannot_be(
    field: str, value: str | int | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        open_alarm_decision({**ACK.body(), field: value}, at_s=1_000)


@pytest.mark.parametrize("until_s", [None, 2_000, 1_000, 2_000 + SHELF_MOST_S + 1])
def test_shelving__has_an_end_soon_after_now(until_s: int | None) -> None:
    with pytest.raises(ShelfTimeError, match="until when"):
        demand_may_decide(replace(SHELVED, until_s=until_s), after=[])


def test_shelf__holds_until_its_end_or_until_it_is_taken_off() -> None:
    assert shelf_of([SHELVED], now_s=4_999) == SHELVED
    assert shelf_of([SHELVED], now_s=5_000) is None
    assert shelf_of([SHELVED, OFF], now_s=4_000) is None
    assert shelf_of([ACK], now_s=4_000) is None


def test_acknowledgement__does_not_outlive_a_shelf() -> None:
    assert acknowledgement_of([ACK]) == ACK
    assert acknowledgement_of([ACK, SHELVED]) is None


def test_order__refuses_what_does_not_follow() -> None:
    with pytest.raises(AlarmOrderError, match="not on the shelf"):
        demand_may_decide(OFF, after=[])
    with pytest.raises(AlarmOrderError, match="not on the shelf"):
        demand_may_decide(replace(OFF, at_s=6_000), after=[SHELVED])
    with pytest.raises(AlarmOrderError, match="is on the shelf"):
        demand_may_decide(replace(ACK, at_s=3_000), after=[SHELVED])
    with pytest.raises(AlarmOrderError, match="acknowledged by Li"):
        demand_may_decide(replace(ACK, at_s=1_500), after=[ACK])


def test_order__lets_what_came_again_or_rose_be_acknowledged_again() -> None:
    again = replace(ACK, at_s=1_500, last_s=1_200)
    risen = replace(ACK, at_s=1_500, priority=Priority.HIGH)

    demand_may_decide(again, after=[ACK])
    demand_may_decide(risen, after=[ACK])

    assert not covers(ACK, again)
    assert not covers(ACK, risen)
    assert covers(ACK, replace(ACK, priority=Priority.LOW))


def test_faults__name_what_was_logged_against_the_rules() -> None:
    wrong = alarm_faults([ACK, replace(ACK, at_s=1_100), SHELVED, OFF, OFF])

    assert [name for name, _ in wrong] == [NAME, NAME]
    assert "acknowledged by Li" in wrong[0][1]
    assert alarm_faults([ACK, SHELVED, OFF]) == []
