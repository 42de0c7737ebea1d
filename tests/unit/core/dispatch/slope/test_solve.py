"""The programme equals the linear model, proves it, and passes the referee."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_days import a_day, a_storage
from taihang.adapters.highs import solve
from taihang.core.dispatch.plan import build_model
from taihang.core.dispatch.problem import DayProblem, DemandCharge, PlantGroup
from taihang.core.dispatch.referee import check
from taihang.core.dispatch.slope.case import NotSlope, SlopeCase, slope_case
from taihang.core.dispatch.slope.solve import SlopeAnswer, solve_by_slopes

CLOSE = 1e-9
"""Share of the money turned over by which two optima may differ."""


def a_random_day(seed: int) -> DayProblem:
    """Prices that may be negative, limits, losses, any plants, a demand charge or none."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    prices = rng.uniform(-0.3, 1.2, n) if rng.random() < 0.5 else rng.choice([0.3, 0.7, 1.2], n)
    energy_kwh = rng.uniform(100.0, 8000.0)
    empty_kwh = energy_kwh * float(rng.choice([0.0, 0.1]))
    curtail = (None, 0.0, 0.2)
    return a_day(
        step_s=int(rng.choice([900, 3600])),
        load_kw=rng.uniform(0.0, 4000.0, n),
        plants=tuple(
            PlantGroup(f"p{k}", rng.uniform(0.0, 3000.0, n), curtail[int(rng.integers(0, 3))])
            for k in range(int(rng.integers(0, 3)))
        ),
        import_price_cny_per_kwh=prices,
        export_price_cny_per_kwh=prices - rng.choice([0.0, 0.1, 0.4]),
        import_limit_kw=np.full(n, rng.choice([3500.0, 5000.0, 9000.0])),
        export_limit_kw=np.full(n, rng.choice([0.0, 2000.0, 9000.0])),
        demand=None
        if rng.random() < 0.3
        else DemandCharge(
            price_cny_per_kw=float(rng.choice([0.0, 1.0, 38.0])),
            peak_so_far_kw=float(rng.choice([0.0, 1500.0, 3000.0])),
        ),
        storage=a_storage(
            charge_kw=rng.uniform(0.0, 3000.0),
            discharge_kw=rng.uniform(0.0, 3000.0),
            energy_min_kwh=empty_kwh,
            energy_max_kwh=energy_kwh,
            charge_efficiency_ratio=float(rng.choice([1.0, 0.95, 0.9])),
            discharge_efficiency_ratio=float(rng.choice([1.0, 0.95])),
            standing_loss_ratio_per_h=float(rng.choice([0.0, 0.002, 0.02])),
            cycle_cost_cny_per_kwh=float(rng.choice([0.0, 0.05, 0.1])),
        ),
        energy_start_kwh=rng.uniform(empty_kwh, energy_kwh),
        energy_end_min_kwh=None if rng.random() < 0.4 else 0.9 * rng.uniform(0.0, energy_kwh),
    )


def solved(day: DayProblem) -> SlopeAnswer:
    case = slope_case(day)
    assert isinstance(case, SlopeCase)
    answer = solve_by_slopes(case)
    assert answer is not None
    return answer


@given(seed=st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_solve_by_slopes__equals_the_linear_model_and_proves_it(seed: int) -> None:
    day = a_random_day(seed)
    case = slope_case(day)
    if isinstance(case, NotSlope):
        return
    answer, solution = solve_by_slopes(case), solve(build_model(day), time_limit_s=10.0, gap=0.0)
    if solution.objective is None or answer is None:
        assert (solution.objective is None) == (answer is None)
        return
    turned_over = np.abs(day.import_price_cny_per_kwh) @ day.load_kw * day.step_h
    scale_cny = max(abs(solution.objective), float(turned_over), 1.0)
    assert abs(answer.upper_cny - solution.objective) <= CLOSE * scale_cny
    assert answer.lower_cny <= answer.upper_cny + CLOSE * scale_cny
    assert answer.upper_cny - answer.lower_cny <= CLOSE * scale_cny
    assert check(day, answer.plan).accepted


def test_solve_by_slopes__shaves_the_peak_of_a_plain_day() -> None:
    dear = DemandCharge(price_cny_per_kw=3.0, peak_so_far_kw=0.0)

    answer = solved(a_day(demand=dear))

    assert answer.gap_ratio < CLOSE
    assert answer.looks > 1
    assert answer.plan.saving_cny is not None
    assert answer.plan.saving_cny > 0.0


def test_solve_by_slopes__leaves_a_day_without_any_plan_to_the_linear_model() -> None:
    case = slope_case(a_day(import_limit_kw=np.full(96, 100.0), plants=()))

    assert isinstance(case, SlopeCase)
    assert solve_by_slopes(case) is None


def test_solve_by_slopes__pays_nothing_for_a_peak_that_the_month_has_reached() -> None:
    reached = DemandCharge(price_cny_per_kw=38.0, peak_so_far_kw=9000.0)

    assert solved(a_day(demand=reached)).upper_cny == pytest.approx(
        solved(a_day(demand=None)).upper_cny, rel=CLOSE
    )
