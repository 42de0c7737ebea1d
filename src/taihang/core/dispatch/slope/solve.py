"""The cheapest day by the programme, with a lower bound that does not rest on the search.

The demand charge couples the intervals by one number, the peak P. Import above P is charged in
each interval as the tariff charges it in the highest: that is never less than the true charge, and
the same at the best P, so no penalty is guessed. The cost is convex in P and found by cuts from
both sides. The bound is computed anew: the demand charge is spread over the intervals by the dual
solution, which gives a day without coupling whose optimum is never above the true one, whatever
the search did.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.plan import plan_of_set_points
from taihang.core.dispatch.problem import Plan
from taihang.core.dispatch.slope import kernel
from taihang.core.dispatch.slope.case import SlopeCase, written
from taihang.core.dispatch.slope.kernel import Node, Path, Room

_GAP_RATIO: Final = 1e-12
"""Share of the cost at which the search for the peak ends [1]."""
_NEAR_RATIO: Final = 1e-12
"""Share of the store below which two energies are the same: the rounding of sums [1]."""
_LOOKS_MAX: Final = 60
_ROOM: Final = 64
"""Pieces of a value function that there is room for at first; doubled where that is short."""


@dataclass(frozen=True, slots=True, eq=False)
class SlopeAnswer:
    """A plan and what is proven of it."""

    plan: Plan
    upper_cny: float
    """What the plan costs."""
    lower_cny: float
    """What no plan can cost less than."""
    looks: int
    """How many peaks were tried."""

    @property
    def gap_ratio(self) -> float:
        """What may be left to gain, as a share of the cost; never below 0 [1]."""
        size = max(abs(self.upper_cny), abs(self.lower_cny), 1e-9)
        return max(self.upper_cny - self.lower_cny, 0.0) / size


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What a peak costs, the slope of that, and the path behind it."""

    cap_kwh: float
    cost_cny: float
    slope_cny_per_kwh: float
    path: Path

    def at(self, cap_kwh: float) -> float:
        return self.cost_cny + self.slope_cny_per_kwh * (cap_kwh - self.cap_kwh)


def solve_by_slopes(case: SlopeCase) -> SlopeAnswer | None:
    """Find the cheapest day.

    Args:
        case: What ``slope_case`` wrote.

    Returns:
        The plan with its bounds; None where the programme finds no plan within the limits. The
        linear model then has the word, and says which limits conflict.
    """
    demand, hours = case.problem.demand, case.problem.step_h
    price = 0.0 if demand is None else demand.price_cny_per_kw / hours
    so_far = 0.0 if demand is None else demand.peak_so_far_kw * hours
    most = float(case.problem.import_limit_kw.max()) * hours
    first = _looked(case, so_far if price else most, price_cny_per_kwh=price, so_far_kwh=so_far)
    if first is None:
        return None
    looks, worth = [first], first.path.cap_cny_per_kwh
    if price and first.slope_cny_per_kwh < 0.0 and most > so_far:
        looks, worth = _search(
            case, first, price_cny_per_kwh=price, so_far_kwh=so_far, most_kwh=most
        )
    plans = [_plan(case, look) for look in looks]
    plan = min(plans, key=lambda one: one.cost.total_cny)
    lower = _bound(case, worth if price else np.zeros_like(worth), so_far_kwh=so_far)
    return SlopeAnswer(plan, plan.cost.total_cny, lower, len(looks))


def _search(
    case: SlopeCase, left: _Look, *, price_cny_per_kwh: float, so_far_kwh: float, most_kwh: float
) -> tuple[list[_Look], Reals]:
    """Close in on the best peak; return the looks, and what the dual charges each interval."""
    right = _looked(case, most_kwh, price_cny_per_kwh=price_cny_per_kwh, so_far_kwh=so_far_kwh)
    if right is None:
        return [left], left.path.cap_cny_per_kwh
    looks = [left, right]
    while len(looks) < _LOOKS_MAX:
        fall = left.slope_cny_per_kwh - right.slope_cny_per_kwh
        at = (right.at(0.0) - left.at(0.0)) / fall if fall else left.cap_kwh
        best = min(look.cost_cny for look in looks)
        is_inside = left.cap_kwh < at < right.cap_kwh
        if not is_inside or best - left.at(at) <= _GAP_RATIO * abs(best):
            break
        look = _looked(case, at, price_cny_per_kwh=price_cny_per_kwh, so_far_kwh=so_far_kwh)
        if look is None:
            break
        looks.append(look)
        left, right = (look, right) if look.slope_cny_per_kwh < 0.0 else (left, look)
    slope = right.slope_cny_per_kwh - left.slope_cny_per_kwh
    share = right.slope_cny_per_kwh / slope if slope > 0.0 else 1.0
    worth: Reals = share * left.path.cap_cny_per_kwh + (1.0 - share) * right.path.cap_cny_per_kwh
    return sorted(looks, key=lambda look: look.cost_cny), worth


