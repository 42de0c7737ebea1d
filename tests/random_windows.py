"""Random windows, one after the other, whose forecasts are new in every step."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from park_case import Table, Value, battery, bus, demand_charge, grid, load, plant, problem
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.outlook import series_of
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.window import Standing, standing_of, window_of

STEPS: Final = 20
"""Steps of one walk."""


def walk(seed: int, *, is_calm: bool = False) -> Iterator[ParkProblem]:
    """Yield windows of one random park, each a step on, from elsewhere, with new forecasts.

    Calm ones have one store and prices at which nothing pays for running both ways.
    """
    dice = np.random.default_rng(seed)
    n = int(dice.integers(4, 20))
    long = problem(_assets(dice, n + STEPS, is_calm=is_calm), n_steps=n + STEPS)
    start_s = long.horizon.start_s + int(dice.integers(0, 900)) * long.horizon.step_s
    moved = Horizon(
        start_s=start_s, step_s=3600, n_steps=long.horizon.n_steps, time_zone="Asia/Shanghai"
    )
    long = ParkProblem(moved, long.assets)
    names = list(standing_of(long).level_ratio)
    for first in range(STEPS):
        levels = {name: float(dice.uniform(0.0, 1.0)) for name in names}
        if dice.random() < 0.8:
            levels = {name: 0.1 + 0.8 * level for name, level in levels.items()}
        standing = Standing(level_ratio=levels, so_far_kw={"peak": float(dice.uniform(0.0, 400.0))})
        yield _forecast_anew(window_of(long, first=first, n_steps=n, standing=standing), dice)


def _forecast_anew(window: ParkProblem, dice: np.random.Generator) -> ParkProblem:
    for asset in window.assets:
        for name, values in series_of(asset).items():
            if name.endswith(("load_kw", "price_cny_per_kwh")):
                # The window is its own: the series were copied when it was cut.
                off = dice.normal(0.0, 0.05 * (1.0 + np.abs(values).mean()), len(values))
                np.add(values, np.round(off, 4), out=values)
    return window


def _assets(dice: np.random.Generator, n: int, *, is_calm: bool) -> list[Table]:
    price = np.round(dice.uniform(0.6 if is_calm else -0.4, 1.2, n), 3)
    sells = np.round(price - dice.uniform(0.4 if is_calm else -0.05, 0.5, n), 3)
    sun = np.round(dice.uniform(0.0, 1.0, n) * (dice.random(n) < 0.6), 4)
    curtail: Value = round(float(dice.uniform(0.0, 0.2)), 3)
    assets = [
        bus("a"),
        load("works", "a", np.round(dice.uniform(50.0, 400.0, n), 3).tolist()),
        plant("sun", "a", sun.tolist(), capacity_kw=500.0, curtail_price_cny_per_kwh=curtail),
        grid(
            "gate",
            "a",
            import_limit_kw=np.round(dice.uniform(450.0, 900.0, n), 2).tolist(),
            export_limit_kw=float(dice.choice([0.0, 100.0, 400.0])),
            connection_kw=900.0,
            import_price_cny_per_kwh=price.tolist(),
            export_price_cny_per_kwh=sells.tolist(),
        ),
        _store("bat", dice),
        demand_charge("peak", "gate", round(float(dice.uniform(0.0, 5.0)), 3)),
    ]
    is_double = dice.random() < 0.3 and not is_calm
    return [*assets, _store("bat2", dice)] if is_double else assets


def _store(name: str, dice: np.random.Generator) -> Table:
    ends: dict[str, Value] = {"soc_end": str(dice.choice(["free", "start"]))}
    return battery(
        name,
        "a",
        charge_kw=round(float(dice.uniform(60.0, 150.0)), 2),
        energy_kwh=round(float(dice.uniform(100.0, 300.0)), 2),
        charge_efficiency_ratio=round(float(dice.uniform(0.85, 1.0)), 3),
        discharge_efficiency_ratio=round(float(dice.uniform(0.85, 1.0)), 3),
        standing_loss_ratio_per_h=round(float(dice.uniform(0.0, 0.01)), 4),
        soc_min_ratio=0.1,
        soc_max_ratio=0.9,
        soc_start_ratio=0.15,
        cycle_cost_cny_per_kwh=round(float(dice.uniform(0.0, 0.1)), 3),
        **ends,
    )
