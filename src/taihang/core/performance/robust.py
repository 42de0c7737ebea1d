"""Middle values and fits that a minority of wrong values cannot pull away."""

from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.sky.portable_math import Floats

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NORMAL: Final = NormalDist()
OF_MEDIAN_DEVIATION: Final = 1.0 / _NORMAL.inv_cdf(0.75)
"""Standard deviation of a normal distribution over its median absolute deviation [1]."""
BAND_DEVIATIONS: Final = _NORMAL.inv_cdf(0.95)
"""Deviations that hold nine of ten cases of a normal distribution."""
_BEND: Final = 1.5
"""Residuals beyond so many deviations pull with the force of this one (Huber, 1964)."""
_FIT_ROUNDS: Final = 6
_LEAST_WEIGHT: Final = 1e-9


def others_median(rows: Floats, *, least: int) -> Floats:
    """Return, for every row and column, the median of the other rows there.

    Args:
        rows: Values, NaN where there is none, shape (n_rows, n).
        least: So many other values make a median; fewer make none.

    Returns:
        The medians, NaN where there are too few, shape (n_rows, n).

    Example:
        >>> others_median(np.array([[1.0], [2.0], [9.0], [4.0]]), least=3).ravel().tolist()
        [4.0, 4.0, 2.0, 2.0]
    """
    there = np.isfinite(rows)
    # By column, for then a column lies together in memory; what is not there goes last.
    in_order = np.sort(np.where(there, rows, np.inf).T, axis=1)
    n_others = there.sum(axis=0)[None, :] - there
    column = np.arange(len(in_order))

    def at(wanted: NDArray[np.intp]) -> Floats:
        # In the list without a row's own value, that and all later places move up by one.
        found = in_order[column, wanted]
        own_or_later = there & ~(found < rows)
        return np.where(own_or_later, in_order[column, np.minimum(wanted + 1, last)], found)

    last = len(rows) - 1
    enough = n_others >= max(least, 1)
    low, high = (at(np.maximum(n_others - odd, 0) // 2) for odd in (1, 0))
    return np.where(
        enough, 0.5 * (np.where(enough, low, 0.0) + np.where(enough, high, 0.0)), np.nan
    )


def median_of(values: Floats) -> float:
    """Return the median of what is there, NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def group_medians(values: Floats, *, group: Ints, n_groups: int) -> Floats:
    """Return the median of each group.

    Args:
        values: Finite values, shape (n,).
        group: The group of each, from 0, shape (n,).
        n_groups: How many groups there are.

    Returns:
        The medians, NaN for an empty group, shape (n_groups,).

    Example:
        >>> group_medians(np.array([1.0, 5.0, 3.0]), group=np.array([0, 0, 2]), n_groups=3).tolist()
        [3.0, nan, 3.0]
    """
    # One sort does both when the group is the larger part of the key.
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    width = 2.0 * (high - low) + 1.0
    key = np.sort(group * width + (values - low))
    first = np.searchsorted(key, np.arange(n_groups) * width, side="left")
    end = np.append(first[1:], len(key))
    found = np.full(n_groups, np.nan)
    filled = np.flatnonzero(end > first)
    half = (end - first)[filled] - 1
    middle = 0.5 * (key[first[filled] + half // 2] + key[first[filled] + (half + 1) // 2])
    found[filled] = middle - filled * width + low
    return found


def deviation_of(values: Floats) -> float:
    """Return the standard deviation as the median absolute deviation says it, NaN of nothing.

    Example:
        >>> round(deviation_of(np.array([1.0, 2.0, 3.0, 4.0, 500.0])), 4)
        1.4826
    """
    return OF_MEDIAN_DEVIATION * median_of(np.abs(values - median_of(values)))


def robust_fit(values: Floats, *, weight: Floats, terms: Floats) -> Floats:
    """Fit a sum of terms to values; far values pull no harder than near ones.

    Args:
        values: Finite values, shape (n,).
        weight: What each counts, above 0, shape (n,).
        terms: One row a term, the first all ones, shape (n_terms, n).

    Returns:
        The coefficient of each term, shape (n_terms,).

    Example:
        >>> x = np.arange(20.0)
        >>> y = np.where(x == 7.0, 900.0, 1.0 + 2.0 * x)
        >>> robust_fit(y, weight=np.ones(20), terms=np.array([np.ones(20), x])).round(2).tolist()
        [1.0, 2.0]

    Source:
        Huber, P. J. (1964), Robust estimation of a location parameter; by reweighting.
    """
    found: Floats = np.zeros(len(terms))
    pull = weight
    for _ in range(_FIT_ROUNDS):
        weighted: Floats = terms * pull
        # A term that never moves here gets no coefficient instead of an endless one.
        held = np.eye(len(terms)) * (_LEAST_WEIGHT * float(pull.sum()))
        normal: Floats = weighted @ terms.T + held
        pulled: Floats = weighted @ values
        found = np.linalg.solve(normal, pulled).astype(np.float64)
        off = np.abs(values - found @ terms)
        bend = _BEND * OF_MEDIAN_DEVIATION * float(np.median(off)) + _LEAST_WEIGHT
        pull = weight * np.minimum(1.0, bend / np.maximum(off, _LEAST_WEIGHT))
    return found
