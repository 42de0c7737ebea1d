"""The cheapest plan of a park by the programme, as a solution of its linear model.

The plan, the bound and the prices are written as the vectors that a solver would hand back. So all
that follows (plan, referee, prices, binding limits) is the same, whichever of the two found it, and
the model's own rows say whether a ratio or a cap is broken that the programme does not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import Exact
from taihang.core.dispatch.model import LinearModel, Reals, Solution, SolveStatus
from taihang.core.dispatch.slope import shapes
from taihang.core.dispatch.slope.case import NotSlope, Reason, SlopeCase, refused
from taihang.core.dispatch.slope.shapes import Answer, FindPlan, a_room

_PIECES: Final = 16
"""Pieces of a value function, on average, that there is room for at first; doubled if short."""
_PIECES_MOST: Final = 1 << 14
_BROKEN: Final = 1e-9
"""By how much a row may be broken, as a share of the largest number in it: rounding [1]."""
_OPEN: Final = 1e-9
"""Share of the money turned over by which the bounds may be apart [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class SlopeAnswer:
    """What the programme found of a case."""

    answer: Answer
    upper_cny: float
    """What the plan costs."""
    lower_cny: float
    """What no plan can cost less than."""

    @property
    def gap_cny(self) -> float:
        """What may be left to gain; never below 0."""
        return max(self.upper_cny - self.lower_cny, 0.0)


def solve_by_slopes(case: SlopeCase, *, find_plan: FindPlan) -> SlopeAnswer | NotSlope:
    """Find the cheapest plan of a case.

    Args:
        case: What ``slope_case`` wrote.
        find_plan: The loops, plain or compiled.

    Returns:
        The plan with its bounds; or why the linear model has the word: some interval is not convex,
        or no plan keeps all limits.
    """
    n_pieces = _PIECES
    while True:
        room = a_room(*case.case.node.flow_kwh.shape, n_pieces=n_pieces)
        status = find_plan(case.case, room)
        if status == shapes.DONE:
            upper, lower = (float(each) + case.fixed_cny for each in room.answer.bounds_cny)
            return SlopeAnswer(room.answer, upper, lower)
        if status != shapes.NO_ROOM or n_pieces > _PIECES_MOST:
            return refused(case, status, step=int(room.answer.counts[1]))
        n_pieces *= 2


def as_exact(case: SlopeCase, found: SlopeAnswer, assembled: Assembled) -> Exact | NotSlope:
    """Return what the programme found as a solution of the linear model.

    Args:
        case: The case.
        found: What was found of it.
        assembled: The model of the same problem.

    Returns:
        The solution with its prices; or that a rule binds which the programme does not see, or that
        it did not prove its plan.
    """
    model, series = assembled.model, series_of(case, found.answer, model=assembled.model)
    values = np.concatenate([series[block.name] for block in model.columns])
    values = np.clip(values, model.column_lower, model.column_upper)
    if model.violation(values) > _BROKEN * max(1.0, float(np.abs(values).max(initial=0.0))):
        return NotSlope(Reason.RULE, "", None)
    # Sums, not products of vectors: those wake up threads that cost more than they do.
    each_cny = model.column_cost * values
    turned_over = max(float(np.abs(each_cny).sum()), 1.0)
    if found.gap_cny > _OPEN * turned_over:
        return NotSlope(Reason.GAP, "", None)
    prices = _row_prices(case, found.answer, assembled)
    column = np.repeat(np.arange(model.n_columns), np.diff(model.start))
    paid = np.bincount(column, model.value * prices[model.index], minlength=model.n_columns)
    solution = Solution(
        status=SolveStatus.OPTIMAL,
        values=values,
        objective=float(each_cny.sum()),
        bound=found.lower_cny - assembled.fixed_cny,
        iterations=int(found.answer.counts[0]),
        row_prices=prices,
        column_prices=model.column_cost - paid,
    )
    marked = tuple(np.zeros(len(pair.drawn), np.bool_) for pair in assembled.one_ways)
    return Exact(solution, 0, 1, marked)


def series_of(case: SlopeCase, answer: Answer, *, model: LinearModel) -> Mapping[str, Reals]:
    """Return the values of every block of columns: set-points, and what follows from them."""
    hours, store, battery = case.step_h, case.case.store, case.battery
    bounds = {block.name: model.column_upper[block.span] for block in model.columns}
    series: dict[str, Reals] = dict(bounds)
    for at, name in enumerate(case.flows):
        flow_kw = answer.flow_kwh[:, at] / hours
        is_left = name.endswith(".used_kw")  # Of a plant, the flow is what is curtailed.
        series[name] = bounds[name] - flow_kw if is_left else flow_kw
    series[f"{battery}.charge_kw"] = np.maximum(answer.rise_kwh, 0.0) / store.in_ratio / hours
    series[f"{battery}.discharge_kw"] = np.maximum(-answer.rise_kwh, 0.0) * store.out_ratio / hours
    series[f"{battery}.energy_kwh"] = answer.energy_kwh
    rise_kw = (answer.peak_kwh - case.case.demand.so_far_kwh) / hours
    for name in (f"{case.demand}.rise_kw", f"{case.demand}.excess_kw"):
        if name in bounds:
            series[name] = rise_kw
    return series


def _row_prices(case: SlopeCase, answer: Answer, assembled: Assembled) -> Reals:
    """Return the dual solution as prices of the model's rows; a ratio that does not bind has 0."""
    prices, hours, store = np.zeros(assembled.model.n_rows), case.step_h, case.case.store
    spans = {block.name: block.span for block in assembled.model.rows}
    for rows in assembled.bus_rows.values():
        prices[rows] = answer.node_cny_per_kwh * hours
    prices[spans[f"{case.battery}.store_kwh"]] = answer.stored_cny_per_kwh
    if case.demand is not None:
        prices[spans[f"{case.demand}.highest_kw"]] = -answer.worth_cny_per_kwh * hours
    end, last = spans.get(f"{case.battery}.end_kwh"), float(answer.stored_cny_per_kwh[-1])
    if end is not None and store.end_low_kwh > store.low_kwh:
        prices[end] = max(-last, 0.0)
    return prices
