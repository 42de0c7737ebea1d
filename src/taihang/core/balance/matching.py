"""Green matching: which load used which green energy, interval by interval, in integer Wh.

Rule ``dedicated-first-pro-rata/v1``: first every dedicated line (专线专变), in the order of the
park file, gives the energy of its plants to its users; then what is left of all plants is spread
over what is left of all loads. Inside each step energy is shared in proportion (of generation among
plants, of load among users) and rounded by largest remainder, ties going to the earlier row.
Storage takes no part: its discharge carries no green claim under this rule.

Source: 发改能源〔2025〕650号 (clear physical tracing over a direct line) for the order; the
pro-rata step is a park rule and is named in every statement that uses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError

_COLUMNS_AT_ONCE: Final = 1_024


class NegativeFlowError(InputError):
    """Generation or load below zero was offered for matching."""

    code = "input.negative-flow"


class EnergyRangeError(InputError):
    """Energies too large for exact 64-bit shares."""

    code = "input.energy-range"


class RouteKind(StrEnum):
    """How green energy went from a plant to whoever took it."""

    LINE = "line"
    """Over a dedicated line, around the grid meter of the user."""
    CONTRACT = "contract"
    """To the buyers of a green supply contract, over the shared network."""
    FEEDER = "feeder"
    """Among the members of one feeder, below its transformer."""
    POOL = "pool"
    """Across the park."""
    STORAGE = "storage"
    """Released from a battery that it was charged into before."""
    CHARGE = "charge"
    """Into a battery; the takers are batteries."""
    FEED_IN = "feed-in"
    """Into the public grid; nobody in the park takes it."""


DIRECT: Final = (RouteKind.LINE, RouteKind.CONTRACT, RouteKind.FEEDER, RouteKind.POOL)
"""Routes from a plant to a user in one interval."""
SERVING: Final = (*DIRECT, RouteKind.STORAGE)
"""Routes that end at a user."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way for green energy, by its kind and the id of what carried it."""

    kind: RouteKind
    id: str
    """Of the line, contract, feeder, battery or grid connection; ``park`` for the pool."""


POOL: Final = Route(RouteKind.POOL, "park")
"""Across the park, over the network that all share."""


@dataclass(frozen=True, slots=True)
class Line:
    """A dedicated line as rows of the generation and load arrays."""

    id: str
    plants: tuple[int, ...]
    users: tuple[int, ...]
    limit_wh: int
    """What the line and its transformer can carry in one interval [Wh]."""


@dataclass(frozen=True, slots=True)
class Share:
    """One step of a matching: Σ given equals Σ received in each interval."""

    route: Route
    plants: tuple[int, ...]
    """Rows of the plants that gave; of a battery's release, of the plants that it came from."""
    takers: tuple[int, ...]
    """Rows of the users that received; of batteries for ``charge``, and none for ``feed-in``."""
    given_wh: NDArray[np.int64]
    """By each plant, shape (len(plants), n). [Wh]"""
    received_wh: NDArray[np.int64]
    """By each taker, shape (len(takers), n). [Wh]"""


@dataclass(frozen=True, slots=True)
class Matching:
    """Who got what, step by step. Σ over plants equals Σ over takers, in each step and interval."""

    shares: tuple[Share, ...]
    """What each step carried, in the order in which they were served."""
    n_plants: int
    n_users: int
    n_intervals: int
    lost_wh: NDArray[np.int64]
    """Losses that the rule takes out of each plant's energy, shape (n_plants, n). [Wh]"""

    def given_wh(self, *kinds: RouteKind) -> NDArray[np.int64]:
        """Return what every plant gave over routes of some kinds, shape (n_plants, n) [Wh]."""
        wh = np.zeros((self.n_plants, self.n_intervals), np.int64)
        for share in self.shares:
            if share.route.kind in kinds:
                wh[index_of(share.plants)] += share.given_wh
        return wh

    def received_wh(self, *kinds: RouteKind) -> NDArray[np.int64]:
        """Return what every user received over routes of some kinds, shape (n_users, n) [Wh]."""
        wh = np.zeros((self.n_users, self.n_intervals), np.int64)
        for share in self.shares:
            if share.route.kind in kinds and share.route.kind in SERVING:
                wh[index_of(share.takers)] += share.received_wh
        return wh

    @property
    def load_wh(self) -> NDArray[np.int64]:
        """Green energy that users received from plants, shape (n_users, n) [Wh]."""
        return self.received_wh(*DIRECT)

    @property
    def generation_wh(self) -> NDArray[np.int64]:
        """Green energy that plants gave to users, shape (n_plants, n) [Wh]."""
        return self.given_wh(*DIRECT)


def index_of(rows: tuple[int, ...]) -> slice | list[int]:
    """Return rows as numpy finds them fastest: a slice where one follows the other."""
    if rows and rows == tuple(range(rows[0], rows[0] + len(rows))):
        return slice(rows[0], rows[0] + len(rows))
    return list(rows)


