"""Energy of any step, brought to the settlement grid without losing a watt-hour.

A step that lies across a quarter hour is cut there in proportion to time, in whole watt-hours by
the largest remainder; quarter hours that hold such a part are estimates, because nobody measured
how the energy fell within the step. Quarter hours that are not wholly covered stay missing, and
their energy is stated as unplaced.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.periods import STEP_S
from taihang.core.series import Quality


@dataclass(frozen=True, slots=True)
class Settled:
    """Energy on the settlement grid."""

    times_s: NDArray[np.int64]
    """Starts of the quarter hours that the steps touch, shape (m,). [s]"""
    wh: NDArray[np.int64]
    quality: NDArray[np.uint8]
    unplaced_wh: int
    """Energy of steps in quarter hours that are not wholly covered [Wh]."""


def to_settlement(
    times_s: NDArray[np.int64],
    wh: NDArray[np.int64],
    *,
    measured: NDArray[np.bool_],
    step_s: int,
) -> Settled:
    """Bring energy of equal steps to the settlement grid.

    Args:
        times_s: Starts of the steps, strictly increasing, shape (n,). [s]
        wh: Energy of each step, shape (n,). [Wh]
        measured: Which steps hold a value, shape (n,).
        step_s: Length of a step. [s]

    Returns:
        The energy; the sum over placed and unplaced is the sum over the measured steps.

    Example:
        >>> ten = to_settlement(np.array([0, 600, 1200]), np.array([10, 5, 8]),
        ...     measured=np.ones(3, bool), step_s=600)
        >>> ten.wh.tolist(), ten.unplaced_wh
        ([13, 10], 0)
    """
    first = times_s // STEP_S
    bins = first[:, None] + np.arange(step_s // STEP_S + 2)
    starts_s = bins * STEP_S
    overlap_s = np.minimum(times_s[:, None] + step_s, starts_s + STEP_S)
    overlap_s = np.maximum(overlap_s - np.maximum(times_s[:, None], starts_s), 0)
    parts_wh = _shares_wh(np.where(measured, wh, 0), overlap_s, step_s)
    touched, index = np.unique(bins[overlap_s > 0], return_inverse=True)
    covered_s = _sum(index, (overlap_s * measured[:, None])[overlap_s > 0], len(touched))
    binned_wh = _sum(index, parts_wh[overlap_s > 0], len(touched))
    cut = np.broadcast_to((overlap_s < step_s), bins.shape)[overlap_s > 0]
    estimated = _sum(index, cut.astype(np.int64), len(touched)) > 0
    whole = covered_s == STEP_S
    quality = np.where(estimated, Quality.ESTIMATED, Quality.MEASURED)
    return Settled(
        times_s=touched * STEP_S,
        wh=np.where(whole, binned_wh, 0),
        quality=np.where(whole, quality, Quality.MISSING).astype(np.uint8),
        unplaced_wh=int(binned_wh[~whole].sum()),
    )


def _shares_wh(
    wh: NDArray[np.int64], overlap_s: NDArray[np.int64], step_s: int
) -> NDArray[np.int64]:
    """Cut each step's energy in proportion to time, shape (n, k), by the largest remainder."""
    shares, remainders = np.divmod(wh[:, None] * overlap_s, step_s)
    left_over = wh - shares.sum(axis=1)
    rank = np.argsort(np.argsort(-remainders, axis=1, kind="stable"), axis=1, kind="stable")
    return shares + (rank < left_over[:, None])


def _sum(index: NDArray[np.intp], parts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    total = np.zeros(size, np.int64)
    np.add.at(total, index, parts)
    return total
