"""A front is what each limit costs alone, and is never better where more is asked."""

from itertools import pairwise

import numpy as np

from sizing_park import random_sizing, tools
from taihang.adapters import highs
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.sizing.case import SizingCase, Why, sizing_case
from taihang.core.dispatch.sizing.front import FrontPoint, FrontStatus, at_limit, front_of

GAP = 1e-7


def problem_with(kind: str, seed: int) -> ParkProblem:
    found = [
        problem
        for problem in (random_sizing(one) for one in range(seed, seed + 300))
        if isinstance(case := sizing_case(problem), SizingCase)
        and case.budgets.kinds == (kind,)
        and case.year.law.wear_cny_per_kwh > 0.05
        and case.battery.soc_start_ratio is None
    ]
    return found[0]


def drawn(problem: ParkProblem, kind: str, limits: list[float]) -> tuple[FrontPoint, ...]:
    found = front_of(problem, kind=kind, limits=limits, tools=tools(), gap=GAP)
    assert not isinstance(found, Why)
    return found


def test_front_of__costs_at_each_limit_what_the_whole_model_costs_there() -> None:
    for kind, limits in (
        ("feed-back", [0.02, 0.1, 0.2, 0.3]),
        ("green-share", [0.1, 0.2, 0.3, 0.4]),
    ):
        for seed in (0, 100, 200):
            problem = problem_with(kind, seed)
            points = drawn(problem, kind, limits)

            for point in points:
                asked = at_limit(problem, kind=kind, limit_ratio=point.limit_ratio)
                whole = highs.solve(asked.assembled().model, time_limit_s=60.0, gap=0.0)
                if point.status is FrontStatus.PROVEN:
                    assert whole.objective is not None
                    assert point.cost_cny is not None
                    assert point.bound_cny is not None
                    size = max(abs(whole.objective), 1.0)
                    assert abs(point.cost_cny - whole.objective) <= 1e-6 * size
                    assert point.bound_cny <= whole.objective + 1e-9 * size
                    assert (point.gap_ratio or 0.0) <= GAP


def test_front_of__never_gets_cheaper_where_more_is_asked_and_reaches_what_is() -> None:
    problem = problem_with("green-share", 0)
    limits = np.linspace(0.05, 0.9, 12).tolist()

    points = drawn(problem, "green-share", limits)

    costs = [one.cost_cny for one in points if one.status is FrontStatus.PROVEN]
    told = [cost for cost in costs if cost is not None]
    assert len(told) >= 2
    assert all(a <= b + 1e-6 * abs(b) for a, b in pairwise(told))
    for point in points:
        if point.cost_cny is not None:
            assert point.ratios["green-share"] >= point.limit_ratio - 1e-9
            assert set(point.sizes) >= {"battery.charge_kw", "battery.energy_kwh"}


def test_front_of__takes_few_looks_for_a_limit_beside_one_that_is_known() -> None:
    problem = problem_with("feed-back", 0)

    points = drawn(problem, "feed-back", [0.2, 0.201, 0.202, 0.203])

    assert max(one.looks for one in points[1:]) < points[0].looks


def test_front_of__looks_no_further_where_a_green_share_cannot_be_reached() -> None:
    problem = problem_with("green-share", 0)

    points = drawn(problem, "green-share", [5.0, 6.0])

    assert [one.status for one in points] == [FrontStatus.NONE, FrontStatus.NONE]
    assert points[1].looks == 0
    assert points[1].gap_ratio is None
