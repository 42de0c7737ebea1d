"""Typical weather: of several possible half-months, the one nearest to what is expected.

Test reference years are made so from measured months. Here it keeps chance small: however a run
is placed in the calendar, a whole year of it yields about what was planned, while every day stays
an unaltered draw. The price is that no year is an extraordinary one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.sky.portable_math import Floats
from taihang.simulator.timeline import Timeline

_MIDDLE_DAY: Final = 16


def half_months(timeline: Timeline) -> NDArray[np.int64]:
    """Return the half-month of each interval, 0 to 23, shape (n,)."""
    by_day = [2 * (day.month - 1) + (day.day >= _MIDDLE_DAY) for day in timeline.days]
    return np.array(by_day, np.int64)[timeline.day_index]


def most_typical(
    values: Floats, *, weights: Floats, blocks: NDArray[np.int64], expected: Floats
) -> NDArray[np.int64]:
    """Choose a candidate for each block: the one whose weighted mean is nearest to expectation.

    Args:
        values: What each candidate gives in each interval, shape (n_candidates, n).
        weights: How much each interval counts, shape (n,).
        blocks: Block of each interval, ascending from 0, shape (n,).
        expected: Expected weighted mean of each block, shape (n_blocks,).

    Returns:
        The number of the chosen candidate, shape (n_blocks,).

    Example:
        >>> most_typical(
        ...     np.array([[1.0, 9.0], [3.0, 4.0]]), weights=np.ones(2),
        ...     blocks=np.array([0, 1]), expected=np.array([1.5, 5.0]),
        ... ).tolist()
        [0, 1]
    """  # fmt: skip
    starts = np.searchsorted(blocks, np.arange(len(expected)))
    # Summed as whole numbers: the order in which a processor adds floats must not choose weather.
    whole = np.rint(np.concatenate([values * weights, weights[None, :]]) * 2.0**20)
    sums = np.add.reduceat(whole.astype(np.int64), starts, axis=1).astype(np.float64)
    means = sums[:-1] / np.maximum(sums[-1], 1.0)
    return np.abs(means - expected).argmin(axis=0)
