"""Text that other solvers read: reading it back gives the same optimum."""

from pathlib import Path

import highspy
import pytest

from park_case import bus, grid, load, problem
from taihang.adapters.highs import solve
from taihang.core.dispatch.export import lp_text, mps_text
from taihang.core.dispatch.model import LinearModel, ModelBuilder
from whole_park import N, whole_park


def optimum_of(path: Path) -> float:
    """Return what HiGHS finds in a file; it knows nothing of ours."""
    other = highspy.Highs()
    other.silent()
    assert other.readModel(str(path)) == highspy.HighsStatus.kOk
    other.run()
    assert other.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(other.getInfo().objective_function_value)


def with_switches() -> LinearModel:
    builder = ModelBuilder()
    x = builder.columns("x kW", lower=-3.0, upper=float("inf"), size=2, cost=1.5)
    y = builder.columns("y", lower=0.0, upper=4.0, size=1, integer=True, cost=-1.0)
    z = builder.columns("free", lower=-float("inf"), upper=float("inf"), size=1)
    builder.rows("both", [(x[:1], 1.0), (y, 1.0)], lower=-1.0, upper=2.5)
    builder.rows("eq", [(x[1:], 1.0), (z, -1.0)], lower=0.0, upper=0.0)
    builder.rows("least", [(z, 1.0)], lower=-2.0, upper=float("inf"))
    return builder.build()


@pytest.mark.parametrize("form", ["lp", "mps"])
@pytest.mark.parametrize("name", ["whole park", "switches"])
def test_text__reads_back_to_the_same_optimum(tmp_path: Path, form: str, name: str) -> None:
    models = {
        "whole park": problem(whole_park(), n_steps=N).assembled().model,
        "switches": with_switches(),
    }
    ours = solve(models[name], time_limit_s=20.0, gap=0.0).objective
    path = tmp_path / f"model.{form}"
    write = {"lp": lp_text, "mps": mps_text}[form]

    path.write_text(write(models[name]), encoding="utf-8")

    assert ours is not None
    assert optimum_of(path) == pytest.approx(ours, rel=1e-9)


def test_text__names_assets_and_intervals() -> None:
    model = problem([bus("el"), grid("g", "el"), load("l", "el", 5.0)], n_steps=2).assembled().model

    assert "g.import_kw_1" in lp_text(model)
    assert "el.balance_kw_0" in mps_text(model)
    assert lp_text(model) == lp_text(model)
