"""Benchmarking inside a sector 能效对标: how an enterprise stands, and nothing about any other.

An enterprise is shown the median and the better quartile of its sector, and its own tenth. Where
fewer than five report, or one of them is more than six tenths of the whole, the others could be
worked out from the figures, and nothing is shown.

Source: rule on aggregates of the design of roles (at least 5 members, none above 60 %).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

MEMBERS_MIN: Final = 5
SHARE_MAX: Final = Fraction(3, 5)
_TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one enterprise may know."""

    own: Fraction
    median: Fraction
    better_quartile: Fraction
    """A quarter of the sector uses no more than this."""
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
        weights: Energy of each of them: who dominates an aggregate can be read from it.

    Returns:
        Its standing; None where too few report or one dominates.

    Example:
        >>> known = {f"E{i}": Fraction(i) for i in range(1, 6)}
        >>> standing("E1", known, weights=dict.fromkeys(known, Fraction(1))).tenth
        1
    """
    total = sum((weights[member] for member in intensities), start=Fraction(0))
    if len(intensities) < MEMBERS_MIN or own not in intensities:
        return None
    if any(weights[member] > SHARE_MAX * total for member in intensities):
        return None
    ordered = sorted(intensities.values())
    n_better = sum(value < intensities[own] for value in ordered)
    return Standing(
        own=intensities[own],
        median=_quantile(ordered, Fraction(1, 2)),
        better_quartile=_quantile(ordered, Fraction(1, 4)),
        tenth=n_better * _TENTHS // len(ordered) + 1,
        n_members=len(ordered),
    )


def _quantile(ordered: list[Fraction], share: Fraction) -> Fraction:
    """Return the value between the two nearest ranks, linearly (type 7 of Hyndman and Fan)."""
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
