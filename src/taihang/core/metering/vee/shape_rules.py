"""What one meter's own days say: spikes, frozen values, silence under load, jumps of a unit."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.law_rules import runs_of
from taihang.core.metering.vee.rule import Hits, Rule, hits_where, some
from taihang.core.periods import STEPS_PER_DAY

_NOTHING: Final = -1
"""Stands for an interval without a usable value: below every energy."""
_LOW_SHARE: Final = 0.1
_HIGH_SHARE: Final = 0.9
"""A day's base and top: what one interval in ten lies below, and what one lies above."""


def spike_hits(
    energy_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_],
    grid: DayGrid,
    spike_ratio: float,
    floor_wh: int,
) -> list[Hits]:
    """Find intervals far above the third highest of their day (F44).

    Args:
        energy_wh: Energy, shape (n,). [Wh]
        usable: Where a value stands, shape (n,).
        grid: The local days.
        spike_ratio: A spike exceeds the third highest by more than this share of it. [1]
        floor_wh: Nothing up to this is a spike. [Wh]

    Returns:
        The hits; the limit is what the day's third highest allows.

    Source:
        Spike check of Californian VEE practice: highest against third highest peak [from memory].
    """
    folded = grid.fold(np.where(usable, energy_wh, _NOTHING), fill=_NOTHING)
    third_wh = np.partition(folded, -3, axis=1)[:, -3]
    allowed_wh = np.maximum(np.floor((1 + spike_ratio) * third_wh).astype(np.int64), floor_wh)
    # A day with fewer than three values has no third highest.
    judged = usable & (third_wh >= 0)[grid.day]
    limit_wh = allowed_wh[grid.day]
    where = judged & (energy_wh > limit_wh)
    return some(hits_where(Rule.SPIKE, where, value=energy_wh, limit=limit_wh))


def stuck_hits(
    energy_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_],
    n_least: int,
    least_wh: int,
) -> list[Hits]:
    """Find runs of one and the same energy above zero (F44).

    Args:
        energy_wh: Energy, shape (n,). [Wh]
        usable: Where a value stands, shape (n,).
        n_least: Shortest run that no honest load gives.
        least_wh: Values below are too few counts of the dial to differ. [Wh]

    Returns:
        The hits: every interval of such a run; the limit is 0.
    """
    judged = usable & (energy_wh >= least_wh)
    same = np.zeros(len(energy_wh), np.bool_)
    same[1:] = judged[1:] & judged[:-1] & (energy_wh[1:] == energy_wh[:-1])
    first, length = runs_of(same)
    long = length + 1 >= n_least
    where = np.zeros(len(energy_wh), np.bool_)
    for start, n in zip(first[long] - 1, length[long] + 1, strict=True):
        where[start : start + n] = True
    return some(hits_where(Rule.STUCK, where, value=energy_wh, limit=0))


def zero_hits(
    energy_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_],
    n_least: int,
    least_wh: int,
) -> list[Hits]:
    """Find runs below what a supplied user always draws: a power failure, or a bypass (F44, T1).

    Args:
        energy_wh: Energy, shape (n,). [Wh]
        usable: Where a value stands, shape (n,).
        n_least: Shortest run that counts.
        least_wh: What the user draws at least while the supply is on. [Wh]

    Returns:
        The hits: every interval of such a run.
    """
    first, length = runs_of(usable & (energy_wh < least_wh))
    where = np.zeros(len(energy_wh), np.bool_)
    for start, n in zip(first, length, strict=True):
        where[start : start + n] = n >= n_least
    return some(hits_where(Rule.ZERO_WHILE_ON, where, value=energy_wh, limit=least_wh))


def jump_hits(
    energy_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_],
    grid: DayGrid,
    jump_ratio: float,
    n_days: int,
) -> list[Hits]:
    """Find days whose base and top are both a multiple, or a fraction, of the days before.

    A load that changes moves its top or its base; a wrong ratio or unit moves both by one factor
    (F35, F43). Only whole days with a base above zero are compared.

    Args:
        energy_wh: Energy, shape (n,). [Wh]
        usable: Where a value stands, shape (n,).
        grid: The local days.
        jump_ratio: Factor, either way, from which on it is a jump. [1]
        n_days: How many whole days before are compared with.

    Returns:
        The hits, one a day at its first interval; value and limit are the energies of the day and
        of a usual day.
    """
    whole = np.flatnonzero(grid.count(usable) >= STEPS_PER_DAY - 4)
    if len(whole) <= n_days:
        return []
    folded = grid.fold(np.where(usable, energy_wh, _NOTHING), fill=_NOTHING)[whole]
    levels_wh = _levels(folded)
    up = np.ones(len(whole) - n_days, np.bool_)
    down = up.copy()
    for level_wh in levels_wh:
        usual_wh = _usual(level_wh, n_days)
        up &= (usual_wh > 0) & (level_wh[n_days:] >= jump_ratio * usual_wh)
        down &= (usual_wh > 0) & (level_wh[n_days:] * jump_ratio <= usual_wh)
    at = np.flatnonzero(up | down)
    if not len(at):
        return []
    total_wh = np.maximum(folded, 0).sum(axis=1)
    limit_wh = np.rint(_usual(total_wh, n_days)[at]).astype(np.int64)
    return [Hits(Rule.UNIT_JUMP, grid.starts[whole[at + n_days]], total_wh[at + n_days], limit_wh)]


def _levels(folded_wh: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ordered = np.sort(folded_wh, axis=1)
    n_empty = (folded_wh == _NOTHING).sum(axis=1)
    n_used = folded_wh.shape[1] - n_empty
    rows = np.arange(len(folded_wh))
    low = n_empty + (n_used * _LOW_SHARE).astype(np.intp)
    high = n_empty + (n_used * _HIGH_SHARE).astype(np.intp)
    return ordered[rows, low], ordered[rows, high]


def _usual(daily_wh: NDArray[np.int64], n_days: int) -> NDArray[np.float64]:
    """Return the median of the days before each day that has enough of them [Wh]."""
    windows = np.lib.stride_tricks.sliding_window_view(daily_wh[:-1], n_days)
    return np.median(windows, axis=1)
