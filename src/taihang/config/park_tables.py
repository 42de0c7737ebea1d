"""Every table of a park file, key by key: what may stand in it, in which unit.

One function per kind of table; the reference page ``docs/park-toml.md`` describes exactly the keys
that are asked for here, and a test holds the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from taihang.config.alarm_tables import ALARM_TABLES
from taihang.config.asset_tables import ASSET_TABLES
from taihang.config.carbon_tables import CARBON_TABLES
from taihang.config.certificate_tables import CERTIFICATE_TABLES, read_identity
from taihang.config.direct_connection_tables import DIRECT_CONNECTION_TABLES
from taihang.config.heat_tables import HEAT_TABLES
from taihang.config.limit_tables import LIMIT_TABLES
from taihang.config.matching_tables import MATCHING_TABLES
from taihang.config.media_tables import MEDIA_TABLES
from taihang.config.peak_tables import PEAK_TABLES
from taihang.config.plant_sensor_tables import PLANT_SENSOR_TABLES
from taihang.config.quota_tables import QUOTA_TABLES
from taihang.config.reactive_tables import REACTIVE_TABLES
from taihang.config.score_tables import SCORE_TABLES
from taihang.config.table_reader import KeyFacts, TableReader, read_days
from taihang.config.value_rules import COUNT, DIGITS, NumberRule
from taihang.core.park.assets import (
    Battery,
    ChargingStation,
    Enterprise,
    GridConnection,
    Plant,
    PlantKind,
    ShiftPattern,
)
from taihang.core.park.contract import (
    Bearer,
    Billing,
    DemandBasis,
    GreenSupply,
    GridTariff,
    PriceBy,
    SurplusTo,
)
from taihang.core.park.park import Accounting, GridFactorPolicy
from taihang.core.park.quality import DayCalendar, Estimation, Validation
from taihang.core.park.topology import (
    DeclaredSeries,
    DedicatedLine,
    Direction,
    Feeder,
    Gateway,
    Meter,
)
from taihang.core.park.witness import LogPolicy, ParkWitness, WitnessRole
from taihang.core.series import Quantity

_KV: Final = NumberRule(words="a number of kilovolts", unit="kV", example="110", above=0)
_KVA: Final = NumberRule(words="a number of kilovolt-amperes", unit="kVA", example="1000", above=0)
_KW: Final = NumberRule(words="a number of kilowatts", unit="kW", example="1000", above=0)
_KWH: Final = NumberRule(words="a number of kilowatt-hours", unit="kWh", example="2000", above=0)
_MWH_PER_YEAR: Final = NumberRule(
    words="a number of megawatt-hours a year", unit="MWh/a", example="5000", above=0
)
_RATIO: Final = NumberRule(words="a ratio", unit="1", example="0.95", at_least=0)
_LOAD: Final = NumberRule(words="a load factor", unit="1", example='"0.60"', above=0, at_most=1)
_RATIO_PER_H: Final = NumberRule(
    words="a ratio per hour", unit="1/h", example="0.00001", at_least=0
)
_PRICE: Final = NumberRule(
    words="a price in CNY per kWh", unit="CNY/kWh", example='"0.3500"', at_least=0
)
_FEE: Final = NumberRule(words="a fee in CNY per kWh", unit="CNY/kWh", example='"0.0300"')
"""May be negative: refunds are settled through the same item."""
_WEAR: Final = NumberRule(words="a cost in CNY per kWh", unit="CNY/kWh", example="0.05", at_least=0)
_DEGREES: Final = NumberRule(words="a number of degrees", unit="°", example="36.2")
_MULTIPLE: Final = NumberRule(words="a ratio", unit="1", example="1.8", above=0)
_FACTOR: Final = NumberRule(words="a factor", unit="1", example="4", above=1)
_HOURS: Final = NumberRule(words="a number of hours", unit="h", example="2", above=0)
_MINUTES: Final = NumberRule(words="a number of minutes", unit="min", example="5", above=0)
_SECONDS: Final = NumberRule(words="a number of seconds", unit="s", example="2", at_least=0)
_DEPTH: Final = NumberRule(
    words="degrees below the horizon", unit="°", example="6", at_least=0, at_most=18
)
_SHARE: Final = NumberRule(words="a share", unit="1", example="0.2", at_least=0, at_most=1)
_OF_ENERGY: Final = NumberRule(words="a share", unit="1", example='"0.40"', above=0, at_most=1)
_PRIORITY: Final = NumberRule(words="a whole number", unit="1", example="1", at_least=1)
_DAYS: Final = NumberRule(
    words="a whole number of days", unit="day", example="4", at_least=1, at_most=366
)
_WH: Final = NumberRule(words="a whole number of watt-hours", unit="Wh", example="10", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What ``[park]`` says: which park this is and where it lies."""

    id: str
    name_zh: str
    name_en: str
    time_zone: str
    province: str
    latitude_deg: float
    longitude_deg: float


