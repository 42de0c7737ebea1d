"""The solver adapter: checked vectors only, one thread, same model same answer."""

import dataclasses

import highspy
import numpy as np
import pytest

from park_case import problem
from taihang.adapters import highs
from taihang.adapters.highs import SolverRefusedModelError, SolverSettingError, solve
from taihang.core.dispatch.model import LinearModel, ModelBuilder, SolveStatus
from whole_park import N, whole_park

INF = float("inf")


def a_model(*, integer: bool = False, cost: float = -1.0, at_most: float = 2.5) -> LinearModel:
    """Maximise x + 2·y where x + y ≤ ``at_most``, x ≤ 2, y ≤ 1."""
    builder = ModelBuilder()
    x = builder.columns("x_kw", lower=0.0, upper=2.0, size=1, cost=cost, integer=integer)
    y = builder.columns("y_kw", lower=0.0, upper=1.0, size=1, cost=2.0 * cost)
    builder.rows("sum_kw", [(x, 1.0), (y, 1.0)], lower=-INF, upper=at_most)
    return builder.build()


def a_park() -> LinearModel:
    """A day of a park in which every kind of asset has something to do."""
    return problem(whole_park(), n_steps=N).assembled().model


def a_hard_model() -> LinearModel:
    """A knapsack of 400 things and 60 bounds: more than a blink of work."""
    rng = np.random.default_rng(7)
    builder = ModelBuilder()
    things = builder.columns(
        "take", lower=0.0, upper=1.0, size=400, cost=-rng.uniform(1.0, 2.0, 400), integer=True
    )
    rows = builder.rows("room", [(things[:60], 1.0)], lower=-INF, upper=40.0)
    for row in range(60):
        rest = things[60:]
        builder.add(np.full(len(rest), rows[row], np.int32), rest, value=rng.uniform(0.0, 1.0, 340))
    return builder.build()


def test_solve__finds_the_optimum_of_a_linear_programme() -> None:
    solution = solve(a_model(), time_limit_s=10.0, gap=0.0)

    assert solution.status is SolveStatus.OPTIMAL
    assert solution.values is not None
    assert solution.values.tolist() == [1.5, 1.0]
    assert solution.objective == pytest.approx(-3.5)
    assert solution.bound == pytest.approx(-3.5)


def test_solve__keeps_whole_columns_whole() -> None:
    solution = solve(a_model(integer=True), time_limit_s=10.0, gap=0.0)

    assert solution.values is not None
    assert solution.values.tolist() == [1.0, 1.0]
    assert solution.bound == pytest.approx(-3.0)


def test_solve__says_infeasible_without_a_vector() -> None:
    solution = solve(a_model(at_most=-1.0), time_limit_s=10.0, gap=0.0)

    assert solution.status is SolveStatus.INFEASIBLE
    assert solution.values is None
    assert solution.objective is None
    assert solution.bound is None


def test_solve__says_unbounded_without_a_vector() -> None:
    builder = ModelBuilder()
    x = builder.columns("x_kw", lower=0.0, upper=INF, size=2, cost=-1.0)
    builder.rows("difference_kw", [(x[:1], 1.0), (x[1:], -1.0)], lower=0.0, upper=0.0)

    solution = solve(builder.build(), time_limit_s=10.0, gap=0.0)

    assert solution.status is SolveStatus.UNBOUNDED
    assert solution.values is None


def test_solve__out_of_time_hands_back_no_vector() -> None:
    solution = solve(a_park(), time_limit_s=1e-9, gap=0.0)

    assert solution.status is SolveStatus.NO_ANSWER
    assert solution.values is None
    assert solution.objective is None


@pytest.mark.parametrize("time_limit_s", [0.001, 0.02, 0.1])
def test_solve__whatever_the_time_a_vector_keeps_every_row(time_limit_s: float) -> None:
    model = a_hard_model()

    solution = solve(model, time_limit_s=time_limit_s, gap=0.0)

    assert (solution.values is None) == (solution.status is SolveStatus.NO_ANSWER)
    if solution.values is not None:
        assert model.violation(solution.values) <= 1e-5
        assert solution.objective is not None
        assert solution.bound is None or solution.bound <= solution.objective + 1e-6


def test_solve__refuses_zeros_that_the_solver_calls_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    class Liar(highspy.Highs):
        def getSolution(self) -> highspy.HighsSolution:  # noqa: N802  # pyright: ignore[reportImplicitOverride]  # the name is the solver's
            solution = super().getSolution()
            solution.col_value = np.zeros(len(solution.col_value))
            return solution

    def a_liar(*, time_limit_s: float, gap: float) -> highspy.Highs:
        liar = Liar()
        liar.silent()
        assert (time_limit_s, gap) == (10.0, 0.0)
        return liar

    monkeypatch.setattr(highs, "solver_of", a_liar)

    solution = solve(a_park(), time_limit_s=10.0, gap=0.0)

    assert solution.status is SolveStatus.NO_ANSWER
    assert solution.values is None


def test_solve__same_model_gives_the_same_bytes() -> None:
    model = a_park()

    first = solve(model, time_limit_s=10.0, gap=0.0)
    second = solve(model, time_limit_s=10.0, gap=0.0)

    assert first.values is not None
    assert second.values is not None
    assert first.values.tobytes() == second.values.tobytes()
    assert first.iterations == second.iterations > 0


def test_solve__prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    solve(a_model(integer=True), time_limit_s=10.0, gap=0.0)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("time_limit_s", "gap"),
    [(0.0, 0.0), (-1.0, 0.0), (INF, 0.0), (float("nan"), 0.0), (1.0, -1e-9), (1.0, float("nan"))],
)
def test_solve__refuses_settings_without_sense(time_limit_s: float, gap: float) -> None:
    with pytest.raises(SolverSettingError):
        solve(a_model(), time_limit_s=time_limit_s, gap=gap)


def test_solve__refuses_a_model_with_a_gap() -> None:
    with pytest.raises(SolverRefusedModelError) as caught:
        solve(a_model(cost=float("nan")), time_limit_s=10.0, gap=0.0)

    assert caught.value.given.startswith("2 costs")


def test_solve__refuses_a_matrix_that_names_a_row_that_is_not_there() -> None:
    broken = dataclasses.replace(a_model(), index=np.array([0, 9], np.int32))

    with pytest.raises(SolverRefusedModelError):
        solve(broken, time_limit_s=10.0, gap=0.0)
