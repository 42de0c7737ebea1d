"""The hourly score of one subject, and what of a candidate measure would raise it.

The settlement says what was matched in each interval; a score adds it up hour by hour. Beside the
24/7 score stands the old claim by volume: what was matched, and what the plants generated beyond
that, over the load of the whole period. A measure is judged against the hours that are left over:
``residual`` is load without green energy, ``surplus`` is green energy without a load. Everything is
whole watt-hours, so that a size either reaches a target or does not.

Source: as ``core/carbon/cfe.py``; the greedy rule of storage below is this project's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from taihang.core.carbon.cfe import CfeScore, cfe_score
from taihang.core.errors import InputError
from taihang.core.quantities import WH_PER_KWH

Hours = NDArray[np.int64]


class HourlyUseError(InputError):
    """Hours of one subject do not belong together."""

    code = "input.hourly-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyUse:
    """The electricity of one subject, hour by hour; 0 stands where an hour is not known."""

    load_wh: Hours
    """Load of each hour, shape (n,). [Wh]"""
    matched_wh: Hours
    """Green energy that the settlement matched with it, shape (n,); released from storage, it
    counts in the hour of its release. [Wh]"""
    known: NDArray[np.bool_]
    """Where every interval of the hour has a usable load, shape (n,)."""
    surplus_wh: int
    """Its part of what the plants generated beyond what was matched, over the period [Wh]."""

    def __post_init__(self) -> None:
        """Refuse hours in which more was matched than used.

        Raises:
            HourlyUseError: If shapes differ, or matched energy exceeds the load of any hour.
        """
        if not self.load_wh.shape == self.matched_wh.shape == self.known.shape:
            shapes = (self.load_wh.shape, self.matched_wh.shape, self.known.shape)
            raise HourlyUseError(
                given=f"shapes {shapes}",
                expected="one value of each in every hour",
                remedy="cut all to the same period",
            )
        over = np.flatnonzero((self.matched_wh > self.load_wh) | (self.matched_wh < 0))
        if len(over):
            raise HourlyUseError(
                given=f"{int(self.matched_wh[over[0]])} Wh matched in hour {int(over[0])}",
                expected=f"0 Wh to its load of {int(self.load_wh[over[0]])} Wh",
                remedy="settle the period again; a surplus belongs to no load",
            )

    @property
    def residual_wh(self) -> Hours:
        """Load without green energy in each hour, shape (n,) [Wh]."""
        return self.load_wh - self.matched_wh


def score_of(use: HourlyUse, *, grid_cfe_ratio: Sequence[Decimal] | None) -> CfeScore | None:
    """Score the known hours of a subject.

    Args:
        use: Its hours.
        grid_cfe_ratio: Carbon-free share of the grid in each hour, shape (n,), or None if nobody
            published it. [1]

    Returns:
        The scores, exact; None where no known hour has a load.

    Example:
        >>> use = HourlyUse(
        ...     load_wh=np.array([10, 10, 10, 10]),
        ...     matched_wh=np.array([0, 10, 8, 4]),
        ...     known=np.ones(4, np.bool_),
        ...     surplus_wh=5,
        ... )
        >>> mix = [Decimal(share) for share in ("0.3", "0.5", "0.4", "0.2")]
        >>> score = score_of(use, grid_cfe_ratio=mix)
        >>> float(score.with_grid_ratio), float(score.contracted_ratio)
        (0.675, 0.55)
        >>> score.volumetric_ratio
        Fraction(27, 40)
    """
    load_wh = use.load_wh[use.known]
    if not load_wh.any():
        return None
    chosen = None
    if grid_cfe_ratio is not None:
        chosen = [grid_cfe_ratio[hour] for hour in np.flatnonzero(use.known).tolist()]
    score = cfe_score(load_wh, contracted_wh=use.matched_wh[use.known], grid_cfe_ratio=chosen)
    green_wh = score.matched_wh + use.surplus_wh
    return replace(score, volumetric_ratio=min(Fraction(green_wh, score.load_wh), Fraction(1)))


# -- measures ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left over hour by hour: load without green energy, green energy without a load."""

    residual_wh: Hours
    """Shape (n,). [Wh]"""
    surplus_wh: Hours
    """Shape (n,). [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageModel:
    """A battery as the search takes it."""

    energy_h: Decimal
    """Deliverable energy over power [h]."""
    round_trip_ratio: Decimal
    """What is released over what was charged [1]."""


def from_generation(left: Left, *, kw: int, profile_wh: Hours, profile_kw: int) -> int:
    """Return the load that further plants of a known profile would serve in its own hours.

    Args:
        left: What is left over.
        kw: Size of the new plants. [kW]
        profile_wh: What plants of that kind generated in each hour, shape (n,). [Wh]
        profile_kw: Their size. [kW]

    Returns:
        Energy newly matched [Wh].
    """
    added_wh = kw * profile_wh // profile_kw
    return int(np.minimum(added_wh, left.residual_wh).sum())


def from_storage(left: Left, *, kw: int, model: StorageModel) -> int:
    """Return the load that a battery would serve, by rule ``greedy-matching/v1``.

    An hour that has both surplus and load left is netted first: the battery sees the difference
    alone. It is released into whatever load is left, and charged with whatever surplus there is, as
    far as its power and its energy allow. It begins empty, and what is left in it at the end serves
    nobody. No other way of running it on these hours serves more load: a watt-hour held back now
    serves at most one later.

    Args:
        left: What is left over.
        kw: Its power, both ways. [kW]
        model: Its duration and losses.

    Returns:
        Energy newly matched [Wh].
    """
    efficiency = Fraction(model.round_trip_ratio)
    gain, scale = efficiency.numerator, efficiency.denominator
    # Everything is counted in parts of a watt-hour at the output, so that nothing is rounded.
    power = kw * WH_PER_KWH * scale
    room = int(model.energy_h * kw * WH_PER_KWH) * scale
    held = served = 0
    for net_wh in (left.surplus_wh - left.residual_wh).tolist():
        if net_wh > 0:
            held = min(room, held + min(net_wh, kw * WH_PER_KWH) * gain)
        else:
            released = min(-net_wh * scale, power, held)
            held -= released
            served += released
    return served // scale


def from_shifting(left: Left, *, share_ratio: Fraction, day_starts: Sequence[int]) -> int:
    """Return the load that would be served if a part of it moved within its day.

    Args:
        left: What is left over.
        share_ratio: Part of the load without green energy that can move to another hour. [1]
        day_starts: The hour with which each local day begins, the first being 0.

    Returns:
        Energy newly matched [Wh].
    """
    movable_wh = left.residual_wh * share_ratio.numerator // share_ratio.denominator
    days = np.asarray(day_starts, np.int64)
    movable_of_day_wh = np.add.reduceat(movable_wh, days)
    return int(np.minimum(movable_of_day_wh, np.add.reduceat(left.surplus_wh, days)).sum())


def needed_wh(score: CfeScore, *, points_pct: Decimal) -> int:
    """Return the energy that must be newly matched to raise the contracted-only score.

    Args:
        score: The score now.
        points_pct: By how many percentage points. [%]

    Returns:
        The least whole watt-hours [Wh].
    """
    target = score.contracted_ratio + Fraction(points_pct) / 100
    return max(0, ceil(target * score.load_wh) - score.matched_wh)


def least_size(served_wh: Callable[[int], int], *, needed_wh: int, most: int) -> int | None:
    """Return the least whole size of a measure that serves enough, by bisection.

    Args:
        served_wh: Energy newly matched by a size; a larger size never serves less.
        needed_wh: How much is wanted. [Wh]
        most: The largest size that is allowed.

    Returns:
        The size; None where even the largest does not serve enough.

    Example:
        >>> least_size(lambda size: 3 * size, needed_wh=10, most=100)
        4
    """
    if served_wh(most) < needed_wh:
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if served_wh(middle) >= needed_wh else (middle, high)
    return high
