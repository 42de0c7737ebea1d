"""Whole watt-hours that sum exactly, whatever the shape."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.metering.estimate.share_out import share_out_wh

MOST_WH = 1_000
shapes = st.lists(
    st.fractions(min_value=-50, max_value=MOST_WH, max_denominator=12), min_size=1, max_size=60
)


@given(shapes, st.data())
def test_share_out_wh__sums_to_what_the_registers_say(
    shape: list[Fraction], data: st.DataObject
) -> None:
    total_wh = data.draw(st.integers(0, MOST_WH * len(shape)))

    out = share_out_wh(shape, total_wh=total_wh, max_interval_wh=MOST_WH)

    assert sum(out) == total_wh
    assert len(out) == len(shape)
    assert min(out) >= 0
    assert max(out) <= MOST_WH


@given(shapes)
def test_share_out_wh__without_registers_stays_within_one_of_the_shape(
    shape: list[Fraction],
) -> None:
    out = share_out_wh(shape, total_wh=None, max_interval_wh=MOST_WH)

    assert all(abs(each - want) < 1 for each, want in zip(out, shape, strict=True))
    assert abs(sum(out) - sum(shape)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("shape", "total_wh", "out"),
    [
        ([1, 1, 1], 10, [4, 3, 3]),
        ([1, 2, 3], 12, [2, 4, 6]),
        ([0, 0], 7, [4, 3]),
        ([1, 999], 1_200, [600, 600]),  # in proportion the second would exceed the limit
    ],
)
def test_share_out_wh__by_hand(shape: list[int], total_wh: int, out: list[int]) -> None:
    fractions = [Fraction(each) for each in shape]

    assert share_out_wh(fractions, total_wh=total_wh, max_interval_wh=MOST_WH) == out
