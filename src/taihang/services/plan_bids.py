"""Plans the day ahead under uncertainty: bids and promises of today, checked in every scenario.

What is handed in is released only if the referee accepts the plan of every scenario. Beside it
stands what it is worth: against a plan of the mean forecast, and against knowing the day.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.elastic import breaches_of
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.fields import Json, echo_record
from taihang.core.dispatch.model import Reals, Solve, SolveStatus
from taihang.core.dispatch.recheck.judge import Broken, ParkVerdict, recheck
from taihang.core.dispatch.recheck.settlement import (
    Settled,
    check_committed,
    check_curves,
    check_settlement,
    due_cny,
)
from taihang.core.dispatch.stochastic.bid_echo import bid_digest
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, Scenario
from taihang.core.dispatch.stochastic.curve import (
    Curves,
    Numbers,
    curves_of,
    price_ticks,
    step_groups,
)
from taihang.core.dispatch.stochastic.offers import Offer, choices_of
from taihang.core.dispatch.stochastic.recourse import (
    FirstStage,
    Recourse,
    recourse,
    shared_blocks,
)
from taihang.core.dispatch.stochastic.risk import Risk, cvar_cny, expected_cny
from taihang.core.dispatch.stochastic.stack import shared_values, stacked
from taihang.core.errors import StateError
from taihang.services.plan_park import Effort

BIDS_FORMAT: Final = "taihang/bids-release/v1"
_FINE_KW: Final = 1e-9
"""Tick of a bid that is compared before it is rounded to the market's [kW]."""
_EXPECTED: Final = Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=1.0)


class NoBidsError(StateError):
    """No commitment of today can be kept in every scenario."""

    code = "state.no-bids"


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The best commitments for some scenarios, before the market's ticks."""

    offers: tuple[Offer, ...]
    ticks: Numbers
    groups: Numbers
    """The step of the curve that each scenario takes, shape (n_scenarios, n)."""
    bought_kw: Reals
    """Shape (n_scenarios, n)."""
    values: dict[str, Reals]
    """All other commitments, by block."""
    cost_cny: Reals
    """Of each scenario, shape (n_scenarios,)."""
    objective_cny: float
    bound_cny: float | None
    """Proven lower bound of the objective; None where none was proven."""
    n_columns: int
    n_switches: int

    def first_stage(self, problem: BidProblem, *, is_fine: bool = False) -> FirstStage:
        """Return what is handed in, in ticks of the market.

        Args:
            problem: Its market.
            is_fine: Whether to leave quantities as they are: for comparisons only.
        """
        market = problem.market
        if is_fine:
            market = replace(market, quantity_tick_kw=_FINE_KW, quantity_min_kw=0.0)
        curves = curves_of(market, ticks=self.ticks, groups=self.groups, bought_kw=self.bought_kw)
        return FirstStage(curves, self.offers, self.values)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worth:
    """What the objective is for those who know less or more; None where it cannot be kept."""

    offered_cny: float
    """What is handed in: curves where the market takes them."""
    perfect_cny: float | None
    """Knowing the scenario before bidding."""
    curve_cny: float | None
    """Bidding curves; None where the market takes quantities only."""
    quantity_cny: float | None
    """Bidding one quantity an interval; None where only a curve can be kept."""
    mean_plan_cny: float | None
    """Bidding what is best for the mean forecast; None where some scenario cannot keep it."""

    @property
    def vss_cny(self) -> float | None:
        """Value of the stochastic solution: of planning for all scenarios and not their mean."""
        return None if self.mean_plan_cny is None else self.mean_plan_cny - self.offered_cny

    @property
    def evpi_cny(self) -> float | None:
        """Expected value of perfect information."""
        return None if self.perfect_cny is None else self.offered_cny - self.perfect_cny


