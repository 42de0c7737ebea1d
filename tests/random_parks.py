"""Random parks of every kind of asset: small, odd, often at their limits, the same for a seed."""

import numpy as np
from numpy.typing import NDArray

from park_case import Table, Value, battery, bus, demand_charge, grid, load, plant, supply
from whole_park import session


class Dice:
    """Random numbers as people write them: few digits."""

    def __init__(self, seed: int) -> None:
        self.numbers = np.random.default_rng(seed)

    def maybe(self, chance: float) -> bool:
        return bool(self.numbers.random() < chance)

    def real(self, low: float, high: float) -> float:
        return round(float(self.numbers.uniform(low, high)), 3)

    def series(self, low: float, high: float, n: int) -> NDArray[np.float64]:
        return np.round(self.numbers.uniform(low, high, n), 3)

    def size(self, low: float, high: float) -> Value:
        """Return a size that stands, or now and then one that may grow."""
        kw = round(self.real(low, high), 2)
        if self.maybe(0.7):
            return kw
        return {"existing": kw, "add_max": 2.0 * kw, "cost_cny_per_unit": self.real(0.05, 3.0)}


def random_park(seed: int, n_steps: int = 24) -> list[Table]:
    """Return one park; most have a plan, some have none."""
    dice = Dice(seed)
    assets = [*_station(dice, n_steps), _store(dice)]
    for chance, more in ((0.5, _second_station), (0.5, _warm), (0.4, _cars), (0.3, _ratio)):
        if dice.maybe(chance):
            assets += more(dice)
    if dice.maybe(0.5):
        assets.append(demand_charge("peak", "gate", dice.real(0, 5), so_far_kw=dice.real(0, 300)))
    if dice.maybe(0.3):
        rule = {"id": "co2", "price_cny_per_t": dice.real(0, 200), "cap_t": "none"}
        assets.append(("carbon", rule))
    return assets


def _station(dice: Dice, n: int) -> list[Table]:
    price = dice.series(-0.3, 1.2, n)
    sells = price - dice.series(-0.1, 0.4, n)
    sun = np.maximum(0.0, np.sin((np.arange(n) % 24 - 6) / 12 * np.pi)) * dice.real(0.2, 1.0)
    curtail: Value = "none" if dice.maybe(0.2) else dice.real(0.0, 0.2)
    return [
        bus("a"),
        load("la", "a", dice.series(50.0, 400.0, n).tolist()),
        plant(
            "sun",
            "a",
            np.round(sun, 4).tolist(),
            capacity_kw=dice.size(50, 600),
            curtail_price_cny_per_kwh=curtail,
        ),
        grid(
            "gate",
            "a",
            import_limit_kw=dice.real(250, 900),
            export_limit_kw=dice.real(0, 500) if dice.maybe(0.7) else 0.0,
            connection_kw=dice.size(300, 900),
            import_price_cny_per_kwh=price.tolist(),
            export_price_cny_per_kwh=np.round(sells, 3).tolist(),
            carbon_kg_per_kwh=dice.real(0.2, 0.9),
        ),
    ]


def _store(dice: Dice) -> Table:
    return battery(
        "store",
        "a",
        charge_kw=dice.size(20, 150),
        energy_kwh=dice.size(50, 500),
        charge_efficiency_ratio=dice.real(0.8, 1.0),
        discharge_efficiency_ratio=dice.real(0.8, 1.0),
        standing_loss_ratio_per_h=dice.real(0.0, 0.02),
        soc_min_ratio=dice.real(0.0, 0.2),
        soc_max_ratio=dice.real(0.8, 1.0),
        soc_start_ratio="none" if dice.maybe(0.2) else dice.real(0.0, 1.0),
        soc_end="start" if dice.maybe(0.4) else "free",
        cycle_cost_cny_per_kwh=dice.real(0.0, 0.2),
        cycles_max_ratio=dice.real(0.5, 2.0) if dice.maybe(0.2) else "none",
    )


def _second_station(dice: Dice) -> list[Table]:
    line = {
        "id": "line",
        "kind": "feeder",
        "from_bus": "a",
        "to_bus": "b",
        "capacity_kw": dice.size(30, 200),
        "forward_limit_kw": dice.real(30, 200),
        "backward_limit_kw": dice.real(0, 200),
        "loss_ratio": dice.real(0.0, 0.1),
    }
    power_kw, price = dice.real(20, 60), dice.real(0.3, 2.0)
    shed = {"shed_max_ratio": 0.5, "shed_price_cny_per_kwh": dice.real(1, 6)}
    return [
        bus("b"),
        load("lb", "b", dice.real(10, 80), **shed),
        supply("genset", "b", capacity_kw=power_kw, price=price),
        ("link", line),
    ]


def _cars(dice: Dice) -> list[Table]:
    sessions = [session(f"s{at}", at * 4, at * 4 + 6, dice.real(5, 150)) for at in range(4)]
    station = {
        "id": "cars",
        "bus": "a",
        "sessions": sessions,
        "station_kw": dice.real(40, 120),
        "unserved_price_cny_per_kwh": dice.real(1, 5),
    }
    return [("charging", station)]


def _ratio(dice: Dice) -> list[Table]:
    kind = ("self-use", "green-share", "feed-back")[int(dice.numbers.integers(3))]
    most = {"self-use": 0.7, "green-share": 0.3, "feed-back": 0.5}[kind]
    limit = dice.real(0.1, most)
    losses = dice.maybe(0.5)
    rule = {"id": "rule", "kind": kind, "limit_ratio": limit, "losses_in_load": losses}
    return [("green_ratio", rule)]


def _warm(dice: Dice) -> list[Table]:
    pump = {
        "id": "pump",
        "electricity_bus": "a",
        "heat_bus": "h",
        "capacity_kw": dice.size(20, 100),
        "cop_ratio": dice.real(2.0, 4.0),
        "cost_cny_per_kwh": 0.01,
    }
    unit = {
        "id": "unit",
        "fuel_bus": "f",
        "electricity_bus": "a",
        "heat_bus": "h",
        "capacity_kw": dice.size(10, 80),
        "electric_efficiency_ratio": 0.4,
        "heat_efficiency_ratio": 0.45,
        "heat_mode": "up-to",
        "cost_cny_per_kwh": 0.02,
    }
    boiler = {
        "id": "boiler",
        "fuel_bus": "f",
        "heat_bus": "h",
        "capacity_kw": 200.0,
        "efficiency_ratio": 0.9,
        "cost_cny_per_kwh": 0.01,
    }
    tank = {
        "id": "tank",
        "bus": "h",
        "power_kw": dice.real(10, 60),
        "energy_kwh": dice.size(20, 200),
        "charge_efficiency_ratio": dice.real(0.9, 1.0),
        "discharge_efficiency_ratio": dice.real(0.9, 1.0),
        "standing_loss_ratio_per_h": dice.real(0.0, 0.03),
        "level_start_ratio": dice.real(0.0, 1.0),
        "level_end": "free",
    }
    return [
        bus("h", "heat"),
        bus("f", "gas"),
        load("lh", "h", dice.real(20, 150)),
        supply("gas", "f", capacity_kw=1e3, price=dice.real(0.1, 0.6), carbon_kg_per_kwh=0.2),
        ("heat_pump", pump),
        ("chp", unit),
        ("boiler", boiler),
        ("thermal_store", tank),
    ]
