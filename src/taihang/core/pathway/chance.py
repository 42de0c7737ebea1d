"""How likely a target is met: many trials of the plan with growth, delay and effect in doubt.

The trials are worked out from uniform numbers that the caller draws, so that this module stays
pure. Every distribution is a triangle, whose inverse needs nothing but a square root: the same
numbers give the same trials on every machine.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.peak_plan import PeakIndicator, PeakPlan, PeakTarget
from taihang.core.pathway.path import CNY_PER_10K

_DRAWS_A_STAGE: Final = 2
_DRAWS_A_PROJECT: Final = 2
_PLACES: Final = Decimal("0.000001")
_Z_95: Final = 2
"""Two standard errors: the interval of 95 % and a little more."""


class DrawsError(InputError):
    """The uniform numbers do not fit the plan."""

    code = "input.pathway-draws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How often a target was met."""

    target: PeakTarget
    n_met: int
    n_samples: int
    n_met_by_share: tuple[int, ...]
    """Met among the first quarter, the first half and all trials: whether it has settled."""

    @property
    def probability_ratio(self) -> Decimal:
        """Share of the trials that met it [1]."""
        return _share(self.n_met, self.n_samples)

    @property
    def standard_error_ratio(self) -> Decimal:
        """√(p (1 − p) / n) [1]; 0 where every trial ended alike, see ``bounds_ratio``."""
        share = self.n_met / self.n_samples
        return _printed(sqrt(share * (1 - share) / self.n_samples))

    @property
    def bounds_ratio(self) -> tuple[Decimal, Decimal]:
        """Wilson's interval of two standard errors [1]: never of no width, also at 0 and 1."""
        n, z2 = self.n_samples, _Z_95**2
        share = self.n_met / n
        middle = share + z2 / (2 * n)
        width = _Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
        whole = 1 + z2 / n
        return (
            _printed(max(0.0, (middle - width) / whole)),
            _printed(min(1.0, (middle + width) / whole)),
        )

    @property
    def shares_ratio(self) -> tuple[Decimal, ...]:
        """The probability after a quarter, a half and all of the trials [1]."""
        sizes = checkpoints(self.n_samples)
        return tuple(_share(n, size) for n, size in zip(self.n_met_by_share, sizes, strict=True))

    @property
    def has_settled(self) -> bool:
        """Whether the first half says the same as all, within two standard errors of the half."""
        _, half, whole = self.shares_ratio
        n_half = checkpoints(self.n_samples)[1]
        share = self.n_met / self.n_samples
        return abs(float(half - whole)) <= _Z_95 * sqrt(share * (1 - share) / n_half)


def checkpoints(n_samples: int) -> tuple[int, int, int]:
    """Return after how many trials the chance is looked at."""
    return n_samples // 4, n_samples // 2, n_samples


def draws_of(plan: PeakPlan) -> int:
    """Return how many uniform numbers one trial takes.

    In this order: for each stage activity and structure; for each project, by id, delay and effect.
    """
    return _DRAWS_A_STAGE * len(plan.stages) + _DRAWS_A_PROJECT * len(plan.projects)


def chances(plan: PeakPlan, draws: NDArray[np.float64]) -> tuple[Chance, ...]:
    """Work out how likely each target is met.

    Args:
        plan: The plan.
        draws: Uniform numbers in [0, 1), shape (samples, ``draws_of(plan)``).

    Returns:
        One chance a target, in the order of the plan.

    Raises:
        DrawsError: If there are not as many numbers as the plan asks for.
    """
    n_samples = plan.uncertainty.samples
    if draws.shape != (n_samples, draws_of(plan)):
        raise DrawsError(
            given=f"uniform numbers of shape {draws.shape}",
            expected=f"({n_samples}, {draws_of(plan)}), as the plan says",
            remedy="draw them for this plan",
        )
    by_year = {
        year: _trial(plan, draws, year) for year in sorted({t.year for t in plan.targets.values()})
    }
    return tuple(_chance(target, by_year[target.year]) for target in plan.targets.values())


