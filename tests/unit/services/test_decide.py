"""A decision is taken once, by somebody, for a reason, and stays in the log."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

import alarm_kit
import planned_park
import regret_park
import small_park
from alarm_kit import alarm
from planned_park import DAY, PLAN
from regret_park import PLANNED
from taihang.core.alarm.decision import ALARM_DECIDED, AlarmAct, AlarmOrderError, ShelfTimeError
from taihang.core.alarm.rule import AlarmRule
from taihang.core.alarm.state import AlarmState
from taihang.core.dispatch.plan_decision import (
    PLAN_DECIDED,
    Order,
    PlanAct,
    PlanOrderError,
    PlanState,
)
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.review import SamePersonError
from taihang.core.seal.said import DecisionIdError, Said
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_act, log_acts, logged_events
from taihang.services.alarms import alarms
from taihang.services.audit_acts import check_acts
from taihang.services.decide import (
    AlarmDecided,
    AlarmDeed,
    NotAPlanError,
    PlanDecided,
    PlanDeed,
    PlanOverError,
    UnknownAlarmError,
    decide_alarm,
    decide_plan,
)
from taihang.services.decisions import Decisions
from taihang.services.log_event import log_event
from taihang.services.plan_day import DAY_PLAN
from taihang.services.plan_what_if import ImpossibleOrderError
from taihang.services.planned import planned_of
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.review import ReviewRestatedError, UnversionedReviewError

HOUR = timedelta(hours=1)


def said(id_: str, who: str = "Li Wei") -> Said:
    return Said(id=id_, who=who, role="dispatcher", reason="as the shift decided")


def n_logged(ports: Ports) -> int:
    kinds = {ALARM_DECIDED, PLAN_DECIDED}
    return sum(event.kind in kinds for _, event in logged_events(ports=ports))


def faults(ports: Ports) -> list[tuple[str, str]]:
    """What the audit of acts finds."""
    return check_acts([*logged_events(ports=ports)], ports=ports).findings


# -- alarms ---------------------------------------------------------------------------------------


@pytest.fixture
def silent(root: Path) -> Generator[Ports]:
    """A park that has been silent for weeks."""
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)
        log_acts(ports=ports)
        yield ports


def name_of(ports: Ports) -> str:
    return alarm(alarms(ports=ports), AlarmRule.INTAKE_SILENT).id


def act(ports: Ports, id_: str, what: AlarmAct, *, hours: int = 0) -> AlarmDecided:
    until = ports.clock.now() + hours * HOUR if hours else None
    deed = AlarmDeed(alarm=name_of(ports), act=what, until=until)
    return decide_alarm(deed, said(id_), ports=ports)


def test_alarm__is_acknowledged_shelved_and_taken_off_and_the_audit_is_clean(
    silent: Ports,
) -> None:
    seen = act(silent, "d1", AlarmAct.ACKNOWLEDGE)
    aside = act(silent, "d2", AlarmAct.SHELVE, hours=8)
    back = act(silent, "d3", AlarmAct.UNSHELVE)

    states = [each.alarm.state for each in (seen, aside, back) if each.alarm is not None]
    assert states == [AlarmState.ACKNOWLEDGED, AlarmState.SHELVED, AlarmState.UNACKNOWLEDGED]
    assert all(each.is_new for each in (seen, aside, back))
    assert n_logged(silent) == 3
    assert faults(silent) == []


def test_alarm__the_same_decision_again_is_the_same_and_another_is_refused(
    silent: Ports,
) -> None:
    first, again = (act(silent, "d1", AlarmAct.ACKNOWLEDGE) for _ in range(2))

    assert (first.is_new, again.is_new, n_logged(silent)) == (True, False, 1)
    assert again.decision == first.decision
    with pytest.raises(DecisionIdError, match="Li Wei has decided something else"):
        act(silent, "d1", AlarmAct.SHELVE, hours=1)


def test_alarm__refuses_what_contradicts_and_logs_nothing(silent: Ports) -> None:
    with pytest.raises(AlarmOrderError, match="not on the shelf"):
        act(silent, "d1", AlarmAct.UNSHELVE)
    with pytest.raises(ShelfTimeError):
        act(silent, "d2", AlarmAct.SHELVE)
    with pytest.raises(ShelfTimeError):
        act(silent, "d3", AlarmAct.SHELVE, hours=8 * 24)
    with pytest.raises(UnknownAlarmError, match="taihang alarms"):
        decide_alarm(
            AlarmDeed(alarm="gap-open.M-E01.5", act=AlarmAct.ACKNOWLEDGE),
            said("d4"),
            ports=silent,
        )

    assert n_logged(silent) == 0


def test_alarm__that_ended_is_acknowledged_and_not_shelved(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", small_park.AUGUST)
        back = small_park.but(block, [500], count=int(block.counts[495]))
        alarm_kit.send(ports, "GW1", 31)
        alarm_kit.send(ports, "GW2", 31, blocks=[back])
        small_park.settle_month(ports, small_park.AUGUST)
        ended = alarm(alarms(ports=ports), AlarmRule.REGISTER_BACKWARDS)
        until = ports.clock.now() + HOUR

        with pytest.raises(AlarmOrderError, match="has ended"):
            decide_alarm(
                AlarmDeed(alarm=ended.id, act=AlarmAct.SHELVE, until=until),
                said("d1"),
                ports=ports,
            )
        seen = decide_alarm(
            AlarmDeed(alarm=ended.id, act=AlarmAct.ACKNOWLEDGE), said("d2"), ports=ports
        )

        assert ended.state is AlarmState.RETURNED
        assert seen.alarm is not None
        assert seen.alarm.state is AlarmState.NORMAL


# -- plans ----------------------------------------------------------------------------------------


@pytest.fixture
def planned(tmp_path: Path) -> Generator[Ports]:
    """A park with a plan of a day that is still to come."""
    with small_park.opened(planned_park.made(tmp_path)) as ports:
        yield ports


def decide(
    ports: Ports, id_: str, what: PlanAct, *orders: Order, who: str = "Li Wei"
) -> PlanDecided:
    return decide_plan(PlanDeed(plan=PLAN, act=what, orders=orders), said(id_, who), ports=ports)


def rest(first: int, last: int, power_w: int = 0) -> Order:
    start_s = DAY.start_s
    return Order(
        battery="B1", start_s=start_s + 900 * first, end_s=start_s + 900 * last, power_w=power_w
    )


def test_plan__is_approved_withdrawn_and_approved_again(planned: Ports) -> None:
    states = [
        decide(planned, "d1", PlanAct.APPROVE).standing.state,
        decide(planned, "d2", PlanAct.WITHDRAW).standing.state,
        decide(planned, "d3", PlanAct.APPROVE, who="Wang").standing.state,
    ]

    assert states == [PlanState.APPROVED, PlanState.PROPOSED, PlanState.APPROVED]
    assert n_logged(planned) == 3
    assert faults(planned) == []


def test_plan__overridden_far_from_itself_waits_for_a_second_person(planned: Ports) -> None:
    waiting = decide(planned, "d1", PlanAct.OVERRIDE, rest(0, 96))
    with pytest.raises(SamePersonError):
        decide(planned, "d2", PlanAct.CONFIRM)
    done = decide(planned, "d3", PlanAct.CONFIRM, who="Wang Fang")

    assert waiting.effect is not None
    assert waiting.effect.needs_second
    assert (waiting.standing.state, waiting.standing.orders) == (PlanState.PENDING, ())
    assert (done.standing.state, done.standing.orders) == (PlanState.OVERRIDDEN, (rest(0, 96),))
    assert faults(planned) == []


def test_plan__overridden_a_little_takes_one_person(planned: Ports) -> None:
    power_w = planned_of(planned.registry.statement(PLAN)).stores["B1"].power_w
    at = int(power_w.argmax())
    less = rest(at, at + 1, int(power_w[at]) - 20_000)

    done = decide(planned, "d1", PlanAct.OVERRIDE, less)

    assert (done.standing.state, done.standing.orders) == (PlanState.OVERRIDDEN, (less,))
    assert (done.decision.change_w, done.decision.limit_w) == (20_000, 50_000)


def test_plan__refuses_what_contradicts_and_logs_nothing(planned: Ports) -> None:
    with pytest.raises(PlanOrderError):
        decide(planned, "d1", PlanAct.WITHDRAW)
    with pytest.raises(ImpossibleOrderError):
        decide(planned, "d2", PlanAct.OVERRIDE, rest(0, 4, -500_000))
    with pytest.raises(UnversionedReviewError, match=PLAN):
        decide_plan(
            PlanDeed(plan=PLAN.removesuffix(".v1"), act=PlanAct.APPROVE),
            said("d3"),
            ports=planned,
        )

    assert n_logged(planned) == 0


def test_plan__that_was_restated_is_not_approved_any_more(planned: Ports) -> None:
    body: dict[str, JsonValue] = {"format": "x", "rule": "x", "start_s": DAY.start_s}
    name = PLANNED.isoformat()
    issue_statements([Draft(DAY_PLAN, "park", name, body)], period=name, ports=planned)

    with pytest.raises(ReviewRestatedError, match="v2"):
        decide(planned, "d1", PlanAct.APPROVE)


def test_plan__of_a_day_that_is_settled_is_over(tmp_path: Path) -> None:
    root = Path(copytree(regret_park.obeyed(), tmp_path / "park"))
    with small_park.opened(root) as ports:
        with pytest.raises(PlanOverError, match="settled"):
            decide(ports, "d1", PlanAct.APPROVE)
        energy = ports.registry.latest_statements("2026-08", {"energy"})[0]
        with pytest.raises(NotAPlanError, match="energy"):
            decide_plan(PlanDeed(plan=energy.id, act=PlanAct.APPROVE), said("d2"), ports=ports)


def test_plan__the_same_again_is_the_same_and_ids_are_shared_with_alarms(
    planned: Ports,
) -> None:
    first, again = (decide(planned, "d1", PlanAct.APPROVE) for _ in range(2))

    assert (first.is_new, again.is_new, n_logged(planned)) == (True, False, 1)
    name = alarms(ports=planned).alarms[0].id
    with pytest.raises(DecisionIdError):
        decide_alarm(AlarmDeed(alarm=name, act=AlarmAct.ACKNOWLEDGE), said("d1"), ports=planned)


def test_decision__survives_a_crash_before_the_register_followed(tmp_path: Path) -> None:
    root = planned_park.made(tmp_path)
    with small_park.opened(root) as ports:
        body = decide(ports, "d1", PlanAct.APPROVE).decision.body()
        # The event is on the disk; the process dies before the register hears of it.
        log_event(PLAN_DECIDED, {**body, "act": "withdraw", "id": "d2"}, ports=ports)

    with small_park.opened(root) as ports:
        again = decide(ports, "d2", PlanAct.WITHDRAW)

        assert (again.is_new, again.standing.state) == (False, PlanState.PROPOSED)
        assert faults(ports) == []


def test_audit__names_decisions_against_the_rules_and_readers_do_not_count_them(
    planned: Ports,
) -> None:
    body = decide(planned, "d1", PlanAct.APPROVE).decision.body()
    log_act(PLAN_DECIDED, {**body, "id": "d2"}, ports=planned)
    log_act(PLAN_DECIDED, {**body, "id": "d3", "act": "nonsense"}, ports=planned)
    catch_up(planned)

    where = [place for place, _ in faults(planned)]

    assert f"decision on {PLAN}" in where
    assert any(place.endswith(", plan-decided") for place in where)


def test_decisions__of_an_unreadable_event_are_no_reason_to_stop(planned: Ports) -> None:
    decide(planned, "d1", PlanAct.APPROVE)
    log_act(ALARM_DECIDED, {"alarm": "x", "act": "nonsense"}, ports=planned)

    assert Decisions(planned).alarms == {}
    assert len(Decisions(planned).plans) == 1