def match_green(
    generation_wh: NDArray[np.int64], load_wh: NDArray[np.int64], *, lines: Sequence[Line]
) -> Matching:
    """Match generation with load under rule ``dedicated-first-pro-rata/v1``.

    Args:
        generation_wh: Measured net generation, shape (n_plants, n); 0 where nothing usable was
            read, for what was not measured cannot be claimed. [Wh]
        load_wh: Usable load, shape (n_users, n). [Wh]
        lines: Dedicated lines in the order in which they are served.

    Returns:
        What every plant gave and every user received.

    Raises:
        NegativeFlowError: If any value is below zero.

    Example:
        >>> line = Line("DL1", (0,), (1,), limit_wh=100)
        >>> found = match_green(np.array([[10]]), np.array([[6], [2]]), lines=[line])
        >>> [(each.route.id, each.received_wh.ravel().tolist()) for each in found.shares]
        [('DL1', [2]), ('park', [6, 0])]
    """
    if generation_wh.min(initial=0) < 0 or load_wh.min(initial=0) < 0:
        raise NegativeFlowError(
            given="a negative generation or load",
            expected="energies of 0 Wh or more",
            remedy="turn own use of a plant into load before matching",
        )
    left_generation_wh, left_load_wh = generation_wh.copy(), load_wh.copy()
    served = [serve_line(left_generation_wh, left_load_wh, line) for line in lines]
    pool_wh = np.minimum(left_generation_wh.sum(axis=0), left_load_wh.sum(axis=0))
    pool = Share(
        route=POOL,
        plants=tuple(range(len(generation_wh))),
        takers=tuple(range(len(load_wh))),
        given_wh=split_pro_rata(pool_wh, weights_wh=left_generation_wh),
        received_wh=split_pro_rata(pool_wh, weights_wh=left_load_wh),
    )
    lost_wh = np.zeros_like(generation_wh)
    n_users, n = load_wh.shape
    return Matching((*served, pool), len(generation_wh), n_users, n, lost_wh)


def split_pro_rata(
    total_wh: NDArray[np.int64], *, weights_wh: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Share a total in proportion to weights, exactly, by largest remainder.

    Args:
        total_wh: What is shared, shape (n,); at most the sum of the weights of its column. [Wh]
        weights_wh: Weights, shape (m, n), 0 or more. [Wh]

    Returns:
        Shares, shape (m, n): columns sum to ``total_wh`` and no share exceeds its weight. [Wh]

    Example:
        >>> split_pro_rata(np.array([10]), weights_wh=np.array([[10], [10], [10]])).ravel().tolist()
        [4, 3, 3]
    """
    _demand_exact(total_wh, weights_wh)
    sum_wh = weights_wh.sum(axis=0)
    # Where nothing or all of the weights is shared out, no remainder is to be compared.
    whole = total_wh >= sum_wh
    at = np.flatnonzero((total_wh > 0) & ~whole)
    n = len(total_wh)
    if len(at) * 2 < n:
        shares_wh = weights_wh * whole if len(at) or not whole.all() else weights_wh.copy()
        parts = (at[first : first + _COLUMNS_AT_ONCE] for first in _firsts(len(at)))
    else:
        shares_wh = np.empty_like(weights_wh)
        parts = (slice(first, first + _COLUMNS_AT_ONCE) for first in _firsts(n))
    # Every column stands for itself; some at a time stay near the processor.
    for part in parts:
        shares_wh[:, part] = _shares_wh(total_wh[part], weights_wh[:, part])
    return shares_wh


def _firsts(n: int) -> range:
    return range(0, n, _COLUMNS_AT_ONCE)


def _shares_wh(total_wh: NDArray[np.int64], weights_wh: NDArray[np.int64]) -> NDArray[np.int64]:
    n_rows = len(weights_wh)
    sum_wh = np.maximum(weights_wh.sum(axis=0), 1)
    product = total_wh * weights_wh
    shares_wh: NDArray[np.int64] = product // sum_wh
    missing = total_wh - shares_wh.sum(axis=0)
    # Every key once: a larger remainder first, then the earlier row.
    product -= shares_wh * sum_wh
    product *= n_rows
    product += np.arange(n_rows, dtype=np.int64)[::-1, None]
    # Rows of an interval side by side: they are sorted against one another.
    ranked = product.T.copy(order="C")
    ranked.sort(axis=1)
    nth = np.minimum(n_rows - missing, n_rows - 1)
    least = ranked[np.arange(len(nth)), nth]
    shares_wh += (product >= least) & (missing > 0)
    return shares_wh


def _demand_exact(total_wh: NDArray[np.int64], weights_wh: NDArray[np.int64]) -> None:
    n_rows, weight = len(weights_wh), int(weights_wh.max(initial=0))
    bound = max(int(total_wh.max(initial=0)), n_rows * n_rows) * weight
    if bound > np.iinfo(np.int64).max:
        raise EnergyRangeError(
            given=f"energies whose product {bound:.3g} leaves 64 bits",
            expected="at most 3 GWh in one interval",
            remedy="match shorter intervals or fewer plants at once",
        )


def serve_line(
    left_generation_wh: NDArray[np.int64], left_load_wh: NDArray[np.int64], line: Line
) -> Share:
    """Take what one dedicated line carries out of what is left."""
    plants, users = list(line.plants), list(line.users)
    offered_wh = left_generation_wh[plants]
    wanted_wh = left_load_wh[users]
    carried_wh = np.minimum(offered_wh.sum(axis=0), wanted_wh.sum(axis=0))
    carried_wh = np.minimum(carried_wh, line.limit_wh)
    given_wh = split_pro_rata(carried_wh, weights_wh=offered_wh)
    received_wh = split_pro_rata(carried_wh, weights_wh=wanted_wh)
    left_generation_wh[plants] -= given_wh
    left_load_wh[users] -= received_wh
    route = Route(RouteKind.LINE, line.id)
    return Share(route, line.plants, line.users, given_wh, received_wh)