@dataclass(frozen=True, slots=True, eq=False)
class BidRelease:
    """Today's commitments with all that they must not leave without."""

    problem: BidProblem
    decision: Decision
    first: FirstStage | None
    """None where the referee refuses the plan of some scenario."""
    recourses: tuple[Recourse, ...]
    verdicts: tuple[ParkVerdict, ...]
    """What the referee says of each scenario, the market's part included."""
    faults: tuple[Broken, ...]
    """What the referee finds in the bid itself, and in what all scenarios have to share."""
    worth: Worth

    @property
    def cost_cny(self) -> Reals:
        """Cost of each scenario as the bid is handed in, shape (n_scenarios,) [CNY]."""
        return np.array([one.total_cny for one in self.recourses])

    @property
    def objective_cny(self) -> float:
        """The objective as the bid is handed in [CNY]."""
        return self.problem.risk.of(self.cost_cny, self.problem.probability_ratio)

    @property
    def expected_cny(self) -> float:
        """The expected cost as the bid is handed in [CNY]."""
        return expected_cny(self.cost_cny, self.problem.probability_ratio)

    @property
    def cvar_cny(self) -> float:
        """The mean of the worst tail as the bid is handed in [CNY]."""
        return cvar_cny(
            self.cost_cny,
            self.problem.probability_ratio,
            tail_ratio=self.problem.risk.cvar_tail_ratio,
        )

    @property
    def gap(self) -> float | None:
        """How far the bid may be from the best, ticks included, as a share of its cost."""
        bound = self.decision.bound_cny
        if bound is None:
            return None
        return max(self.objective_cny - bound, 0.0) / max(abs(self.objective_cny), 1.0)


def plan_bids(problem: BidProblem, *, solve: Solve, effort: Effort) -> BidRelease:
    """Find today's commitments, check them in every scenario, and say what they are worth.

    Args:
        problem: The scenarios, the market, the offers.
        solve: Solves a linear model.
        effort: How long, and how near.

    Returns:
        The release.

    Raises:
        NoBidsError: If no commitment can be kept in every scenario.
    """
    # 1. The best commitments for all scenarios together.
    best = decide(problem, n_steps_most=problem.market.n_steps_most, solve=solve, effort=effort)
    # 2. As the market takes them, and what every scenario makes of them.
    first, recourses = _in_ticks(problem, best, solve=solve, effort=effort)
    # 3. The referee sees each scenario's documents and the bid, and nothing else.
    faults = check_curves(echo_record(problem.market), curve_documents(first.curves))
    faults += check_committed(
        [one.problem.echo() for one in recourses if one.problem],
        [one.plan.document() for one in recourses if one.plan],
        flows=problem.committed,
        offers=[one.id for one in first.offers],
    )
    verdicts = [
        _verdict(problem, scenario, first, found)
        for scenario, found in zip(problem.scenarios, recourses, strict=True)
    ]
    is_accepted = not faults and all(one.accepted for one in verdicts)
    # 4. What it is worth against knowing less, and against knowing more.
    worth = _worth(problem, best, solve=solve, effort=effort)
    return BidRelease(
        problem,
        best,
        first if is_accepted else None,
        tuple(recourses),
        tuple(verdicts),
        tuple(faults),
        worth,
    )


def _in_ticks(
    problem: BidProblem, best: Decision, *, solve: Solve, effort: Effort
) -> tuple[FirstStage, list[Recourse]]:
    """Round to the market's ticks; where a deviation at its limit cannot bear that, leave room."""
    first = best.first_stage(problem)
    recourses = recourses_of(problem, first, solve=solve, effort=effort)
    if all(one.plan for one in recourses):
        return first, recourses
    roomy = _with_room(problem, solve=solve, effort=effort)
    if roomy is not None:
        first = roomy.first_stage(problem)
        recourses = recourses_of(problem, first, solve=solve, effort=effort)
    lost = [
        one.id for one, found in zip(problem.scenarios, recourses, strict=True) if not found.plan
    ]
    if lost:
        raise NoBidsError(
            given=f"a bid in ticks that scenarios {lost} cannot keep",
            expected="a bid that every scenario can keep",
            remedy="allow a larger deviation, or smaller quantity_tick_kw and quantity_min_kw",
        )
    return first, recourses


