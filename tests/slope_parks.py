"""Random parks of one battery behind one gateway: what the exact programme must read."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from park_case import Table, Value, battery, bus, demand_charge, grid, load, plant, problem, supply
from random_parks import Dice
from taihang.adapters.compiled import compiled
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.slope import search, shapes, sweeps
from taihang.core.dispatch.slope.case import SlopeCase, slope_case
from taihang.core.dispatch.slope.shapes import FindPlan

QUARTER_S = 900


def slope_park(seed: int, *, n_most: int = 40) -> ParkProblem:
    """Return one park: prices below 0, tight limits, losses, ends, demand, now and then no plan."""
    dice = Dice(seed)
    n = int(dice.numbers.integers(2, n_most))
    assets = [bus("a"), *_needs(dice, n), _gate(dice, n), _store(dice)]
    if dice.maybe(0.3):
        kw, price = dice.real(0, 800), dice.real(0.2, 2)
        assets.append(supply("genset", "a", capacity_kw=kw, price=price, carbon_kg_per_kwh=0.9))
    if dice.maybe(0.7):
        assets.append(_demand(dice))
    if dice.maybe(0.2):
        assets.append(("carbon", {"id": "co2", "price_cny_per_t": 100.0, "cap_t": "none"}))
    if dice.maybe(0.2):
        assets.append(_ratio(dice))
    return problem(assets, n_steps=n, step_s=900 if dice.maybe(0.5) else 3600)


def _needs(dice: Dice, n: int) -> Sequence[Table]:
    shed: dict[str, Value] = {}
    if dice.maybe(0.3):
        shed = {"shed_max_ratio": 0.4, "shed_price_cny_per_kwh": dice.real(0.5, 6)}
    found = [load("la", "a", dice.series(0.0, 4000.0, n).tolist(), **shed)]
    for number in range(int(dice.numbers.integers(0, 3))):
        price: Value = "none" if dice.maybe(0.3) else float(dice.numbers.choice([0.0, 0.2]))
        found.append(
            plant(
                f"p{number}",
                "a",
                dice.series(0.0, 1.0, n).tolist(),
                capacity_kw=dice.real(0.0, 3000.0),
                curtail_price_cny_per_kwh=price,
                cost_cny_per_kwh=float(dice.numbers.choice([0.0, 0.3])),
            )
        )
    if dice.maybe(0.2):
        spilled = {"id": "cooler", "bus": "a", "limit_kw": 1e8, "price_cny_per_kwh": 0.1}
        found.append(("spill", spilled))
    return found


def _gate(dice: Dice, n: int) -> Table:
    price = dice.series(-0.3, 1.2, n)
    if dice.maybe(0.5):
        price = dice.numbers.choice([0.3, 0.7, 1.2], n)
    margin = float(dice.numbers.choice([0.0, 0.1, 0.4]))
    return grid(
        "gate",
        "a",
        import_limit_kw=float(dice.numbers.choice([3500.0, 5000.0, 9000.0])),
        export_limit_kw=float(dice.numbers.choice([0.0, 2000.0, 9000.0])),
        connection_kw=float(dice.numbers.choice([4000.0, 9000.0])),
        import_price_cny_per_kwh=price.tolist(),
        export_price_cny_per_kwh=np.round(price - margin, 3).tolist(),
        fee_cny=dice.real(0, 1000),
        carbon_kg_per_kwh=0.5,
    )


def _store(dice: Dice) -> Table:
    end = str(dice.numbers.choice(["free", "start", "at-least"]))
    return battery(
        "store",
        "a",
        charge_kw=dice.real(0, 3000),
        discharge_kw=dice.real(0, 3000) if dice.maybe(0.5) else "none",
        energy_kwh=dice.real(100, 8000),
        charge_efficiency_ratio=float(dice.numbers.choice([1.0, 0.95, 0.9])),
        discharge_efficiency_ratio=float(dice.numbers.choice([1.0, 0.95])),
        standing_loss_ratio_per_h=float(dice.numbers.choice([0.0, 0.002, 0.02])),
        soc_min_ratio=float(dice.numbers.choice([0.0, 0.1])),
        soc_max_ratio=float(dice.numbers.choice([1.0, 0.9])),
        soc_start_ratio=dice.real(0.1, 0.9),
        soc_end=end,
        soc_end_min_ratio=dice.real(0.0, 0.9) if end == "at-least" else "none",
        health_ratio=float(dice.numbers.choice([1.0, 0.85])),
        cycle_cost_cny_per_kwh=float(dice.numbers.choice([0.0, 0.05, 0.1])),
    )


def _demand(dice: Dice) -> Table:
    price, kw = (
        float(dice.numbers.choice([0.0, 1.0, 38.0])),
        float(dice.numbers.choice([0.0, 1500.0])),
    )
    if dice.maybe(0.7):
        return demand_charge("peak", "gate", price, so_far_kw=kw)
    contract: dict[str, Value] = {
        "id": "agreed",
        "grid": "gate",
        "contract_kw": kw,
        "price_cny_per_kw": price,
        "free_ratio": 1.05,
        "excess_ratio": 2.0,
    }
    return "contract_demand", contract


def _ratio(dice: Dice) -> Table:
    rule: dict[str, Value] = {
        "id": "share",
        "kind": "green-share",
        "limit_ratio": dice.real(0.0, 0.4),
        "losses_in_load": dice.maybe(0.5),
    }
    return "green_ratio", rule


@cache
def compiled_plan() -> FindPlan | None:
    """Return the compiled loops; None where there is no compiler."""
    found = compiled([shapes, sweeps, search], folder=None)
    return found.of(search.find_plan) if found.is_compiled else None


def a_case(park: ParkProblem) -> SlopeCase:
    """Return the case of a park that must have one."""
    case = slope_case(park)
    assert isinstance(case, SlopeCase)
    return case


def plain_park(*more: Table, n_steps: int = 96, **battery_fields: Value) -> ParkProblem:
    """Return a day of a works with sun, a tariff of two prices and a battery."""
    hours = np.arange(n_steps) % 96 / 4.0
    price = np.where((hours >= 8) & (hours < 22), 0.9, 0.3)
    sun = np.maximum(0.0, np.sin((hours - 6.0) / 12.0 * np.pi))
    store: dict[str, Value] = {
        "soc_min_ratio": 0.1,
        "soc_max_ratio": 0.9,
        "soc_start_ratio": 0.5,
        "soc_end": "start",
        "cycle_cost_cny_per_kwh": 0.05,
    }
    return problem(
        [
            bus("a"),
            load("works", "a", (3000.0 + 1500.0 * np.sin(hours / 3.0)).tolist()),
            plant("sun", "a", sun.tolist(), capacity_kw=2500.0),
            grid("gate", "a", import_price_cny_per_kwh=price.tolist(), connection_kw=9000.0),
            battery(
                "store", "a", charge_kw=2000.0, energy_kwh=8000.0, **{**store, **battery_fields}
            ),
            *more,
        ],
        n_steps=n_steps,
        step_s=QUARTER_S,
    )
