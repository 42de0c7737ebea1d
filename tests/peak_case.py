"""A small carbon-peak plan whose figures can be worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from taihang.core.park.peak_plan import (
    PeakBase,
    PeakGroup,
    PeakIndicator,
    PeakPlan,
    PeakProject,
    PeakStage,
    PeakTarget,
    PeakUncertainty,
    ProjectState,
)

ZERO: Final = Decimal(0)


def group(name: str) -> PeakGroup:
    return PeakGroup(id=name, name_zh=f"组{name}", name_en=f"Group {name}", source="test")


def project(name: str, *, project_class: str = "C1") -> PeakProject:
    return PeakProject(
        id=name,
        name_zh=f"项目{name}",
        name_en=f"Project {name}",
        action="A1",
        project_class=project_class,
        state=ProjectState.PLANNED,
        investment_cny=Decimal(100),
        start_year=2022,
        ramp_years=1,
        carbon_t_per_year=Decimal(100),
        energy_tce_per_year=Decimal(10),
        non_fossil_tce_per_year=Decimal(5),
        source="test",
    )


def stage(name: str, first: int, last: int, growth: str = "0") -> PeakStage:
    return PeakStage(
        id=name,
        first_year=first,
        last_year=last,
        value_added_growth_ratio=Decimal(growth),
        energy_growth_ratio=Decimal(growth),
        carbon_growth_ratio=Decimal(growth),
        source="test",
    )


def target(indicator: PeakIndicator, year: int, value: str) -> PeakTarget:
    return PeakTarget(
        id=f"T-{indicator.value}-{year}",
        indicator=indicator,
        year=year,
        value=Decimal(value),
        source="test",
    )


SURE: Final = PeakUncertainty(
    samples=1_000,
    seed=1,
    activity_low_ratio=ZERO,
    activity_high_ratio=ZERO,
    structure_low_ratio=ZERO,
    structure_high_ratio=ZERO,
    delay_low_years=ZERO,
    delay_mode_years=ZERO,
    delay_high_years=ZERO,
    effect_low_ratio=Decimal(1),
    effect_mode_ratio=Decimal(1),
    effect_high_ratio=Decimal(1),
    source="test",
)
"""Nothing is in doubt: every trial is the plan itself."""

TARGETS: Final = tuple(
    target(indicator, year, value)
    for year in (2025, 2030)
    for indicator, value in (
        (PeakIndicator.ENERGY_INTENSITY, "0.49"),
        (PeakIndicator.CARBON_INTENSITY, "0.9"),
        (PeakIndicator.NON_FOSSIL_SHARE, "0.06" if year == 2025 else "0.08"),
    )
)

PLAN: Final = PeakPlan(
    base=PeakBase(
        base_year=2020,
        base_carbon_t=Decimal(1_000),
        base_energy_tce=Decimal(500),
        base_non_fossil_tce=Decimal(25),
        base_value_added_cny=Decimal(10_000_000),
        key_projects=2,
        investment_cny=Decimal(200),
        source="test",
    ),
    targets={one.id: one for one in TARGETS},
    actions={name: group(name) for name in ("A1", "A2", "A3", "A4", "A5", "A6")},
    classes={name: group(name) for name in ("C1", "C2", "C3", "C4", "C5", "C6", "C7")},
    projects={
        "P1": project("P1"),
        "P2": replace(project("P2", project_class="C2"), start_year=2024, ramp_years=3),
    },
    stages={"S1": stage("S1", 2021, 2025), "S2": stage("S2", 2026, 2030)},
    uncertainty=SURE,
)
"""1 000 t and 500 tce of 1 000 × 10⁴ CNY; nothing grows; two projects of 100 t."""
