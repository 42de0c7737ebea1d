"""Bids as stepwise curves: how much is bought at which price, never more where it is dearer.

A curve is found by the model itself: scenarios whose price takes the same step share one column,
and each step buys no more than the one at the next lower price. So it is the best monotone curve
for the scenarios, not one drawn through solutions afterwards. One step is a plain quantity.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.stochastic.market import Market

Numbers = NDArray[np.int64]
_KWH_PER_MWH: Final = 1e3
_ROUND_UP: Final = 1e-9
"""Part of a tick that is the rounding of a division [1]."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What is bid in one interval, in ticks of the market."""

    price_ticks: tuple[int, ...]
    """Up to which price each step holds, rising; the last is the cap."""
    quantity_ticks: tuple[int, ...]
    """What is bought there, never rising."""

    def at(self, price_tick: int) -> int:
        """Return what is bought at a price; nothing beyond the cap."""
        for limit, quantity in zip(self.price_ticks, self.quantity_ticks, strict=True):
            if price_tick <= limit:
                return quantity
        return 0


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The bid of a whole horizon."""

    steps: tuple[Curve, ...]
    """One curve an interval."""
    price_tick_cny_per_mwh: float
    quantity_tick_kw: float

    def bought_kw(self, price_cny_per_kwh: Reals) -> Reals:
        """Return what is bought at the prices of a day, shape (n,) [kW].

        Args:
            price_cny_per_kwh: The day-ahead price of each interval. [CNY/kWh]
        """
        ticks = price_ticks(price_cny_per_kwh, tick_cny_per_mwh=self.price_tick_cny_per_mwh)
        bought = [curve.at(tick) for curve, tick in zip(self.steps, ticks.tolist(), strict=True)]
        return np.array(bought, np.float64) * self.quantity_tick_kw

    def price_cny_per_mwh(self, ticks: int) -> Decimal:
        """Return a price exactly as it is handed in [CNY/MWh]."""
        return ticks * Decimal(repr(self.price_tick_cny_per_mwh))

    def quantity_kw(self, ticks: int) -> Decimal:
        """Return a quantity exactly as it is handed in [kW]."""
        return ticks * Decimal(repr(self.quantity_tick_kw))


def price_ticks(price_cny_per_kwh: Reals, *, tick_cny_per_mwh: float) -> Numbers:
    """Return prices as multiples of the market's tick."""
    return np.rint(price_cny_per_kwh * _KWH_PER_MWH / tick_cny_per_mwh).astype(np.int64)


def step_groups(ticks: Numbers, probability_ratio: Reals, *, n_steps_most: int) -> Numbers:
    """Say which step of a curve each scenario takes, counted from the lowest price.

    Args:
        ticks: Price of each scenario and interval, shape (n_scenarios, n).
        probability_ratio: Probability of each scenario, shape (n_scenarios,).
        n_steps_most: Most steps. Where there are more prices, neighbours share a step, so that
            each step has about the same probability.

    Returns:
        The step, shape (n_scenarios, n). Equal prices take the same step.

    Example:
        >>> prices = np.array([[30], [10], [20], [10]])
        >>> step_groups(prices, np.full(4, 0.25), n_steps_most=9).T.tolist()
        [[2, 0, 1, 0]]
        >>> step_groups(prices, np.full(4, 0.25), n_steps_most=2).T.tolist()
        [[1, 0, 1, 0]]
    """
    groups = np.zeros(ticks.shape, np.int64)
    for step in range(ticks.shape[1]):
        prices, of_which = np.unique(ticks[:, step], return_inverse=True)
        place = np.arange(len(prices))
        if len(prices) > n_steps_most:
            chance = np.bincount(of_which, probability_ratio, minlength=len(prices))
            middle = (np.cumsum(chance) - chance / 2.0) / float(chance.sum())
            coarse = np.minimum((middle * n_steps_most).astype(np.int64), n_steps_most - 1)
            place = np.unique(coarse, return_inverse=True)[1]
        groups[:, step] = place[of_which]
    return groups


def curves_of(market: Market, *, ticks: Numbers, groups: Numbers, bought_kw: Reals) -> Curves:
    """Turn what each scenario buys into curves that the market takes.

    Args:
        market: Its ticks, its smallest quantity and its cap.
        ticks: Price of each scenario and interval, shape (n_scenarios, n).
        groups: The step that each takes, shape (n_scenarios, n).
        bought_kw: What each buys; the same within a step, shape (n_scenarios, n). [kW]

    Returns:
        The curves. Between the prices of two steps the limit lies in the middle.

    Raises:
        ParkProblemError: If no quantity of the market lies within the limits of the bid.
    """
    quantities = _on_ticks(market, bought_kw)
    cap = int(np.floor(market.price_cap_cny_per_mwh / market.price_tick_cny_per_mwh + _ROUND_UP))
    steps = [
        _curve(ticks[:, at], groups[:, at], quantities[:, at], cap) for at in range(ticks.shape[1])
    ]
    return Curves(tuple(steps), market.price_tick_cny_per_mwh, market.quantity_tick_kw)


def _curve(ticks: Numbers, groups: Numbers, quantities: Numbers, cap: int) -> Curve:
    n_groups = int(groups.max()) + 1
    highest = [int(ticks[groups == group].max()) for group in range(n_groups)]
    lowest = [int(ticks[groups == group].min()) for group in range(n_groups)]
    bought = [int(quantities[groups == group][0]) for group in range(n_groups)]
    limits, kept = list[int](), list[int]()
    for group in range(n_groups):
        is_last = group + 1 == n_groups
        limit = cap if is_last else (highest[group] + lowest[group + 1]) // 2
        if kept and kept[-1] == bought[group]:
            limits[-1] = limit
            continue
        limits.append(limit)
        kept.append(bought[group])
    return Curve(tuple(limits), tuple(kept))


def _on_ticks(market: Market, bought_kw: Reals) -> Numbers:
    """Round to what may be handed in; a larger quantity never becomes the smaller one."""
    tick = market.quantity_tick_kw
    low = np.ceil(market.bought_min_kw / tick - _ROUND_UP)
    high = np.floor(market.bought_max_kw / tick + _ROUND_UP)
    least = np.ceil(market.quantity_min_kw / tick - _ROUND_UP)
    low = np.where((low > 0.0) & (low < least), least, low)
    high = np.where((high < 0.0) & (high > -least), -least, high)
    if (low > high).any():
        at = int(np.flatnonzero(low > high)[0])
        raise ParkProblemError(
            f"{market.id}.bought_min_kw and bought_max_kw of interval {at}",
            f"a multiple of {tick:g} kW between them, 0 or at least {market.quantity_min_kw:g} kW",
        )
    rounded = np.clip(np.rint(bought_kw / tick), low, high)
    size = np.abs(rounded)
    near = np.where(2.0 * size >= least, least * np.sign(rounded), 0.0)
    fits = np.where((near >= low) & (near <= high), near, 0.0)
    kept = np.where((size > 0.0) & (size < least), fits, rounded)
    return np.clip(kept, low, high).astype(np.int64)
