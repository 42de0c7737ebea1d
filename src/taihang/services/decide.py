"""Platform job: let a person decide of an alarm or of a plan, once, and so that it stays (§14).

A decision is an event of the witnessed log. It bears an id from whoever sends it: the same again is
the same decision, another one under its id is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from taihang.core.alarm.condition import parse_alarm_name
from taihang.core.alarm.decision import (
    ALARM_DECIDED,
    AlarmAct,
    AlarmDecision,
    AlarmOrderError,
    demand_may_decide,
)
from taihang.core.alarm.state import Alarm
from taihang.core.dispatch.plan_decision import (
    PLAN_DECIDED,
    Order,
    PlanAct,
    PlanDecision,
    PlanStanding,
    demand_plan_may_decide,
)
from taihang.core.errors import StateError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import days
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.said import DecisionIdError, Said
from taihang.services.act_log import log_act, log_acts
from taihang.services.alarm_scene import DiskRoom
from taihang.services.alarms import alarms
from taihang.services.decisions import Decisions
from taihang.services.plan_day import DAY_PLAN
from taihang.services.plan_what_if import WhatIf, what_if
from taihang.services.planned import Planned, planned_of
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.report import settled_span
from taihang.services.review import ReviewRestatedError, UnversionedReviewError, text_hash

_Decision: TypeAlias = AlarmDecision | PlanDecision
_SEEN: Final = frozenset(("last_s", "priority", "change_w", "limit_w", "sha256"))
"""What the platform adds to what a person says: a repeat may find it changed."""


class UnknownAlarmError(StateError):
    """There is no such alarm any more: its cause is gone, or it never was."""

    code = "state.unknown-alarm"


class PlanOverError(StateError):
    """A plan is to be decided whose day is settled: what happened was measured."""

    code = "state.plan-over"


class NotAPlanError(StateError):
    """A statement is to be decided as a plan, and is none."""

    code = "state.not-a-plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmDeed:
    """What a person wants of an alarm."""

    alarm: str
    act: AlarmAct
    until: datetime | None = None
    """End of the shelf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDeed:
    """What a person wants of a plan."""

    plan: str
    """Id of the statement with its version."""
    act: PlanAct
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmDecided:
    """What became of a decision on an alarm."""

    decision: AlarmDecision
    alarm: Alarm | None
    """Where it stands now; None where a repeat finds it gone."""
    is_new: bool


@dataclass(frozen=True, slots=True)
class PlanDecided:
    """What became of a decision on a plan."""

    decision: PlanDecision
    standing: PlanStanding
    is_new: bool
    effect: WhatIf | None = None
    """What new orders do; None of everything else, and of a repeat."""


def decide_alarm(
    deed: AlarmDeed, said: Said, *, ports: Ports, disk: DiskRoom | None = None
) -> AlarmDecided:
    """Let a person acknowledge an alarm, shelve it, or take it off the shelf.

    Args:
        deed: What is wanted.
        said: Who wants it, and why.
        ports: The outside world, opened for writing.
        disk: What the disk has left; without it an alarm of the disk is not known.

    Returns:
        Where the alarm stands now; the same again adds nothing.

    Raises:
        AlarmNameError: If the name is none of an alarm.
        DecisionIdError: If the id is that of another decision.
        UnknownAlarmError: If there is no such alarm.
        AlarmOrderError: If the decision does not follow from where the alarm stands.
        ShelfTimeError: If it shelves without an end that may be.
    """
    # 1. Is it a repeat?
    parse_alarm_name(deed.alarm)
    until_s = None if deed.until is None else int(deed.until.timestamp())
    wanted: dict[str, JsonValue] = {
        "act": deed.act.value,
        "alarm": deed.alarm,
        "until_s": until_s,
        **said.body(),
    }
    known = _known(said, wanted, ports)
    if isinstance(known, AlarmDecision):
        return AlarmDecided(known, _standing(deed.alarm, ports, disk), is_new=False)
    # 2. May it be decided now?
    alarm = _standing(deed.alarm, ports, disk)
    if alarm is None:
        raise UnknownAlarmError(
            given=f"the alarm {deed.alarm!r}",
            expected="an alarm of the last two months of which anything is settled",
            remedy="look at `taihang alarms` again: its cause may be gone",
        )
    if deed.act is AlarmAct.SHELVE and not alarm.condition.is_active:
        raise AlarmOrderError(
            given=f"shelve {deed.alarm}, which has ended",
            expected="an alarm that lasts",
            remedy="acknowledge it: what ended does not have to be put aside",
        )
    decision = AlarmDecision(
        said=said,
        act=deed.act,
        alarm=deed.alarm,
        priority=alarm.condition.priority,
        last_s=alarm.condition.last_s,
        until_s=until_s,
        at_s=int(ports.clock.now().timestamp()),
    )
    demand_may_decide(decision, after=alarm.decisions)
    # 3. It stands in the log.
    log_act(ALARM_DECIDED, decision.body(), ports=ports)
    catch_up(ports)
    return AlarmDecided(decision, _standing(deed.alarm, ports, disk), is_new=True)


