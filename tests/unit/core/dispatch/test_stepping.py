"""What a step answers: values that are no numbers are no plan."""

from dataclasses import replace

import numpy as np

from rolling_park import long_park, window
from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.model import SolveStatus
from taihang.core.dispatch.stepping import stepped_of
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
