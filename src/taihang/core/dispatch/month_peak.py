"""The highest demand that a month will pay for anyway, as its forecast implies it.

A demand charge is paid once, for the highest interval of a month. A plan of one day that knows only
what was metered so far shaves a peak that a later day will reach whatever is done, and pays for it
in wear; one that takes the peak of the last weeks for granted shaves nothing. Looked at together,
the days that are left have one best peak ``P``: the least of

    G(P) = p · (P − so far) + Σ over days of (what the day costs if it pays p for each kW above P)

A day's cost is convex in P, and its slope is the price of its demand rows, so that G is found by
tangents from both sides. That a single day pays the whole price above P changes nothing: raising P
by a kW costs the month no more than that. Days that are alike are planned once and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.model import Solve
from taihang.core.dispatch.park_problem import ParkProblem

ROUNDS_MAX: Final = 40
"""Most peaks that are tried (§10)."""
_GAP_RATIO: Final = 1e-7
"""Share of the month's cost to which the best peak is found [1]."""
_SAME_KW: Final = 1e-6
_SEEN: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysAlike:
    """Days of which one plan stands for all."""

    problem: ParkProblem
    """One of them, with the demand charge."""
    n_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeak:
    """What the month is expected to reach."""

    so_far_kw: float
    """Metered until now [kW]."""
    expected_kw: float
    """What the days that are left reach if they are planned together, at least so far [kW]."""
    price_cny_per_kw: float
    """Of one kW for the month [CNY/kW]."""
    n_days: int
    """Days that were looked at."""
    n_rounds: int
    """Peaks that were tried."""


@dataclass(frozen=True, slots=True)
class _Tangent:
    peak_kw: float
    cost_cny: float
    slope_cny_per_kw: float
    highest_kw: float
    """What some day reaches, where it pays for more than the peak [kW]."""


def month_peak(
    left: Sequence[DaysAlike],
    *,
    charge: DemandCharge,
    solve: Solve,
    time_limit_s: float,
    gap_ratio: float,
) -> MonthPeak | None:
    """Return the peak at which the days that are left cost least, taken together.

    Args:
        left: The days, each with the demand charge among its assets.
        charge: The demand charge, with what the month has reached.
        solve: Solves a linear model.
        time_limit_s: Longest time of one solve. [s]
        gap_ratio: Relative gap of a solve with switches. [1]

    Returns:
        The peak; None where some day has no plan, so that nothing can be said of the month.
    """
    kinds = [_Kind(alike, charge) for alike in left]
    tried = list[_Tangent]()
    limits = _Limits(solve, time_limit_s, gap_ratio)
    low = _tangent(kinds, charge.so_far_kw, charge, limits)
    if low is None:
        return None
    tried.append(low)
    highest = max([charge.so_far_kw, *(kind.top_kw for kind in kinds)])
    high = _tangent(kinds, highest, charge, limits)
    while low.slope_cny_per_kw < 0.0 and high is not None and len(tried) < ROUNDS_MAX:
        tried.append(high)
        peak_kw, bound = _crossing(low, high)
        best = min(one.cost_cny for one in tried)
        if best - bound <= _GAP_RATIO * max(abs(best), 1.0):
            break
        found = _tangent(kinds, peak_kw, charge, limits)
        if found is None:
            return None
        tried.append(found)
        low, high = (found, high) if found.slope_cny_per_kw < 0.0 else (low, found)
    best = min(tried, key=lambda one: (one.cost_cny, one.peak_kw))
    return MonthPeak(
        so_far_kw=charge.so_far_kw,
        # A day that pays for more takes the month there, which then costs no more.
        expected_kw=max(best.peak_kw, best.highest_kw),
        price_cny_per_kw=charge.price_cny_per_kw,
        n_days=sum(alike.n_days for alike in left),
        n_rounds=len({one.peak_kw for one in tried}),
    )


def with_peak(problem: ParkProblem, charge: DemandCharge, peak_kw: float) -> ParkProblem:
    """Return a problem in which a demand charge is paid above a peak.

    Args:
        problem: A problem with the charge.
        charge: Which one.
        peak_kw: What is paid for already. [kW]
    """
    others = tuple(asset for asset in problem.assets if asset.id != charge.id)
    return ParkProblem(problem.horizon, (*others, replace(charge, so_far_kw=peak_kw)))


