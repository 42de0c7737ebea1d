"""Where a series of daily ratios changed its level, and which level is the healthy one.

The series is cut into stretches of one level each, so that the squared deviations, each over its
own variance, plus a penalty for every cut are least. Cuts are found exactly, by dynamic
programming over all of them.

Source: Jackson et al. (2005), An algorithm for optimal partitioning of data on an interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.sky.portable_math import Floats

PENALTY: Final = 25.0
"""What a cut must save, in squared deviations: 16 healthy plants made none in a year of days."""
_LEAST_DAYS: Final = 10
_LARGEST_ERROR_RATIO: Final = 0.012
"""A stretch is known well enough to be the healthy one below this error [1]."""
_SAME_RATIO: Final = 0.02
"""Levels so close below the best one are the same level [1]."""
_SAME_ERRORS: Final = 2.0
"""… or so many errors below it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one level; bounds are places in the series, half-open."""

    first: int
    end: int
    """One after the last day that was compared."""
    level_ratio: float
    """Mean of actual over expected less one [1]."""
    error_ratio: float
    """Standard error of the level [1]."""
    n_days: int
    """Days that were compared."""


def stretches(
    ratio: Floats, *, spread_ratio: Floats, penalty: float = PENALTY
) -> tuple[Stretch, ...]:
    """Cut a series into stretches of one level.

    Args:
        ratio: Actual over expected less one by day, NaN where nothing was compared, shape (n,).
        spread_ratio: Standard deviation of each, above 0, shape (n,).
        penalty: What a cut must save.

    Returns:
        The stretches in order; none where nothing was compared.

    Example:
        >>> daily = np.concatenate([np.zeros(20), np.full(10, -0.12)])
        >>> [(s.first, s.end, round(s.level_ratio, 2)) for s in
        ...  stretches(daily, spread_ratio=np.full(30, 0.02))]
        [(0, 20, 0.0), (20, 30, -0.12)]
    """
    days = np.flatnonzero(np.isfinite(ratio) & np.isfinite(spread_ratio))
    weights = spread_ratio[days] ** -2.0
    sums = _Sums(
        *(np.concatenate([[0.0], np.cumsum(weights * ratio[days] ** power)]) for power in range(3))
    )
    found: list[Stretch] = []
    end = len(days)
    came_from = _best_starts(sums, penalty)
    while end > 0:
        start = int(came_from[end])
        weight = float(sums.weight[end] - sums.weight[start])
        found.append(
            Stretch(
                first=int(days[start]),
                end=int(days[end - 1]) + 1,
                level_ratio=float(sums.first[end] - sums.first[start]) / weight,
                error_ratio=weight**-0.5,
                n_days=end - start,
            )
        )
        end = start
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Weights, and weighted values and squares, summed up to each day, shape (n + 1,) each."""

    weight: Floats
    first: Floats
    second: Floats


def _best_starts(sums: _Sums, penalty: float) -> NDArray[np.int64]:
    """Return, for every end, where the last stretch of the best cut begins, shape (n + 1,)."""
    n = len(sums.weight)
    least = np.full(n, -penalty)
    came_from = np.zeros(n, np.int64)
    for end in range(1, n):
        weight = sums.weight[end] - sums.weight[:end]
        first = sums.first[end] - sums.first[:end]
        costs = least[:end] + (sums.second[end] - sums.second[:end] - first**2 / weight) + penalty
        best = int(costs.argmin())
        least[end], came_from[end] = costs[best], best
    return came_from


def cost_of(found: Sequence[Stretch], ratio: Floats, *, spread_ratio: Floats) -> float:
    """Return what stretches cost: squared deviations over variance, and a penalty for each cut."""
    cost = PENALTY * max(len(found) - 1, 0)
    for each in found:
        off = (ratio - each.level_ratio)[each.first : each.end] / spread_ratio[
            each.first : each.end
        ]
        cost += float(np.square(off[np.isfinite(off)]).sum())
    return cost


def levels(found: Sequence[Stretch], *, n_days: int) -> Floats:
    """Return the level of every day, shape (n_days,); between stretches the earlier one holds."""
    level_ratio = np.zeros(n_days)
    for place, each in enumerate(found):
        start = each.first if place else 0
        level_ratio[start:] = each.level_ratio
    return level_ratio


def healthy_level(found: Sequence[Stretch]) -> tuple[float, float]:
    """Return the level of a healthy plant, and its error: the best one that lasted.

    A plant that ran below its best for months is compared with its best, so that a fault does not
    become usual by lasting. Nothing that lasted: 0, which is the middle of what was seen, with the
    largest error.

    Args:
        found: The stretches of a plant.

    Returns:
        Level and standard error [1].

    Example:
        >>> year = (Stretch(0, 90, 0.11, 0.002, 90), Stretch(90, 365, 0.0, 0.001, 275))
        >>> round(healthy_level(year)[0], 3)
        0.11
    """
    lasting = [
        each
        for each in found
        if each.n_days >= _LEAST_DAYS and each.error_ratio < _LARGEST_ERROR_RATIO
    ]
    if not lasting:
        return 0.0, _LARGEST_ERROR_RATIO
    best = max(lasting, key=lambda each: each.level_ratio - each.error_ratio)
    same = [each for each in lasting if _is_same(each, best)]
    weights = [each.error_ratio**-2.0 for each in same]
    total = sum(weights)
    level = sum(w * each.level_ratio for w, each in zip(weights, same, strict=True)) / total
    return level, total**-0.5


def _is_same(each: Stretch, best: Stretch) -> bool:
    apart = best.level_ratio - each.level_ratio
    return apart <= max(_SAME_RATIO, _SAME_ERRORS * hypot(each.error_ratio, best.error_ratio))
