"""Where an alarm stands follows from its condition, from what was decided, and from the instant."""

from dataclasses import replace

import pytest

from taihang.core.alarm.condition import Cause, CauseKind, Condition, found
from taihang.core.alarm.decision import AlarmAct, AlarmDecision
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import AlarmState, alarm_of, shares_of
from taihang.core.seal.said import Said

SAID = Said(id="d1", who="Li", role="dispatcher", reason="seen")
LASTS = found(AlarmRule.GATEWAY_SILENT, "GW1", 100, cause=Cause(CauseKind.GATEWAY, "GW1"))
ENDED = replace(LASTS, end_s=500)


def decided(act: AlarmAct, at_s: int, *, until_s: int | None = None) -> AlarmDecision:
    return AlarmDecision(
        said=SAID,
        act=act,
        alarm=LASTS.id,
        priority=LASTS.priority,
        last_s=LASTS.last_s,
        until_s=until_s,
        at_s=at_s,
    )


ACK = decided(AlarmAct.ACKNOWLEDGE, 200)
SHELF = decided(AlarmAct.SHELVE, 300, until_s=600)


@pytest.mark.parametrize(
    ("condition", "decisions", "now_s", "state"),
    [
        (LASTS, [], 1_000, AlarmState.UNACKNOWLEDGED),
        (LASTS, [ACK], 1_000, AlarmState.ACKNOWLEDGED),
        (LASTS, [ACK], 150, AlarmState.UNACKNOWLEDGED),
        (replace(LASTS, last_s=400, n=2), [ACK], 1_000, AlarmState.UNACKNOWLEDGED),
        (replace(LASTS, priority=Priority.HIGH), [ACK], 1_000, AlarmState.UNACKNOWLEDGED),
        (replace(LASTS, priority=Priority.LOW), [ACK], 1_000, AlarmState.ACKNOWLEDGED),
        (LASTS, [SHELF], 599, AlarmState.SHELVED),
        (LASTS, [ACK, SHELF], 600, AlarmState.UNACKNOWLEDGED),
        (ENDED, [], 1_000, AlarmState.RETURNED),
        (ENDED, [ACK], 1_000, AlarmState.NORMAL),
        (ENDED, [SHELF], 550, AlarmState.RETURNED),
        (replace(ENDED, priority=Priority.LOW), [], 1_000, AlarmState.NORMAL),
    ],
)
def test_alarm_of__follows_the_state_diagram(
    condition: Condition, decisions: list[AlarmDecision], now_s: int, state: AlarmState
) -> None:
    alarm = alarm_of(condition, decisions, now_s=now_s)

    assert alarm.state is state
    assert alarm.needs_person == (state in {AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED})
    assert (alarm.shelved_until_s is not None) == (state is AlarmState.SHELVED)


def test_shares_of__counts_by_priority_and_says_nothing_of_nothing() -> None:
    low = replace(LASTS, priority=Priority.LOW)
    alarms = [alarm_of(each, [], now_s=0) for each in (LASTS, low, low, low)]

    shares = {share.priority: (share.n, share.share_ratio) for share in shares_of(alarms)}

    assert shares == {
        Priority.HIGH: (0, 0.0),
        Priority.MEDIUM: (1, 0.25),
        Priority.LOW: (3, 0.75),
    }
    assert [share.share_ratio for share in shares_of([])] == [None, None, None]
