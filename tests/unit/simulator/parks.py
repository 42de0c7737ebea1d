"""A small park for the tests of the simulator, the parks that ship, and a cached year of each."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.assets import (
    Battery,
    ChargingStation,
    Enterprise,
    GridConnection,
    InService,
    Plant,
    PlantKind,
    ShiftPattern,
)
from taihang.core.park.park import Accounting, GridFactorPolicy, Park
from taihang.core.park.topology import Direction, Gateway, Meter
from taihang.simulator.park_box import Simulation, simulate

SEED = 11
PLANS_MWH = {
    "E1": 40_000.0,
    "E2": 12_000.0,
    "E3": 5_000.0,
    "E4": 900.0,
    "P1": 1_350.0,
    "P2": 700.0,
    "W1": 10_000.0,
    "C1": 300.0,
    "C2": 4.0,
}


def enterprise(name: str, pattern: ShiftPattern | None) -> Enterprise:
    return Enterprise(
        id=name,
        name_zh=name,
        name_en=name,
        sector="C30",
        voltage_kv=10.0,
        transformer_kva=PLANS_MWH[name] * 0.5,
        shift_pattern=pattern,
        planned_mwh_per_year=PLANS_MWH[name],
    )


def plant(name: str, kind: PlantKind, capacity_kw: float) -> Plant:
    return Plant(
        id=name,
        name_zh=name,
        name_en=name,
        kind=kind,
        capacity_kw=capacity_kw,
        planned_mwh_per_year=PLANS_MWH[name],
    )


def station(name: str, *, piles: int, capacity_kw: float) -> ChargingStation:
    return ChargingStation(
        id=name,
        name_zh=name,
        name_en=name,
        capacity_kw=capacity_kw,
        piles=piles,
        planned_mwh_per_year=PLANS_MWH[name],
    )


BATTERY = Battery(
    id="B1",
    name_zh="B1",
    name_en="B1",
    power_kw=1_000.0,
    energy_kwh=2_500.0,
    charge_efficiency_ratio=0.95,
    discharge_efficiency_ratio=0.94,
    standing_loss_ratio_per_h=1e-5,
    soc_min_ratio=0.1,
    soc_max_ratio=0.9,
    cycle_cost_cny_per_kwh=0.05,
    grid_tariff="T1",
)


def meter(
    name: str, node: str, measures: Direction, *, count_wh: int = 100, digits: int = 8
) -> Meter:
    return Meter(
        id=name,
        node=node,
        measures=measures,
        resolution_wh=count_wh,
        multiplier=1,
        digits=digits,
        max_kw=20_000.0,
    )


def park() -> Park:
    """Four enterprises, two roofs, one wind farm, two stations, one battery, one connection."""
    meters = [
        meter("M-G-IMP", "G", Direction.IMPORT),
        meter("M-G-EXP", "G", Direction.EXPORT),
        meter("M-B1-CH", "B1", Direction.CHARGE),
        meter("M-B1-DIS", "B1", Direction.DISCHARGE),
        *(meter(f"M-{name}", name, Direction.GENERATION) for name in ("P1", "P2", "W1")),
        # Two incoming lines, and a six-digit dial that starts again within weeks.
        meter("M-E1-A", "E1", Direction.CONSUMPTION),
        meter("M-E1-B", "E1", Direction.CONSUMPTION, count_wh=37),
        meter("M-E2", "E2", Direction.CONSUMPTION, count_wh=1_000, digits=6),
        *(meter(f"M-{name}", name, Direction.CONSUMPTION) for name in ("E3", "E4", "C1", "C2")),
    ]
    names = [each.id for each in meters]
    return Park(
        id="test",
        name_zh="测试",
        name_en="Test",
        time_zone="Asia/Shanghai",
        province="Shanxi",
        latitude_deg=36.2,
        longitude_deg=113.1,
        accounting=Accounting(
            fuel_factor_set="guide-2015",
            gwp_set="AR6",
            location_region="Shanxi",
            residual_factor="grid.excl-market",
            grid_factor_policy=next(iter(GridFactorPolicy)),
            storage_losses_in_load=True,
            export_limit_ratio=Decimal("0.2"),
            loss_alarm_ratio=Decimal("0.05"),
        ),
        grids={
            "G": GridConnection(
                id="G", name_zh="G", name_en="G", voltage_kv=110.0, capacity_kva=16_000.0
            )
        },
        enterprises={
            "E1": enterprise("E1", ShiftPattern.CONTINUOUS),
            "E2": enterprise("E2", ShiftPattern.THREE_SHIFT),
            "E3": enterprise("E3", ShiftPattern.TWO_SHIFT),
            "E4": enterprise("E4", ShiftPattern.DAY_SHIFT),
        },
        plants={
            "P1": plant("P1", PlantKind.PV, 1_000.0),
            "P2": plant("P2", PlantKind.PV, 500.0),
            "W1": plant("W1", PlantKind.WIND, 5_000.0),
        },
        stations={
            "C1": station("C1", piles=4, capacity_kw=240.0),
            "C2": station("C2", piles=1, capacity_kw=7.0),
        },
        batteries={"B1": BATTERY},
        feeders={},
        dedicated_lines={},
        meters={each.id: each for each in meters},
        gateways={
            "GW1": Gateway(id="GW1", meters=tuple(names[:7])),
            "GW2": Gateway(id="GW2", meters=tuple(names[7:])),
        },
        series={},
        green_supplies={},
        grid_tariffs={},
    )


def park_with_newcomer(since: date, until: date) -> Park:
    """The park in which E4 is there on some days only."""
    base = park()
    late = replace(base.enterprises["E4"], in_service=InService(since=since, until=until))
    return replace(base, enterprises={**base.enterprises, "E4": late})


@cache
def year_2025() -> Simulation:
    """The whole year 2025 of the small park."""
    return simulate(park(), first_day=date(2025, 1, 1), n_days=365, seed=SEED)


@cache
def shipped_2025(name: str) -> tuple[Park, Simulation]:
    """A park that ships with the platform, and its year 2025."""
    shipped = read_park(template_text(name), source=f"{name}.toml")
    return shipped, simulate(shipped, first_day=date(2025, 1, 1), n_days=365, seed=7)
