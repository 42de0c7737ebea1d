"""The programme equals the linear model, proves it, and passes the referee; plain and compiled."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import Table, demand_charge
from slope_parks import a_case, compiled_plan, plain_park, slope_park
from taihang.adapters.highs import solve
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.marginal import marginals_of
from taihang.core.dispatch.model import SolveStatus
from taihang.core.dispatch.park_plan import plan_of
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.slope import search
from taihang.core.dispatch.slope.case import NotSlope, Reason, slope_case
from taihang.core.dispatch.slope.shapes import FindPlan
from taihang.core.dispatch.slope.solve import as_exact, solve_by_slopes

CLOSE = 1e-9
"""Share of the money turned over by which two optima may differ."""
ABOVE = 1e-12
"""Share of it by which rounding may put a bound above the optimum."""
HORIZONS = 1000


def rebuilt(assembled: Assembled) -> Exact:
    return solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=0.0)


def held_to_the_linear_model(park: ParkProblem, find_plan: FindPlan) -> bool:
    """Hold one park to the linear model; say whether the programme took it."""
    case, assembled = slope_case(park), park.assembled()
    if isinstance(case, NotSlope):
        return False
    found = solve_by_slopes(case, find_plan=find_plan)
    if isinstance(found, NotSlope):
        if found.reason is Reason.NO_PLAN:
            assert rebuilt(assembled).solution.status is SolveStatus.INFEASIBLE
        return False
    exact = as_exact(case, found, assembled)
    if isinstance(exact, NotSlope):
        assert exact.reason is Reason.RULE
        return False
    own, best = exact.solution, rebuilt(assembled).solution
    assert own.values is not None
    assert own.objective is not None
    assert own.bound is not None
    assert best.values is not None
    assert best.objective is not None
    turned_over = max(float(np.abs(assembled.model.column_cost) @ np.abs(best.values)), 1.0)
    assert abs(own.objective - best.objective) <= CLOSE * turned_over
    assert own.objective - own.bound <= CLOSE * turned_over
    assert own.bound - best.objective <= ABOVE * turned_over
    assert found.upper_cny - assembled.fixed_cny == pytest.approx(
        own.objective, abs=CLOSE * turned_over
    )
    assert recheck(park.echo(), plan_of(park, assembled, own.values).document()).accepted
    return True


def test_solve_by_slopes__equals_the_rebuilt_model_on_a_thousand_horizons_compiled() -> None:
    find_plan = compiled_plan()
    assert find_plan is not None, "the lock file of the tests holds numba"

    taken = sum(held_to_the_linear_model(slope_park(seed), find_plan) for seed in range(1450))

    assert taken >= HORIZONS


@given(seed=st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_solve_by_slopes__equals_the_rebuilt_model_as_plain_python(seed: int) -> None:
    held_to_the_linear_model(slope_park(seed), search.find_plan)


@given(seed=st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_solve_by_slopes__gives_the_same_bytes_plain_and_compiled(seed: int) -> None:
    find_plan, case = compiled_plan(), slope_case(slope_park(seed))
    if find_plan is None or isinstance(case, NotSlope):
        return
    plain = solve_by_slopes(case, find_plan=search.find_plan)
    same = solve_by_slopes(case, find_plan=find_plan)

    if isinstance(plain, NotSlope) or isinstance(same, NotSlope):
        assert plain == same
        return
    for one, other in zip(plain.answer, same.answer, strict=True):
        assert one.tobytes() == other.tobytes()


@given(seed=st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_as_exact__its_prices_are_a_dual_solution_of_the_model(seed: int) -> None:
    park = slope_park(seed)
    case, assembled = slope_case(park), park.assembled()
    found = (
        case if isinstance(case, NotSlope) else solve_by_slopes(case, find_plan=search.find_plan)
    )
    if isinstance(case, NotSlope) or isinstance(found, NotSlope):
        return
    exact = as_exact(case, found, assembled)
    if isinstance(exact, NotSlope):
        return
    model, solution = assembled.model, exact.solution
    assert solution.values is not None
    assert solution.column_prices is not None
    lower = np.where(solution.values > model.column_lower + 1e-6, solution.column_prices, 0.0)
    upper = np.where(solution.values < model.column_upper - 1e-6, -solution.column_prices, 0.0)
    close = 1e-7 * max(1.0, float(np.abs(model.column_cost).max()))
    assert max(lower.max(), upper.max()) < close


def test_as_exact__tells_the_price_of_the_bus_and_the_worth_of_the_battery() -> None:
    park = plain_park(demand_charge("peak", "gate", 3.0))
    case, assembled = a_case(park), park.assembled()
    found = solve_by_slopes(case, find_plan=search.find_plan)
    assert not isinstance(found, NotSlope)
    exact = as_exact(case, found, assembled)
    assert not isinstance(exact, NotSlope)

    own, other = marginals_of(assembled, exact.solution), rebuilt(assembled).solution
    theirs = marginals_of(assembled, other)

    assert own is not None
    assert theirs is not None
    assert own.bus_cny_per_kwh["a"].mean() == pytest.approx(
        theirs.bus_cny_per_kwh["a"].mean(), rel=0.05
    )
    assert own.size_cny_per_unit["store.energy_kwh"] > 0.0


def test_solve_by_slopes__leaves_a_park_without_any_plan_to_the_linear_model() -> None:
    needy: Table = ("load", {"id": "more", "bus": "a", "load_kw": 1e5, **NOTHING_SHED})

    found = solve_by_slopes(a_case(plain_park(needy)), find_plan=search.find_plan)

    assert found == NotSlope(Reason.NO_PLAN, "", None)


NOTHING_SHED = {"shed_max_ratio": 0.0, "shed_price_cny_per_kwh": "none"}


@pytest.mark.parametrize(
    ("import_cny", "export_cny", "reason", "asset"),
    [(0.5, 0.6, Reason.LOOPS, ""), (-2.0, -2.5, Reason.BURNS, "store")],
)
def test_solve_by_slopes__says_in_which_interval_a_cost_is_not_convex(
    import_cny: float, export_cny: float, reason: Reason, asset: str
) -> None:
    case = a_case(plain_park())
    case.case.node.flow_cny_per_kwh[40, [0, -1]] = export_cny, import_cny
    case.case.node.flow_kwh[40, 1] = 0.0

    found = solve_by_slopes(case, find_plan=search.find_plan)

    assert found == NotSlope(reason, asset, 40)


def test_as_exact__leaves_a_rule_that_binds_to_the_linear_model() -> None:
    rule: Table = (
        "green_ratio",
        {"id": "share", "kind": "green-share", "limit_ratio": 0.99, "losses_in_load": False},
    )
    park = plain_park(rule)
    case = a_case(park)
    found = solve_by_slopes(case, find_plan=search.find_plan)

    assert not isinstance(found, NotSlope)
    assert as_exact(case, found, park.assembled()) == NotSlope(Reason.RULE, "", None)


@pytest.mark.parametrize("seed", [115_612, 273_836_872, 53, 152])
def test_solve_by_slopes__proves_parks_whose_best_peak_lies_on_a_kink(seed: int) -> None:
    assert held_to_the_linear_model(slope_park(seed), search.find_plan)


def test_as_exact__leaves_what_is_not_proven_to_the_linear_model() -> None:
    park = plain_park()
    case = a_case(park)
    found = solve_by_slopes(case, find_plan=search.find_plan)
    assert not isinstance(found, NotSlope)
    doubtful = replace(found, lower_cny=found.lower_cny - 1.0)

    assert as_exact(case, doubtful, park.assembled()) == NotSlope(Reason.GAP, "", None)