def triangle(
    uniform_ratio: NDArray[np.float64], corners: tuple[Decimal, Decimal, Decimal]
) -> NDArray[np.float64]:
    """Turn uniform numbers into numbers of a triangular distribution.

    Args:
        uniform_ratio: In [0, 1).
        corners: Least, most likely, most; they may be equal.

    Returns:
        As many numbers, all within the corners.

    Example:
        >>> triangle(np.array([0.0, 0.5]), (Decimal(0), Decimal(1), Decimal(2))).tolist()
        [0.0, 1.0]
    """
    low, mode, high = map(float, corners)
    if low == high:
        return np.full(uniform_ratio.shape, low)
    rising = low + np.sqrt(uniform_ratio * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform_ratio) * (high - low) * (high - mode))
    return np.where(uniform_ratio * (high - low) < mode - low, rising, falling)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One year of every trial, shape (samples,)."""

    carbon_t: NDArray[np.float64]
    energy_tce: NDArray[np.float64]
    non_fossil_tce: NDArray[np.float64]
    value_added_cny: NDArray[np.float64]


def _trial(plan: PeakPlan, draws: NDArray[np.float64], year: int) -> _Trial:
    trial = _grown(plan, draws, year)
    first, doubts = _DRAWS_A_STAGE * len(plan.stages), plan.uncertainty
    for number, (_, project) in enumerate(sorted(plan.projects.items())):
        column = first + _DRAWS_A_PROJECT * number
        delay_years = triangle(
            draws[:, column],
            (doubts.delay_low_years, doubts.delay_mode_years, doubts.delay_high_years),
        )
        effect = triangle(
            draws[:, column + 1],
            (doubts.effect_low_ratio, doubts.effect_mode_ratio, doubts.effect_high_ratio),
        )
        years = year - project.start_year + 1 - delay_years
        working = effect * np.clip(years / project.ramp_years, 0, 1)
        # One project after the other: a sum along an axis may be taken in another order.
        trial.carbon_t[:] -= float(project.carbon_t_per_year) * working
        trial.energy_tce[:] -= float(project.energy_tce_per_year) * working
        trial.non_fossil_tce[:] += float(project.non_fossil_tce_per_year) * working
    return trial


def _grown(plan: PeakPlan, draws: NDArray[np.float64], year: int) -> _Trial:
    """Return every trial of a year without any project."""
    doubts, base, zero = plan.uncertainty, plan.base, Decimal(0)
    carbon_t, energy_tce, non_fossil_tce, value_cny = (
        np.full(len(draws), float(amount))
        for amount in (
            base.base_carbon_t,
            base.base_energy_tce,
            base.base_non_fossil_tce,
            base.base_value_added_cny,
        )
    )
    for number, stage in enumerate(plan.stages.values()):
        more = triangle(
            draws[:, _DRAWS_A_STAGE * number],
            (doubts.activity_low_ratio, zero, doubts.activity_high_ratio),
        )
        other = triangle(
            draws[:, _DRAWS_A_STAGE * number + 1],
            (doubts.structure_low_ratio, zero, doubts.structure_high_ratio),
        )
        # Year by year, for a power of numpy may differ from machine to machine.
        for _ in range(stage.first_year, min(stage.last_year, year) + 1):
            carbon_t *= 1 + float(stage.carbon_growth_ratio) + more + other
            energy_tce *= 1 + float(stage.energy_growth_ratio) + more + other
            value_cny *= 1 + float(stage.value_added_growth_ratio) + more
    return _Trial(carbon_t, energy_tce, non_fossil_tce, value_cny)


def _chance(target: PeakTarget, trial: _Trial) -> Chance:
    most = float(target.value)
    if target.indicator is PeakIndicator.ENERGY_INTENSITY:
        met = trial.energy_tce <= most * trial.value_added_cny / CNY_PER_10K
    elif target.indicator is PeakIndicator.CARBON_INTENSITY:
        met = trial.carbon_t <= most * trial.value_added_cny / CNY_PER_10K
    else:
        met = trial.non_fossil_tce >= most * trial.energy_tce
    counts = tuple(int(met[:n].sum()) for n in checkpoints(len(met)))
    return Chance(target=target, n_met=counts[-1], n_samples=len(met), n_met_by_share=counts)


def _share(n: int, n_all: int) -> Decimal:
    return (Decimal(n) / n_all).quantize(_PLACES, ROUND_HALF_EVEN)


def _printed(share: float) -> Decimal:
    return Decimal(share).quantize(_PLACES, ROUND_HALF_EVEN)
