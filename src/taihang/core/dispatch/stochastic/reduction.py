"""Fewer scenarios that stand for many: fast forward selection, then each goes to its nearest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.model import Reals

MAX_DRAWS: Final = 4_000
"""Most draws that are reduced at once: the distances are kept for each pair (§10)."""

_EQUAL_RATIO: Final = 1e-9
"""Means that differ by less are equal: distances are sums in floating point [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Which draws are kept, and what each stands for."""

    numbers: NDArray[np.int64]
    """In the order of the draws, shape (n_kept,)."""
    probability_ratio: Reals
    """Their own and that of all draws to which they are nearest, shape (n_kept,)."""
    distance_ratio: float
    """Mean distance of a draw to the nearest that is kept, over that to the single best one:
    0 where all are kept [1]."""


def kept_of(by_name: Mapping[str, Reals], *, n_kept: int) -> Kept:
    """Choose the draws that together lie nearest to all of them.

    Args:
        by_name: Draws of equal probability, by series, each of shape (n, n_quarters). Each series
            counts in units of its own spread, so that kilowatts and prices can be compared.
        n_kept: How many to keep.

    Returns:
        The choice: one after the other, always the draw that lowers the mean distance most; of
        equal ones the earlier.

    Raises:
        ParkProblemError: If there are fewer draws than are to be kept, or too many.

    Example:
        >>> day = {"load": np.array([[1.0], [1.1], [5.0], [5.1], [5.2]])}
        >>> kept = kept_of(day, n_kept=2)
        >>> kept.numbers.tolist(), kept.probability_ratio.tolist()
        ([0, 2], [0.4, 0.6])

    Source:
        Heitsch & Römisch, Scenario reduction algorithms in stochastic programming (2003),
        algorithm 2.4 (fast forward selection).
    """
    n = len(next(iter(by_name.values())))
    if not 0 < n_kept <= n <= MAX_DRAWS:
        raise ParkProblemError(
            f"{n_kept} scenarios of {n} draws",
            f"1 … {n} of them, and at most {MAX_DRAWS} draws",
            "keep fewer scenarios, or give a longer history",
        )
    apart = _distances(by_name)
    nearest, chosen, means = np.full(n, np.inf), list[int](), list[float]()
    for _ in range(n_kept):
        with_each = np.minimum(nearest[:, None], apart).mean(axis=0)
        with_each[chosen] = np.inf
        # Two draws that are each other's nearest lower the mean alike, but for rounding.
        best = int((with_each <= with_each.min() * (1.0 + _EQUAL_RATIO)).argmax())
        chosen.append(best)
        nearest = np.minimum(nearest, apart[:, best])
        means.append(float(nearest.mean()))
    numbers = np.array(sorted(chosen), np.int64)
    goes_to = apart[:, numbers].argmin(axis=1)
    goes_to[numbers] = np.arange(n_kept)
    return Kept(
        numbers=numbers,
        probability_ratio=np.bincount(goes_to, minlength=n_kept) / n,
        distance_ratio=means[-1] / means[0] if means[0] > 0.0 else 0.0,
    )


def _distances(by_name: Mapping[str, Reals]) -> Reals:
    """Return the root of the mean square difference of each pair, in units of each spread."""
    squares = np.zeros(())
    for values in by_name.values():
        spread = float(values.std(axis=0).mean())
        if spread > 0.0:
            scaled = (values - values.mean(axis=0)) / spread
            norms = (scaled**2).mean(axis=1)
            products = scaled @ scaled.T / scaled.shape[1]
            squares = squares + norms[:, None] + norms[None, :] - 2.0 * products
    n = len(next(iter(by_name.values())))
    apart = np.sqrt(np.maximum(np.broadcast_to(squares, (n, n)), 0.0))
    np.fill_diagonal(apart, 0.0)
    return apart
