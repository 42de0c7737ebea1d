"""The year of rolling control, on a simulated fortnight: it runs to the end and closes."""

from decimal import Decimal
from typing import cast

import numpy as np
from benchmarks.demo_year import Measured, park_of
from benchmarks.regret_year import STEPS_PER_DAY, figures_of

from taihang.core.dispatch.park_problem import ParkProblem

N_DAYS = 14


def a_fortnight() -> ParkProblem:
    n = N_DAYS * STEPS_PER_DAY
    hour = np.arange(n) % STEPS_PER_DAY / 4
    noise = np.random.default_rng(11).normal(size=(3, n)).clip(-2, 2)
    sun = np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi))
    return park_of(
        Measured(
            load_kw=120_000.0 + 40_000.0 * np.sin((hour - 9) / 12 * np.pi) + 4_000.0 * noise[0],
            pv_kw=10_000.0 * sun * (1.0 - 0.2 * np.abs(noise[1])),
            wind_kw=12_000.0 + 5_000.0 * noise[2],
            price_cny_per_kwh=0.4 + 0.3 * np.sin((np.floor(hour) - 13) / 12 * np.pi),
        )
    )


def test_figures_of__a_simulated_fortnight_runs_to_the_end_and_closes() -> None:
    found = figures_of(a_fortnight())

    bills = {
        name: Decimal(text) for name, text in cast("dict[str, str]", found["bill_cny"]).items()
    }
    parts = {
        name: Decimal(text) for name, text in cast("dict[str, str]", found["regret_cny"]).items()
    }
    assert bills["perfect"] <= bills["same_control_with_perfect_forecasts"] <= bills["plan"]
    assert bills["plan"] < bills["without"]
    assert parts["sum"] == bills["plan"] - bills["perfect"]
    assert parts["sum"] == sum(parts[name] for name in parts if name != "sum")
    assert parts["forecast"] > 0
    answers = cast("dict[str, int]", found["answers"])
    assert answers == {
        "optimal": (N_DAYS - 1) * STEPS_PER_DAY,
        "gap": 0,
        "fallback": 0,
        "blind": STEPS_PER_DAY,
    }
    referee = cast("dict[str, float]", found["referee"])
    assert referee["accepted"]
    assert referee["agrees_kwh"] < 1e-6
    assert referee["agrees_cny"] < 0.01
