"""A park for rolling control: two weeks of quarters by formula, and a clock that a test moves."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from park_case import Table, Value, battery, bus, demand_charge, grid, load, plant, problem
from taihang.adapters.highs import solve
from taihang.core.dispatch.outlook import Measured
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.window import Standing, standing_of, window_of
from taihang.services.control import Answer, Controller, Pace, rebuilt

N: Final = 24
"""Intervals of a window: hours, so that tests are quick."""
LONG: Final = 24 * 40
"""Forty days: the month changes within."""
PACE: Final = Pace(deadline_s=10.0, reserve_s=1.0, gap=1e-6)


def long_assets(seed: int = 1, n: int = LONG) -> list[Table]:
    """Load, sun, a battery, a gateway with spot prices, some below 0, and a demand charge."""
    dice = np.random.default_rng(seed)
    hour = np.arange(n) % 24
    price = 0.5 + 0.4 * np.sin((hour - 12) / 12 * np.pi) + dice.normal(0.0, 0.15, n)
    sun = np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi)) * dice.uniform(0.2, 1.0, n)
    return [
        bus("a"),
        load("works", "a", np.round(300 + 80 * dice.random(n), 3).tolist()),
        plant("sun", "a", np.round(sun, 4).tolist(), capacity_kw=600.0),
        grid(
            "gate",
            "a",
            import_limit_kw=900.0,
            export_limit_kw=400.0,
            connection_kw=1000.0,
            import_price_cny_per_kwh=np.round(price, 3).tolist(),
            export_price_cny_per_kwh=np.round(price - 0.1, 3).tolist(),
        ),
        store(),
        demand_charge("peak", "gate", 1.2),
    ]


def store(**more: Value) -> Table:
    fields: dict[str, Value] = {
        "standing_loss_ratio_per_h": 1e-4,
        "soc_min_ratio": 0.1,
        "soc_max_ratio": 0.9,
        "soc_start_ratio": 0.5,
        "soc_end": "start",
        "cycle_cost_cny_per_kwh": 0.03,
    }
    return battery("bat", "a", charge_kw=200.0, energy_kwh=500.0, **{**fields, **more})


@cache
def long_park(seed: int = 1) -> ParkProblem:
    return problem(long_assets(seed), n_steps=LONG)


@dataclass
class HandClock:
    """Seconds that pass only when a test says so."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def controller(clock: HandClock | None = None, pace: Pace = PACE) -> Controller:
    clock = clock or HandClock()
    return Controller(rebuilt(solve, monotonic_s=clock), monotonic_s=clock, pace=pace)


def window(park: ParkProblem, first: int, n: int = N) -> ParkProblem:
    return window_of(park, first=first, n_steps=n, standing=None)


def measured_at(
    at: ParkProblem, level: float | None = 0.5, peak: float | None = 0.0, **more: int
) -> Measured:
    return Measured(
        at_s=at.horizon.start_s + more.get("off_s", 0),
        level_ratio={"bat": level},
        so_far_kw={"peak": peak},
        alarms=(),
    )


def run(park: ParkProblem, own: Controller, *, cycles: int, first: int = 0) -> list[Answer]:
    """Run cycles in which the park does exactly what it is told."""
    standing: Standing = standing_of(park)
    answers = list[Answer]()
    for at in range(first, first + cycles):
        own_window = window(park, at)
        measured = Measured(
            at_s=own_window.horizon.start_s,
            level_ratio=dict(standing.level_ratio),
            so_far_kw=dict(standing.so_far_kw),
            alarms=(),
        )
        answers.append(own.cycle(own_window, measured))
        assert own.remembered is not None
        standing = Standing(
            level_ratio=own.remembered.level_ratio, so_far_kw=own.remembered.so_far_kw
        )
    return answers
