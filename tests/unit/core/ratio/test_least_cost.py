from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.highs import solve
from taihang.core.dispatch.model import Block, LinearModel, SolveStatus
from taihang.core.ratio.least_cost import CELLS_MAX, CostProblemError, least_cost

_Row = tuple[tuple[Fraction, ...], Fraction]


@st.composite
def _problems(draw: st.DrawFn) -> tuple[list[Fraction], list[_Row]]:
    n, m = draw(st.integers(1, 4)), draw(st.integers(0, 5))
    small = st.integers(-4, 4).map(Fraction)
    cost = [Fraction(draw(st.integers(0, 9))) for _ in range(n)]
    rows = [(tuple(draw(small) for _ in range(n)), draw(small)) for _ in range(m)]
    return cost, rows


def _by_solver(cost: list[Fraction], rows: list[_Row]) -> float | None:
    """What HiGHS makes of the same problem: the least cost, None where there is none."""
    n, m = len(cost), len(rows)
    dense = np.array([[float(a) for a in row] for row, _ in rows]).reshape(m, n)
    model = LinearModel(
        column_cost=np.array([float(c) for c in cost]),
        column_lower=np.zeros(n),
        column_upper=np.full(n, np.inf),
        column_integer=np.zeros(n, np.bool_),
        row_lower=np.array([float(b) for _, b in rows]),
        row_upper=np.full(m, np.inf),
        start=(np.arange(n + 1) * m).astype(np.int32),
        index=np.tile(np.arange(m), n).astype(np.int32),
        value=dense.T.ravel(),
        columns=(Block("x", 0, n),),
        rows=(Block("demand", 0, m),),
    )
    found = solve(model, time_limit_s=5, gap=0)
    return found.objective if found.status is SolveStatus.OPTIMAL else None


@given(_problems())
def test_least_cost__agrees_with_a_solver_and_keeps_every_demand_exactly(
    problem: tuple[list[Fraction], list[_Row]],
) -> None:
    cost, rows = problem

    found = least_cost(cost, rows)

    expected = _by_solver(cost, rows)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert min(found) >= 0
        assert all(sum(a * x for a, x in zip(row, found, strict=True)) >= b for row, b in rows)
        total = sum(c * x for c, x in zip(cost, found, strict=True))
        assert float(total) == pytest.approx(expected, abs=1e-6)


def test_least_cost__does_nothing_where_nothing_is_asked() -> None:
    assert least_cost([Fraction(1), Fraction(0)], []) == (0, 0)


def test_least_cost__refuses_a_cost_below_zero() -> None:
    with pytest.raises(CostProblemError, match="costs of 0 or more"):
        least_cost([Fraction(-1)], [])


def test_least_cost__refuses_a_problem_at_its_limit() -> None:
    rows = [((Fraction(1),), Fraction(0))] * (CELLS_MAX // 100)

    with pytest.raises(CostProblemError, match="cells"):
        least_cost([Fraction(1)], rows)
