"""Binaries only where they are needed, and the same optimum as with them everywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import battery, bus, grid, load, plant, problem
from taihang.adapters.highs import solve
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import solve_exactly, with_switches

N = 6
prices = st.lists(st.integers(-6, 12).map(lambda tenth: tenth / 10), min_size=N, max_size=N)


def day(buying: list[float], selling: list[float], wear: float, curtail: float) -> Assembled:
    return problem(
        [
            bus("el"),
            load("l", "el", [20.0, 90.0, 40.0, 0.0, 120.0, 60.0]),
            plant(
                "sun",
                "el",
                [0.0, 0.3, 1.0, 0.9, 0.1, 0.0],
                capacity_kw=150.0,
                curtail_price_cny_per_kwh=curtail,
            ),
            grid(
                "g",
                "el",
                import_limit_kw=200.0,
                export_limit_kw=80.0,
                import_price_cny_per_kwh=buying,
                export_price_cny_per_kwh=selling,
            ),
            battery(
                "b",
                "el",
                charge_kw=60.0,
                energy_kwh=100.0,
                charge_efficiency_ratio=0.9,
                discharge_efficiency_ratio=0.9,
                soc_start_ratio=0.4,
                cycle_cost_cny_per_kwh=wear,
            ),
        ],
        n_steps=N,
    ).assembled()


@settings(max_examples=80, deadline=None)
@given(
    buying=prices,
    selling=prices,
    wear=st.sampled_from([0.0, 0.05, 0.4]),
    curtail=st.sampled_from([0.0, 0.3]),
)
def test_solve_exactly__equals_switches_everywhere(
    buying: list[float], selling: list[float], wear: float, curtail: float
) -> None:
    assembled = day(buying, selling, wear, curtail)
    everywhere = [np.ones(N, np.bool_) for _ in assembled.one_ways]
    whole = solve(with_switches(assembled, everywhere), time_limit_s=20.0, gap=1e-9)

    found = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=1e-9)

    assert found.solution.objective == pytest.approx(whole.objective, abs=1e-6)
    values = found.solution.values
    assert values is not None
    assert assembled.model.violation(values) < 1e-6
    for pair in assembled.one_ways:
        assert np.minimum(values[pair.drawn], values[pair.given]).max() <= 1e-7


def test_solve_exactly__the_relaxation_alone_would_be_wrong() -> None:
    assembled = day([-0.5] * N, [-0.5] * N, 0.0, 0.3)
    relaxed = solve(assembled.model, time_limit_s=20.0, gap=1e-9)

    found = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=1e-9)

    assert found.n_binaries > 0
    assert relaxed.objective is not None
    assert found.solution.objective is not None
    assert found.solution.objective > relaxed.objective + 1e-3


def test_solve_exactly__prices_are_therewith_switches_too() -> None:
    found = solve_exactly(
        day([-0.5] * N, [-0.5] * N, 0.0, 0.3), solve=solve, time_limit_s=20.0, gap=1e-9
    )

    assert found.solution.row_prices is not None
