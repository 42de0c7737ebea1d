"""What a carbon-peak plan comes to, year by year: without projects, wedge by wedge, with all.

The wedges are what is taken away, so they sum to the difference of the two curves to the gram.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from itertools import groupby
from typing import Final

from taihang.core.activity.amount import Amount, Known, Unknown, first_unknown
from taihang.core.park.peak_plan import (
    PeakIndicator,
    PeakPlan,
    PeakProject,
    PeakStage,
    PeakTarget,
)
from taihang.core.quantities import EXACT

RULE: Final = "peak-pathway/v1"
CNY_PER_10K: Final = 10_000
_KG: Final = Decimal("0.001")
"""Curves and wedges are stated to the kilogram: the named rounding step of this rule."""
_PLACES: Final = Decimal("0.000001")
_SHARE_PLACES: Final = Decimal(1).scaleb(-12)
_WIDE: Final = Context(prec=100)
"""Where a quotient is rounded at a named step."""
UNITS: Final[Mapping[PeakIndicator, str]] = {
    PeakIndicator.ENERGY_INTENSITY: "tce/10⁴CNY",
    PeakIndicator.CARBON_INTENSITY: "tCO2/10⁴CNY",
    PeakIndicator.NON_FOSSIL_SHARE: "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPoint:
    """One year of the plan."""

    year: int
    bau_t: Decimal
    """Carbon without any project [tCO2]."""
    wedges_t: Mapping[str, Decimal]
    """What each class of projects takes away, by id of the class [tCO2]."""
    path_t: Decimal
    """Carbon with all projects: ``bau_t`` less every wedge, exactly [tCO2]."""
    energy_tce: Decimal
    non_fossil_tce: Decimal
    value_added_cny: Decimal
    """At prices of the base year [CNY]."""

    def indicator(self, which: PeakIndicator) -> Decimal | None:
        """Return an indicator of the year in its unit, rounded to 10⁻⁶; None where it divides by 0.

        Args:
            which: The indicator; units are in ``UNITS``.
        """
        return indicator_of(
            which,
            carbon_t=self.path_t,
            energy_tce=self.energy_tce,
            non_fossil_tce=self.non_fossil_tce,
            value_added_cny=self.value_added_cny,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualYear:
    """What a year really was."""

    year: int
    carbon: Amount
    """[tCO2]."""
    energy: Amount
    """[tce]."""
    non_fossil: Amount
    """[tce]."""
    value_added: Amount
    """At prices of the base year [CNY]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOutlook:
    """One target: what the plan comes to in its year, and what really was."""

    target: PeakTarget
    planned: Decimal | None
    """The indicator on the path in the target's year."""
    is_met_on_path: bool
    actual: Amount
    """The indicator as it was, in the target's year."""
    is_met: bool | None
    """None while the year is not known."""


def pathway(plan: PeakPlan) -> tuple[YearPoint, ...]:
    """Return the plan year by year.

    Without projects, value added, energy and carbon grow from the base year at the rates of the
    stages. A project takes away its effect in a straight ramp from its first year on. Non-fossil
    energy is that of the base year and of the projects.

    Args:
        plan: The plan; it was checked.

    Returns:
        Every year from the base year on. Tonnes are rounded half to even to the kilogram.
    """
    base = plan.base
    carbon_t, energy_tce, value_cny = (
        base.base_carbon_t,
        base.base_energy_tce,
        base.base_value_added_cny,
    )
    points: list[YearPoint] = []
    for year in plan.years:
        if year > base.base_year:
            stage = plan.stage_of(year)
            carbon_t, energy_tce, value_cny = _grown(stage, carbon_t, energy_tce, value_cny)
        points.append(_point(plan, year, (carbon_t, energy_tce, value_cny)))
    return tuple(points)


def peak_of(points: tuple[YearPoint, ...]) -> YearPoint:
    """Return the year in which the path is highest; of equal ones the first."""
    return max(points, key=lambda point: (point.path_t, -point.year))


def outlook(
    plan: PeakPlan, points: tuple[YearPoint, ...], *, actual: Mapping[int, ActualYear]
) -> tuple[TargetOutlook, ...]:
    """Hold the path and what really was against every target.

    Args:
        plan: The plan.
        points: Its years.
        actual: Years that are over, by year.

    Returns:
        One line a target, in the order of the plan.
    """
    by_year = {point.year: point for point in points}
    return tuple(
        _outlook(target, by_year[target.year], actual.get(target.year))
        for target in plan.targets.values()
    )


def meets(target: PeakTarget, value_ratio: Decimal) -> bool:
    """Say whether a value of the indicator meets a target: at most, or of the share at least."""
    if target.indicator is PeakIndicator.NON_FOSSIL_SHARE:
        return value_ratio >= target.value
    return value_ratio <= target.value


