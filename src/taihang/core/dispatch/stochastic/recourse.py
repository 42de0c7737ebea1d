"""Today's commitments, and what a scenario makes of them once it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.model import LinearModel, Reals, Solve
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, Scenario
from taihang.core.dispatch.stochastic.curve import Curves
from taihang.core.dispatch.stochastic.market import Market
from taihang.core.dispatch.stochastic.offers import Offer

_SLACK: Final = 1e-7
"""By how much a commitment of the solver may be missed: a tenth of what the referee forgives."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstStage:
    """What is committed today, before the scenario is known."""

    curves: Curves
    offers: tuple[Offer, ...]
    """In which the park takes part."""
    values: Mapping[str, Reals]
    """All other commitments, by block."""


@dataclass(frozen=True, slots=True, eq=False)
class Recourse:
    """What is done in one scenario after today's commitments."""

    exact: Exact
    problem: ParkProblem | None
    """The park with what was promised; None where there is no plan."""
    plan: ParkPlan | None
    """What the park does, with its own bill, without the market's."""
    bought_kw: Reals
    market_cny: float
    """Both settlements and the fees [CNY]."""

    @property
    def total_cny(self) -> float:
        """The whole cost of the scenario; infinite where there is no plan [CNY]."""
        return float("inf") if self.plan is None else self.plan.total_cny + self.market_cny


def shared_blocks(
    assembled: Assembled, market: Market, offers: Sequence[Offer], committed: Sequence[str]
) -> tuple[str, ...]:
    """Return which blocks are decided today: the bid, the offers, sizes, and what was named."""
    own = {market.bought, *committed, *(name for offer in offers for name in offer.blocks)}
    names = [block.name for block in assembled.model.columns]
    return tuple(name for name in names if name in own or name.endswith(" added"))


def recourse(
    problem: BidProblem,
    scenario: Scenario,
    first: FirstStage,
    *,
    solve: Solve,
    time_limit_s: float,
    gap: float,
) -> Recourse:
    """Find the best that can be done in one scenario after today's commitments.

    Args:
        problem: The market and its rules.
        scenario: What happens.
        first: What was committed.
        solve: Solves a linear model.
        time_limit_s: Longest time of each solve. [s]
        gap: Relative gap of a solution with switches. [1]

    Returns:
        The recourse; without a plan where what was committed cannot be kept.
    """
    assembled = problem.assembled(scenario, first.offers)
    bought = first.curves.bought_kw(scenario.day_ahead_cny_per_kwh)
    model = with_fixed(assembled.model, {problem.market.bought: bought})
    bound = replace(assembled, model=with_fixed(model, first.values, slack=_SLACK))
    exact = solve_exactly(bound, solve=solve, time_limit_s=time_limit_s, gap=gap)
    values = exact.solution.values
    if values is None:
        return Recourse(exact, None, None, bought, 0.0)
    decided = tuple(offer.decided(first.values) for offer in first.offers)
    park = replace(scenario.problem, assets=(*scenario.problem.assets, *decided))
    whole = plan_of(park, bound, values)
    prefix = f"{problem.market.id}."
    market_cny = sum(cny for name, cny in whole.bill_cny.items() if name.startswith(prefix))
    bill = {name: cny for name, cny in whole.bill_cny.items() if not name.startswith(prefix)}
    return Recourse(exact, park, replace(whole, bill_cny=bill), bought, float(market_cny))


def with_fixed(
    model: LinearModel, values: Mapping[str, Reals], *, slack: float = 0.0
) -> LinearModel:
    """Return the model in which some blocks have one value each.

    Args:
        model: It is not changed.
        values: By block; noise beyond a bound is cut off.
        slack: By how much a value may still move: what a solver gave is exact to its tolerance
            only, and several such values together may else be impossible by a millionth of a watt.
    """
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    for block in model.columns:
        if block.name in values:
            kept = np.clip(values[block.name], lower[block.span], upper[block.span])
            lower[block.span] = np.maximum(kept - slack, lower[block.span])
            upper[block.span] = np.minimum(kept + slack, upper[block.span])
    return replace(model, column_lower=lower, column_upper=upper)
