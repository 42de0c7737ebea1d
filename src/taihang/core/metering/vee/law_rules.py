"""What the law ``register-energy/v1`` found, said as rules: it alone decides, here it is named."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.energy import Spans
from taihang.core.metering.vee.rule import Hits, Rule, hits_where, some
from taihang.core.periods import STEP_S, Period
from taihang.core.series import EnergySeries, Quality

_RULES: Final = (Rule.RANGE, Rule.RESET, Rule.SWAP_BROKEN, Rule.ROLLOVER, Rule.SWAP)


def law_hits(spans: Spans, *, max_interval_wh: int, period: Period) -> list[Hits]:
    """Name what the law did with the differences between registers.

    Args:
        spans: Differences between neighbouring registers.
        max_interval_wh: Largest honest energy of one interval. [Wh]
        period: The period that the law looked at.

    Returns:
        Range, reset, broken swap, rollover and swap; each hit stands at the interval in which its
        difference begins. The limit is what the meter can count in that time.
    """
    begins = np.minimum((spans.starts_s - period.start_s) // STEP_S, period.n_steps - 1)
    most_wh = max_interval_wh * -(-spans.lengths_s // STEP_S)
    reset = spans.refused & ~spans.broken & (spans.wh < 0)
    wheres = (
        spans.refused & ~spans.broken & ~reset,
        reset,
        spans.broken,
        spans.rolled,
        spans.with_event & ~spans.broken,
    )
    found: list[Hits] = []
    for rule, where in zip(_RULES, wheres, strict=True):
        if where.any():
            found.append(Hits(rule, begins[where].astype(np.intp), spans.wh[where], most_wh[where]))
    return found


def reverse_hits(
    energy_wh: NDArray[np.int64],
    *,
    quality: NDArray[np.uint8],
    min_interval_wh: int,
) -> list[Hits]:
    """Find interval energy below what the meter can honestly show (F42).

    Args:
        energy_wh: Energy as it was read, shape (n,). [Wh]
        quality: Its quality as it was read, shape (n,).
        min_interval_wh: Least honest energy: 0 on a meter that counts one way. [Wh]

    Returns:
        The hits, none on clean readings.
    """
    where = (quality < Quality.MISSING) & (energy_wh < min_interval_wh)
    return some(hits_where(Rule.REVERSE, where, value=energy_wh, limit=min_interval_wh))


def missing_hits(series: EnergySeries, *, in_service: NDArray[np.bool_]) -> list[Hits]:
    """Find the runs of intervals without a value; each run is one hit at its first interval.

    Args:
        series: Energy by the law.
        in_service: Where the meter belongs to the park, shape (n,).

    Returns:
        The hits; the value is the number of intervals of the run, the limit is 0.
    """
    missing = (series.quality == Quality.MISSING) & in_service
    first, length = runs_of(missing)
    if not len(first):
        return []
    return [Hits(Rule.MISSING, first, length.astype(np.int64), np.zeros(len(first), np.int64))]


def runs_of(where: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return first place and length of every run of marked intervals.

    Example:
        >>> [part.tolist() for part in runs_of(np.array([True, False, True, True]))]
        [[0, 2], [1, 2]]
    """
    edges = np.diff(np.concatenate([[False], where, [False]]).astype(np.int8))
    first = np.flatnonzero(edges == 1)
    return first, np.flatnonzero(edges == -1) - first
