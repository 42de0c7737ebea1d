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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError

RULE: Final = "dedicated-first-pro-rata/v1"
_COLUMNS_AT_ONCE: Final = 2_048


class NegativeFlowError(InputError):
    """Generation or load below zero was offered for matching."""

    code = "input.negative-flow"


class EnergyRangeError(InputError):
    """Energies too large for exact 64-bit shares."""

    code = "input.energy-range"


@dataclass(frozen=True, slots=True)
class Line:
    """A dedicated line as rows of the generation and load arrays."""

    plants: tuple[int, ...]
    users: tuple[int, ...]
    limit_wh: int
    """What the line and its transformer can carry in one interval [Wh]."""


@dataclass(frozen=True, slots=True)
class LineShare:
    """What one dedicated line carried: Σ given equals Σ received in each interval."""

    line: Line
    given_wh: NDArray[np.int64]
    """By each of the line's plants, shape (len(line.plants), n). [Wh]"""
    received_wh: NDArray[np.int64]
    """By each of the line's users, shape (len(line.users), n). [Wh]"""


@dataclass(frozen=True, slots=True)
class Matching:
    """Who got what. Σ over plants equals Σ over users, in each step and interval."""

    lines: tuple[LineShare, ...]
    """What each dedicated line carried, in the order in which they were served."""
    line_generation_wh: NDArray[np.int64]
    """Given over dedicated lines, shape (n_plants, n). [Wh]"""
    pool_generation_wh: NDArray[np.int64]
    """Given pro rata, shape (n_plants, n). [Wh]"""
    line_load_wh: NDArray[np.int64]
    """Received over dedicated lines, shape (n_users, n). [Wh]"""
    pool_load_wh: NDArray[np.int64]
    """Received pro rata, shape (n_users, n). [Wh]"""

    @property
    def load_wh(self) -> NDArray[np.int64]:
        """All green energy received, shape (n_users, n) [Wh]."""
        return self.line_load_wh + self.pool_load_wh

    @property
    def generation_wh(self) -> NDArray[np.int64]:
        """All green energy given, shape (n_plants, n) [Wh]."""
        return self.line_generation_wh + self.pool_generation_wh


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
        >>> m = match_green(np.array([[10]]), np.array([[6], [2]]), lines=[Line((0,), (1,), 100)])
        >>> m.line_load_wh.ravel().tolist(), m.pool_load_wh.ravel().tolist()
        ([0, 2], [6, 0])
    """
    if generation_wh.min(initial=0) < 0 or load_wh.min(initial=0) < 0:
        raise NegativeFlowError(
            given="a negative generation or load",
            expected="energies of 0 Wh or more",
            remedy="turn own use of a plant into load before matching",
        )
    left_generation_wh, left_load_wh = generation_wh.copy(), load_wh.copy()
    served = tuple(_serve(left_generation_wh, left_load_wh, line) for line in lines)
    line_generation_wh = generation_wh - left_generation_wh
    line_load_wh = load_wh - left_load_wh
    pool_wh = np.minimum(left_generation_wh.sum(axis=0), left_load_wh.sum(axis=0))
    return Matching(
        lines=served,
        line_generation_wh=line_generation_wh,
        pool_generation_wh=split_pro_rata(pool_wh, weights_wh=left_generation_wh),
        line_load_wh=line_load_wh,
        pool_load_wh=split_pro_rata(pool_wh, weights_wh=left_load_wh),
    )


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
    shares_wh = np.empty_like(weights_wh)
    # Every column stands for itself; some at a time stay near the processor.
    for first in range(0, len(total_wh), _COLUMNS_AT_ONCE):
        part = slice(first, first + _COLUMNS_AT_ONCE)
        shares_wh[:, part] = _shares_wh(total_wh[part], weights_wh[:, part])
    return shares_wh


def _shares_wh(total_wh: NDArray[np.int64], weights_wh: NDArray[np.int64]) -> NDArray[np.int64]:
    sum_wh = np.maximum(weights_wh.sum(axis=0), 1)
    quotient, rest = np.divmod(total_wh * weights_wh, sum_wh)
    missing = total_wh - quotient.sum(axis=0)
    order = np.argsort(-rest, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(weights_wh))[:, None], axis=0)
    return quotient + (rank < missing)


def _demand_exact(total_wh: NDArray[np.int64], weights_wh: NDArray[np.int64]) -> None:
    bound = int(total_wh.max(initial=0)) * int(weights_wh.max(initial=0))
    if bound > np.iinfo(np.int64).max:
        raise EnergyRangeError(
            given=f"energies whose product {bound:.3g} leaves 64 bits",
            expected="at most 3 GWh in one interval",
            remedy="match shorter intervals or fewer plants at once",
        )


def _serve(
    left_generation_wh: NDArray[np.int64], left_load_wh: NDArray[np.int64], line: Line
) -> LineShare:
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
    return LineShare(line, given_wh, received_wh)
