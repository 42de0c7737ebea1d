"""The whole way of a plan: released with its verdict, its gap and the other bill, or not at all."""

import json
from dataclasses import replace

import numpy as np
import pytest

from park_case import EFFORT, battery, bus, demand_charge, grid, load, planned, problem
from random_parks import random_park
from slope_parks import plain_park
from taihang.adapters.highs import solve
from taihang.core.dispatch.model import LinearModel, Solution, SolveStatus
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.case import AGREE_CNY, AGREE_KWH
from taihang.core.dispatch.slope.case import NotSlope, Reason
from taihang.core.dispatch.slope.search import find_plan
from taihang.services.plan_park import Method, Release, plan_park, release_document
from whole_park import N, whole_park

PARK = [
    bus("el"),
    load("l", "el", [50.0, 120.0, 90.0]),
    grid("g", "el", import_price_cny_per_kwh=[0.2, 0.9, 0.5]),
    battery("b", "el", charge_kw=40.0, energy_kwh=80.0, soc_start_ratio=0.0),
]


def test_plan_park__releases_with_verdict_gap_and_the_other_bill() -> None:
    release = planned(whole_park(), n_steps=N)

    facts = release_document(release)
    assert release.verdict is not None
    assert release.verdict.accepted
    assert release.gap is not None
    assert release.gap < 1e-9
    assert isinstance(facts["saving_cny"], float)
    assert facts["saving_cny"] > 0.0
    assert json.loads(json.dumps(facts)) == facts


def test_plan_park__a_vector_that_lies_is_not_released() -> None:
    def lying(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        solution = solve(model, time_limit_s=time_limit_s, gap=gap)
        assert solution.values is not None
        return replace(solution, values=np.zeros_like(solution.values))

    release = plan_park(problem(PARK, n_steps=3), solve=lying, effort=EFFORT)

    assert release.plan is None
    assert release.verdict is not None
    assert "balance" in {one.rule for one in release.verdict.broken}


def test_plan_park__no_answer_in_time_is_no_plan_and_no_blame() -> None:
    def late(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        del model, time_limit_s, gap
        return Solution(SolveStatus.NO_ANSWER, None, None, None, 0)

    release = plan_park(problem(PARK, n_steps=3), solve=late, effort=EFFORT)

    assert (release.plan, release.breaches, release.gap) == (None, (), None)
    assert release_document(release)["status"] == "no-answer"


def test_plan_park__the_same_problem_gives_the_same_bytes() -> None:
    first, second = (
        json.dumps(release_document(planned(whole_park(), n_steps=N))) for _ in range(2)
    )

    assert first == second


def test_plan_park__random_parks_are_released_or_told_why_not() -> None:
    released = 0
    for seed in range(60):
        release = plan_park(problem(random_park(seed), n_steps=24), solve=solve, effort=EFFORT)
        if release.plan is None:
            assert release.verdict is None, f"park {seed}: {release.verdict}"
            assert release.breaches, f"park {seed} has neither a plan nor a reason"
            continue
        released += 1
        assert release.verdict is not None
        assert release.verdict.agrees_kwh < AGREE_KWH
        assert release.verdict.agrees_cny < AGREE_CNY

    assert released >= 40


def by_slopes() -> Release:
    return plan_park(one_store(), solve=solve, effort=EFFORT, loops=lambda: find_plan)


def one_store() -> ParkProblem:
    return plain_park(demand_charge("peak", "gate", 3.0), n_steps=24)


def test_plan_park__takes_the_programme_of_one_store_and_says_so() -> None:
    release, linear = by_slopes(), plan_park(one_store(), solve=solve, effort=EFFORT)

    facts = release_document(release)
    assert (facts["method"], facts["why_linear"]) == ("slope-dp", None)
    assert release.plan is not None
    assert linear.plan is not None
    assert release.plan.total_cny == pytest.approx(linear.plan.total_cny, rel=1e-9)
    assert release.gap is not None
    assert release.gap < 1e-9
    assert release.marginals is not None
    assert release.idle is not None


def test_plan_park__says_why_the_linear_model_was_taken() -> None:
    without = plan_park(one_store(), solve=solve, effort=EFFORT)
    whole = plan_park(
        problem(whole_park(), n_steps=N), solve=solve, effort=EFFORT, loops=lambda: find_plan
    )

    assert release_document(without)["method"] == Method.LINEAR.value
    assert without.why_linear == NotSlope(Reason.COMPILER, "", None)
    assert whole.why_linear is not None
    assert whole.why_linear.reason is Reason.ASSET


def test_plan_park__leaves_a_park_without_a_plan_to_the_linear_model_that_explains_it() -> None:
    needy = load("more", "a", 1e5)

    release = plan_park(
        plain_park(needy, n_steps=24), solve=solve, effort=EFFORT, loops=lambda: find_plan
    )

    assert release.why_linear == NotSlope(Reason.NO_PLAN, "", None)
    assert release.breaches
