"""The park as one value: everything that stands in it, checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.facts import Fact
from taihang.core.park.alarm_limits import STATED, AlarmLimits
from taihang.core.park.asset_company import (
    AssetCompany,
    AssetCost,
    MarketPosition,
    OtherIncome,
)
from taihang.core.park.assets import (
    Asset,
    Battery,
    ChargingStation,
    Enterprise,
    GridConnection,
    Plant,
)
from taihang.core.park.carbon import NOTHING_DECLARED, CarbonDeclaration
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.park.certificate_rules import CertificateRules, Party
from taihang.core.park.contract import Billing, GreenSupply, GridTariff
from taihang.core.park.direct_connection import NOTHING_STATED, DirectConnection
from taihang.core.park.energy_value import EnergyValue
from taihang.core.park.heat_network import HeatReference, HeatSupply
from taihang.core.park.limits import AdmissionRules, ClosedUnit, Limit
from taihang.core.park.matching_rule import MatchingRule
from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.peak_plan import PeakPlan
from taihang.core.park.plant_sensor import PlantSensor
from taihang.core.park.quality import Estimation, Validation
from taihang.core.park.quota import ProductQuota, Quota, QuotaRules, product_facts
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.score import ScoreChoices, ScoreMeasure
from taihang.core.park.topology import (
    DeclaredSeries,
    DedicatedLine,
    Direction,
    Feeder,
    Gateway,
    Meter,
)
from taihang.core.park.witness import LogPolicy, ParkWitness
from taihang.core.park.zero_carbon import ZeroCarbonChoices

PARK_SUBJECT: Final = "park"
"""The subject that stands for the park as a whole, or for its public facilities; no other id."""


class GridFactorPolicy(StrEnum):
    """Which edition of a published grid factor an account takes."""

    DATA_YEAR = "data-year"
    """The factor of the year that is accounted; an error while it is not published."""
    LATEST_PUBLISHED = "latest-published"
    """The newest factor published by the end of the calendar year that is accounted."""
    DATA_YEAR_OR_LATEST = "data-year-or-latest"
    """The factor of the year if it is published, else the newest by the end of that year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """The accounting choices that no document makes for a park; none has a default (§12)."""

    fuel_factor_set: str
    """Named set of fuel factors, for example ``guide-2015``."""
    gwp_set: str
    """Named set of global warming potentials, for example ``AR6``."""
    location_region: str
    """Region of the location-based grid factor, for example ``Shanxi``."""
    residual_factor: str
    """Code of the factor for untracked market electricity, for example ``grid.excl-market``."""
    grid_factor_policy: GridFactorPolicy
    """Which edition of a grid factor an account takes."""
    storage_losses_in_load: bool
    """Whether storage losses count as load in the ratios of 发改能源〔2025〕650号."""
    export_limit_ratio: Decimal | None
    """Province's upper limit of export over available generation [1]; None where it is dated."""
    loss_alarm_ratio: Decimal
    """Losses above this share of what came in are an alarm [1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """One park; every mapping is keyed by id and keeps the order of the file."""

    id: str
    name_zh: str
    name_en: str
    time_zone: str
    province: str
    latitude_deg: float
    longitude_deg: float
    accounting: Accounting
    grids: Mapping[str, GridConnection]
    enterprises: Mapping[str, Enterprise]
    plants: Mapping[str, Plant]
    stations: Mapping[str, ChargingStation]
    batteries: Mapping[str, Battery]
    feeders: Mapping[str, Feeder]
    dedicated_lines: Mapping[str, DedicatedLine]
    meters: Mapping[str, Meter]
    gateways: Mapping[str, Gateway]
    series: Mapping[str, DeclaredSeries]
    green_supplies: Mapping[str, GreenSupply]
    grid_tariffs: Mapping[str, GridTariff]
    matching_rules: Mapping[str, MatchingRule] = field(default_factory=dict[str, MatchingRule])
    """None: green energy is matched by the first rule, ``dedicated-first-pro-rata/v1``."""
    billing: Billing | None = None
    """None where park.toml has no such table: the money of the park is not closed."""
    witnesses: Mapping[str, ParkWitness] = field(default_factory=dict[str, ParkWitness])
    log: LogPolicy | None = None
    """None: nothing is published, and what is shown says that nobody has witnessed it."""
    validation: Validation | None = None
    """None where park.toml has no such table: only the law itself judges."""
    estimation: Estimation | None = None
    """None where park.toml has no such table: nothing is estimated."""
    media_meters: Mapping[str, MediumMeter] = field(default_factory=dict[str, MediumMeter])
    """Meters of gas, water, steam, heat, liquids; ``meters`` holds those of electricity alone."""
    reactive_meters: Mapping[str, ReactiveMeter] = field(default_factory=dict[str, ReactiveMeter])
    """Registers of reactive energy; none: the power factor of a bill is not metered."""
    energy_values: Mapping[str, EnergyValue] = field(default_factory=dict[str, EnergyValue])
    """Choices of a coefficient where the annex prints a range; none: such an energy is open."""
    zero_carbon: ZeroCarbonChoices | None = None
    """None where park.toml has no such table: the park is not judged as a zero-carbon park."""
    peak: PeakPlan | None = None
    """None where park.toml has no plan to reach the peak of carbon."""
    certificate_market: CertificateMarket | None = None
    """None where park.toml has no such table: no certificate is listed or sold."""
    certificates: CertificateRules | None = None
    """None where park.toml has no such table: no certificate is issued."""
    parties: Mapping[str, Party] = field(default_factory=dict[str, Party])
    """Who may hold certificates beside enterprises: owners of plants, and buyers outside."""
    admission: AdmissionRules | None = None
    """None where park.toml has no such table: no project is judged."""
    limits: Mapping[str, Limit] = field(default_factory=dict[str, Limit])
    closed_units: Mapping[str, ClosedUnit] = field(default_factory=dict[str, ClosedUnit])
    quota_rules: QuotaRules | None = None
    """None where park.toml has no such table; then it has no quotas."""
    quotas: Mapping[str, Quota] = field(default_factory=dict[str, Quota])
    product_quotas: Mapping[str, ProductQuota] = field(default_factory=dict[str, ProductQuota])
    scores: ScoreChoices | None = None
    """None where park.toml has no such table: no score counts the mix of the grid."""
    score_measures: Mapping[str, ScoreMeasure] = field(default_factory=dict[str, ScoreMeasure])
    """Candidate measures to raise a score; none: no price is known and none is searched for."""
    direct_connection: DirectConnection = NOTHING_STATED
    """Dated limits of export, remedies and how the year is forecast; empty where none is stated."""
    plant_sensors: Mapping[str, PlantSensor] = field(default_factory=dict[str, PlantSensor])
    """Instruments beside plants; none: a plant is compared with its neighbours alone."""
    heat_networks: Mapping[str, HeatSupply] = field(default_factory=dict[str, HeatSupply])
    """Who supplies heat to whom; none: what neighbours received is not told apart."""
    heat_reference: HeatReference | None = None
    """None where park.toml has no such table: what shared heat saves is not assessed."""
    asset_company: AssetCompany | None = None
    """None where park.toml has no such table: assets are told one by one."""
    asset_costs: Mapping[str, AssetCost] = field(default_factory=dict[str, AssetCost])
    """None: what assets cost is not given, and they have no result."""
    other_incomes: Mapping[str, OtherIncome] = field(default_factory=dict[str, OtherIncome])
    market_positions: Mapping[str, MarketPosition] = field(
        default_factory=dict[str, MarketPosition]
    )
    """None: what is fed in is sold at spot alone."""
    alarms: AlarmLimits = STATED
    """The platform's own where park.toml has no such table; both say whose they are."""
    carbon: CarbonDeclaration = NOTHING_DECLARED
    """Sources, choices, processes and products; empty where park.toml declares none."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The dated facts that the park itself states."""
        return (
            *product_facts(self.product_quotas.values(), region=self.province),
            *self.direct_connection.facts(self.province),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the park's local days."""
        return ZoneInfo(self.time_zone)

    @property
    def assets(self) -> dict[str, Asset]:
        """Every asset by id."""
        return {
            **self.grids,
            **self.enterprises,
            **self.plants,
            **self.stations,
            **self.batteries,
        }

    @property
    def users(self) -> tuple[str, ...]:
        """Ids of everything that green power can be matched with, in the order of the file."""
        return (*self.enterprises, *self.stations)

    @property
    def register_meters(self) -> tuple[Meter | MediumMeter | ReactiveMeter, ...]:
        """Every meter of anything, in the order of the tables."""
        return (
            *self.meters.values(),
            *self.media_meters.values(),
            *self.reactive_meters.values(),
        )

    def register_meter(self, point: str) -> Meter | MediumMeter | ReactiveMeter | None:
        """Return the meter of anything that a point is, or None if it is no meter."""
        return (
            self.meters.get(point)
            or self.media_meters.get(point)
            or self.reactive_meters.get(point)
        )

    def meters_of(self, direction: Direction, day: date) -> tuple[Meter, ...]:
        """Return the meters of one direction whose asset is in service on a local day."""
        assets = self.assets
        return tuple(
            meter
            for meter in self.meters.values()
            if meter.measures is direction
            and meter.in_service.covers(day)
            and assets[meter.node].in_service.covers(day)
        )
