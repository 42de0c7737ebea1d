"""Benchmarking inside a sector 能效对标: how an enterprise stands, and nothing about any other.

A quantile is somebody's figure: the median of five enterprises is that of the third. What is shown
is therefore a mean of many: that of the whole sector, that of its better half, and in which tenth
the enterprise itself stands. A mean is shown only if at least five others are in it who are less
than six tenths of it each, and if the same holds of those whom it leaves out, for the mean of six
and the mean of five among them give the sixth away.

Source: rule on aggregates of the design of roles (at least 5 members, none above 60 %).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from taihang.core.access.aggregate import MEMBERS_MIN, SHARE_MAX

_TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one enterprise may know."""

    own: Fraction
    mean: Fraction
    """Of every enterprise of the sector, its own included."""
    better_half_mean: Fraction | None
    """Of the half that uses less; None where either half is too few, or one dominates it."""
    tenth: int
    """1 for the best tenth … 10 for the last."""
    n_members: int


def standing(
    own: str, intensities: Mapping[str, Fraction], *, weights: Mapping[str, Fraction]
) -> Standing | None:
    """Return how an enterprise stands in its sector.

    Args:
        own: Its id.
        intensities: Energy intensity of every enterprise of the sector that reports one.
        weights: Energy of each of them: who dominates a sector can be read from its figures.

    Returns:
        Its standing; None where too few report or one dominates.

    Example:
        >>> known = {f"E{i}": Fraction(i) for i in range(7)}
        >>> found = standing("E1", known, weights=dict.fromkeys(known, Fraction(1)))
        >>> found.mean, found.tenth, found.better_half_mean
        (Fraction(3, 1), 2, None)
    """
    if own not in intensities or not _hides_each(set(intensities), own, intensities, weights):
        return None
    # Equal figures stand in the order of their ids, so that the halves are the same for everybody.
    ordered = sorted(intensities, key=lambda member: (intensities[member], member))
    better, others = ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
    is_shown = all(_hides_each(half, own, intensities, weights) for half in (better, others))
    n_better = sum(value < intensities[own] for value in intensities.values())
    return Standing(
        own=intensities[own],
        mean=_mean(ordered, intensities),
        better_half_mean=_mean(better, intensities) if is_shown else None,
        tenth=n_better * _TENTHS // len(ordered) + 1,
        n_members=len(ordered),
    )


def _hides_each(
    members: Collection[str],
    own: str,
    intensities: Mapping[str, Fraction],
    weights: Mapping[str, Fraction],
) -> bool:
    """Say whether a mean gives no other member away to one that knows its own figure."""
    others = [member for member in members if member != own]
    if len(others) < MEMBERS_MIN:
        return False
    return all(
        of[member] <= SHARE_MAX * sum((of[each] for each in others), start=Fraction(0))
        for of in (intensities, weights)
        for member in others
    )


def _mean(members: Collection[str], intensities: Mapping[str, Fraction]) -> Fraction:
    return sum((intensities[each] for each in members), start=Fraction(0)) / len(members)
