"""Builds the page of storage and dispatch from the park."""

from dataclasses import dataclass
from datetime import date

from taihang.core.dispatch.plan_decision import Order
from taihang.core.park.park import Park
from taihang.services.decide import plan_to_decide
from taihang.services.dispatch_day import DispatchDay, dispatch_day
from taihang.services.plan_check import MissingPlan, PlanCheck, check_plan, why_no_plan
from taihang.services.plan_what_if import WhatIf, what_if
from taihang.services.planned import planned_of
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class DispatchView:
    """A day of storage, and the park whose names tell it."""

    park: Park
    shown: DispatchDay | None
    """None where no plan was ever made and no day is named."""


def build_dispatch(ports: Ports, day: date | None) -> DispatchView:
    """Build a day of storage.

    Args:
        ports: The park, open for reading.
        day: The local day; None for that of the last plan.
    """
    return DispatchView(ports.park, dispatch_day(day, ports=ports))


def build_check(ports: Ports, plan: str) -> PlanCheck:
    """Let the referee look at a plan by today's records.

    Args:
        ports: The park, open for reading.
        plan: Id of its statement.
    """
    return check_plan(planned_of(ports.registry.statement(plan)), ports=ports)


def build_missing(ports: Ports, day: date) -> MissingPlan:
    """Say why a day has no plan.

    Args:
        ports: The park, open for reading.
        day: The local day.
    """
    return why_no_plan(day, ports=ports)


def build_what_if(ports: Ports, plan: str, order: Order) -> WhatIf:
    """Say what an order would do to a plan.

    Args:
        ports: The park, open for reading.
        plan: Id of its statement with the version.
        order: What a store shall do instead.
    """
    return what_if(plan_to_decide(plan, ports=ports), [order], ports=ports)
