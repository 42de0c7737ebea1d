"""What is proven is said to be, and where burning pays the gap is told against a true bound."""

from dataclasses import replace

from sizing_park import random_connection, random_sizing, tools
from taihang.adapters import highs
from taihang.core.dispatch.model import SolveStatus
from taihang.core.dispatch.sizing.answer import gap_of
from taihang.core.dispatch.sizing.case import SizingCase, Why, sizing_case
from taihang.core.dispatch.sizing.sized import GAP_MOST, Sized, sized, with_wear


def test_sized__is_proven_or_says_why_and_is_never_bounded_above_the_optimum() -> None:
    kinds = set[Why | None]()
    for seed in range(60):
        problem = random_sizing(seed)
        case, assembled = sizing_case(problem), problem.assembled()
        assert isinstance(case, SizingCase)
        found = sized(case, assembled, tools=tools(), gap=1e-8)
        kinds.add(found.why)
        whole = highs.solve(assembled.model, time_limit_s=60.0, gap=0.0)
        if found.solution is None:
            assert found.why is Why.BROKEN, "who gives no plan must not be named as its maker"
            continue
        assert whole.objective is not None
        size = max(abs(whole.objective), 1.0)
        assert found.solution.values is not None
        assert assembled.model.violation(found.solution.values) <= 1e-6
        assert (found.solution.bound or 0.0) <= whole.objective + 1e-9 * size
        assert (found.solution.objective or 0.0) >= whole.objective - 1e-7 * size
        if found.why is None:
            assert gap_of(found.solution) <= GAP_MOST
            assert found.solution.status is SolveStatus.OPTIMAL
        else:
            assert found.solution.status is SolveStatus.FEASIBLE

    assert {None, Why.OPEN} <= kinds


def test_sized__never_runs_a_store_both_ways() -> None:
    for seed in range(30):
        problem = random_sizing(seed)
        case, assembled = sizing_case(problem), problem.assembled()
        assert isinstance(case, SizingCase)
        found: Sized = sized(case, assembled, tools=tools(), gap=1e-8)
        if found.solution is None or found.solution.values is None:
            continue
        values = found.solution.values
        for pair in assembled.one_ways:
            both = [min(a, b) for a, b in zip(values[pair.drawn], values[pair.given], strict=True)]
            assert max(both) <= 1e-9


def test_with_wear__changes_nothing_but_the_wear() -> None:
    case = sizing_case(random_sizing(0))
    assert isinstance(case, SizingCase)

    worn = with_wear(case, 0.3)

    assert worn.year.law.wear_cny_per_kwh == 0.3
    law = replace(case, year=worn.year).year.law
    assert law._replace(wear_cny_per_kwh=case.year.law.wear_cny_per_kwh) == case.year.law


def test_sized__finds_what_the_whole_model_finds_where_the_connection_is_chosen() -> None:
    proven, chosen = 0, 0
    for seed in range(60):
        problem = random_connection(seed)
        case, assembled = sizing_case(problem), problem.assembled()
        assert isinstance(case, SizingCase)
        found = sized(case, assembled, tools=tools(), gap=1e-8)
        whole = highs.solve(assembled.model, time_limit_s=60.0, gap=0.0)
        if found.solution is None or whole.objective is None:
            assert found.why is Why.BROKEN, "who gives no plan must not be named as its maker"
            continue
        size = max(abs(whole.objective), 1.0)
        assert found.solution.values is not None
        assert assembled.model.violation(found.solution.values) <= 1e-6
        assert (found.solution.bound or 0.0) <= whole.objective + 1e-9 * size
        assert (found.solution.objective or 0.0) >= whole.objective - 1e-7 * size
        if found.why is None:
            proven += 1
            assert (found.solution.objective or 0.0) <= whole.objective + 1e-6 * size
            at = case.variables.names.index("gate.connection_kw")
            added = next(one for one in assembled.model.columns if one.name.startswith("gate.con"))
            value = float(found.solution.values[added.span][0])
            chosen += 0.0 < value < case.variables.upper[at]

    assert proven >= 40
    assert chosen >= 20
