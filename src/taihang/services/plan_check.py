"""Looks at a released plan again by the records as they are now, and at a day without any."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from taihang.core.dispatch.follow import NoReplayError, follow
from taihang.core.errors import TaihangError
from taihang.core.quantities import WH_PER_KWH
from taihang.services.plan_day import EFFORT, planned_day
from taihang.services.plan_park import plan_park
from taihang.services.planned import Planned, ordered_w
from taihang.services.ports import Ports
from taihang.services.regret_day import exactly_of

_DONE_KWH: Final = 0.1
"""What may be missed of a plan by its rounding to whole watts [kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCheck:
    """What the referee says of a plan today."""

    is_same_problem: bool
    """Whether the records give the very problem that it was made for."""
    is_accepted: bool
    """Whether it can be done, and the referee accepts what follows."""
    why: str
    """What is against it; empty where nothing is."""
    plan_cny: float | None
    """What the day costs under it by today's records; None where it cannot be done [CNY]."""
    best_cny: float | None
    """What the best plan by today's records costs; None where there is none [CNY]."""
    missed_kwh: float = 0.0
    """What of it cannot be done [kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPlan:
    """Why a day has no plan."""

    can_be_planned: bool
    why: str
    """What is in the way; empty where nothing is, and nobody planned it yet."""


def check_plan(planned: Planned, *, ports: Ports) -> PlanCheck:
    """Let the referee look at a plan by the records as they are now.

    Args:
        planned: The plan.
        ports: The outside world.

    Returns:
        What it says; nothing is written.
    """
    # 1. The problem of today, and the best plan for it.
    problem = planned_day(planned.day, ports=ports)
    is_same = problem.digest() == planned.field("problem_sha256")
    best = plan_park(problem, solve=ports.solve, effort=EFFORT).plan
    best_cny = None if best is None else best.total_cny
    # 2. The plan followed to the letter, refereed.
    told = {name: watts / WH_PER_KWH for name, watts in ordered_w(planned, ()).items()}
    try:
        done = follow(problem, told, exactly=exactly_of(ports))
    except NoReplayError as error:
        return PlanCheck(
            is_same_problem=is_same,
            is_accepted=False,
            why=error.given,
            plan_cny=None,
            best_cny=best_cny,
        )
    return PlanCheck(
        is_same_problem=is_same,
        is_accepted=done.missed_kwh <= _DONE_KWH,
        why="",
        plan_cny=done.plan.total_cny,
        best_cny=best_cny,
        missed_kwh=done.missed_kwh,
    )


def why_no_plan(day: date, *, ports: Ports) -> MissingPlan:
    """Say why a day has no plan: nobody made one, or none can be made.

    Args:
        day: The local day.
        ports: The outside world.

    Returns:
        What is in the way; nothing is issued.
    """
    try:
        problem = planned_day(day, ports=ports)
    except TaihangError as error:
        return MissingPlan(can_be_planned=False, why=error.given)
    release = plan_park(problem, solve=ports.solve, effort=EFFORT)
    if release.plan is not None:
        return MissingPlan(can_be_planned=True, why="")
    if release.verdict is not None and release.verdict.broken:
        worst = release.verdict.broken[0]
        return MissingPlan(can_be_planned=False, why=f"{worst.rule}: {worst.asset}")
    limits = ", ".join(f"{breach.kind} {breach.asset}" for breach in release.breaches[:3])
    return MissingPlan(can_be_planned=False, why=limits)
