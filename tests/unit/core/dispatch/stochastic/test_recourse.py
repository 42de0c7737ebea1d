"""The recourse keeps what was committed and does the best with the rest."""

import numpy as np
import pytest

from bid_case import random_bids
from park_case import EFFORT
from taihang.adapters.highs import solve
from taihang.core.dispatch.stochastic.bid_problem import BidProblem
from taihang.core.dispatch.stochastic.recourse import with_fixed
from taihang.services.plan_bids import plan_bids


def test_recourse__what_is_committed_is_the_same_in_every_scenario() -> None:
    problem = random_bids(4)
    flows = ("b.charge_kw", "b.discharge_kw")
    fixed = BidProblem(
        market=problem.market,
        offers=(),
        committed=flows,
        risk=problem.risk,
        scenarios=problem.scenarios,
    )

    release, free = (plan_bids(one, solve=solve, effort=EFFORT) for one in (fixed, problem))

    plans = [one.plan for one in release.recourses if one.plan is not None]
    assert len(plans) == 4
    for name in (*flows, "b.energy_kwh"):
        for plan in plans[1:]:
            assert plan.series[name] == pytest.approx(plans[0].series[name], abs=1e-6)
    assert release.objective_cny >= free.objective_cny - 1e-6
    assert release.first is not None


def test_recourse__costs_no_more_than_the_stack_said() -> None:
    for seed in range(8):
        release = plan_bids(random_bids(seed), solve=solve, effort=EFFORT)
        assert release.objective_cny == pytest.approx(release.decision.objective_cny, abs=1e-3)
        assert release.gap is not None
        assert release.gap < 1e-5


def test_with_fixed__cuts_noise_at_the_bounds() -> None:
    problem = random_bids(0)
    model = problem.assembled(problem.scenarios[0], ()).model

    fixed = with_fixed(model, {"spot.bought_kw": np.full(6, -1e-9)})

    span = next(block.span for block in model.columns if block.name == "spot.bought_kw")
    assert fixed.column_lower[span].tolist() == [0.0] * 6
    assert fixed.column_upper[span].tolist() == [0.0] * 6
