"""Sizing by decomposition finds what the whole linear model finds, and never bounds above it."""

from functools import cache

import numpy as np
import pytest

from sizing_park import loops, random_sizing
from taihang.adapters import highs
from taihang.adapters.highs_growing import HighsGrowingModel
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.model import Solution, SolveStatus
from taihang.core.dispatch.sizing.answer import gap_of, solution_of
from taihang.core.dispatch.sizing.case import SizingCase, sizing_case
from taihang.core.dispatch.sizing.search import LOOKS_MAX, Ended, Met, Search

STUDIES = 60
GAP = 1e-8
SAME_RATIO = 1e-6
BOUND_RATIO = 1e-9


@cache
def ended(seed: int) -> tuple[Search, Met, Assembled, Solution]:
    problem = random_sizing(seed)
    case = sizing_case(problem)
    assert isinstance(case, SizingCase)
    search = Search(case, loops=loops(), make=HighsGrowingModel)
    met = search.close(gap=GAP)
    assert met is not None
    assembled = problem.assembled()
    whole = highs.solve(assembled.model, time_limit_s=60.0, gap=0.0)
    return search, met, assembled, whole


@pytest.mark.parametrize("seed", range(STUDIES))
def test_search__costs_what_the_whole_model_costs_and_bounds_it_from_below(seed: int) -> None:
    search, met, assembled, whole = ended(seed)
    if whole.objective is None:
        assert met.ended is not Ended.PROVEN
        return
    size = max(abs(whole.objective), 1.0)

    assert met.outside.cny <= whole.objective + BOUND_RATIO * size

    if met.ended is Ended.PROVEN:
        found = solution_of(search, met, assembled)
        assert found is not None
        assert found.values is not None
        assert found.bound is not None
        assert assembled.model.violation(found.values) <= 1e-6
        assert abs((found.objective or 0.0) - whole.objective) <= SAME_RATIO * size
        assert found.bound <= whole.objective + BOUND_RATIO * size
        assert gap_of(found) <= SAME_RATIO


def test_search__ends_with_a_proof_in_two_of_three_and_says_when_it_does_not() -> None:
    ends = [ended(seed)[1] for seed in range(STUDIES)]

    assert sum(met.ended is Ended.PROVEN for met in ends) >= 2 * STUDIES // 3
    assert max(met.looks for met in ends) <= LOOKS_MAX + 4


def test_search__every_cut_is_below_the_whole_model_at_any_sizes() -> None:
    for seed in range(10):
        search, met, assembled, whole = ended(seed)
        if whole.values is None or whole.status is not SolveStatus.OPTIMAL:
            continue
        x = variables_of(search.case, assembled, whole.values)
        limit = search.case.budgets.limit_kwh.at(x)
        sizes = float(search.case.variables.cost_cny @ x)
        for cut in search.outside.cuts:
            lower = sizes + cut.base_cny + float(cut.slope @ x) - float(cut.prices @ limit)
            assert lower <= (whole.objective or 0.0) + 1e-7 * abs(whole.objective or 1.0)
        assert met.looks == len(search.outside.cuts)


def variables_of(case: SizingCase, assembled: Assembled, values: np.ndarray) -> np.ndarray:
    """Return the variables of the decomposition at a vector of the whole model."""
    model, months = assembled.model, iter(())
    x = list[float]()
    for block in model.columns:
        if block.name.endswith((".excess_kw", ".rise_kw")):
            months = iter(values[block.span])
    for name in case.variables.names:
        if name == "month":
            x.append(float(next(months)))
        elif name == "start":
            x.append(float(model.part(values, name="battery.energy_kwh")[-1]))
        else:
            x.append(float(model.part(values, name=f"{name} added")[0]))
    return np.array(x)
