"""What anything answers that plans one step of a rolling horizon, whatever its method."""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.elastic import Breach, NoRepairError, breaches_of
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.model import LinearModel, Solution, Solve, SolveStatus
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


SHARE_FOR_PROOF: Final = 0.8
"""Share of the time of a step in which a proven plan is sought; the rest is for any plan [1]."""


def planned(
    window: ParkProblem,
    assembled: Assembled,
    *,
    solve: Solve,
    last_solve: Solve,
    time_limit_s: float,
    gap: float,
) -> Stepped:
    """Plan a window with any solver of linear models; the method is for the caller to say.

    Args:
        window: The problem.
        assembled: Its model.
        solve: Solves a linear model, in the time that the proof has.
        last_solve: Solves one in the time that is left then, without proof.
        time_limit_s: Longest time of one solve. [s]
        gap: Relative gap at which a plan with switches is good enough. [1]
    """
    relaxed = list[Solution]()

    def watched(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        found = solve(model, time_limit_s=time_limit_s, gap=gap)
        if model is assembled.model:
            relaxed.append(found)
        return found

    exact = solve_exactly(assembled, solve=watched, time_limit_s=time_limit_s, gap=gap)
    if exact.solution.values is None and relaxed[0].status is SolveStatus.OPTIMAL:
        exact = _one_way(assembled, relaxed[0], exact, solve=last_solve, time_limit_s=time_limit_s)
    stepped = stepped_of(window, assembled, exact)
    if exact.solution.status is not SolveStatus.INFEASIBLE:
        return stepped
    with suppress(NoRepairError):
        return replace(
            stepped,
            breaches=breaches_of(
                assembled, marked=exact.marked, solve=last_solve, time_limit_s=time_limit_s
            ),
        )
    return stepped


def _one_way(
    assembled: Assembled, relaxed: Solution, exact: Exact, *, solve: Solve, time_limit_s: float
) -> Exact:
    """Plan without proof: every flow keeps the way that the relaxation went on the whole.

    The relaxation stays a bound of the cost, so the gap is known.
    """
    values, model = relaxed.values, assembled.model
    if values is None:
        return exact
    upper = model.column_upper.copy()
    for pair in assembled.one_ways:
        gives = values[pair.given] / pair.given_ratio > values[pair.drawn] * pair.drawn_ratio
        upper[pair.drawn[gives]] = np.minimum(upper, 0.0)[pair.drawn[gives]]
        upper[pair.given[~gives]] = np.minimum(upper, 0.0)[pair.given[~gives]]
    found = solve(replace(model, column_upper=upper), time_limit_s=time_limit_s, gap=0.0)
    if found.values is None:
        return exact
    return replace(
        exact,
        solution=replace(found, status=SolveStatus.FEASIBLE, bound=relaxed.bound),
    )


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
