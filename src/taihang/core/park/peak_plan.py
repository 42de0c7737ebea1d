"""The carbon-peak plan of a park as decided: base year, targets, actions, projects, doubts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SAMPLES_LEAST = 1_000
SAMPLES_MOST = 100_000
"""Trials of the chance; more would not fit into memory with a plan of hundreds of projects."""
YEARS_MOST = 60
"""Longest plan from its base year on."""


class PeakIndicator(StrEnum):
    """What a target is about: the three indicators that the plan commits to."""

    ENERGY_INTENSITY = "energy-intensity"
    """单位工业增加值综合能耗 [tce/10⁴CNY at constant prices]."""
    CARBON_INTENSITY = "carbon-intensity"
    """单位工业增加值二氧化碳排放 [tCO2/10⁴CNY at constant prices]."""
    NON_FOSSIL_SHARE = "non-fossil-share"
    """非化石能源消费比重 [1]: the only one of which more is better."""


class ProjectState(StrEnum):
    """How far a project is."""

    PLANNED = "planned"
    BUILDING = "building"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakBase:
    """The base year, and how large the plan says it is."""

    base_year: int
    base_carbon_t: Decimal
    """CO2 of the base year [tCO2]."""
    base_energy_tce: Decimal
    base_non_fossil_tce: Decimal
    base_value_added_cny: Decimal
    """Industrial value added at prices of the base year [CNY]."""
    key_projects: int
    """So many projects the plan says it has; the list is held against it."""
    investment_cny: Decimal
    """So much they cost together; the list is held against it [CNY]."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakTarget:
    """What an indicator is to be in a year."""

    id: str
    indicator: PeakIndicator
    year: int
    value: Decimal
    """In the unit of the indicator."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakGroup:
    """One action or one class of projects."""

    id: str
    name_zh: str
    name_en: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakProject:
    """One key project and what is expected of it."""

    id: str
    name_zh: str
    name_en: str
    action: str
    """Id of its action."""
    project_class: str
    """Id of its class."""
    state: ProjectState
    investment_cny: Decimal
    start_year: int
    """First year with an effect."""
    ramp_years: int
    """So many years until the whole effect; 1: at once."""
    carbon_t_per_year: Decimal
    """CO2 less in a year once it works wholly [tCO2/a]."""
    energy_tce_per_year: Decimal
    """Energy less [tce/a]."""
    non_fossil_tce_per_year: Decimal
    """Non-fossil energy more [tce/a]."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakStage:
    """Years of one rate of growth, without any project."""

    id: str
    first_year: int
    last_year: int
    value_added_growth_ratio: Decimal
    """A year, at constant prices [1]."""
    energy_growth_ratio: Decimal
    carbon_growth_ratio: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakUncertainty:
    """What the chance of meeting a target is worked out with; every distribution is a triangle."""

    samples: int
    seed: int
    activity_low_ratio: Decimal
    """Added to all three rates of a stage, at worst, mode 0 [1]."""
    activity_high_ratio: Decimal
    structure_low_ratio: Decimal
    """Added to the rates of energy and carbon of a stage, mode 0 [1]."""
    structure_high_ratio: Decimal
    delay_low_years: Decimal
    """Delay of a project: earliest, most likely, latest."""
    delay_mode_years: Decimal
    delay_high_years: Decimal
    effect_low_ratio: Decimal
    """Effect of a project over what is expected: least, most likely, most."""
    effect_mode_ratio: Decimal
    effect_high_ratio: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakPlan:
    """The whole plan; mappings are keyed by id and keep the order of the file."""

    base: PeakBase
    targets: Mapping[str, PeakTarget]
    actions: Mapping[str, PeakGroup]
    classes: Mapping[str, PeakGroup]
    projects: Mapping[str, PeakProject]
    stages: Mapping[str, PeakStage]
    uncertainty: PeakUncertainty

    @property
    def years(self) -> range:
        """From the base year to the end of the last stage."""
        last = max((stage.last_year for stage in self.stages.values()), default=self.base.base_year)
        return range(self.base.base_year, last + 1)

    def stage_of(self, year: int) -> PeakStage:
        """Return the stage of a year after the base year; the check says that there is one."""
        return next(s for s in self.stages.values() if s.first_year <= year <= s.last_year)
