"""Whole watt-hours out of a shape: rounded by largest remainder, summing exactly (§6)."""

from collections.abc import Sequence
from fractions import Fraction

from taihang.core.quantities import whole_parts


def share_out_wh(
    shape: Sequence[Fraction], *, total_wh: int | None, max_interval_wh: int
) -> list[int]:
    """Turn a shape into whole watt-hours that sum to what the registers say.

    The shape is scaled to the sum; a shape that is zero, or that the scaling would lift above the
    limit of the meter, is laid out evenly instead. Without a known sum the shape itself is
    rounded. Rounding is by largest remainder, ties going to the earlier interval.

    Args:
        shape: Energy of each interval as the method sees it, exact. [Wh]
        total_wh: What they have to sum to; None where it is not known. [Wh]
        max_interval_wh: Largest honest energy of one interval. [Wh]

    Returns:
        Whole watt-hours, as many as the shape has.

    Example:
        >>> share_out_wh([Fraction(1)] * 3, total_wh=10, max_interval_wh=5)
        [4, 3, 3]
        >>> share_out_wh([Fraction(1, 2), Fraction(1)], total_wh=None, max_interval_wh=5)
        [1, 1]
    """
    if total_wh is None:
        limited = [min(each, Fraction(max_interval_wh)) for each in shape]
        return whole_parts(limited, total=round(sum(limited, start=Fraction(0))))
    even = [Fraction(total_wh, len(shape))] * len(shape)
    total = sum(shape, start=Fraction(0))
    if total <= 0 or min(shape) < 0:
        return whole_parts(even, total=total_wh)
    scaled = [each * total_wh / total for each in shape]
    fits = max(scaled) <= max_interval_wh
    return whole_parts(scaled if fits else even, total=total_wh)