def _with_room(problem: BidProblem, *, solve: Solve, effort: Effort) -> Decision | None:
    """Return the best commitments that keep half a tick away from the limit of a deviation."""
    most_kw, room_kw = problem.market.deviation_max_kw, problem.market.quantity_tick_kw / 2.0
    if most_kw is None or most_kw <= room_kw:
        return None
    market = replace(problem.market, deviation_max_kw=most_kw - room_kw)
    n_steps_most = problem.market.n_steps_most
    return _best(
        replace(problem, market=market), n_steps_most=n_steps_most, solve=solve, effort=effort
    )


def decide(problem: BidProblem, *, n_steps_most: int, solve: Solve, effort: Effort) -> Decision:
    """Find the best commitments, over every way of taking part in responses.

    Args:
        problem: The scenarios, the market, the offers.
        n_steps_most: Most steps of a curve; 1 for a quantity.
        solve: Solves a linear model.
        effort: How long, and how near.

    Returns:
        The decision.

    Raises:
        NoBidsError: If no commitment can be kept in every scenario.
    """
    best = _best(problem, n_steps_most=n_steps_most, solve=solve, effort=effort)
    if best is None:
        given, expected, remedy = _why_not(problem, solve=solve, effort=effort)
        raise NoBidsError(given=given, expected=expected, remedy=remedy)
    return best


def _best(
    problem: BidProblem, *, n_steps_most: int, solve: Solve, effort: Effort
) -> Decision | None:
    tried = [
        _decided(problem, offers, n_steps_most, solve=solve, effort=effort)
        for offers in choices_of(problem.offers)
    ]
    found = [one for one, _ in tried if one is not None]
    if not found:
        return None
    # What is proven holds for every way of taking part, also where time ran out.
    bounds = [bound for _, bound in tried]
    proven = [bound for bound in bounds if bound is not None]
    bound_cny = min(proven) if len(proven) == len(bounds) else None
    return replace(min(found, key=lambda one: one.objective_cny), bound_cny=bound_cny)


def recourses_of(
    problem: BidProblem, first: FirstStage, *, solve: Solve, effort: Effort
) -> list[Recourse]:
    """Return what every scenario makes of today's commitments."""
    return [
        recourse(
            problem,
            scenario,
            first,
            solve=solve,
            time_limit_s=effort.time_limit_s,
            gap=effort.gap,
        )
        for scenario in problem.scenarios
    ]


def _decided(
    problem: BidProblem,
    offers: tuple[Offer, ...],
    n_steps_most: int,
    *,
    solve: Solve,
    effort: Effort,
) -> tuple[Decision | None, float | None]:
    """Return the best of one way of taking part, and its bound: infinite where there is none."""
    market, chances = problem.market, problem.probability_ratio
    parts = [problem.assembled(scenario, offers) for scenario in problem.scenarios]
    ticks = np.array(
        [
            price_ticks(one.day_ahead_cny_per_kwh, tick_cny_per_mwh=market.price_tick_cny_per_mwh)
            for one in problem.scenarios
        ]
    )
    groups = step_groups(ticks, chances, n_steps_most=n_steps_most)
    names = shared_blocks(parts[0], market, offers, problem.committed)
    alike = {
        block.name: np.zeros((len(parts), block.size), np.int64)
        for block in parts[0].model.columns
        if block.name in names
    }
    stack = stacked(
        parts,
        probability_ratio=chances,
        groups={**alike, market.bought: groups},
        risk=problem.risk,
    )
    exact = solve_exactly(
        stack.assembled, solve=solve, time_limit_s=effort.time_limit_s, gap=effort.gap
    )
    solution = exact.solution
    values, objective = solution.values, solution.objective
    bound = None if solution.bound is None else solution.bound + stack.fixed_cny
    if values is None or objective is None:
        return None, np.inf if solution.status is SolveStatus.INFEASIBLE else bound
    others = [name for name in names if name != market.bought]
    decision = Decision(
        offers=offers,
        ticks=ticks,
        groups=groups,
        bought_kw=shared_values(stack, parts[0], market.bought, values),
        values={name: shared_values(stack, parts[0], name, values)[0] for name in others},
        cost_cny=np.array(
            [_cost(part, values[place]) for part, place in zip(parts, stack.places, strict=True)]
        ),
        objective_cny=objective + stack.fixed_cny,
        bound_cny=bound,
        n_columns=stack.assembled.model.n_columns,
        n_switches=exact.n_binaries,
    )
    return decision, bound


