"""What anything answers that plans one step of a rolling horizon, whatever its method."""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.elastic import Breach, NoRepairError, breaches_of
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.model import Solution, Solve, SolveStatus
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.park_problem import ParkProblem


class Method(StrEnum):
    """How a step was decided."""

    RING = "ring"
    """The linear model that stays in the solver and is changed in place."""
    REBUILT = "rebuilt"
    """The linear model built anew."""
    SLOPE = "slope"
    """The dynamic programme of one store."""
    KEPT = "kept-plan"
    """What the last checked plan had for this interval."""
    SAFE = "safe-rule"
    """The rule that knows no price."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stepped:
    """A plan of one window and what is proven of it; or why there is none."""

    plan: ParkPlan | None
    status: SolveStatus
    method: Method
    upper_cny: float | None
    """What the plan costs, with the price of a start outside the limits; None without a plan."""
    lower_cny: float | None
    """What no plan of the window can cost less than; None where nothing was proven."""
    iterations: int
    """Simplex iterations."""
    switches: int
    """In how many intervals a flow needed a switch."""
    breaches: tuple[Breach, ...] = ()
    """Which limits stand in the way, where nothing keeps them all and there was time to look."""


class Stepper(Protocol):
    """Anything that plans a window, exactly or in time."""

    def __call__(self, window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        """Plan a window within the time."""
        ...


NO_ANSWER: Final = Solution(
    status=SolveStatus.NO_ANSWER, values=None, objective=None, bound=None, iterations=0
)
"""What a solver without time answers."""
NOTHING: Final = Stepped(
    plan=None,
    status=SolveStatus.NO_ANSWER,
    method=Method.REBUILT,
    upper_cny=None,
    lower_cny=None,
    iterations=0,
    switches=0,
)
"""No answer."""


def planned(
    window: ParkProblem, assembled: Assembled, *, solve: Solve, time_limit_s: float, gap: float
) -> Stepped:
    """Plan a window with any solver of linear models; the method is for the caller to say.

    Args:
        window: The problem.
        assembled: Its model.
        solve: Solves a linear model, in the time that all of this has together.
        time_limit_s: That time. [s]
        gap: Relative gap at which a plan with switches is good enough. [1]
    """
    exact = solve_exactly(assembled, solve=solve, time_limit_s=time_limit_s, gap=gap)
    stepped = stepped_of(window, assembled, exact)
    if exact.solution.status is not SolveStatus.INFEASIBLE:
        return stepped
    with suppress(NoRepairError):
        return replace(
            stepped,
            breaches=breaches_of(
                assembled, marked=exact.marked, solve=solve, time_limit_s=time_limit_s
            ),
        )
    return stepped


def stepped_of(window: ParkProblem, assembled: Assembled, exact: Exact) -> Stepped:
    """Return the answer for what an exact solve found.

    Args:
        window: The problem.
        assembled: Its model.
        exact: What was found.
    """
    found, fixed = exact.solution, assembled.fixed_cny
    has_values = found.values is not None and bool(np.isfinite(found.values).all())
    plan = plan_of(window, assembled, found.values) if found.values is not None else None
    return Stepped(
        plan=plan if has_values else None,
        status=found.status if has_values or found.values is None else SolveStatus.NO_ANSWER,
        method=Method.REBUILT,
        upper_cny=found.objective + fixed if has_values and found.objective is not None else None,
        lower_cny=None if found.bound is None else found.bound + fixed,
        iterations=found.iterations,
        switches=exact.n_binaries,
    )
