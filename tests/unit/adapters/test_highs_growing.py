"""A model that grows gives the optimum after every addition."""

import numpy as np
import pytest

from taihang.adapters.highs_growing import HighsGrowingModel

NONE = np.zeros(0, np.int32)


def test_highs_growing_model__is_solved_again_after_rows_and_columns() -> None:
    model = HighsGrowingModel()
    model.add_column(cost=2.0, lower=0.0, upper=10.0, rows=NONE, values=np.zeros(0))
    model.add_row(lower=3.0, upper=np.inf, columns=np.array([0], np.int32), values=np.ones(1))

    first = model.solve()
    model.add_column(
        cost=1.0, lower=0.0, upper=1.0, rows=np.array([0], np.int32), values=np.ones(1)
    )
    second = model.solve()

    assert first is not None
    assert second is not None
    assert (first[2], second[2]) == (6.0, 5.0)
    assert second[0].tolist() == [2.0, 1.0]
    assert second[1].tolist() == [2.0]


def test_highs_growing_model__has_no_answer_where_there_is_none() -> None:
    model = HighsGrowingModel()
    model.add_column(cost=1.0, lower=0.0, upper=1.0, rows=NONE, values=np.zeros(0))
    model.add_row(lower=3.0, upper=np.inf, columns=np.array([0], np.int32), values=np.ones(1))

    assert model.solve() is None
    with pytest.raises(TypeError):
        HighsGrowingModel(1)  # type: ignore[call-arg]
