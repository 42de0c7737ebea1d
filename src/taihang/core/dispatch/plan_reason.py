"""Why a plan does what it does: when it moves energy at which price, and which limits hold it.

Read from a released plan alone: what a store does, what energy costs and what one more kWh would
cost at the bus. A limit *binds* where the plan stands on it.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH

_REST_RATIO = 0.005
"""Less than this share of the rating makes up for losses and moves nothing [1]."""
_ON_LIMIT_RATIO = 1e-4
"""As near to a limit as this share of it counts as on it: plans are rounded to watts [1]."""


@dataclass(frozen=True, slots=True)
class StorePlan:
    """What a plan tells one store, and what the store can do; arrays of shape (n,)."""

    power_w: NDArray[np.int64]
    """At the AC side, charging positive. [W]"""
    stored_wh: NDArray[np.int64]
    """At the end of each interval. [Wh]"""
    rated_w: int
    low_wh: int
    high_wh: int


@dataclass(frozen=True, slots=True)
class Move:
    """Energy that a store takes in or gives out in one go."""

    first: int
    """Number of its first interval."""
    stop: int
    """Number of the interval after its last."""
    wh: int
    """At the AC side, charging positive [Wh]."""
    price_cny_per_kwh: float
    """Mean price of imported energy in it, weighted by what is moved [CNY/kWh]."""


class Limit(StrEnum):
    """A limit that can hold a store."""

    POWER = "power"
    """Its rating."""
    FULL = "full"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit on which a store stands."""

    limit: Limit
    n: int
    """In how many intervals."""
    first: int
    """Number of the first of them."""


def moves_of(plan: StorePlan, price_cny_per_kwh: NDArray[np.float64], *, step_s: int) -> list[Move]:
    """Return what a store moves, in order of time.

    Args:
        plan: What it is told.
        price_cny_per_kwh: Price of imported energy, shape (n,). [CNY/kWh]
        step_s: Length of an interval. [s]

    Example:
        >>> plan = StorePlan(np.array([0, 400, 400, 0, -720]), np.array([0, 95, 190, 190, 0]),
        ...                  rated_w=800, low_wh=0, high_wh=200)
        >>> [(move.first, move.stop, move.wh) for move in
        ...  moves_of(plan, np.array([0.5, 0.3, 0.3, 0.5, 0.9]), step_s=900)]
        [(1, 3, 200), (4, 5, -180)]
    """
    rest_w = _REST_RATIO * plan.rated_w
    sign = np.where(np.abs(plan.power_w) <= rest_w, 0, np.sign(plan.power_w))
    edges = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(sign)]
    moves: list[Move] = []
    for first, stop in pairwise(edges):
        if sign[first]:
            power_w = plan.power_w[first:stop]
            mean = np.average(price_cny_per_kwh[first:stop], weights=np.abs(power_w))
            wh = int(power_w.sum()) * step_s // SECONDS_PER_HOUR
            moves.append(Move(first, stop, wh, float(mean)))
    return moves


def bindings_of(plan: StorePlan) -> list[Binding]:
    """Return the limits on which a store stands while it moves, or to which it moved.

    Args:
        plan: What it is told.

    Example:
        >>> plan = StorePlan(np.array([800, 0, -720]), np.array([190, 190, 0]), 800, 0, 190)
        >>> [(each.limit.value, each.n, each.first) for each in bindings_of(plan)]
        [('power', 1, 0), ('full', 2, 0), ('empty', 1, 2)]
    """
    near_wh = max(int(_ON_LIMIT_RATIO * plan.high_wh), 1)
    held = {
        Limit.POWER: np.abs(plan.power_w) >= (1 - _ON_LIMIT_RATIO) * plan.rated_w,
        Limit.FULL: plan.stored_wh >= plan.high_wh - near_wh,
        Limit.EMPTY: plan.stored_wh <= plan.low_wh + near_wh,
    }
    return [
        Binding(limit, int(where.sum()), int(np.argmax(where)))
        for limit, where in held.items()
        if where.any()
    ]


def worth_of_moving(
    buy_cny_per_kwh: float,
    sell_cny_per_kwh: float,
    *,
    round_trip_ratio: float,
    wear_cny_per_kwh: float,
) -> float:
    """Return what a kWh given out later earns, after losses and wear [CNY/kWh].

    Args:
        buy_cny_per_kwh: Price when it is charged. [CNY/kWh]
        sell_cny_per_kwh: Price that it saves when it is given out. [CNY/kWh]
        round_trip_ratio: What comes out of what went in. [1]
        wear_cny_per_kwh: Of a kWh given out. [CNY/kWh]

    Example:
        >>> round(worth_of_moving(0.2, 0.8, round_trip_ratio=0.8, wear_cny_per_kwh=0.05), 6)
        0.5
    """
    return sell_cny_per_kwh - buy_cny_per_kwh / round_trip_ratio - wear_cny_per_kwh


def peak_is_held(import_w: NDArray[np.int64], expected_kw: float) -> tuple[int, int] | None:
    """Say where a plan stands on the month's peak that it expects.

    Args:
        import_w: What the park draws, shape (n,). [W]
        expected_kw: The peak that the month is expected to reach. [kW]

    Returns:
        In how many intervals, and the first of them; None where it stays below.
    """
    on = import_w >= (1 - _ON_LIMIT_RATIO) * expected_kw * WH_PER_KWH
    return (int(on.sum()), int(np.argmax(on))) if on.any() else None