@dataclass(frozen=True, slots=True)
class _Limits:
    solve: Solve
    time_limit_s: float
    gap_ratio: float


class _Kind:
    """A kind of day: its model, made once, and what is known of its cost."""

    __slots__ = ("_at", "_flat", "_flow", "_steep", "assembled", "n_days", "price", "top_kw")

    def __init__(self, alike: DaysAlike, charge: DemandCharge) -> None:
        self.assembled = alike.problem.assembled()
        self.n_days, self.price = alike.n_days, charge.price_cny_per_kw
        model = self.assembled.model
        self._at = _rows(self.assembled, f"{charge.id}.highest_kw")
        self._flow = f"{charge.grid}.{charge.direction}_kw"
        self.top_kw = float(model.part(model.column_upper, name=self._flow).max(initial=0.0))
        """A peak that it cannot exceed: what its gateway can carry [kW]."""
        self._flat: tuple[float, float] | None = None
        self._steep: tuple[float, float] | None = None

    def cost(self, peak_kw: float, limits: _Limits) -> tuple[float, float, float] | None:
        """Return a day's cost above a peak [CNY], its slope [CNY/kW], and its highest [kW].

        The cost is convex in the peak, its slope between −price and 0. Where it was found flat,
        it is flat from the highest import of that plan on; where it was found steepest, it is so up
        to the highest import of that one.
        """
        if self._flat is not None and peak_kw >= self._flat[0]:
            return self._flat[1], 0.0, self._flat[0]
        if self._steep is not None and peak_kw <= self._steep[0]:
            highest_kw, cost = self._steep
            return cost + self.price * (highest_kw - peak_kw), -self.price, highest_kw
        upper = self.assembled.model.row_upper.copy()
        upper[self._at] = peak_kw
        moved = replace(self.assembled, model=replace(self.assembled.model, row_upper=upper))
        solution = solve_exactly(
            moved, solve=limits.solve, time_limit_s=limits.time_limit_s, gap=limits.gap_ratio
        ).solution
        values = solution.values
        if values is None or solution.objective is None or solution.row_prices is None:
            return None
        highest_kw = float(self.assembled.model.part(values, name=self._flow).max())
        fixed = sum(line.fixed_cny for line in self.assembled.cost_lines)
        cost, slope = (
            solution.objective + fixed,
            float(np.minimum(solution.row_prices[self._at], 0.0).sum()),
        )
        if slope > -_SEEN * self.price:
            self._flat = min(peak_kw, highest_kw), cost
        elif slope < -(1.0 - _SEEN) * self.price:
            self._steep = highest_kw, cost - self.price * (highest_kw - peak_kw)
        return cost, slope, highest_kw


def _tangent(
    kinds: Sequence[_Kind], peak_kw: float, charge: DemandCharge, limits: _Limits
) -> _Tangent | None:
    """Return what the month costs at a peak; None where some day has no plan."""
    cost = charge.price_cny_per_kw * (peak_kw - charge.so_far_kw)
    slope, highest_kw = charge.price_cny_per_kw, 0.0
    for kind in kinds:
        day = kind.cost(peak_kw, limits)
        if day is None:
            return None
        cost, slope = cost + kind.n_days * day[0], slope + kind.n_days * day[1]
        highest_kw = max(highest_kw, day[2])
    return _Tangent(peak_kw, cost, slope, highest_kw)


def _rows(assembled: Assembled, name: str) -> slice:
    return next(block.span for block in assembled.model.rows if block.name == name)


def _crossing(low: _Tangent, high: _Tangent) -> tuple[float, float]:
    """Return where two tangents meet: a peak between them, and what no peak can cost less than."""
    falls, rises = low.slope_cny_per_kw, high.slope_cny_per_kw
    if high.peak_kw - low.peak_kw <= _SAME_KW or rises <= falls:
        return low.peak_kw, min(low.cost_cny, high.cost_cny)
    width = (high.cost_cny - low.cost_cny + falls * low.peak_kw - rises * high.peak_kw) / (
        falls - rises
    )
    peak_kw = min(max(width, low.peak_kw), high.peak_kw)
    return peak_kw, low.cost_cny + falls * (peak_kw - low.peak_kw)