def _looked(
    case: SlopeCase, cap_kwh: float, *, price_cny_per_kwh: float, so_far_kwh: float
) -> _Look | None:
    room = _filled(case, cap_kwh)
    if room is None:
        return None
    n = case.problem.n_steps
    path = Path(np.zeros(n), np.zeros(n))
    worth = kernel.forward(_node(case, cap_kwh), room, path)
    cost = kernel.value_of_start(case.store, room) + price_cny_per_kwh * (cap_kwh - so_far_kwh)
    return _Look(cap_kwh, cost, price_cny_per_kwh - worth, path)


def _node(case: SlopeCase, cap_kwh: float) -> Node:
    near = _NEAR_RATIO * max(case.store.high_kwh, cap_kwh, 1.0)
    return Node(case.steps, case.store, cap_kwh, near)


def _filled(case: SlopeCase, cap_kwh: float) -> Room | None:
    """Return the value functions; None where no plan keeps the limits."""
    size, n = _ROOM, case.problem.n_steps
    while True:
        n_pieces = 2 * case.steps.slopes_cny_per_kwh.shape[1]
        room = Room(
            slopes_cny_per_kwh=np.empty((n + 1, size)),
            widths_kwh=np.empty((n + 1, size)),
            counts=np.zeros(n + 1, np.int32),
            first_kwh=np.zeros(n + 1),
            first_cny=np.zeros(n + 1),
            piece_cny_per_kwh=np.empty(n_pieces),
            piece_kwh=np.empty(n_pieces),
            merged_cny_per_kwh=np.empty(size + n_pieces),
            merged_kwh=np.empty(size + n_pieces),
            merged_falls_ratio=np.empty(size + n_pieces),
        )
        status = kernel.backward(_node(case, cap_kwh), room)
        if status != kernel.NO_ROOM:
            return room if status == kernel.DONE else None
        size *= 2


def _bound(case: SlopeCase, worth_cny_per_kwh: Reals, *, so_far_kwh: float) -> float:
    """Return the optimum of the day whose demand charge is spread over the intervals."""
    demand, hours = case.problem.demand, case.problem.step_h
    price = 0.0 if demand is None else demand.price_cny_per_kw / hours
    total = float(worth_cny_per_kwh.sum())
    # A dual solution charges no more than the tariff does; rounding must not make it more.
    worth = worth_cny_per_kwh * (min(1.0, price / total) if total > 0.0 else 1.0)
    spread = written(case.problem, charge_cny_per_kwh=worth)
    room = _filled(spread, float(case.problem.import_limit_kw.max()) * hours)
    if room is None:
        return -np.inf
    return kernel.value_of_start(spread.store, room) - float(worth.sum()) * so_far_kwh


def _plan(case: SlopeCase, look: _Look) -> Plan:
    """Return the set-points that lead along a path, and what follows from them."""
    problem, store, steps = case.problem, case.store, case.steps
    charge = np.maximum(look.path.rise_kwh, 0.0) / store.in_ratio
    discharge = np.maximum(-look.path.rise_kwh, 0.0) * store.out_ratio
    net = steps.need_kwh + charge - discharge
    columns = np.arange(steps.widths_kwh.shape[1], dtype=np.int32)
    cheap = np.equal(columns, steps.cheap_at[:, None])
    dear = np.equal(columns, steps.dear_at[:, None])
    widths = np.where(cheap, np.minimum(steps.widths_kwh, look.cap_kwh), steps.widths_kwh)
    widths = np.where(dear, np.maximum(steps.widths_kwh - look.cap_kwh, 0.0), widths)
    begins = steps.lowest_kwh[:, None] + np.cumsum(widths, axis=1) - widths
    left = widths - np.clip(net[:, None] - begins, 0.0, widths)
    curtail = [
        np.where(case.order == plant, left, 0.0).sum(axis=1) for plant in range(len(problem.plants))
    ]
    return plan_of_set_points(
        problem,
        charge_kw=charge / problem.step_h,
        discharge_kw=discharge / problem.step_h,
        curtail_kw=np.array(curtail).reshape(len(curtail), problem.n_steps) / problem.step_h,
    )