def read_place(table: TableReader) -> Place:
    """Read ``[park]``."""
    return Place(
        id=table.reference("id", example="changzhi"),
        name_zh=table.text("name_zh", example="示例园区"),
        name_en=table.text("name_en", example="Demo park"),
        time_zone=table.text("time_zone", example="Asia/Shanghai"),
        province=table.text("province", example="Shanxi"),
        latitude_deg=table.number("latitude_deg", _DEGREES),
        longitude_deg=table.number("longitude_deg", _DEGREES),
    )


def read_accounting(table: TableReader) -> Accounting:
    """Read ``[accounting]``."""
    return Accounting(
        fuel_factor_set=table.text("fuel_factor_set", example="guide-2015"),
        gwp_set=table.text("gwp_set", example="AR6"),
        location_region=table.text("location_region", example="Shanxi"),
        residual_factor=table.text("residual_factor", example="grid.excl-market"),
        grid_factor_policy=table.choice("grid_factor_policy", GridFactorPolicy),
        storage_losses_in_load=table.flag("storage_losses_in_load"),
        export_limit_ratio=table.optional_exact("export_limit_ratio", _RATIO),
        loss_alarm_ratio=table.exact("loss_alarm_ratio", _RATIO),
    )


def read_grid(table: TableReader) -> GridConnection:
    """Read one line of ``[grids]``."""
    return GridConnection(
        id=table.id,
        name_zh=table.text("name_zh", example="220 千伏园区变"),
        name_en=table.text("name_en", example="220 kV park substation"),
        voltage_kv=table.number("voltage_kv", _KV),
        capacity_kva=table.number("capacity_kva", _KVA),
        contract_demand_kw=table.optional_exact("contract_demand_kw", _KW),
        in_service=table.in_service(),
    )


def read_enterprise(table: TableReader) -> Enterprise:
    """Read one line of ``[enterprises]``."""
    return Enterprise(
        id=table.id,
        name_zh=table.text("name_zh", example="示例企业01"),
        name_en=table.text("name_en", example="Demo enterprise 01"),
        sector=table.text("sector", example="C38"),
        voltage_kv=table.number("voltage_kv", _KV),
        transformer_kva=table.number("transformer_kva", _KVA),
        contract_demand_kw=table.optional_exact("contract_demand_kw", _KW),
        shift_pattern=table.optional_choice("shift_pattern", ShiftPattern),
        planned_mwh_per_year=table.optional_number("planned_mwh_per_year", _MWH_PER_YEAR),
        in_service=table.in_service(),
    )


def read_plant(table: TableReader) -> Plant:
    """Read one line of ``[plants]``."""
    return Plant(
        id=table.id,
        name_zh=table.text("name_zh", example="一号屋顶光伏"),
        name_en=table.text("name_en", example="Roof PV 1"),
        kind=table.choice("kind", PlantKind),
        capacity_kw=table.number("capacity_kw", _KW),
        planned_mwh_per_year=table.optional_number("planned_mwh_per_year", _MWH_PER_YEAR),
        in_service=table.in_service(),
        identity=read_identity(table),
    )


def read_station(table: TableReader) -> ChargingStation:
    """Read one line of ``[stations]``."""
    return ChargingStation(
        id=table.id,
        name_zh=table.text("name_zh", example="一号充电站"),
        name_en=table.text("name_en", example="Charging station 1"),
        capacity_kw=table.number("capacity_kw", _KW),
        piles=table.count("piles", COUNT),
        voltage_kv=table.optional_number("voltage_kv", _KV),
        transformer_kva=table.optional_number("transformer_kva", _KVA),
        centralised=table.optional_flag("centralised"),
        planned_mwh_per_year=table.optional_number("planned_mwh_per_year", _MWH_PER_YEAR),
        in_service=table.in_service(),
    )


def read_battery(table: TableReader) -> Battery:
    """Read one line of ``[batteries]``."""
    return Battery(
        id=table.id,
        name_zh=table.text("name_zh", example="一号储能"),
        name_en=table.text("name_en", example="Battery 1"),
        power_kw=table.number("power_kw", _KW),
        energy_kwh=table.number("energy_kwh", _KWH),
        charge_efficiency_ratio=table.number("charge_efficiency_ratio", _RATIO),
        discharge_efficiency_ratio=table.number("discharge_efficiency_ratio", _RATIO),
        standing_loss_ratio_per_h=table.number("standing_loss_ratio_per_h", _RATIO_PER_H),
        soc_min_ratio=table.number("soc_min_ratio", _RATIO),
        soc_max_ratio=table.number("soc_max_ratio", _RATIO),
        cycle_cost_cny_per_kwh=table.number("cycle_cost_cny_per_kwh", _WEAR),
        grid_tariff=table.reference("grid_tariff", example="GT-LARGE"),
        in_service=table.in_service(),
    )


