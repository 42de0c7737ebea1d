"""The tables of a park file that hold its plan to reach the peak of carbon, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.object_reader import read_each, read_perhaps
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.energy_value import EnergyValue, RangeChoice
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
from taihang.core.park.problem import ParkProblem
from taihang.core.park.zero_carbon import CoalBasis, ZeroCarbonChoices

_YEAR: Final = NumberRule(words="a year", unit="1", example="2025", at_least=1990, at_most=2100)
_TONNES: Final = NumberRule(words="a number of tonnes", unit="t", example="1150000", at_least=0)
_COAL: Final = NumberRule(
    words="a number of tonnes of standard coal", unit="tce", example="420000", at_least=0
)
_MONEY: Final = NumberRule(words="a number of CNY", unit="CNY", example="9000000000", at_least=0)
_TONNES_A_YEAR: Final = NumberRule(
    words="a number of tonnes a year", unit="t/a", example="12000", at_least=0
)
_COAL_A_YEAR: Final = NumberRule(
    words="a number of tonnes of standard coal a year", unit="tce/a", example="5000", at_least=0
)
_GROWTH: Final = NumberRule(words="a rate a year", unit="1", example="0.06", above=-1, at_most=1)
_FACTOR: Final = NumberRule(words="a ratio", unit="1", example="0.8", at_least=0, at_most=10)
_VALUE: Final = NumberRule(
    words="a number in the unit of the indicator", unit="1", example='"0.40"', at_least=0
)
_N: Final = NumberRule(words="a whole number", unit="1", example="25", at_least=1)
_SEED: Final = NumberRule(words="a whole number", unit="1", example="7", at_least=0)
_YEARS: Final = NumberRule(
    words="a number of years", unit="year", example="2", at_least=0, at_most=60
)
_WHOLE_YEARS: Final = NumberRule(
    words="a whole number of years", unit="year", example="3", at_least=1, at_most=60
)
_SOURCE: Final = "which document, which assumption"


def read_zero_carbon(table: TableReader) -> ZeroCarbonChoices:
    """Read ``[zero_carbon]``."""
    return ZeroCarbonChoices(
        coal_basis=table.choice("coal_basis", CoalBasis),
        feedstock_in_energy=table.flag("feedstock_in_energy"),
        clean_energy=table.words("clean_energy", example="electricity.green"),
        source=table.text("source", example=_SOURCE),
    )


def read_energy_value(table: TableReader) -> EnergyValue:
    """Read one of ``[energy_values]``."""
    return EnergyValue(
        choice=table.choice("choice", RangeChoice), source=table.text("source", example=_SOURCE)
    )


def read_peak_base(table: TableReader) -> PeakBase:
    """Read ``[peak_plan]``."""
    return PeakBase(
        base_year=table.count("base_year", _YEAR),
        base_carbon_t=table.exact("base_carbon_t", _TONNES),
        base_energy_tce=table.exact("base_energy_tce", _COAL),
        base_non_fossil_tce=table.exact("base_non_fossil_tce", _COAL),
        base_value_added_cny=table.exact("base_value_added_cny", _MONEY),
        key_projects=table.count("key_projects", _N),
        investment_cny=table.exact("investment_cny", _MONEY),
        source=table.text("source", example=_SOURCE),
    )


def read_peak_target(table: TableReader) -> PeakTarget:
    """Read one line of ``[peak_targets]``."""
    return PeakTarget(
        id=table.id,
        indicator=table.choice("indicator", PeakIndicator),
        year=table.count("year", _YEAR),
        value=table.exact("value", _VALUE),
        source=table.text("source", example=_SOURCE),
    )


def read_peak_group(table: TableReader) -> PeakGroup:
    """Read one line of ``[peak_actions]`` or ``[peak_classes]``."""
    return PeakGroup(
        id=table.id,
        name_zh=table.text("name_zh", example="示例：能源低碳转型"),
        name_en=table.text("name_en", example="Demo: low-carbon energy"),
        source=table.text("source", example=_SOURCE),
    )


def read_peak_project(table: TableReader) -> PeakProject:
    """Read one line of ``[peak_projects]``."""
    return PeakProject(
        id=table.id,
        name_zh=table.text("name_zh", example="屋顶光伏"),
        name_en=table.text("name_en", example="Roof PV"),
        action=table.reference("action", example="A1"),
        project_class=table.reference("project_class", example="C1"),
        state=table.choice("state", ProjectState),
        investment_cny=table.exact("investment_cny", _MONEY),
        start_year=table.count("start_year", _YEAR),
        ramp_years=table.count("ramp_years", _WHOLE_YEARS),
        carbon_t_per_year=table.exact("carbon_t_per_year", _TONNES_A_YEAR),
        energy_tce_per_year=table.exact("energy_tce_per_year", _COAL_A_YEAR),
        non_fossil_tce_per_year=table.exact("non_fossil_tce_per_year", _COAL_A_YEAR),
        source=table.text("source", example=_SOURCE),
    )


def read_peak_stage(table: TableReader) -> PeakStage:
    """Read one line of ``[peak_stages]``."""
    return PeakStage(
        id=table.id,
        first_year=table.count("first_year", _YEAR),
        last_year=table.count("last_year", _YEAR),
        value_added_growth_ratio=table.exact("value_added_growth_ratio", _GROWTH),
        energy_growth_ratio=table.exact("energy_growth_ratio", _GROWTH),
        carbon_growth_ratio=table.exact("carbon_growth_ratio", _GROWTH),
        source=table.text("source", example=_SOURCE),
    )


def read_peak_uncertainty(table: TableReader) -> PeakUncertainty:
    """Read ``[peak_uncertainty]``."""
    return PeakUncertainty(
        samples=table.count("samples", _N),
        seed=table.count("seed", _SEED),
        activity_low_ratio=table.exact("activity_low_ratio", _GROWTH),
        activity_high_ratio=table.exact("activity_high_ratio", _GROWTH),
        structure_low_ratio=table.exact("structure_low_ratio", _GROWTH),
        structure_high_ratio=table.exact("structure_high_ratio", _GROWTH),
        delay_low_years=table.exact("delay_low_years", _YEARS),
        delay_mode_years=table.exact("delay_mode_years", _YEARS),
        delay_high_years=table.exact("delay_high_years", _YEARS),
        effect_low_ratio=table.exact("effect_low_ratio", _FACTOR),
        effect_mode_ratio=table.exact("effect_mode_ratio", _FACTOR),
        effect_high_ratio=table.exact("effect_high_ratio", _FACTOR),
        source=table.text("source", example=_SOURCE),
    )


PEAK_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "energy_values": read_energy_value,
    "zero_carbon": read_zero_carbon,
    "peak_plan": read_peak_base,
    "peak_targets": read_peak_target,
    "peak_actions": read_peak_group,
    "peak_classes": read_peak_group,
    "peak_projects": read_peak_project,
    "peak_stages": read_peak_stage,
    "peak_uncertainty": read_peak_uncertainty,
}
"""Who reads which table."""


def read_peak_plan(root: TableReader, problems: list[ParkProblem]) -> PeakPlan | None:
    """Read the plan, whole or not at all.

    Args:
        root: The whole file.
        problems: Where what is wrong is noted.

    Returns:
        The plan; None where the file has none of its tables.
    """
    base = read_perhaps(root, "peak_plan", read_peak_base, problems)
    targets = read_each(root, "peak_targets", read_peak_target, problems)
    actions = read_each(root, "peak_actions", read_peak_group, problems)
    classes = read_each(root, "peak_classes", read_peak_group, problems)
    projects = read_each(root, "peak_projects", read_peak_project, problems)
    stages = read_each(root, "peak_stages", read_peak_stage, problems)
    uncertainty = read_perhaps(root, "peak_uncertainty", read_peak_uncertainty, problems)
    if base is not None and uncertainty is not None:
        return PeakPlan(
            base=base,
            targets=targets,
            actions=actions,
            classes=classes,
            projects=projects,
            stages=stages,
            uncertainty=uncertainty,
        )
    if any((base, uncertainty, targets, actions, classes, projects, stages)):
        lacking = "peak_plan" if base is None else "peak_uncertainty"
        problems.append(
            ParkProblem(
                path=(lacking,),
                given=f"a plan without [{lacking}]",
                expected="[peak_plan] and [peak_uncertainty] where any table of the plan stands",
                remedy=f"write [{lacking}], or remove the tables of the plan",
            )
        )
    return None
