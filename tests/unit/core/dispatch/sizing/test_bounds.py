"""Mixtures keep every budget, and cuts bound what they can cost."""

import numpy as np

from sizing_park import loops, random_sizing
from taihang.adapters.highs_growing import HighsGrowingModel
from taihang.core.dispatch.sizing.bounds import Inside, Outside
from taihang.core.dispatch.sizing.case import SizingCase, sizing_case
from taihang.core.dispatch.sizing.oracle import Oracle


def case_with(kinds: int) -> SizingCase:
    for seed in range(200):
        case = sizing_case(random_sizing(seed))
        if isinstance(case, SizingCase) and len(case.budgets.kinds) == kinds:
            return case
    raise AssertionError(kinds)


def test_inside__mixes_points_until_all_budgets_are_kept_and_says_so() -> None:
    for kinds in (1, 2, 3):
        case = case_with(kinds)
        oracle, rng = Oracle(case, loops=loops()), np.random.default_rng(kinds)
        inside = Inside(case, make=HighsGrowingModel)
        for _ in range(40):
            x = rng.uniform(size=len(case.variables.upper)) * case.variables.upper
            found = oracle.ask(x, rng.uniform(0.0, 1.0, kinds))
            assert found is not None
            inside.add(found[1], unserved_cny=oracle.unserved_cny)
        bound = inside.solve()
        assert bound is not None

        taken = sum(
            weight * case.budgets.taken_kwh(point.flows_kwh)
            for weight, point in zip(bound.weights, inside.points, strict=True)
        )
        assert abs(float(bound.weights.sum()) - 1.0) <= 1e-9
        if bound.is_kept:
            assert (taken <= case.budgets.limit_kwh.at(bound.x) + 1e-9).all()


def test_outside__never_falls_when_cuts_are_added_and_stays_below_inside() -> None:
    case = case_with(2)
    oracle, rng = Oracle(case, loops=loops()), np.random.default_rng(3)
    outside, inside = (kind(case, make=HighsGrowingModel) for kind in (Outside, Inside))
    assert isinstance(outside, Outside)
    assert isinstance(inside, Inside)
    before = -np.inf
    for _ in range(15):
        x = rng.uniform(size=len(case.variables.upper)) * case.variables.upper
        found = oracle.ask(x, rng.uniform(0.0, 0.5, 2))
        assert found is not None
        outside.add(found[0])
        inside.add(found[1], unserved_cny=oracle.unserved_cny)
        below, above = outside.solve(), inside.solve()
        assert below is not None
        assert above is not None

        assert below.cny >= before - 1e-6 * abs(before)
        assert below.cny <= above.cny + 1e-6 * abs(above.cny)
        before = below.cny
