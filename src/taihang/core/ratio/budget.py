"""What of a year's remaining allowance to export a single day may use."""

from collections.abc import Sequence
from fractions import Fraction

from taihang.core.errors import InputError


class AllowanceError(InputError):
    """An allowance or an export below zero."""

    code = "input.allowance"


def daily_level_wh(exported_by_day_wh: Sequence[int], *, left_wh: int) -> int | None:
    """Return the same limit for each day under which the days left use up what is left.

    The level ``λ`` is the largest with ``Σ min(export, λ) ≤ left``: days that export less keep all
    of it, and no day is cut further than the worst has to be. On the next day it is found anew from
    what was then metered.

    Args:
        exported_by_day_wh: What each day left would export. [Wh]
        left_wh: What the rest of the year may still export. [Wh]

    Returns:
        The level, rounded down; None where all days together stay within what is left.

    Raises:
        AllowanceError: If a number is below zero.

    Example:
        >>> daily_level_wh([10, 2, 6], left_wh=12)
        5
        >>> daily_level_wh([10, 2, 6], left_wh=18) is None
        True
    """
    if left_wh < 0 or min(exported_by_day_wh, default=0) < 0:
        raise AllowanceError(
            given=f"{left_wh} Wh left, least export {min(exported_by_day_wh, default=0)} Wh",
            expected="energies of 0 or more",
            remedy="give 0 where more was exported than the year allows",
        )
    if sum(exported_by_day_wh) <= left_wh:
        return None
    left, ordered = left_wh, sorted(exported_by_day_wh)
    for at, wh in enumerate(ordered):
        n_days = len(ordered) - at
        if wh * n_days > left:
            return int(Fraction(left, n_days))
        left -= wh
    return None
