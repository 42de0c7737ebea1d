"""Operations on alarms and on the decisions of people."""

from typing import Final

from taihang.core.access.role import Right
from taihang.core.seal.said import Said
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.cursor import Paging, page_of
from taihang.interfaces.api.done import done_once
from taihang.interfaces.api.figures.operate import (
    AlarmDecisionIn,
    AlarmOut,
    DecisionOut,
    PlanDecisionIn,
    build_alarms,
    put_alarm_decision,
    put_plan_decision,
)
from taihang.interfaces.api.operation import Operations, Tenant
from taihang.interfaces.api.schema import Id, Page
from taihang.interfaces.disk import disk_room

OPERATE: Final = Operations(tag="operate")


@OPERATE.get("/alarms", may=Right.SEE_ALARMS, tenant=Tenant.PARK, answers=Page[AlarmOut])
def list_alarms(call: Call, paging: Paging) -> Page[AlarmOut]:
    """Return the alarms of the last two months with where each stands, in order of id."""
    found = call.ask_large(build_alarms, disk_room(call.source.root))
    items, follows = page_of(found, paging, key=lambda each: each.id, question="alarms")
    return Page[AlarmOut](items=items, next=follows)


@OPERATE.put(
    "/alarm-decisions/{id}", may=Right.HANDLE_ALARMS, tenant=Tenant.PARK, answers=DecisionOut
)
def put_decision_on_alarm(call: Call, id: Id, wanted: AlarmDecisionIn) -> DecisionOut:  # noqa: A002
    """Acknowledge an alarm, shelve it, or take it off the shelf; sent again it is the same act."""
    disk = disk_room(call.source.root)
    said = _said(call, id, wanted.reason)
    return done_once(
        call,
        kind="alarm-decision",
        id_=id,
        wanted=wanted,
        do=lambda p: put_alarm_decision(p, wanted, said, disk),
    )


@OPERATE.put(
    "/plan-decisions/{id}", may=Right.APPROVE_PLANS, tenant=Tenant.PARK, answers=DecisionOut
)
def put_decision_on_plan(call: Call, id: Id, wanted: PlanDecisionIn) -> DecisionOut:  # noqa: A002
    """Approve a plan, confirm an override, or withdraw what was said; sent again the same act."""
    said = _said(call, id, wanted.reason)
    return done_once(
        call,
        kind="plan-decision",
        id_=id,
        wanted=wanted,
        do=lambda p: put_plan_decision(p, wanted, said),
    )


def _said(call: Call, id_: str, reason: str) -> Said:
    role = ", ".join(sorted(role.value for role in call.member.roles))
    return Said(id=id_, who=call.member.name, role=role, reason=reason)
