"""What a step answers: values that are no numbers are no plan."""

from dataclasses import replace

import numpy as np

from random_windows import walk
from rolling_park import long_park, window
from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.model import LinearModel, Solution, SolveStatus
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.stepping import NO_ANSWER, planned, stepped_of
from taihang.core.dispatch.window import standing_at, standing_of


def test_stepped_of__bounds_hold_the_bill_and_a_fee() -> None:
    park = long_park()
    own = standing_at(window(park, 0), standing_of(park))
    assembled = replace(own.assembled(), fixed_cny=100.0)

    found = solve_exactly(assembled, solve=solve, time_limit_s=9.0, gap=1e-9)
    stepped = stepped_of(own, assembled, found)

    assert stepped.plan is not None
    assert stepped.upper_cny is not None
    assert stepped.lower_cny is not None
    assert abs(stepped.upper_cny - (stepped.plan.total_cny + 100.0)) < 1e-6
    assert abs(stepped.upper_cny - stepped.lower_cny) < 1e-6


def test_stepped_of__a_vector_with_nan_is_no_plan() -> None:
    park = long_park()
    own = standing_at(window(park, 0), standing_of(park))
    assembled = own.assembled()
    found = solve_exactly(assembled, solve=solve, time_limit_s=9.0, gap=1e-9)
    values = np.full(assembled.model.n_columns, np.nan)
    odd = replace(found, solution=replace(found.solution, values=values))

    stepped = stepped_of(own, assembled, odd)

    assert (stepped.plan, stepped.status) == (None, SolveStatus.NO_ANSWER)


def test_planned__without_time_for_the_proof_a_plan_runs_one_way_with_a_known_gap() -> None:
    plans = 0
    for seed in range(6):
        for own in walk(seed):
            assembled = own.assembled()

            def impatient(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
                if model.column_integer.any():
                    return NO_ANSWER
                return solve(model, time_limit_s=time_limit_s, gap=gap)

            found = planned(
                own,
                assembled,
                solve=impatient,
                last_solve=solve,
                time_limit_s=9.0,
                gap=1e-9,
            )
            if found.status is not SolveStatus.FEASIBLE or found.plan is None:
                continue
            plans += 1
            due = solve_exactly(assembled, solve=solve, time_limit_s=9.0, gap=1e-9)
            assert recheck(own.echo(), found.plan.document()).accepted
            assert due.solution.objective is not None
            cny = due.solution.objective + assembled.fixed_cny
            assert found.lower_cny is not None
            assert found.upper_cny is not None
            assert found.lower_cny - 1e-5 <= cny <= found.upper_cny + 1e-5
    assert plans >= 20
