"""A small park in which everything is right: tests break one thing at a time."""

from decimal import Decimal

import pytest

from taihang.core.park.assets import (
    Battery,
    ChargingStation,
    Enterprise,
    GridConnection,
    Plant,
    PlantKind,
)
from taihang.core.park.contract import DemandBasis, GreenSupply, GridTariff
from taihang.core.park.park import Accounting, GridFactorPolicy, Park
from taihang.core.park.topology import (
    DeclaredSeries,
    DedicatedLine,
    Direction,
    Feeder,
    Gateway,
    Meter,
)
from taihang.core.series import Quantity


def _meter(name: str, node: str, measures: Direction, max_kw: float) -> Meter:
    return Meter(
        id=name,
        node=node,
        measures=measures,
        resolution_wh=10,
        multiplier=100,
        digits=8,
        max_kw=max_kw,
    )


def _enterprise(name: str) -> Enterprise:
    return Enterprise(
        id=name,
        name_zh="企业",
        name_en="Enterprise",
        sector="C38",
        voltage_kv=10.0,
        transformer_kva=1_000.0,
        planned_mwh_per_year=4_000.0,
    )


def _tariff(name: str, users: tuple[str, ...]) -> GridTariff:
    return GridTariff(
        id=name,
        users=users,
        parts="two-part",
        demand_basis=DemandBasis.CAPACITY,
        agent_price_cny_per_kwh=Decimal("0.332"),
        system_operation_cny_per_kwh=Decimal("0.04"),
        export_price_cny_per_kwh=Decimal("0.30"),
        floating_items=("energy",),
        sharp_applies=False,
        line_loss_rule="gross-up",
        green_pays=("transmission", "funds"),
        power_factor_standard="0.90",
        source="assumed",
    )


_METERS = (
    _meter("M-E01", "E01", Direction.CONSUMPTION, 1_000.0),
    _meter("M-E02", "E02", Direction.CONSUMPTION, 1_000.0),
    _meter("M-PV01", "PV01", Direction.GENERATION, 420.0),
    _meter("M-CS1", "CS1", Direction.CONSUMPTION, 240.0),
    _meter("M-B1-CH", "B1", Direction.CHARGE, 520.0),
    _meter("M-B1-DIS", "B1", Direction.DISCHARGE, 520.0),
    _meter("M-G1-IMP", "G1", Direction.IMPORT, 3_000.0),
    _meter("M-G1-EXP", "G1", Direction.EXPORT, 1_000.0),
)


@pytest.fixture
def park() -> Park:
    return Park(
        id="small",
        name_zh="小园区",
        name_en="Small park",
        time_zone="Asia/Shanghai",
        province="Shanxi",
        latitude_deg=36.2,
        longitude_deg=113.1,
        accounting=Accounting(
            fuel_factor_set="guide-2015",
            gwp_set="AR6",
            location_region="Shanxi",
            residual_factor="grid.excl-market",
            storage_losses_in_load=True,
            grid_factor_policy=GridFactorPolicy.DATA_YEAR,
            export_limit_ratio=Decimal("0.2"),
            loss_alarm_ratio=Decimal("0.05"),
        ),
        grids={
            "G1": GridConnection(
                id="G1", name_zh="站", name_en="Station", voltage_kv=35.0, capacity_kva=3_000.0
            )
        },
        enterprises={"E01": _enterprise("E01"), "E02": _enterprise("E02")},
        plants={
            "PV01": Plant(
                id="PV01", name_zh="光伏", name_en="PV", kind=PlantKind.PV, capacity_kw=400.0
            )
        },
        stations={
            "CS1": ChargingStation(
                id="CS1", name_zh="充电站", name_en="Station", capacity_kw=240.0, piles=4
            )
        },
        batteries={
            "B1": Battery(
                id="B1",
                name_zh="储能",
                name_en="Battery",
                power_kw=500.0,
                energy_kwh=1_000.0,
                charge_efficiency_ratio=0.95,
                discharge_efficiency_ratio=1.0,
                standing_loss_ratio_per_h=0.0,
                soc_min_ratio=0.0,
                soc_max_ratio=1.0,
                cycle_cost_cny_per_kwh=0.05,
                grid_tariff="GT1",
            )
        },
        feeders={
            "F1": Feeder(
                id="F1",
                name_zh="馈线",
                name_en="Feeder",
                grid="G1",
                transformer_kva=2_000.0,
                members=("E01", "E02", "PV01", "CS1", "B1"),
            )
        },
        dedicated_lines={
            "DL1": DedicatedLine(
                id="DL1",
                name_zh="专线",
                name_en="Line",
                capacity_kva=500.0,
                plants=("PV01",),
                users=("E01",),
            )
        },
        meters={meter.id: meter for meter in _METERS},
        gateways={"GW1": Gateway(id="GW1", meters=tuple(meter.id for meter in _METERS))},
        series={
            "SPOT": DeclaredSeries(
                id="SPOT", quantity=Quantity.SAMPLE, unit="CNY/MWh", scale="0.01"
            )
        },
        green_supplies={
            "GS1": GreenSupply(
                id="GS1", plant="PV01", buyers=("E01", "CS1"), price_cny_per_kwh=Decimal("0.31")
            )
        },
        grid_tariffs={
            "GT1": _tariff("GT1", ("E01", "E02")),
            "GT2": _tariff("GT2", ("CS1",)),
        },
    )
