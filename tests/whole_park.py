"""One small park in which every kind of asset has something to do, for a day of hours."""

import math
from collections.abc import Sequence
from typing import Final

from park_case import Table, Value, battery, bus, demand_charge, grid, load, plant, spill, supply

N: Final = 24
START_S: Final = 1_325_347_200
SUN: Final = [max(0.0, math.sin((hour - 6) / 12 * math.pi)) for hour in range(N)]
LOAD: Final = [600.0 + 250.0 * math.sin((hour - 8) / 24 * 2 * math.pi) for hour in range(N)]
PRICE: Final = [0.3 if hour < 7 else 1.1 if 17 <= hour < 21 else 0.6 for hour in range(N)]


def session(name: str, arrives_h: int, leaves_h: int, kwh: float) -> dict[str, Value]:
    """Return a vehicle at a charging point of 60 kW."""
    return {
        "id": name,
        "arrival_s": START_S + arrives_h * 3600,
        "departure_s": START_S + leaves_h * 3600,
        "energy_kwh": kwh,
        "power_kw": 60.0,
    }


def whole_park() -> list[Table]:
    """Return the assets: two stations, heat and gas, every rule."""
    return [*_network(), *_heat(), *_movable(), *_rules()]


def _network() -> Sequence[Table]:
    return (
        bus("north"),
        bus("south"),
        bus("heat", "heat"),
        bus("gas", "gas"),
        load("works", "north", LOAD),
        load("mill", "south", 150.0, shed_max_ratio=0.2, shed_price_cny_per_kwh=5.0),
        plant("sun", "north", SUN, capacity_kw=900.0, curtail_price_cny_per_kwh=0.01),
        plant(
            "wind", "south", 0.4, capacity_kw=200.0, kind="wind", curtail_price_cny_per_kwh="none"
        ),
        spill("cooler", "heat", 300.0),
        grid(
            "gate",
            "north",
            import_limit_kw=1000.0,
            export_limit_kw=150.0,
            connection_kw=1000.0,
            import_price_cny_per_kwh=PRICE,
            export_price_cny_per_kwh=0.2,
            fee_cny=100.0,
            carbon_kg_per_kwh=0.6,
        ),
        (
            "link",
            {
                "id": "line",
                "kind": "line",
                "from_bus": "north",
                "to_bus": "south",
                "capacity_kw": 250.0,
                "forward_limit_kw": 250.0,
                "backward_limit_kw": 250.0,
                "loss_ratio": 0.02,
            },
        ),
    )


def _heat() -> Sequence[Table]:
    pump = {
        "id": "pump",
        "electricity_bus": "south",
        "heat_bus": "heat",
        "capacity_kw": 120.0,
        "cop_ratio": 3.0,
        "cost_cny_per_kwh": 0.01,
    }
    unit = {
        "id": "unit",
        "fuel_bus": "gas",
        "electricity_bus": "south",
        "heat_bus": "heat",
        "capacity_kw": 100.0,
        "electric_efficiency_ratio": 0.4,
        "heat_efficiency_ratio": 0.45,
        "heat_mode": "up-to",
        "cost_cny_per_kwh": 0.02,
    }
    boiler = {
        "id": "boiler",
        "fuel_bus": "gas",
        "heat_bus": "heat",
        "capacity_kw": 200.0,
        "efficiency_ratio": 0.9,
        "cost_cny_per_kwh": 0.01,
    }
    recovery = {
        "id": "recovery",
        "electricity_bus": "north",
        "heat_bus": "heat",
        "available_kw": 80.0,
        "capacity_kw": 50.0,
        "electricity_ratio": 0.05,
        "cost_cny_per_kwh": 0.0,
    }
    tank = {
        "id": "tank",
        "bus": "heat",
        "power_kw": 100.0,
        "energy_kwh": 400.0,
        "charge_efficiency_ratio": 0.98,
        "discharge_efficiency_ratio": 0.98,
        "standing_loss_ratio_per_h": 0.01,
        "level_start_ratio": 0.2,
        "level_end": "start",
    }
    return (
        load("warmth", "heat", [250.0 if hour < 8 or hour > 17 else 120.0 for hour in range(N)]),
        supply("well", "gas", capacity_kw=1000.0, price=0.35, carbon_kg_per_kwh=0.2),
        ("heat_pump", pump),
        ("chp", unit),
        ("boiler", boiler),
        ("waste_heat", recovery),
        ("thermal_store", tank),
    )


def _movable() -> Sequence[Table]:
    press = {
        "id": "press",
        "bus": "south",
        "base_kw": 60.0,
        "power_max_kw": 100.0,
        "power_min_kw": 20.0,
        "window_h": 8.0,
        "price_cny_per_kwh": 0.02,
    }
    station = {
        "id": "station",
        "bus": "north",
        "sessions": [
            session("a", 7, 16, 200.0),
            session("b", 8, 12, 100.0),
            session("c", 17, 20, 240.0),
        ],
        "station_kw": 100.0,
        "unserved_price_cny_per_kwh": 4.0,
    }
    vans: dict[str, Value] = {
        "id": "vans",
        "bus": "north",
        "power_kw": 2.0,
        "least_kwh": [0.0] * (N - 1) + [4.0],
        "most_kwh": [min(2.0 * (hour + 1), 4.0) for hour in range(N)],
        "groups": [],
        "unserved_price_cny_per_kwh": "none",
    }
    return (
        battery(
            "store",
            "north",
            charge_kw=200.0,
            energy_kwh={"existing": 400.0, "add_max": 2000.0, "cost_cny_per_unit": 0.2},
            discharge_kw=250.0,
            soc_min_ratio=0.1,
            soc_max_ratio=0.95,
            soc_start_ratio=0.3,
            soc_end="start",
            standing_loss_ratio_per_h=0.001,
            cycle_cost_cny_per_kwh=0.05,
            cycles_max_ratio=1.5,
        ),
        ("shiftable", press),
        ("charging", station),
        ("fleet", vans),
    )


def _rules() -> Sequence[Table]:
    contract = {
        "id": "contract",
        "grid": "gate",
        "contract_kw": 500.0,
        "price_cny_per_kw": 1.0,
        "free_ratio": 1.05,
        "excess_ratio": 2.0,
    }
    hold = {
        "id": "hold",
        "battery": "store",
        "up_kw": 20.0,
        "down_kw": 10.0,
        "duration_h": 0.5,
        "income_cny_per_kw": 0.01,
    }
    promise = {
        "id": "promise",
        "grid": "gate",
        "from_s": START_S + 18 * 3600,
        "to_s": START_S + 20 * 3600,
        "baseline_kw": 800.0,
        "promised_kw": 350.0,
        "pay_cny_per_kwh": 1.0,
        "penalty_cny_per_kwh": 2.0,
    }
    ratios = [
        {"id": name, "kind": kind, "limit_ratio": limit, "losses_in_load": kind == "green-share"}
        for name, kind, limit in (
            ("own", "self-use", 0.8),
            ("green", "green-share", 0.3),
            ("back", "feed-back", 0.1),
        )
    ]
    return (
        demand_charge("peak", "gate", 1.5, so_far_kw=300.0),
        ("contract_demand", contract),
        ("carbon", {"id": "co2", "price_cny_per_t": 80.0, "cap_t": 20.0}),
        *(("green_ratio", ratio) for ratio in ratios),
        ("export_allowance", {"id": "room", "most_kwh": 1e4, "value_cny_per_kwh": 0.013}),
        ("reserve", hold),
        ("commitment", promise),
    )
