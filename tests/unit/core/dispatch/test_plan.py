"""The day plan: exactness against brute force, binaries only where needed, honest vectors."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dispatch_days import a_day, a_storage, days, grid_optimum, planned, solved, with_change
from taihang.adapters.highs import solve
from taihang.core.dispatch import plan as plan_module
from taihang.core.dispatch.model import LinearModel, SolveStatus
from taihang.core.dispatch.plan import PlanVectorError, build_model, idle_plan, plan_from
from taihang.core.dispatch.problem import DayProblem, DemandCharge, PlantGroup, StorageLimits
from taihang.core.dispatch.referee import Rule, check


def all_binaries(problem: DayProblem) -> LinearModel:
    """The same day with a binary for both directions in every interval."""

    def everywhere(day: DayProblem) -> NDArray[np.bool_]:
        return np.ones(day.n_steps, np.bool_)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_module, "_waste_pays", everywhere)
        patch.setattr(plan_module, "_loop_pays", everywhere)
        return build_model(problem)


def relaxed(model: LinearModel) -> LinearModel:
    """The same model with its binaries taken as fractions."""
    return dataclasses.replace(model, column_integer=np.zeros(model.n_columns, np.bool_))


@st.composite
def coarse_days(draw: st.DrawFn, *, efficiency_ratio: float) -> DayProblem:
    """Tiny days on whole kWh, for brute force; wide limits where the store is lossy."""
    n = draw(st.integers(1, 4))

    def whole(low: int, high: int) -> list[float]:
        return [float(v) for v in draw(st.lists(st.integers(low, high), min_size=n, max_size=n))]

    lossless = efficiency_ratio == 1.0
    plants = [PlantGroup("sun", np.array(whole(0, 4)), draw(st.sampled_from([None, 0.0, 0.5])))]
    limit = (1, 6) if lossless else (50, 50)
    return DayProblem(
        start_s=0,
        step_s=3600,
        time_zone="UTC",
        load_kw=np.array(whole(0, 5)),
        plants=tuple(plants[: draw(st.integers(0, 1))]),
        import_price_cny_per_kwh=np.array(whole(-3, 6)) / 4.0,
        export_price_cny_per_kwh=np.array(whole(-3, 5)) / 4.0,
        import_limit_kw=np.array(whole(*limit)),
        export_limit_kw=np.array(whole(*limit)),
        demand=None,
        storage=StorageLimits(
            charge_kw=2.0 if lossless else 50.0,
            discharge_kw=3.0 if lossless else 50.0,
            energy_min_kwh=1.0,
            energy_max_kwh=4.0,
            charge_efficiency_ratio=efficiency_ratio,
            discharge_efficiency_ratio=efficiency_ratio,
            standing_loss_ratio_per_h=0.0,
            cycle_cost_cny_per_kwh=draw(st.sampled_from([0.0, 0.1])),
        ),
        energy_start_kwh=draw(st.sampled_from([1.0, 2.0, 4.0])),
        energy_end_min_kwh=draw(st.none() | st.sampled_from([1.0, 3.0])),
    )


@given(problem=days())
@settings(max_examples=200, deadline=None)
def test_plan_from__any_day_is_accepted_by_the_referee_or_infeasible(problem: DayProblem) -> None:
    solution = solved(problem)

    if solution.values is None:
        assert solution.status is SolveStatus.INFEASIBLE
        return
    plan = plan_from(problem, solution.values)

    verdict = check(problem, plan)
    assert verdict.accepted, verdict.violations
    assert solution.objective == pytest.approx(plan.cost.total_cny, abs=1e-4)


@given(problem=days())
@settings(max_examples=100, deadline=None)
def test_plan_from__never_costs_more_than_an_idle_battery_that_is_allowed(
    problem: DayProblem,
) -> None:
    solution = solved(problem)
    idle = idle_plan(problem)
    end_kwh = problem.energy_end_min_kwh or 0.0
    keeps_all = (
        (idle.import_kw <= problem.import_limit_kw).all()
        and (idle.export_kw <= problem.export_limit_kw).all()
        and idle.energy_kwh.min() >= problem.storage.energy_min_kwh
        and idle.energy_kwh[-1] >= end_kwh
    )

    if not keeps_all:
        return
    assert solution.values is not None
    plan = plan_from(problem, solution.values)

    assert plan.saving_cny is not None
    assert plan.saving_cny >= -1e-6
    assert plan.do_nothing == idle.cost
    assert check(problem, idle).accepted


@given(problem=days())
@settings(max_examples=100, deadline=None)
def test_build_model__binaries_where_they_are_left_out_would_change_nothing(
    problem: DayProblem,
) -> None:
    some = solved(problem)
    every = solve(all_binaries(problem), time_limit_s=60.0, gap=0.0)

    assert (some.values is None) == (every.values is None)
    if some.objective is not None and every.objective is not None:
        assert some.objective == pytest.approx(every.objective, abs=1e-5)


@given(problem=coarse_days(efficiency_ratio=1.0))
@settings(max_examples=150, deadline=None)
def test_plan_from__equals_brute_force_on_whole_numbers(problem: DayProblem) -> None:
    best_cny = grid_optimum(problem, quantum_kwh=1.0)

    solution = solved(problem)

    if solution.values is None:
        assert best_cny == np.inf
    else:
        # Whole data and no losses make a network: some optimum lies on whole kWh.
        assert plan_from(problem, solution.values).cost.total_cny == pytest.approx(
            best_cny, abs=1e-6
        )


@given(problem=coarse_days(efficiency_ratio=0.9))
@settings(max_examples=60, deadline=None)
def test_plan_from__with_losses_lies_within_the_grid_error_of_brute_force(
    problem: DayProblem,
) -> None:
    quantum_kwh = 0.125
    best_cny = grid_optimum(problem, quantum_kwh=quantum_kwh)

    cost_cny = planned(problem).cost.total_cny

    # Rounding each level to the grid moves a change of energy by one quantum at most.
    dearest = 1.5 / 0.9 + 0.1
    assert cost_cny <= best_cny + 1e-6
    assert cost_cny >= best_cny - problem.n_steps * quantum_kwh * dearest


@given(problem=days(), shift=st.floats(0.2, 2.0))
@settings(max_examples=100, deadline=None)
def test_plan_from__negative_prices_never_charge_and_discharge_at_once(
    problem: DayProblem, shift: float
) -> None:
    worse = with_change(
        problem,
        import_price_cny_per_kwh=problem.import_price_cny_per_kwh - shift,
        export_price_cny_per_kwh=problem.export_price_cny_per_kwh - shift,
    )

    solution = solved(worse)

    if solution.values is not None:
        plan = plan_from(worse, solution.values)
        assert np.minimum(plan.charge_kw, plan.discharge_kw).max() == 0.0
        assert np.minimum(plan.import_kw, plan.export_kw).max() == 0.0


def test_build_model__negative_prices_need_their_binaries() -> None:
    full = a_storage(cycle_cost_cny_per_kwh=0.0)
    price = np.where(np.arange(96) < 48, -0.2, 0.5) + 0.05 * np.sin(np.arange(96))
    problem = a_day(
        import_price_cny_per_kwh=price,
        export_price_cny_per_kwh=price - 0.1,
        storage=full,
        demand=None,
    )
    model = build_model(problem)

    exact = solve(model, time_limit_s=60.0, gap=0.0)
    loose = solve(relaxed(model), time_limit_s=60.0, gap=0.0)

    assert int(model.column_integer.sum()) == 48
    assert exact.objective is not None
    assert loose.objective is not None
    assert loose.objective < exact.objective - 1.0


def test_plan_from__out_of_time_the_best_plan_so_far_is_still_a_plan() -> None:
    # Equal negative prices leave many equal plans: the proof takes far longer than this.
    price = np.where(np.arange(96) < 48, -0.2, 0.5)
    problem = a_day(
        import_price_cny_per_kwh=price,
        export_price_cny_per_kwh=price - 0.1,
        storage=a_storage(cycle_cost_cny_per_kwh=0.0),
        demand=None,
    )

    solution = solve(build_model(problem), time_limit_s=0.5, gap=0.0)

    if solution.values is None:
        assert solution.status is SolveStatus.NO_ANSWER
        return
    assert solution.status is SolveStatus.FEASIBLE
    verdict = check(problem, plan_from(problem, solution.values))
    assert {violation.rule for violation in verdict.violations} <= {Rule.WORSE}


def test_build_model__wear_above_the_gain_of_burning_needs_no_binary() -> None:
    # Burning 1 kWh wears 0.1 / (1 / 0.95² − 1) ≈ 0.926 CNY: no price here pays for that.
    problem = a_day(
        import_price_cny_per_kwh=np.full(96, -0.5), export_price_cny_per_kwh=np.full(96, -0.6)
    )

    model = build_model(problem)

    assert not model.column_integer.any()


def test_build_model__a_plain_day_is_a_linear_programme() -> None:
    model = build_model(a_day())

    assert not model.column_integer.any()
    assert len(model.column_names) == model.n_columns
    assert len(model.row_names) == model.n_rows
    assert "import_kw[95]" in model.column_names
    assert "curtail_kw pv[0]" in model.column_names


def test_plan_from__demand_charge_flattens_the_peak() -> None:
    load_kw = np.array([4.0, 4.0, 10.0, 4.0])
    wide = np.full(4, 100.0)
    problem = a_day(
        step_s=3600,
        load_kw=load_kw,
        plants=(),
        import_price_cny_per_kwh=np.full(4, 0.5),
        export_price_cny_per_kwh=np.zeros(4),
        import_limit_kw=wide,
        export_limit_kw=wide,
        demand=DemandCharge(price_cny_per_kw=30.0, peak_so_far_kw=5.0),
        storage=StorageLimits(
            charge_kw=10.0,
            discharge_kw=10.0,
            energy_min_kwh=0.0,
            energy_max_kwh=10.0,
            charge_efficiency_ratio=1.0,
            discharge_efficiency_ratio=1.0,
            standing_loss_ratio_per_h=0.0,
            cycle_cost_cny_per_kwh=0.0,
        ),
        energy_start_kwh=0.0,
        energy_end_min_kwh=None,
    )

    plan = planned(problem)

    # Two hours charge x each before the peak: 4 + x = 10 − 2·x, so x = 2 and the peak is 6 kW.
    assert plan.import_kw.max() == pytest.approx(6.0)
    assert plan.cost.demand_cny == pytest.approx(30.0)
    assert plan.do_nothing is not None
    assert plan.do_nothing.demand_cny == pytest.approx(150.0)


def test_plan_from__refuses_the_zeros_that_a_timed_out_solver_may_hand_back() -> None:
    problem = a_day()
    zeros = np.zeros(build_model(problem).n_columns)

    with pytest.raises(PlanVectorError) as caught:
        plan_from(problem, zeros)

    assert caught.value.code == "integrity.plan-vector"
    assert "grid flow" in caught.value.given


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_plan_from__refuses_a_vector_with_a_gap(bad: float) -> None:
    problem = a_day()
    values = solved(problem).values
    assert values is not None
    values[7] = bad

    with pytest.raises(PlanVectorError):
        plan_from(problem, values)


def test_plan_from__refuses_a_vector_of_another_model() -> None:
    with pytest.raises(PlanVectorError):
        plan_from(a_day(), np.zeros(3))


def test_plan_from__refuses_a_store_that_gains_energy_from_nothing() -> None:
    problem = a_day()
    values = solved(problem).values
    assert values is not None
    energy = build_model(problem).part(values, name="energy_kwh")
    energy[50:] += 1.0

    with pytest.raises(PlanVectorError) as caught:
        plan_from(problem, values)

    assert "stored energy" in caught.value.given


def test_plan_from__echoes_the_resolved_problem() -> None:
    problem = a_day()

    plan = planned(problem)

    assert plan.problem_echo == problem.echo()


def test_plan_from__same_problem_gives_the_same_bytes() -> None:
    first, second = planned(a_day()), planned(a_day())

    assert first.charge_kw.tobytes() == second.charge_kw.tobytes()
    assert first.export_kw.tobytes() == second.export_kw.tobytes()
    assert first.cost == second.cost


def test_idle_plan__curtails_the_cheapest_plant_first_where_export_is_full() -> None:
    n = 2
    problem = a_day(
        load_kw=np.full(n, 1.0),
        plants=(
            PlantGroup("dear", np.full(n, 4.0), 0.5),
            PlantGroup("cheap", np.full(n, 3.0), 0.1),
            PlantGroup("fixed", np.full(n, 2.0), None),
        ),
        import_price_cny_per_kwh=np.full(n, 0.5),
        export_price_cny_per_kwh=np.full(n, 0.3),
        import_limit_kw=np.full(n, 10.0),
        export_limit_kw=np.full(n, 4.0),
        demand=None,
    )

    plan = idle_plan(problem)

    # 9 kW against 1 kW of load and 4 kW of export leave 4 kW to curtail: 3 cheap, 1 dear.
    assert plan.curtail_kw.tolist() == [[1.0, 1.0], [3.0, 3.0], [0.0, 0.0]]
    assert plan.export_kw.tolist() == [4.0, 4.0]
    assert plan.saving_cny == pytest.approx(0.0)