def read_feeder(table: TableReader) -> Feeder:
    """Read one line of ``[feeders]``."""
    return Feeder(
        id=table.id,
        name_zh=table.text("name_zh", example="一号馈线"),
        name_en=table.text("name_en", example="Feeder 1"),
        grid=table.reference("grid", example="G1"),
        transformer_kva=table.number("transformer_kva", _KVA),
        members=table.references("members", example="E01"),
    )


def read_dedicated_line(table: TableReader) -> DedicatedLine:
    """Read one line of ``[dedicated_lines]``."""
    return DedicatedLine(
        id=table.id,
        name_zh=table.text("name_zh", example="一号专线"),
        name_en=table.text("name_en", example="Dedicated line 1"),
        capacity_kva=table.number("capacity_kva", _KVA),
        plants=table.references("plants", example="W01"),
        users=table.references("users", example="E01"),
    )


def read_meter(table: TableReader) -> Meter:
    """Read one line of ``[meters]``."""
    return Meter(
        id=table.id,
        node=table.reference("node", example="E01"),
        measures=table.choice("measures", Direction),
        resolution_wh=table.count("resolution_wh", _WH),
        multiplier=table.count("multiplier", COUNT),
        digits=table.count("digits", DIGITS),
        max_kw=table.number("max_kw", _KW),
        in_service=table.in_service(),
        min_kw=table.optional_number("min_kw", _KW),
        spike_ratio=table.optional_number("spike_ratio", _MULTIPLE),
        stuck_h=table.optional_number("stuck_h", _HOURS),
    )


def read_gateway(table: TableReader) -> Gateway:
    """Read one line of ``[gateways]``."""
    return Gateway(id=table.id, meters=table.references("meters", example="M-E01"))


def read_series(table: TableReader) -> DeclaredSeries:
    """Read one line of ``[series]``."""
    return DeclaredSeries(
        id=table.id,
        quantity=table.choice("quantity", Quantity),
        unit=table.text("unit", example="CNY/MWh"),
        scale=table.scale("scale"),
    )


def read_green_supply(table: TableReader, *, users: tuple[str, ...]) -> GreenSupply:
    """Read one line of ``[green_supplies]``; its buyers may be ``"all"`` users of the park."""
    return GreenSupply(
        id=table.id,
        plant=table.reference("plant", example="PV01"),
        buyers=table.references_or_all("buyers", everyone=users),
        price_cny_per_kwh=table.optional_exact("price_cny_per_kwh", _PRICE),
        in_service=table.in_service(),
        price_by=table.optional_choice("price_by", PriceBy) or PriceBy.FIXED,
        prices_cny_per_kwh=table.optional_amounts("prices_cny_per_kwh", _PRICE),
        curve_cny_per_kwh=table.optional_exacts("curve_cny_per_kwh", _PRICE),
        price_series=table.optional_reference("price_series", example="SPOT"),
        discount_cny_per_kwh=table.optional_exact("discount_cny_per_kwh", _FEE),
        floor_cny_per_kwh=table.optional_exact("floor_cny_per_kwh", _FEE),
        green_premium_cny_per_kwh=table.optional_exact("green_premium_cny_per_kwh", _PRICE),
        priority=table.optional_count("priority", _PRIORITY),
        share_ratio=table.optional_exact("share_ratio", _OF_ENERGY),
    )


def read_grid_tariff(table: TableReader, *, users: tuple[str, ...]) -> GridTariff:
    """Read one table of ``[grid_tariffs]``; its users may be ``"all"`` users of the park."""
    return GridTariff(
        id=table.id,
        users=table.references_or_all("users", everyone=users),
        parts=table.text("parts", example="two-part"),
        demand_basis=table.choice("demand_basis", DemandBasis),
        agent_price_cny_per_kwh=table.exact("agent_price_cny_per_kwh", _PRICE),
        system_operation_cny_per_kwh=table.exact("system_operation_cny_per_kwh", _FEE),
        export_price_cny_per_kwh=table.exact("export_price_cny_per_kwh", _PRICE),
        floating_items=table.words("floating_items", example="energy"),
        sharp_applies=table.flag("sharp_applies"),
        line_loss_rule=table.text("line_loss_rule", example="gross-up"),
        green_pays=table.words("green_pays", example="transmission"),
        power_factor_standard=table.text("power_factor_standard", example="0.90"),
        source=table.text("source", example="which document, which assumption"),
        market_price_series=table.optional_reference("market_price_series", example="SPOT"),
        market_fee_cny_per_kwh=table.optional_exact("market_fee_cny_per_kwh", _FEE),
        export_price_series=table.optional_reference("export_price_series", example="NODE"),
        near_site_load_factor_ratio=table.optional_exact("near_site_load_factor_ratio", _LOAD),
    )


