"""Binaries only where they are needed, and the same optimum as with them everywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_days import days
from park_case import Table, battery, bus, demand_charge, grid, load, plant, problem
from taihang.adapters.highs import solve
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import solve_exactly, with_switches
from taihang.core.dispatch.plan import build_model, plan_from
from taihang.core.dispatch.problem import DayProblem

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


def as_assets(day: DayProblem) -> list[Table]:
    """The same day in the asset language."""
    store = day.storage
    full = max(store.energy_max_kwh, 1e-3)
    end = day.energy_end_min_kwh
    assets = [
        bus("el"),
        load("l", "el", day.load_kw.tolist()),
        grid(
            "g",
            "el",
            import_limit_kw=day.import_limit_kw.tolist(),
            export_limit_kw=day.export_limit_kw.tolist(),
            import_price_cny_per_kwh=day.import_price_cny_per_kwh.tolist(),
            export_price_cny_per_kwh=day.export_price_cny_per_kwh.tolist(),
        ),
        battery(
            "b",
            "el",
            charge_kw=store.charge_kw,
            discharge_kw=store.discharge_kw,
            energy_kwh=full,
            charge_efficiency_ratio=store.charge_efficiency_ratio,
            discharge_efficiency_ratio=store.discharge_efficiency_ratio,
            standing_loss_ratio_per_h=store.standing_loss_ratio_per_h,
            cycle_cost_cny_per_kwh=store.cycle_cost_cny_per_kwh,
            soc_min_ratio=store.energy_min_kwh / full,
            soc_max_ratio=store.energy_max_kwh / full,
            soc_start_ratio=day.energy_start_kwh / full,
            soc_end="free" if end is None else "at-least",
            soc_end_min_ratio="none" if end is None else end / full,
        ),
        *(
            plant(
                one.id,
                "el",
                (one.available_kw / 10.0).tolist(),
                capacity_kw=10.0,
                curtail_price_cny_per_kwh="none"
                if one.curtail_price_cny_per_kwh is None
                else one.curtail_price_cny_per_kwh,
            )
            for one in day.plants
        ),
    ]
    if day.demand is not None:
        price, so_far = day.demand.price_cny_per_kw, day.demand.peak_so_far_kw
        assets.append(demand_charge("d", "g", price, so_far_kw=so_far))
    return assets


@settings(max_examples=150, deadline=None)
@given(day=days())
def test_solve_exactly__is_the_day_plan_on_every_day(day: DayProblem) -> None:
    old = solve(build_model(day), time_limit_s=20.0, gap=0.0)
    assembled = problem(as_assets(day), n_steps=day.n_steps, step_s=day.step_s).assembled()

    found = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=0.0).solution

    assert found.status is old.status
    if old.values is not None:
        assert found.objective is not None
        cost = found.objective + assembled.fixed_cny
        assert cost == pytest.approx(plan_from(day, old.values).cost.total_cny, abs=1e-5)
