"""Every decision of a person that the log holds, read back by what it is of."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import sha256

from taihang.core.alarm.decision import ALARM_DECIDED, AlarmDecision, open_alarm_decision
from taihang.core.dispatch.plan_decision import (
    PLAN_DECIDED,
    PlanDecision,
    PlanStanding,
    open_plan_decision,
    plan_standing,
)
from taihang.core.errors import TaihangError
from taihang.core.seal.event import LogEvent, open_event
from taihang.core.seal.issued import IssuedStatement
from taihang.services.ports import Ports


class Decisions:
    """Every decision in the log, read once, when the first one is asked for.

    What cannot be read counts for nothing; an audit names it.

    Args:
        ports: The outside world.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    @cached_property
    def alarms(self) -> dict[str, tuple[AlarmDecision, ...]]:
        """Decisions by name of the alarm, each in the order of the log."""
        found: dict[str, list[AlarmDecision]] = {}
        for event in self._events(ALARM_DECIDED):
            with suppress(TaihangError):
                one = open_alarm_decision(event.body, at_s=event.at_s)
                found.setdefault(one.alarm, []).append(one)
        return {name: tuple(each) for name, each in found.items()}

    @cached_property
    def plans(self) -> dict[str, tuple[PlanDecision, ...]]:
        """Decisions by id of the plan with its version, each in the order of the log."""
        found: dict[str, list[PlanDecision]] = {}
        for event in self._events(PLAN_DECIDED):
            with suppress(TaihangError):
                one = open_plan_decision(event.body, at_s=event.at_s)
                found.setdefault(one.plan, []).append(one)
        return {name: tuple(each) for name, each in found.items()}

    def standing(self, issued: IssuedStatement) -> PlanStanding:
        """Return where one version of a plan stands.

        Args:
            issued: The statement of the plan.
        """
        text = sha256(issued.document.encode()).hexdigest()
        return plan_standing(self.plans.get(issued.id, ()), sha256=text)

    def _events(self, kind: str) -> Iterator[LogEvent]:
        for act in self._ports.registry.logged():
            if act.kind == kind:
                yield open_event(self._ports.journal.record(act.leaf).data)
