"""The substitution methods: each says what a gap looked like, or that it cannot say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.estimate.gap import Gap
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.series import EnergySeries


class Method(IntEnum):
    """How a value came to be; the number is what the lake stores beside every interval."""

    NONE = 0
    """Read, or not there at all."""
    AT_SOURCE = 1
    """It was an estimate already when it came in."""
    LINEAR = 2
    """``linear/v1``: a straight line between the intervals before and after."""
    LIKE_DAY = 3
    """``like-day/v1``: the average of the same quarter hours of earlier days of the same kind."""
    PARENT_DIFFERENCE = 4
    """``parent-difference/v1``: what the parent saw less what all other children saw."""


Shape = Sequence[Fraction]


def linear(gap: Gap, *, series: EnergySeries, actual: NDArray[np.bool_], n_most: int) -> Shape:
    """Draw a straight line between the intervals before and after a short gap (F39).

    Args:
        gap: What is missing.
        series: Energy by the law.
        actual: Where a value stands that was read and that no rule doubts, shape (n,): an end in a
            power failure is no end to draw from (F40).
        n_most: Longest run that a line may cross.

    Returns:
        The shape; empty where the method does not apply.

    Source:
        Gaps of up to 2 h linear between actual end points, power-failure intervals not usable as
        end points: Californian VEE practice [read in a public source].
    """
    before, after = gap.run_first - 1, gap.run_first + gap.run_n
    if gap.run_n > n_most or before < 0 or after >= len(series.wh):
        return ()
    if not (actual[before] and actual[after]):
        return ()
    first_wh, rise_wh = int(series.wh[before]), int(series.wh[after] - series.wh[before])
    offset = gap.first - gap.run_first + 1
    return [
        first_wh + Fraction(rise_wh * (offset + place), gap.run_n + 1) for place in range(gap.n)
    ]


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier days of a meter looked like."""

    grid: DayGrid
    wh: NDArray[np.int64]
    """Energy, shape (n,). [Wh]"""
    actual: NDArray[np.bool_]
    """Where a value stands that was read and that no rule doubts, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How reference days are chosen."""

    n_days: int
    """How many are averaged: all of them, or the method does not apply."""
    reach_days: int
    """How far back they may lie."""
    kind_of: Callable[[date], str | None]
    """Workday, weekend or holiday; None where the calendar does not know."""


def like_day(gap: Gap, *, grid: DayGrid, past: Past, reference: Reference) -> Shape:
    """Average the same quarter hours of the latest earlier days of the same kind (F39).

    Args:
        gap: What is missing.
        grid: The local days of the period.
        past: Earlier days; may reach into the period itself.
        reference: How many days, how far back, and of what kind.

    Returns:
        The shape; empty where any of its days has too few reference days.

    Source:
        Longer gaps by the average of reference days: Californian VEE practice [read in a public
        source]; their number is the park's.
    """
    shape: list[Fraction] = []
    inside = slice(gap.first, gap.first + gap.n)
    days, slots = grid.day[inside], grid.slot[inside]
    for number in np.unique(days).tolist():
        wanted = slots[days == number]
        # Only days before the gap: a day inside it has nothing to tell.
        last = min(grid.date_of(number), grid.date_of(int(grid.day[gap.run_first])))
        sums = _average(wanted, past, reference, day=grid.date_of(number), last=last)
        if sums is None:
            return ()
        shape += sums
    return shape


def _average(
    slots: NDArray[np.intp], past: Past, reference: Reference, *, day: date, last: date
) -> Shape | None:
    kind = reference.kind_of(day)
    if kind is None:
        return None
    sums_wh, found = np.zeros(len(slots), np.int64), 0
    for back in range(1, reference.reach_days + 1):
        other = last - timedelta(days=back)
        if reference.kind_of(other) != kind:
            continue
        energy_wh = _at_slots(past, other, slots)
        if energy_wh is None:
            continue
        sums_wh += energy_wh
        found += 1
        if found == reference.n_days:
            return [Fraction(each, found) for each in sums_wh.tolist()]
    return None


def _at_slots(past: Past, day: date, slots: NDArray[np.intp]) -> NDArray[np.int64] | None:
    number = (day - past.grid.first_day).days
    if not 0 <= number < past.grid.n_days:
        return None
    first = past.grid.starts[number]
    ends = past.grid.starts[number + 1] if number + 1 < past.grid.n_days else len(past.wh)
    place_of = {int(slot): int(first) + k for k, slot in enumerate(past.grid.slot[first:ends])}
    places = [place_of.get(int(slot), -1) for slot in slots]
    if min(places) < 0 or not past.actual[places].all():
        return None
    return past.wh[places]


def parent_difference(
    gap: Gap, *, seen_wh: NDArray[np.int64], complete: NDArray[np.bool_], max_interval_wh: int
) -> Shape:
    """Take what the parent saw less what all other children saw.

    Args:
        gap: What is missing.
        seen_wh: Parent less the other children less the usual losses, shape (n,). [Wh]
        complete: Where the parent and all other children are known, shape (n,).
        max_interval_wh: Largest honest energy of one interval. [Wh]

    Returns:
        The shape, kept between 0 and the limit; empty where the method does not apply.
    """
    inside = slice(gap.first, gap.first + gap.n)
    if not complete[inside].all():
        return ()
    return [Fraction(each) for each in np.clip(seen_wh[inside], 0, max_interval_wh).tolist()]
