"""The stack: what is committed is one column, and the tail is what sorting says it is."""

import numpy as np
import pytest

from bid_case import bids, market, plain_park, random_bids, scenario
from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.stochastic.bid_problem import BidProblem
from taihang.core.dispatch.stochastic.recourse import shared_blocks
from taihang.core.dispatch.stochastic.risk import Risk
from taihang.core.dispatch.stochastic.stack import Stack, shared_values, stacked


def test_stacked__with_nothing_shared_is_the_sum_of_the_scenarios() -> None:
    problem = random_bids(3)
    parts = [problem.assembled(one, ()) for one in problem.scenarios]
    risk = Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=1.0)

    stack = stacked(parts, probability_ratio=problem.probability_ratio, groups={}, risk=risk)

    whole = solve_exactly(stack.assembled, solve=solve, time_limit_s=20.0, gap=1e-9)
    alone = [solve_exactly(part, solve=solve, time_limit_s=20.0, gap=1e-9) for part in parts]
    sums = sum(
        chance * (found.solution.objective or 0.0)
        for chance, found in zip(problem.probability_ratio, alone, strict=True)
    )
    assert whole.solution.objective == pytest.approx(sums, abs=1e-6)


def test_stacked__every_column_of_a_scenario_has_one_place_of_its_own() -> None:
    problem = random_bids(5)
    stack = _shared(problem.risk)

    model = stack.assembled.model
    for place in stack.places:
        assert len(set(place.tolist())) == len(place)
    bought = [block for block in model.columns if block.name == "spot.bought_kw"]
    assert [block.size for block in bought] == [2]
    assert len(model.column_names) == model.n_columns
    assert len(model.row_names) == model.n_rows


def test_stacked__objective_is_mean_and_tail_of_the_costs() -> None:
    risk = Risk(cvar_weight_ratio=0.6, cvar_tail_ratio=0.3)
    stack = _shared(risk)

    found = solve_exactly(stack.assembled, solve=solve, time_limit_s=20.0, gap=1e-9)

    values = found.solution.values
    assert values is not None
    problem = _two()
    parts = [problem.assembled(one, ()) for one in problem.scenarios]
    costs = [
        float(part.model.column_cost @ values[place])
        for part, place in zip(parts, stack.places, strict=True)
    ]
    assert found.solution.objective == pytest.approx(
        risk.of(np.array(costs), np.array([0.5, 0.5])), abs=1e-6
    )


def test_shared_values__are_alike_where_the_group_is() -> None:
    stack = _shared(Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=1.0))
    problem = _two()
    part = problem.assembled(problem.scenarios[0], ())
    values = np.arange(stack.assembled.model.n_columns, dtype=np.float64)

    bought = shared_values(stack, part, "spot.bought_kw", values)

    assert bought.shape == (2, 2)
    assert (bought[0] == bought[1]).all()


def _two() -> BidProblem:
    rows = [
        scenario("a", 0.5, plain_park([100.0, 100.0]), day_ahead=[0.4] * 2, real_time=[0.5, 0.9]),
        scenario("b", 0.5, plain_park([300.0, 300.0]), day_ahead=[0.4] * 2, real_time=[0.1, 0.2]),
    ]
    return bids(rows, market(2))


def _shared(risk: Risk) -> Stack:
    problem = _two()
    parts = [problem.assembled(one, ()) for one in problem.scenarios]
    names = shared_blocks(parts[0], problem.market, (), ())
    groups = {name: np.zeros((2, 2), np.int64) for name in names}
    return stacked(parts, probability_ratio=np.array([0.5, 0.5]), groups=groups, risk=risk)
