"""What the clocks say: steps of a child against its parent, and sending against receiving."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.periods import STEP_S

_WINDOW: Final = 672
"""Intervals of a week: enough steps that chance does not align."""
_MAX_LAG: Final = 8
"""Two hours to either side."""


def drift_hits(
    children_wh: NDArray[np.int64],
    *,
    rest_wh: NDArray[np.int64],
    usable: NDArray[np.bool_],
    most_s: int,
    least_correlation_ratio: float,
) -> list[list[Hits]]:
    """Find weeks in which a meter's load steps come later or earlier than its parent sees them.

    Args:
        children_wh: Energy of each meter, shape (m, n). [Wh]
        rest_wh: The parent less all other children: what the parent saw of each, shape (m, n).
            [Wh]
        usable: Where all that is looked at is known, shape (m, n).
        most_s: Drift that is in order. [s]
        least_correlation_ratio: Below this the parent does not see the meter well enough. [1]

    Returns:
        The hits of each meter, one a week at its first interval; the value is how far the meter's
        clock is ahead (its steps bear later times), negative behind, to about a quarter of an
        interval.

    Source:
        Cross-meter step correlation against moved clocks (T7); thresholds are the park's.
    """
    n_meters, n_steps = children_wh.shape
    n_weeks = (n_steps - 1) // _WINDOW
    if n_weeks < 1:
        return [[] for _ in range(n_meters)]
    good = usable[:, 1:] & usable[:, :-1]
    steps, seen = (
        np.where(good, np.diff(each, axis=1), 0)[:, : n_weeks * _WINDOW]
        .astype(np.float64)
        .reshape(n_meters * n_weeks, _WINDOW)
        for each in (children_wh, rest_wh)
    )
    correlation = _correlation(steps, seen)
    best = correlation.argmax(axis=1)
    drift_s = np.rint((best - _MAX_LAG + _between(correlation, best)) * STEP_S).astype(np.int64)
    sure = correlation[np.arange(len(best)), best] >= least_correlation_ratio
    found = ((np.abs(drift_s) > most_s) & sure).reshape(n_meters, n_weeks)
    drift_s = drift_s.reshape(n_meters, n_weeks)
    return [_of_meter(found[row], drift_s[row], most_s) for row in range(n_meters)]


def _of_meter(found: NDArray[np.bool_], drift_s: NDArray[np.int64], most_s: int) -> list[Hits]:
    weeks = np.flatnonzero(found)
    if not len(weeks):
        return []
    limit_s = np.full(len(weeks), most_s, np.int64)
    return [Hits(Rule.TIME_DRIFT, weeks * _WINDOW, drift_s[weeks], limit_s)]


def _correlation(steps: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of each week at each lag, shape (n_weeks, 17)."""
    size = np.sqrt((steps * steps).sum(axis=1) * (seen * seen).sum(axis=1))
    inside = slice(_MAX_LAG, _WINDOW - _MAX_LAG)
    lags = range(-_MAX_LAG, _MAX_LAG + 1)
    products = [
        (steps[:, inside] * seen[:, _MAX_LAG - lag : _WINDOW - _MAX_LAG - lag]).sum(axis=1)
        for lag in lags
    ]
    return np.stack(products, axis=1) / np.maximum(size, 1.0)[:, None]


def _between(correlation: NDArray[np.float64], best: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how far the top of the parabola through the best lag and its neighbours lies off."""
    weeks = np.arange(len(best))
    middle = np.clip(best, 1, correlation.shape[1] - 2)
    before, top, after = (correlation[weeks, middle + step] for step in (-1, 0, 1))
    curve = 2 * top - before - after
    off = np.where(curve > 0, (after - before) / np.where(curve > 0, 2 * curve, 1.0), 0.0)
    return np.where(best == middle, np.clip(off, -0.5, 0.5), 0.0)


def clock_skew_s(sent_at_s: NDArray[np.int64], received_at_s: NDArray[np.int64]) -> tuple[int, int]:
    """Return the least and the greatest skew of a gateway's clock that its batches allow.

    Nothing is received before it is sent: a batch that was sent after it was received proves a
    clock ahead. A clock behind looks like delay; the quickest batch bounds it.

    Args:
        sent_at_s: When the gateway says it sent each batch, shape (n,), at least one. [s]
        received_at_s: When the platform took it in, shape (n,). [s]

    Returns:
        How far the clock is ahead at least (0 if nothing proves it), and how far it can be behind
        at most. [s]

    Example:
        >>> clock_skew_s(np.array([100, 260]), np.array([103, 200]))
        (60, 0)
    """
    ahead_s = sent_at_s - received_at_s
    return max(int(ahead_s.max()), 0), max(-int(ahead_s.max()), 0)


def skew_is_wrong(ahead_s: int, *, most_s: int) -> bool:
    """Say whether a clock is ahead by more than the park allows (T7).

    Example:
        >>> skew_is_wrong(3, most_s=2)
        True
    """
    return ahead_s > most_s