def indicator_of(
    which: PeakIndicator,
    *,
    carbon_t: Decimal,
    energy_tce: Decimal,
    non_fossil_tce: Decimal,
    value_added_cny: Decimal,
) -> Decimal | None:
    """Return an indicator from amounts of one year.

    Returns:
        In the unit of ``UNITS``, rounded to 10⁻⁶; None where it would divide by 0.

    Example:
        >>> indicator_of(PeakIndicator.ENERGY_INTENSITY, carbon_t=Decimal(0),
        ...     energy_tce=Decimal(4), non_fossil_tce=Decimal(1), value_added_cny=Decimal(80_000))
        Decimal('0.500000')
    """
    part, whole = {
        PeakIndicator.ENERGY_INTENSITY: (energy_tce, value_added_cny / CNY_PER_10K),
        PeakIndicator.CARBON_INTENSITY: (carbon_t, value_added_cny / CNY_PER_10K),
        PeakIndicator.NON_FOSSIL_SHARE: (non_fossil_tce, energy_tce),
    }[which]
    if whole <= 0:
        return None
    with localcontext(_WIDE):
        return (part / whole).quantize(_PLACES, ROUND_HALF_EVEN)


def ramp_ratio(project: PeakProject, year: int) -> Decimal:
    """Return which share of a project's effect there is in a year, rounded to 12 digits.

    Example: a project of three years that starts in 2024 has a third of its effect in 2024.
    """
    years = year - project.start_year + 1
    if years <= 0:
        return Decimal(0)
    if years >= project.ramp_years:
        return Decimal(1)
    with localcontext(_WIDE):
        return (Decimal(years) / project.ramp_years).quantize(_SHARE_PLACES, ROUND_HALF_EVEN)


def _grown(
    stage: PeakStage, carbon_t: Decimal, energy_tce: Decimal, value_cny: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    with localcontext(_WIDE):
        return (
            carbon_t * (1 + stage.carbon_growth_ratio),
            energy_tce * (1 + stage.energy_growth_ratio),
            value_cny * (1 + stage.value_added_growth_ratio),
        )


def _point(plan: PeakPlan, year: int, grown: tuple[Decimal, Decimal, Decimal]) -> YearPoint:
    carbon_t, energy_tce, value_cny = map(_rounded, grown)
    projects = plan.projects.values()
    wedges_t = {name: Decimal(0) for name in plan.classes}
    with localcontext(EXACT):
        for name, members in groupby(
            sorted(projects, key=lambda p: p.project_class), key=lambda p: p.project_class
        ):
            wedges_t[name] = sum(
                (_rounded(p.carbon_t_per_year * ramp_ratio(p, year)) for p in members),
                start=Decimal(0),
            )
        saved_tce = sum(
            (_rounded(p.energy_tce_per_year * ramp_ratio(p, year)) for p in projects),
            start=Decimal(0),
        )
        added_tce = sum(
            (_rounded(p.non_fossil_tce_per_year * ramp_ratio(p, year)) for p in projects),
            start=Decimal(0),
        )
        return YearPoint(
            year=year,
            bau_t=carbon_t,
            wedges_t=wedges_t,
            path_t=carbon_t - sum(wedges_t.values(), start=Decimal(0)),
            energy_tce=energy_tce - saved_tce,
            non_fossil_tce=plan.base.base_non_fossil_tce + added_tce,
            value_added_cny=value_cny,
        )


def _rounded(amount_t: Decimal) -> Decimal:
    with localcontext(_WIDE):
        return amount_t.quantize(_KG, ROUND_HALF_EVEN)


def _outlook(target: PeakTarget, point: YearPoint, year: ActualYear | None) -> TargetOutlook:
    planned = point.indicator(target.indicator)
    actual = actual_indicator(target.indicator, year)
    return TargetOutlook(
        target=target,
        planned=planned,
        is_met_on_path=planned is not None and meets(target, planned),
        actual=actual,
        is_met=meets(target, actual.amount) if isinstance(actual, Known) else None,
    )


def actual_indicator(which: PeakIndicator, year: ActualYear | None) -> Amount:
    """Return an indicator of a year that is over, or why it is not known."""
    if year is None:
        return Unknown("year-not-over")
    needed = {
        PeakIndicator.ENERGY_INTENSITY: (year.energy, year.value_added),
        PeakIndicator.CARBON_INTENSITY: (year.carbon, year.value_added),
        PeakIndicator.NON_FOSSIL_SHARE: (year.non_fossil, year.energy),
    }[which]
    lacking = first_unknown(*needed)
    if lacking is not None:
        return lacking
    value_ratio = indicator_of(
        which,
        carbon_t=_amount_t(year.carbon),
        energy_tce=_amount_t(year.energy),
        non_fossil_tce=_amount_t(year.non_fossil),
        value_added_cny=_amount_t(year.value_added),
    )
    if value_ratio is None:
        return Unknown("nothing-to-divide-by")
    return Known(value_ratio, UNITS[which])


def _amount_t(amount: Amount) -> Decimal:
    """What no indicator of this kind asks for may be unknown; it is not used."""
    return amount.amount if isinstance(amount, Known) else Decimal(0)