def decide_plan(deed: PlanDeed, said: Said, *, ports: Ports) -> PlanDecided:
    """Let a person approve a plan, override it, confirm an override, or withdraw what was said.

    Args:
        deed: What is wanted.
        said: Who wants it, and why.
        ports: The outside world, opened for writing.

    Returns:
        Where the plan stands now; the same again adds nothing.

    Raises:
        DecisionIdError: If the id is that of another decision.
        UnversionedReviewError: If no version of the plan is named.
        ReviewRestatedError: If a later version of the plan exists.
        NotAPlanError: If the statement is no plan of the park.
        PlanOverError: If its day is settled.
        OrdersError: If orders do not fit the plan.
        ImpossibleOrderError: If a store cannot do what it is ordered to do.
        NoReplayError: If the referee refuses the park under the orders.
        PlanOrderError: If the decision does not follow from where the plan stands.
        SamePersonError: If it takes another person.
    """
    # 1. Is it a repeat?
    wanted: dict[str, JsonValue] = {
        "act": deed.act.value,
        "orders": [order.document() for order in deed.orders],
        "plan": deed.plan,
        **said.body(),
    }
    known = _known(said, wanted, ports)
    if isinstance(known, PlanDecision):
        issued = ports.registry.statement(known.plan)
        return PlanDecided(known, Decisions(ports).standing(issued), is_new=False)
    # 2. Which plan, and may it be decided now?
    planned = plan_to_decide(deed.plan, ports=ports)
    standing = Decisions(ports).standing(planned.issued)
    decision = PlanDecision(
        said=said,
        act=deed.act,
        plan=planned.issued.id,
        sha256=text_hash(planned.issued),
        orders=tuple(sorted(deed.orders)),
        at_s=int(ports.clock.now().timestamp()),
    )
    demand_plan_may_decide(decision, after=standing.counting)
    # 3. What would orders do? The referee is asked before anybody is told.
    effect = what_if(planned, decision.orders, ports=ports) if decision.orders else None
    if effect is not None:
        decision = _measured(decision, effect)
    # 4. The plan stands in the log before anybody decides of it; then the decision.
    log_acts(ports=ports)
    log_act(PLAN_DECIDED, decision.body(), ports=ports)
    catch_up(ports)
    after = Decisions(ports).standing(planned.issued)
    return PlanDecided(decision, after, is_new=True, effect=effect)


def plan_to_decide(statement_id: str, *, ports: Ports) -> Planned:
    """Return a plan that may still be decided: the latest version, of a day that is not settled.

    Args:
        statement_id: Id with its version.
        ports: The outside world.

    Raises:
        UnversionedReviewError: If no version is named.
        NotAPlanError: If the statement is no plan of the park.
        ReviewRestatedError: If a later version exists.
        PlanOverError: If its day is settled.
    """
    issued = ports.registry.statement(statement_id)
    latest = ports.registry.statement(issued.series)
    if issued.kind != DAY_PLAN or issued.subject != PARK_SUBJECT:
        raise NotAPlanError(
            given=f"statement {issued.id} of kind {issued.kind}",
            expected=f"a statement {DAY_PLAN} of the park",
            remedy="name the plan of a day, such as day-plan.park.2026-10-01.v1",
        )
    if issued.id != statement_id:
        raise UnversionedReviewError(
            given=f"statement {statement_id!r}",
            expected=f"one version of it, such as {issued.id}",
            remedy="look at the version that is to be decided, then name it",
        )
    if latest.version != issued.version:
        raise ReviewRestatedError(
            given=f"{issued.id}, which was restated",
            expected=f"the latest version, {latest.id}",
            remedy="look at the latest version and decide of that one",
        )
    _demand_not_settled(issued, ports)
    return planned_of(issued)


def _demand_not_settled(issued: IssuedStatement, ports: Ports) -> None:
    planned, span = planned_of(issued), settled_span(ports)
    day = days(planned.day, 1, ports.park.zone)
    if span is not None and span.end_s >= day.end_s and span.start_s < day.end_s:
        raise PlanOverError(
            given=f"{issued.id}, whose day is settled",
            expected="a plan of a day that is still to come, or not settled yet",
            remedy="what happened on the day stands in the regret ledger: taihang regret",
        )


def _measured(decision: PlanDecision, effect: WhatIf) -> PlanDecision:
    """Return an override with how far it departs from the plan."""
    return PlanDecision(
        said=decision.said,
        act=decision.act,
        plan=decision.plan,
        sha256=decision.sha256,
        orders=decision.orders,
        change_w=effect.change_w,
        limit_w=effect.limit_w,
        at_s=decision.at_s,
    )


def _standing(name: str, ports: Ports, disk: DiskRoom | None) -> Alarm | None:
    board = alarms(ports=ports, disk=disk)
    return next((each for each in board.alarms if each.id == name), None)


def _known(said: Said, wanted: dict[str, JsonValue], ports: Ports) -> _Decision | None:
    """Return the decision that has this id; None where none has.

    Raises:
        DecisionIdError: If another decision has it.
    """
    decisions = Decisions(ports)
    every: Iterable[Sequence[_Decision]] = (
        *decisions.alarms.values(),
        *decisions.plans.values(),
    )
    for one in (each for taken in every for each in taken):
        if one.said.id != said.id:
            continue
        body = {key: value for key, value in one.body().items() if key not in _SEEN}
        if body == wanted:
            return one
        raise DecisionIdError(
            given=f"the id {said.id!r}, under which {one.said.who} has decided something else",
            expected="an id of its own for every decision",
            remedy="give this decision another id",
        )
    return None
