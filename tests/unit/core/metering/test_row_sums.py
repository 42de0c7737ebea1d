"""Sums of rows: any order gives the same, any difference another, and its place is named."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.metering.row_sums import RowSums, month_name

SEED = bytes(range(16))
KEY = ("M1", "register")
JUNE_S, JULY_S = 1_780_272_000, 1_782_864_000
ROW = st.tuples(
    st.integers(JUNE_S, JULY_S + 86_400),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.integers(0, 7),
    st.integers(0, 1 << 40),
)


def columns(rows: list[tuple[int, int, int, int]]) -> Mapping[str, NDArray[np.int64]]:
    table = np.array(rows, np.int64).reshape(-1, 4)
    return dict(zip(("time_s", "count", "quality", "batch"), table.T, strict=True))


def sums(*parts: list[tuple[int, int, int, int]]) -> RowSums:
    found = RowSums(SEED)
    for part in parts:
        found.add(KEY, columns(part))
    return found


@settings(deadline=None)
@given(st.lists(ROW, max_size=20))
def test_sums__do_not_depend_on_order_or_cut(
    rows: list[tuple[int, int, int, int]],
) -> None:
    shuffled = sorted(rows, key=lambda row: row[::-1])

    assert list(sums(rows).differences(sums(shuffled[:7], shuffled[7:]))) == []


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8), st.integers(0, 3), st.integers(0, 61))
def test_sums__differ_by_any_bit_of_any_row(
    rows: list[tuple[int, int, int, int]], column: int, bit: int
) -> None:
    altered = [list(row) for row in rows]
    altered[0][column] ^= 1 << (bit % 40)

    found = list(sums(rows).differences(sums([(a, b, c, d) for a, b, c, d in altered])))

    assert found
    assert {key for key, _ in found} == {KEY}


def test_sums__name_the_month_of_a_row_that_is_gone_or_doubled() -> None:
    rows = [(JUNE_S, 1, 0, 0), (JUNE_S + 900, 2, 0, 0), (JULY_S, 3, 0, 1)]
    whole = sums(rows)

    assert list(whole.differences(sums(rows[:2]))) == [(KEY, 678)]
    assert list(whole.differences(sums(rows, rows[:1]))) == [(KEY, 677)]
    assert [month_name(month) for month in whole.months()] == ["2026-06", "2026-07"]
    assert list(whole.months().values()) == [2, 1]


def test_sums__tell_two_points_apart() -> None:
    one, other = RowSums(SEED), RowSums(SEED)
    rows = columns([(JUNE_S, 1, 0, 0)])
    one.add(("M1", "register"), rows)
    other.add(("M2", "register"), rows)

    assert [key for key, _ in one.differences(other)] == [("M1", "register"), ("M2", "register")]


@pytest.mark.parametrize("value", [1, -1])
def test_sums__are_not_fooled_by_values_that_cancel_out(value: int) -> None:
    straight = [(JUNE_S, 10, 0, 0), (JUNE_S + 900, 20, 0, 0)]
    moved = [(JUNE_S, 10 + value, 0, 0), (JUNE_S + 900, 20 - value, 0, 0)]

    assert list(sums(straight).differences(sums(moved)))