def read_billing(table: TableReader) -> Billing:
    """Read ``[billing]``."""
    return Billing(
        losses_borne_by=table.choice("losses_borne_by", Bearer),
        storage_borne_by=table.choice("storage_borne_by", Bearer),
        surplus_paid_to=table.choice("surplus_paid_to", SurplusTo),
        td_prices_of=table.optional_day("td_prices_of"),
    )


def read_witness(table: TableReader) -> ParkWitness:
    """Read one line of ``[witnesses]``."""
    return ParkWitness(
        id=table.id,
        role=table.choice("role", WitnessRole),
        key=table.public_key("key"),
        url=table.url("url", example="https://witness.example:8200"),
    )


def read_log(table: TableReader) -> LogPolicy:
    """Read ``[log]``."""
    return LogPolicy(quorum=table.count("quorum", COUNT))


def read_validation(table: TableReader) -> Validation:
    """Read ``[validation]``."""
    return Validation(
        spike_ratio=table.number("spike_ratio", _MULTIPLE),
        spike_floor_ratio=table.number("spike_floor_ratio", _SHARE),
        stuck_h=table.number("stuck_h", _HOURS),
        stuck_counts=table.count("stuck_counts", COUNT),
        zero_h=table.number("zero_h", _HOURS),
        jump_ratio=table.number("jump_ratio", _FACTOR),
        jump_days=table.count("jump_days", _DAYS),
        clear_sky_margin_ratio=table.number("clear_sky_margin_ratio", _MULTIPLE),
        night_below_deg=table.number("night_below_deg", _DEPTH),
        night_most_ratio=table.number("night_most_ratio", _SHARE),
        drift_most_min=table.number("drift_most_min", _MINUTES),
        drift_correlation_min_ratio=table.number("drift_correlation_min_ratio", _SHARE),
        skew_most_s=table.number("skew_most_s", _SECONDS),
    )


def read_estimation(table: TableReader) -> Estimation:
    """Read ``[estimation]``; which keys belong to which method is checked with the whole park."""
    return Estimation(
        methods=table.words("methods", example="linear"),
        linear_most_h=table.optional_number("linear_most_h", _HOURS),
        reference_days=table.optional_count("reference_days", _DAYS),
        reference_reach_days=table.optional_count("reference_reach_days", _DAYS),
        reference_calendar=table.optional_choice("reference_calendar", DayCalendar),
        parent_loss_ratio=table.optional_number("parent_loss_ratio", _SHARE),
        parent_share_min_ratio=table.optional_number("parent_share_min_ratio", _SHARE),
    )


TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "park": read_place,
    "accounting": read_accounting,
    "grids": read_grid,
    "enterprises": read_enterprise,
    "plants": read_plant,
    "stations": read_station,
    "batteries": read_battery,
    "feeders": read_feeder,
    "dedicated_lines": read_dedicated_line,
    "meters": read_meter,
    **MEDIA_TABLES,
    **REACTIVE_TABLES,
    "gateways": read_gateway,
    "series": read_series,
    "green_supplies": partial(read_green_supply, users=()),
    "grid_tariffs": partial(read_grid_tariff, users=()),
    **MATCHING_TABLES,
    "billing": read_billing,
    "witnesses": read_witness,
    "log": read_log,
    "validation": read_validation,
    "estimation": read_estimation,
    **PEAK_TABLES,
    **CERTIFICATE_TABLES,
    **LIMIT_TABLES,
    **QUOTA_TABLES,
    **ALARM_TABLES,
    **SCORE_TABLES,
    **DIRECT_CONNECTION_TABLES,
    **PLANT_SENSOR_TABLES,
    **HEAT_TABLES,
    **ASSET_TABLES,
    **CARBON_TABLES,
    "in_service": read_days,
}
"""Who reads which table; ``in_service`` is the small table inside a line."""


def keys_of(table: str) -> tuple[KeyFacts, ...]:
    """Return every key that may stand in a table, in the order in which it is read.

    Args:
        table: A key of ``TABLES``.

    Returns:
        The keys, with their units and whether they must be there.

    Example:
        >>> [key.name for key in keys_of("gateways")]
        ['meters']
    """
    nothing = TableReader({}, path=(table,), problems=[])
    TABLES[table](nothing)
    return nothing.asked
