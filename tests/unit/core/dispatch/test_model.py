"""The linear model: blocks, names, the matrix by column, and what breaks it."""

import numpy as np
import pytest

from taihang.core.dispatch.model import LinearModel, ModelBuilder, ModelError


def a_model() -> LinearModel:
    """Two blocks of columns, one of them whole, and two rows that mix them."""
    builder = ModelBuilder()
    x = builder.columns("x_kw", lower=0.0, upper=np.array([3.0, 4.0]), size=2, cost=1.0)
    on = builder.columns("on", lower=0.0, upper=1.0, size=2, integer=True)
    rows = builder.rows("cap_kw", [(x, 1.0), (on, np.array([-3.0, -4.0]))], lower=-9.0, upper=0.0)
    builder.add(rows[1:], x[:1], value=0.5)
    return builder.build()


def test_build__sorts_the_matrix_by_column() -> None:
    model = a_model()

    assert model.start.tolist() == [0, 2, 3, 4, 5]
    assert model.index.tolist() == [0, 1, 1, 0, 1]
    assert model.value.tolist() == [1.0, 0.5, 1.0, -3.0, -4.0]
    assert model.column_integer.tolist() == [False, False, True, True]


def test_names__name_every_column_and_row_in_order() -> None:
    model = a_model()

    assert model.column_names == ["x_kw[0]", "x_kw[1]", "on[0]", "on[1]"]
    assert model.row_names == ["cap_kw[0]", "cap_kw[1]"]


def test_part__cuts_one_block_and_is_empty_for_an_unknown_one() -> None:
    model = a_model()
    values = np.array([1.0, 2.0, 0.0, 1.0])

    assert model.part(values, name="on").tolist() == [0.0, 1.0]
    assert model.part(values, name="off").tolist() == []


def test_row_activity__is_the_product_with_the_matrix() -> None:
    activity = a_model().row_activity(np.array([2.0, 1.0, 1.0, 1.0]))

    assert activity.tolist() == [-1.0, -2.0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 1.0, 1.0, 1.0], 0.0),
        ([-0.25, 1.0, 1.0, 1.0], 0.25),
        ([3.5, 1.0, 1.0, 1.0], 0.5),
        ([1.0, 1.0, 0.0, 1.0], 1.0),
        ([1.0, 1.0, 0.75, 1.0], 0.25),
        ([float("nan"), 1.0, 1.0, 1.0], float("inf")),
        ([1.0, 1.0, 1.0], float("inf")),
    ],
    ids=["kept", "lower", "upper", "row", "whole", "nan", "short"],
)
def test_violation__is_the_worst_bound_row_or_fraction(
    values: list[float], expected: float
) -> None:
    assert expected == a_model().violation(np.array(values))


def test_rows__refuses_terms_of_different_lengths() -> None:
    builder = ModelBuilder()
    x = builder.columns("x_kw", lower=0.0, upper=1.0, size=3)

    with pytest.raises(ModelError):
        builder.rows("sum_kw", [(x, 1.0), (x[:2], 1.0)], lower=0.0, upper=1.0)