def _cost(part: Assembled, values: Reals) -> float:
    return part.fixed_cny + sum(
        float(line.each_cny @ values[line.columns]) for line in part.cost_lines
    )


def _worth(problem: BidProblem, best: Decision, *, solve: Solve, effort: Effort) -> Worth:
    """Compare with those who know less and more, all before the market's ticks.

    Who cannot keep a bid, or was not found in time, has no worth; that is no reason not to bid.
    """
    risk, chances = problem.risk, problem.probability_ratio
    is_curve = problem.market.n_steps_most > 1
    quantity: Decision | None = best
    if is_curve:
        quantity = _best(problem, n_steps_most=1, solve=solve, effort=effort)
    perfect = [
        _best(_alone(problem, one), n_steps_most=1, solve=solve, effort=effort)
        for one in problem.scenarios
    ]
    known_cny = [one.cost_cny[0] for one in perfect if one is not None]
    offered_cny = risk.of(best.cost_cny, chances)
    return Worth(
        offered_cny=offered_cny,
        perfect_cny=risk.of(np.array(known_cny), chances)
        if len(known_cny) == len(perfect)
        else None,
        curve_cny=offered_cny if is_curve else None,
        quantity_cny=None if quantity is None else risk.of(quantity.cost_cny, chances),
        mean_plan_cny=_mean_plan_cny(problem, solve=solve, effort=effort),
    )


def _mean_plan_cny(problem: BidProblem, *, solve: Solve, effort: Effort) -> float | None:
    """Return the objective of who bids for the mean forecast."""
    mean = _best(problem.mean(), n_steps_most=1, solve=solve, effort=effort)
    if mean is None:
        return None
    first = mean.first_stage(problem, is_fine=True)
    kept = recourses_of(problem, first, solve=solve, effort=effort)
    mean_cny = np.array([one.total_cny for one in kept])
    if not np.isfinite(mean_cny).all():
        return None
    return problem.risk.of(mean_cny, problem.probability_ratio)


def _alone(problem: BidProblem, scenario: Scenario) -> BidProblem:
    known = replace(scenario, probability_ratio=1.0)
    return replace(problem, scenarios=(known,), risk=_EXPECTED)


def _verdict(
    problem: BidProblem, scenario: Scenario, first: FirstStage, found: Recourse
) -> ParkVerdict:
    """Have one scenario judged: what the park does, and both settlements."""
    park, plan, market = found.problem, found.plan, problem.market
    if park is None or plan is None:  # pragma: no cover - asked for plans only
        raise NoBidsError(given="no plan", expected="a plan", remedy="report the planner")
    verdict = recheck(park.echo(), plan.document())
    drawn = plan.series[f"{market.grid}.import_kw"] - plan.series[f"{market.grid}.export_kw"]
    settled = Settled(
        hours=park.horizon.step_h,
        day_ahead_cny_per_kwh=scenario.day_ahead_cny_per_kwh.tolist(),
        real_time_cny_per_kwh=scenario.real_time_cny_per_kwh.tolist(),
        bought_kw=found.bought_kw.tolist(),
        drawn_kw=drawn.tolist(),
        claimed_cny=found.market_cny,
    )
    broken = check_settlement(echo_record(market), curve_documents(first.curves), settled)
    off_cny = abs(due_cny(echo_record(market), settled) - settled.claimed_cny)
    return replace(
        verdict,
        broken=(*verdict.broken, *broken),
        agrees_cny=max(verdict.agrees_cny, off_cny),
    )


