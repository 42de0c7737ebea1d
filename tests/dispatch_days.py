"""Day problems for the dispatch tests: one plain day, random days, and a brute-force optimum."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypedDict, Unpack

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.adapters.highs import solve
from taihang.core.dispatch.model import Solution
from taihang.core.dispatch.plan import build_model, plan_from
from taihang.core.dispatch.problem import (
    DayProblem,
    DemandCharge,
    Plan,
    PlantGroup,
    StorageLimits,
)

Reals = NDArray[np.float64]


class StorageChange(TypedDict, total=False):
    charge_kw: float
    discharge_kw: float
    energy_min_kwh: float
    energy_max_kwh: float
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    standing_loss_ratio_per_h: float
    cycle_cost_cny_per_kwh: float


class DayChange(TypedDict, total=False):
    start_s: int
    step_s: int
    time_zone: str
    load_kw: Reals
    plants: tuple[PlantGroup, ...]
    import_price_cny_per_kwh: Reals
    export_price_cny_per_kwh: Reals
    import_limit_kw: Reals
    export_limit_kw: Reals
    demand: DemandCharge | None
    storage: StorageLimits
    energy_start_kwh: float
    energy_end_min_kwh: float | None


def a_storage(**change: Unpack[StorageChange]) -> StorageLimits:
    """A battery of 2 MW and 8 MWh, with what the test wants otherwise."""
    plain: StorageChange = {
        "charge_kw": 2000.0,
        "discharge_kw": 2000.0,
        "energy_min_kwh": 800.0,
        "energy_max_kwh": 7200.0,
        "charge_efficiency_ratio": 0.95,
        "discharge_efficiency_ratio": 0.95,
        "standing_loss_ratio_per_h": 0.0,
        "cycle_cost_cny_per_kwh": 0.1,
    }
    plain.update(change)
    return StorageLimits(**plain)


def a_day(**change: Unpack[DayChange]) -> DayProblem:
    """A day of 96 quarters with sun, wind and three prices, with what the test wants otherwise."""
    hour = np.arange(96) / 4.0
    sun_kw = np.maximum(0.0, np.sin((hour - 6.0) / 12.0 * np.pi)) * 4000.0
    dear, cheap = (hour >= 17.0) & (hour < 21.0), (hour < 7.0) | (hour >= 22.0)
    plain: DayChange = {
        "start_s": 1_780_243_200,  # 2026-06-01 00:00 in Shanghai
        "step_s": 900,
        "time_zone": "Asia/Shanghai",
        "load_kw": 3000.0 + 1500.0 * np.sin((hour - 6.0) / 24.0 * 2.0 * np.pi) ** 2,
        "plants": (
            PlantGroup("pv", sun_kw, 0.0),
            PlantGroup("wind", 1000.0 + 500.0 * np.sin(hour / 3.0), 0.0),
        ),
        "import_price_cny_per_kwh": np.where(dear, 1.2, np.where(cheap, 0.4, 0.7)),
        "export_price_cny_per_kwh": np.full(96, 0.3),
        "import_limit_kw": np.full(96, 5000.0),
        "export_limit_kw": np.full(96, 2000.0),
        "demand": DemandCharge(price_cny_per_kw=30.0, peak_so_far_kw=3500.0),
        "storage": a_storage(),
        "energy_start_kwh": 4000.0,
        "energy_end_min_kwh": 4000.0,
    }
    plain.update(change)
    return DayProblem(**plain)


def with_change(problem: DayProblem, **change: Unpack[DayChange]) -> DayProblem:
    """The same problem with some fields replaced."""
    return replace(problem, **change)


def solved(problem: DayProblem) -> Solution:
    """The optimum of a day."""
    return solve(build_model(problem), time_limit_s=60.0, gap=0.0)


def planned(problem: DayProblem) -> Plan:
    """The plan of a day that has one."""
    solution = solved(problem)
    assert solution.values is not None, solution.status
    return plan_from(problem, solution.values)


@st.composite
def days(draw: st.DrawFn) -> DayProblem:
    """Any small day: negative prices, full grids, lossy stores, plants that must run."""
    n = draw(st.integers(1, 6))

    def series(low: float, high: float) -> Reals:
        return np.array(draw(st.lists(_numbers(low, high), min_size=n, max_size=n)))

    storage = draw(storages())
    curtail_prices = draw(st.lists(st.sampled_from([None, 0.0, 0.05, 0.6]), max_size=2))
    return DayProblem(
        start_s=1_780_243_200,
        step_s=draw(st.sampled_from([900, 3600])),
        time_zone="Asia/Shanghai",
        load_kw=series(0.0, 10.0),
        plants=tuple(
            PlantGroup(f"plant-{which}", series(0.0, 10.0), price)
            for which, price in enumerate(curtail_prices)
        ),
        import_price_cny_per_kwh=series(-0.5, 1.5),
        export_price_cny_per_kwh=series(-0.5, 1.0),
        import_limit_kw=series(5.0, 20.0),
        export_limit_kw=series(0.0, 15.0),
        demand=draw(st.none() | st.builds(_demand, _numbers(0.0, 2.0), _numbers(0.0, 10.0))),
        storage=storage,
        energy_start_kwh=draw(_numbers(storage.energy_min_kwh, storage.energy_max_kwh)),
        energy_end_min_kwh=draw(st.none() | _numbers(0.0, storage.energy_max_kwh)),
    )


@st.composite
def storages(draw: st.DrawFn) -> StorageLimits:
    """Any battery, from none at all to a lossy one."""
    low_kwh = draw(_numbers(0.0, 5.0))
    return StorageLimits(
        charge_kw=draw(_numbers(0.0, 8.0)),
        discharge_kw=draw(_numbers(0.0, 8.0)),
        energy_min_kwh=low_kwh,
        energy_max_kwh=low_kwh + draw(_numbers(0.0, 10.0)),
        charge_efficiency_ratio=draw(st.sampled_from([1.0, 0.95, 0.7])),
        discharge_efficiency_ratio=draw(st.sampled_from([1.0, 0.95, 0.7])),
        standing_loss_ratio_per_h=draw(st.sampled_from([0.0, 0.001, 0.05])),
        cycle_cost_cny_per_kwh=draw(st.sampled_from([0.0, 0.02, 0.2])),
    )


def grid_optimum(problem: DayProblem, *, quantum_kwh: float) -> float:
    """The cheapest day whose stored energy moves on a grid, by trying everything.

    Plain recursion over all levels and all corner choices of curtailment; at most one plant, no
    demand charge, no standing loss. Infinite where no such day keeps the limits.
    """
    assert problem.demand is None
    assert len(problem.plants) <= 1
    assert problem.storage.standing_loss_ratio_per_h == 0.0
    low, high = problem.storage.energy_min_kwh, problem.storage.energy_max_kwh
    levels = np.arange(low, high + quantum_kwh / 2.0, quantum_kwh).tolist()
    end_kwh = problem.energy_end_min_kwh or 0.0
    best = {level: 0.0 if level >= end_kwh else np.inf for level in levels}
    for at in reversed(range(problem.n_steps)):
        before = {level: min(_ways(problem, at, level, best)) for level in levels}
        best = before
    return float(best[problem.energy_start_kwh])


def _ways(problem: DayProblem, at: int, level: float, best: dict[float, float]) -> Iterator[float]:
    storage, hours = problem.storage, problem.step_h
    yield np.inf
    for after, rest in best.items():
        change_kw = (after - level) / hours
        charge_kw = max(change_kw, 0.0) / storage.charge_efficiency_ratio
        discharge_kw = max(-change_kw, 0.0) * storage.discharge_efficiency_ratio
        if charge_kw > storage.charge_kw + 1e-9 or discharge_kw > storage.discharge_kw + 1e-9:
            continue
        wear = discharge_kw * hours * storage.cycle_cost_cny_per_kwh
        yield rest + wear + _grid_cost(problem, at, charge_kw - discharge_kw)


def _grid_cost(problem: DayProblem, at: int, battery_kw: float) -> float:
    available_kw = sum(float(plant.available_kw[at]) for plant in problem.plants)
    need_kw = float(problem.load_kw[at]) - available_kw + battery_kw
    price = problem.plants[0].curtail_price_cny_per_kwh if problem.plants else None
    limit_in, limit_out = float(problem.import_limit_kw[at]), float(problem.export_limit_kw[at])
    corners = {0.0, available_kw, -need_kw, -need_kw - limit_out, limit_in - need_kw}
    choices = corners if price is not None else {0.0}
    costs = [np.inf]
    for curtail_kw in choices:
        net_kw = need_kw + curtail_kw
        if not 0.0 <= curtail_kw <= available_kw + 1e-9:
            continue
        if not -limit_out - 1e-9 <= net_kw <= limit_in + 1e-9:
            continue
        costs.append(
            max(net_kw, 0.0) * float(problem.import_price_cny_per_kwh[at])
            - max(-net_kw, 0.0) * float(problem.export_price_cny_per_kwh[at])
            + curtail_kw * (price or 0.0)
        )
    return float(min(costs)) * problem.step_h


def _demand(price: float, peak: float) -> DemandCharge:
    return DemandCharge(price_cny_per_kw=price, peak_so_far_kw=peak)


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    # Three decimals: prices and powers as people write them, not denormals that no meter shows.
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda value: value / 1000)
