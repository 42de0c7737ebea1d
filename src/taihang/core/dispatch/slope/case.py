"""Finds out whether one store decides alone, and writes the day as the programme reads it.

The programme is exact where the cost of an interval is convex in the change of the store. That is
tested interval by interval: import must not be cheaper than export is paid (else both at once would
earn), and the next kWh at rest must not cost less than ``−θ``, what burning it in the battery costs
(docs/planning.md, "Why almost every interval goes without a binary").
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.model import Ints, Reals
from taihang.core.dispatch.problem import DayProblem
from taihang.core.dispatch.slope.kernel import Steps, Store


@dataclass(frozen=True, slots=True)
class NotSlope:
    """The programme does not hold here; the linear model does."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class SlopeCase:
    """A day as the programme reads it."""

    problem: DayProblem
    steps: Steps
    store: Store
    order: Ints
    """Which flow each column of ``steps`` is: plants first, then export, cheap and dear import."""


def slope_case(problem: DayProblem) -> SlopeCase | NotSlope:
    """Return the day as the programme reads it, or why it may not.

    Args:
        problem: A day has one store behind one node, and no ratios.

    Returns:
        The case, or the reason to take the linear model.
    """
    loops = problem.export_price_cny_per_kwh > problem.import_price_cny_per_kwh
    if loops.any():
        at = int(loops.argmax())
        return NotSlope(f"export is paid more than import costs in interval {at}")
    case = written(problem, charge_cny_per_kwh=np.zeros(problem.n_steps))
    burns = _burning_pays(case)
    if burns.any():
        return NotSlope(f"burning energy in the battery pays in interval {int(burns.argmax())}")
    return case


def written(problem: DayProblem, *, charge_cny_per_kwh: Reals) -> SlopeCase:
    """Write the node's cost by interval.

    Args:
        problem: The day.
        charge_cny_per_kwh: Added to the price of import, shape (n,): the share of the demand
            charge that a dual solution puts on the interval. [CNY/kWh]

    Returns:
        The case; its dear import costs the whole demand charge more.
    """
    n, hours = problem.n_steps, problem.step_h
    demand_cny = 0.0 if problem.demand is None else problem.demand.price_cny_per_kw
    import_cny = problem.import_price_cny_per_kwh + charge_cny_per_kwh
    import_kwh = problem.import_limit_kw * hours
    export_kwh = problem.export_limit_kw * hours
    slopes, widths = list[Reals](), list[Reals]()
    lowest_cny: Reals = -problem.export_price_cny_per_kwh * export_kwh
    lowest_kwh: Reals = -export_kwh
    for plant in problem.plants:
        price = plant.curtail_price_cny_per_kwh
        kwh = np.zeros(n) if price is None else plant.available_kw * hours
        slopes.append(np.full(n, -(price or 0.0)))
        widths.append(kwh)
        lowest_cny = lowest_cny + (price or 0.0) * kwh
        lowest_kwh = lowest_kwh - kwh
    slopes += [problem.export_price_cny_per_kwh, import_cny, import_cny + demand_cny / hours]
    widths += [export_kwh, import_kwh, import_kwh]
    order = np.argsort(np.array(slopes).T, axis=1, kind="stable").astype(np.int32)
    n_flows = len(slopes)
    steps = Steps(
        slopes_cny_per_kwh=np.take_along_axis(np.array(slopes).T, order, axis=1),
        widths_kwh=np.take_along_axis(np.array(widths).T, order, axis=1),
        cheap_at=(order == n_flows - 2).argmax(axis=1).astype(np.int32),
        dear_at=(order == n_flows - 1).argmax(axis=1).astype(np.int32),
        lowest_kwh=lowest_kwh,
        lowest_cny=lowest_cny,
        need_kwh=_need_kwh(problem),
    )
    return SlopeCase(problem, steps, _store(problem), order)


def _need_kwh(problem: DayProblem) -> Reals:
    need_kw = problem.load_kw.copy()
    for plant in problem.plants:
        need_kw -= plant.available_kw
    return need_kw * problem.step_h


def _store(problem: DayProblem) -> Store:
    storage, hours = problem.storage, problem.step_h
    return Store(
        low_kwh=storage.energy_min_kwh,
        high_kwh=storage.energy_max_kwh,
        start_kwh=problem.energy_start_kwh,
        end_low_kwh=min(problem.energy_end_min_kwh or 0.0, storage.energy_max_kwh),
        end_value_cny_per_kwh=0.0,
        most_in_kwh=storage.charge_kw * hours * storage.charge_efficiency_ratio,
        most_out_kwh=storage.discharge_kw * hours / storage.discharge_efficiency_ratio,
        in_ratio=storage.charge_efficiency_ratio,
        out_ratio=storage.discharge_efficiency_ratio,
        kept_ratio=float((1.0 - storage.standing_loss_ratio_per_h) ** hours),
        wear_cny_per_kwh=storage.cycle_cost_cny_per_kwh,
    )


def _burning_pays(case: SlopeCase) -> NDArray[np.bool_]:
    """Mark the intervals whose cost is not convex where the store rests."""
    store, steps = case.store, case.steps
    lost_ratio = 1.0 / (store.in_ratio * store.out_ratio) - 1.0
    theta = store.wear_cny_per_kwh / lost_ratio if lost_ratio > 0.0 else np.inf
    # The dear import stands for the same kWh as the cheap one: it adds no width here.
    dear = np.equal(np.arange(steps.widths_kwh.shape[1], dtype=np.int32), steps.dear_at[:, None])
    widths = np.where(dear, 0.0, steps.widths_kwh)
    ends = steps.lowest_kwh[:, None] + np.cumsum(widths, axis=1)
    holds = (ends > steps.need_kwh[:, None]) & (widths > 0.0)
    begins = (ends - widths) <= steps.need_kwh[:, None]
    here = holds & begins
    price = np.where(here, steps.slopes_cny_per_kwh, np.inf).min(axis=1)
    burns: NDArray[np.bool_] = price < -theta
    return burns