def _why_not(problem: BidProblem, *, solve: Solve, effort: Effort) -> tuple[str, str, str]:
    """Say which scenario cannot be planned at all, or that none of them stands alone in the way."""
    for scenario in problem.scenarios:
        assembled = problem.assembled(scenario, choices_of(problem.offers)[-1])
        found = solve_exactly(
            assembled, solve=solve, time_limit_s=effort.time_limit_s, gap=effort.gap
        )
        if found.solution.status is not SolveStatus.INFEASIBLE:
            continue
        breaches = breaches_of(
            assembled, marked=found.marked, solve=solve, time_limit_s=effort.time_limit_s
        )
        words = "; ".join(
            f"{one.kind} of {one.asset} is {one.limit:.6g}, needed {one.needed:.6g}"
            for one in breaches
        )
        return (
            f"scenario {scenario.id}, in which no plan exists: {words}",
            "limits within which every scenario has a plan",
            "apply the repair that is named, or leave the scenario out",
        )
    return (
        f"{len(problem.scenarios)} scenarios for which no common commitment was found",
        "commitments that every scenario can keep, found in time",
        "commit less today, allow a larger deviation, or give more time",
    )


# -- documents -----------------------------------------------------------------------------------


def curve_documents(curves: Curves) -> list[dict[str, Json]]:
    """Return a bid as plain values, as it is handed in: one curve an interval."""
    return [
        {
            "price_cny_per_mwh": [float(curves.price_cny_per_mwh(t)) for t in one.price_ticks],
            "bought_kw": [float(curves.quantity_kw(t)) for t in one.quantity_ticks],
        }
        for one in curves.steps
    ]


def bids_document(release: BidRelease) -> dict[str, Json]:
    """Return a release as plain values: what is written and sent."""
    problem, worth, first = release.problem, release.worth, release.first
    return {
        "format": BIDS_FORMAT,
        "problem_sha256": bid_digest(problem),
        "hourly_prices": list(problem.hourly_prices()),
        "accepted": first is not None,
        "curves": None if first is None else cast("Json", curve_documents(first.curves)),
        "takes_part": None if first is None else [one.id for one in first.offers],
        "commitments": None
        if first is None
        else {name: values.tolist() for name, values in first.values.items()},
        "expected_cny": release.expected_cny,
        "cvar_cny": release.cvar_cny,
        "objective_cny": release.objective_cny,
        "bound_cny": release.decision.bound_cny,
        "gap_ratio": release.gap,
        "switches": release.decision.n_switches,
        "worth": {
            "perfect_cny": worth.perfect_cny,
            "curve_cny": worth.curve_cny,
            "quantity_cny": worth.quantity_cny,
            "mean_plan_cny": worth.mean_plan_cny,
            "vss_cny": worth.vss_cny,
            "evpi_cny": worth.evpi_cny,
        },
        "faults": [_broken(one) for one in release.faults],
        "scenarios": _scenarios(release),
    }


def _scenarios(release: BidRelease) -> Sequence[Json]:
    rows = zip(release.problem.scenarios, release.recourses, release.verdicts, strict=True)
    return [
        {
            "id": scenario.id,
            "probability_ratio": scenario.probability_ratio,
            "total_cny": found.total_cny,
            "market_cny": found.market_cny,
            "bought_kw": found.bought_kw.tolist(),
            "problem_sha256": None if found.problem is None else found.problem.digest(),
            "plan": None if found.plan is None else found.plan.document(),
            "accepted": verdict.accepted,
            "agrees_kwh": verdict.agrees_kwh,
            "agrees_cny": verdict.agrees_cny,
            "broken": [_broken(one) for one in verdict.broken],
        }
        for scenario, found, verdict in rows
    ]


def _broken(one: Broken) -> Json:
    # JSON has no infinity: what is not there at all is off by no number.
    off = one.off if math.isfinite(one.off) else None
    return {"rule": one.rule, "asset": one.asset, "step": one.step, "off": off}
