"""Alarms of the park, and what people decide of them and of plans."""

from datetime import datetime
from enum import Enum
from typing import Annotated

from pydantic import Field

from taihang.core.alarm.decision import AlarmAct
from taihang.core.alarm.state import Alarm
from taihang.core.dispatch.plan_decision import PlanAct
from taihang.core.seal.said import Said
from taihang.interfaces.alarm_words import AlarmWords
from taihang.interfaces.api.figures.park import told_instant
from taihang.interfaces.api.schema import Id, Instant, Schema, Whole
from taihang.interfaces.api.stretch import moment_of
from taihang.services.alarm_scene import DiskRoom
from taihang.services.alarms import alarms
from taihang.services.decide import AlarmDeed, PlanDeed, decide_alarm, decide_plan
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

_REASON = Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")


class AlarmOut(Schema):
    """One alarm: what was found, and where it stands."""

    id: str
    rule: str
    subject: str
    priority: str
    state: str
    """unacknowledged, acknowledged, shelved, returned or normal (ISA-18.2)."""
    start: str
    end: str | None
    """Null while it lasts."""
    n: Whole
    """How often it came."""
    sentence_zh: str
    sentence_en: str
    shelved_until: str | None


class AlarmActIn(Enum):
    """What a person does with an alarm."""

    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"


class AlarmDecisionIn(Schema):
    """A decision on an alarm."""

    alarm: Id
    act: Annotated[AlarmActIn, Field(strict=False)]
    reason: Annotated[str, _REASON]
    until: Instant | None = None
    """End of the shelf; only where it is shelved."""


class PlanActIn(Enum):
    """What a person says of a plan; orders of one's own are given in the page of plans."""

    APPROVE = "approve"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


class PlanDecisionIn(Schema):
    """A decision on a plan."""

    plan: Id
    """Id of the statement with its version."""
    act: Annotated[PlanActIn, Field(strict=False)]
    reason: Annotated[str, _REASON]


class DecisionOut(Schema):
    """What became of a decision."""

    id: str
    state: str | None
    """Where the alarm or the plan stands now; null where a repeat finds it gone."""
    is_new: bool


def build_alarms(ports: Ports, disk: DiskRoom) -> tuple[AlarmOut, ...]:
    """Return every alarm of the last two months, in order of id."""
    demand_whole(ports, "the alarms of the park")
    words = AlarmWords(ports.park, "zh"), AlarmWords(ports.park, "en")
    found = (_alarm(each, words) for each in alarms(ports=ports, disk=disk).alarms)
    return tuple(sorted(found, key=lambda each: each.id))


def put_alarm_decision(
    ports: Ports, wanted: AlarmDecisionIn, said: Said, disk: DiskRoom
) -> DecisionOut:
    """Decide of an alarm.

    Args:
        ports: The whole park, opened for writing.
        wanted: What is decided.
        said: Who decides, and why.
        disk: What the disk has left.
    """
    until: datetime | None = None if wanted.until is None else moment_of(wanted.until)
    deed = AlarmDeed(alarm=wanted.alarm, act=AlarmAct(wanted.act.value), until=until)
    found = decide_alarm(deed, said, ports=ports, disk=disk)
    state = None if found.alarm is None else found.alarm.state.value
    return DecisionOut(id=said.id, state=state, is_new=found.is_new)


def put_plan_decision(ports: Ports, wanted: PlanDecisionIn, said: Said) -> DecisionOut:
    """Decide of a plan.

    Args:
        ports: The whole park, opened for writing.
        wanted: What is decided.
        said: Who decides, and why.
    """
    deed = PlanDeed(plan=wanted.plan, act=PlanAct(wanted.act.value))
    found = decide_plan(deed, said, ports=ports)
    return DecisionOut(id=said.id, state=found.standing.state.value, is_new=found.is_new)


def _alarm(alarm: Alarm, words: tuple[AlarmWords, AlarmWords]) -> AlarmOut:
    found = alarm.condition
    until_s = alarm.shelved_until_s
    return AlarmOut(
        id=alarm.id,
        rule=found.rule.value,
        subject=found.subject,
        priority=found.priority.value,
        state=alarm.state.value,
        start=told_instant(found.start_s),
        end=None if found.end_s is None else told_instant(found.end_s),
        n=found.n,
        sentence_zh=words[0].sentence(found),
        sentence_en=words[1].sentence(found),
        shelved_until=None if until_s is None else told_instant(until_s),
    )
