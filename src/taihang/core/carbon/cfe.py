"""24/7 carbon-free energy: how much of the load was carbon-free in the very hour of its use.

::

    contracted_h = min(load_h, contracted generation_h)
    CFE          = Σ_h [contracted_h + (load_h − contracted_h) × gridCFE_h] / Σ_h load_h

Source: the 24x7 carbon-free energy methodology paper of 2021 (verified: K29 that it exists; formula
from memory).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.quantities import EXACT

STEPS_PER_HOUR: Final = 4


class CfeInputError(InputError):
    """Load, generation and grid share do not lie on one grid, or hold impossible values."""

    code = "input.cfe"


@dataclass(frozen=True, slots=True, kw_only=True)
class CfeScore:
    """Three answers to "how green was it", from strict to lenient; exact."""

    load_wh: int
    matched_wh: int
    """Contracted energy used in the hour of its generation [Wh]."""
    contracted_ratio: Fraction
    """Matched energy over load [1]."""
    with_grid_ratio: Fraction | None
    """The same with the carbon-free share of the grid for the rest [1]; None if not known."""
    volumetric_ratio: Fraction
    """Generation over load of the whole period, at most 1: the annual claim of old [1]."""


def cfe_score(
    load_wh: NDArray[np.int64],
    *,
    contracted_wh: NDArray[np.int64],
    grid_cfe_ratio: Sequence[Decimal] | None,
) -> CfeScore:
    """Score a period hour by hour.

    Args:
        load_wh: Load of each hour, shape (n,). [Wh]
        contracted_wh: Carbon-free generation under contract in each hour, shape (n,). [Wh]
        grid_cfe_ratio: Carbon-free share of the grid in each hour, shape (n,), or None if nobody
            published it; it is not guessed. [1]

    Returns:
        The three scores as exact fractions.

    Raises:
        CfeInputError: If shapes differ, a value is impossible, or there is no load to score.

    Example:
        >>> score = cfe_score(
        ...     np.array([10, 10, 10, 10]),
        ...     contracted_wh=np.array([0, 15, 8, 4]),
        ...     grid_cfe_ratio=[Decimal("0.3"), Decimal("0.5"), Decimal("0.4"), Decimal("0.2")],
        ... )
        >>> float(score.contracted_ratio), float(score.with_grid_ratio)
        (0.55, 0.675)
    """
    _check_energy(load_wh, contracted_wh)
    matched_wh = np.minimum(load_wh, contracted_wh)
    total_wh, matched_total_wh = int(load_wh.sum()), int(matched_wh.sum())
    grid_wh = _grid_carbon_free_wh(load_wh - matched_wh, grid_cfe_ratio)
    return CfeScore(
        load_wh=total_wh,
        matched_wh=matched_total_wh,
        contracted_ratio=Fraction(matched_total_wh, total_wh),
        with_grid_ratio=None if grid_wh is None else (matched_total_wh + grid_wh) / total_wh,
        volumetric_ratio=min(Fraction(int(contracted_wh.sum()), total_wh), Fraction(1)),
    )


def hourly_wh(energy_wh: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum settlement intervals to hours.

    Args:
        energy_wh: Energy of each quarter of an hour from a full hour on, shape (4 n,). [Wh]

    Returns:
        Energy of each hour, shape (n,). [Wh]

    Raises:
        CfeInputError: If the last hour is not whole.

    Example:
        >>> hourly_wh(np.array([1, 2, 3, 4, 10, 20, 30, 40])).tolist()
        [10, 100]
    """
    if len(energy_wh) % STEPS_PER_HOUR:
        raise CfeInputError(
            given=f"{len(energy_wh)} quarters of an hour",
            expected="whole hours",
            remedy="cut the series at a full hour",
        )
    return energy_wh.reshape(-1, STEPS_PER_HOUR).sum(axis=1, dtype=np.int64)


def _grid_carbon_free_wh(
    residual_wh: NDArray[np.int64], grid_cfe_ratio: Sequence[Decimal] | None
) -> Fraction | None:
    if grid_cfe_ratio is None:
        return None
    if len(grid_cfe_ratio) != len(residual_wh):
        raise CfeInputError(
            given=f"{len(grid_cfe_ratio)} shares of the grid",
            expected=f"one for each of {len(residual_wh)} hours",
            remedy="cut both to the same period",
        )
    for hour, share in enumerate(grid_cfe_ratio):
        if not (share.is_finite() and 0 <= share <= 1):
            raise CfeInputError(
                given=f"a grid share of {share} in hour {hour}",
                expected="a share from 0 to 1",
                remedy="give ratios, not percentages",
            )
    with localcontext(EXACT):
        shares = zip(residual_wh.tolist(), grid_cfe_ratio, strict=True)
        return Fraction(sum((hour_wh * share for hour_wh, share in shares), start=Decimal(0)))


def _check_energy(load_wh: NDArray[np.int64], contracted_wh: NDArray[np.int64]) -> None:
    if load_wh.shape != contracted_wh.shape:
        raise CfeInputError(
            given=f"load of shape {load_wh.shape}, generation of shape {contracted_wh.shape}",
            expected="one value of each in every hour",
            remedy="cut both to the same period",
        )
    if int(load_wh.min(initial=0)) < 0 or int(contracted_wh.min(initial=0)) < 0:
        raise CfeInputError(
            given="energy below zero",
            expected="0 Wh or more in every hour",
            remedy="count energy that flows back as export, not as negative load",
        )
    if int(load_wh.sum()) == 0:
        raise CfeInputError(
            given="no load in the whole period",
            expected="a load to be scored",
            remedy="choose a period in which energy was used",
        )
