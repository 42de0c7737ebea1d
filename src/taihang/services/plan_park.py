"""Plans a park: solve exactly, read the plan, do nothing for comparison, have both checked.

Where one battery decides alone, the exact programme of one store solves it, if there is a compiler
for its loops; else the linear model does, with the same result. Which of the two did is said.

A plan is released only with its verdict, its gap and what doing nothing would have cost. Where
there is no plan, the answer says which limits conflict and what would repair them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.elastic import Breach, breaches_of
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.marginal import Marginals, marginals_of
from taihang.core.dispatch.model import Solution, Solve, SolveStatus
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.judge import ParkVerdict, recheck
from taihang.core.dispatch.slope.case import NotSlope, Reason, slope_case
from taihang.core.dispatch.slope.shapes import FindPlan
from taihang.core.dispatch.slope.solve import as_exact, solve_by_slopes

RELEASE_FORMAT: Final = "taihang/park-release/v1"
Loops: TypeAlias = Callable[[], FindPlan | None]
"""Loads the loops of the programme of one store; None where there is no compiler for them."""


class Method(StrEnum):
    """What found a plan."""

    SLOPE = "slope-dp"
    """The exact programme of one store."""
    LINEAR = "linear-model"
    """A solver, from the linear model."""


@dataclass(frozen=True, slots=True, eq=False)
class Effort:
    """How long to look for a plan, and how near to the best it has to be."""

    time_limit_s: float
    """Longest time of one solve [s]."""
    gap: float
    """Relative gap to the proven bound at which a plan with switches is good enough [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """A plan with all that it must not leave without; or why there is none."""

    problem: ParkProblem
    assembled: Assembled
    exact: Exact
    plan: ParkPlan | None
    """None where there is no plan, or the referee refused it."""
    verdict: ParkVerdict | None
    """What the referee says of the plan; None where there was none to check."""
    idle: ParkPlan | None
    """The same park with nothing moved or built; None where that is not possible."""
    idle_verdict: ParkVerdict | None
    marginals: Marginals | None
    breaches: tuple[Breach, ...]
    """What stands in the way of a plan."""
    why_linear: NotSlope | None
    """Why the linear model was solved; None where the programme of one store was."""

    @property
    def method(self) -> Method:
        """What found the plan, or that there is none."""
        return Method.SLOPE if self.why_linear is None else Method.LINEAR

    @property
    def gap(self) -> float | None:
        """How far the plan may be from the best, as a share of its cost; None if nobody knows."""
        solution = self.exact.solution
        if solution.objective is None or solution.bound is None:
            return None
        return max(solution.objective - solution.bound, 0.0) / max(abs(solution.objective), 1.0)


Relaxed: TypeAlias = Callable[[Assembled], Solution | None]
"""Finds the optimum of a linear relaxation by another way than the solver, or gives up."""


def no_loops() -> FindPlan | None:
    """Return no loops: whoever asks for none takes the linear model."""
    return None


def plan_park(
    problem: ParkProblem,
    *,
    solve: Solve,
    effort: Effort,
    relaxed: Relaxed | None = None,
    loops: Loops = no_loops,
) -> Release:
    """Plan a park and have the plan checked.

    Args:
        problem: The problem.
        solve: Solves a linear model.
        effort: How long, and how near.
        relaxed: Asked for the first linear problem; what it gives up is left to the solver.
        loops: Loads the loops of the programme of one store, where it can be taken.

    Returns:
        The release.
    """
    # 1. The model, and its cheapest vector in which nothing runs both ways: by the programme of one
    #    store where that holds, else by the solver.
    assembled, why_linear = problem.assembled(), None
    exact = _by_slopes(problem, assembled, loops=loops)
    if isinstance(exact, NotSlope):
        why_linear = exact
        exact = solve_exactly(
            assembled,
            solve=solve,
            time_limit_s=effort.time_limit_s,
            gap=effort.gap,
            relaxed=None if relaxed is None else relaxed(assembled),
        )
    if exact.solution.values is None:
        without = Release(problem, assembled, exact, None, None, None, None, None, (), why_linear)
        return _explained(without, solve=solve, effort=effort)
    # 2. The plan and, from the same problem, what doing nothing costs.
    echo = problem.echo()
    plan = plan_of(problem, assembled, exact.solution.values)
    idle, idle_verdict = idle_of(problem, echo, solve=solve, effort=effort)
    # 3. The referee sees the documents, and nothing else.
    verdict = recheck(echo, plan.document(), idle=None if idle is None else idle.document())
    return Release(
        problem=problem,
        assembled=assembled,
        exact=exact,
        plan=plan if verdict.accepted else None,
        verdict=verdict,
        idle=idle,
        idle_verdict=idle_verdict,
        marginals=marginals_of(assembled, exact.solution),
        breaches=(),
        why_linear=why_linear,
    )


def _by_slopes(problem: ParkProblem, assembled: Assembled, *, loops: Loops) -> Exact | NotSlope:
    """Return the solution that the programme of one store finds, or why it is not asked."""
    case = slope_case(problem)
    if isinstance(case, NotSlope):
        return case
    find_plan = loops()
    if find_plan is None:
        return NotSlope(Reason.COMPILER, "", None)
    found = solve_by_slopes(case, find_plan=find_plan)
    return found if isinstance(found, NotSlope) else as_exact(case, found, assembled)


def _explained(without: Release, *, solve: Solve, effort: Effort) -> Release:
    """Say why there is no plan, where the problem and not the time is to blame."""
    exact = without.exact
    if exact.solution.status is not SolveStatus.INFEASIBLE:
        return without
    breaches = breaches_of(
        without.assembled, marked=exact.marked, solve=solve, time_limit_s=effort.time_limit_s
    )
    return replace(without, breaches=breaches)


def idle_of(
    problem: ParkProblem, echo: Mapping[str, Json], *, solve: Solve, effort: Effort
) -> tuple[ParkPlan | None, ParkVerdict | None]:
    """Return the park in which nothing is moved or built, if it can be run at all."""
    assembled = problem.assembled(is_idle=True)
    found = solve_exactly(assembled, solve=solve, time_limit_s=effort.time_limit_s, gap=effort.gap)
    if found.solution.values is None:
        return None, None
    idle = plan_of(problem, assembled, found.solution.values, is_idle=True)
    verdict = recheck(echo, idle.document())
    return (idle, verdict) if verdict.accepted else (None, verdict)


def release_document(release: Release) -> dict[str, Json]:
    """Return a release as plain values: what is written and sent."""
    solution, verdict, idle = release.exact.solution, release.verdict, release.idle
    plan, marginals = release.plan, release.marginals
    saving = None if plan is None or idle is None else idle.total_cny - plan.total_cny
    return {
        "format": RELEASE_FORMAT,
        "status": solution.status.value,
        "gap_ratio": release.gap,
        "switches": release.exact.n_binaries,
        "method": release.method.value,
        "why_linear": _why_linear(release.why_linear),
        "plan": None if plan is None else plan.document(),
        "idle_total_cny": None if idle is None else idle.total_cny,
        "saving_cny": saving,
        "verdict": None if verdict is None else _verdict(verdict),
        "prices": None if marginals is None else _prices(marginals),
        "breaches": [
            {
                "kind": one.kind,
                "asset": one.asset,
                "step": one.step,
                "limit": one.limit,
                "needed": one.needed,
                "intervals": one.intervals,
                "total_kwh": one.total_kwh,
            }
            for one in release.breaches
        ],
    }


def _why_linear(why: NotSlope | None) -> Json:
    if why is None:
        return None
    return {"reason": why.reason.value, "asset": why.asset, "step": why.step}


def _verdict(verdict: ParkVerdict) -> dict[str, Json]:
    return {
        "accepted": verdict.accepted,
        "total_cny": verdict.total_cny,
        "agrees_kwh": verdict.agrees_kwh,
        "agrees_cny": verdict.agrees_cny,
        "broken": [
            {
                "rule": one.rule,
                "asset": one.asset,
                "step": one.step,
                "given": one.given,
                "limit": one.limit,
                "off": one.off,
                "intervals": one.intervals,
            }
            for one in verdict.broken
        ],
    }


def _prices(marginals: Marginals) -> dict[str, Json]:
    return {
        "bus_cny_per_kwh": {
            bus: values.tolist() for bus, values in marginals.bus_cny_per_kwh.items()
        },
        "size_cny_per_unit": dict(marginals.size_cny_per_unit),
        "bindings": [
            {
                "kind": one.kind,
                "asset": one.asset,
                "intervals": one.intervals,
                "worst_step": one.worst_step,
                "worst_cny": one.worst_cny,
                "total_cny": one.total_cny,
            }
            for one in marginals.bindings
        ],
    }
