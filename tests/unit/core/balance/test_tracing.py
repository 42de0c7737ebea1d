"""Pairs of plant and user keep both sides to the watt-hour."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.balance.matching import match_green, split_pro_rata
from taihang.core.balance.tracing import trace_pairs


@st.composite
def margins(draw: st.DrawFn) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw what plants gave and users received over some intervals, with equal sums."""
    n = draw(st.integers(1, 3))
    n_plants, n_users = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    wh = st.one_of(st.integers(0, 5), st.integers(0, 5_000_000))

    def matrix(n_rows: int) -> NDArray[np.int64]:
        column = st.lists(wh, min_size=n_rows, max_size=n_rows)
        return np.array(draw(st.lists(column, min_size=n, max_size=n)), np.int64).T

    given_wh, wanted_wh = matrix(n_plants), matrix(n_users)
    total_wh = np.minimum(given_wh.sum(axis=0), wanted_wh.sum(axis=0))
    return (
        split_pro_rata(total_wh, weights_wh=given_wh),
        split_pro_rata(total_wh, weights_wh=wanted_wh),
    )


@given(margins())
def test_trace_pairs__keeps_both_margins_to_the_watt_hour(
    sides: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    given_wh, received_wh = sides

    pairs_wh = trace_pairs(given_wh, received_wh)

    assert given_wh.tolist() == pairs_wh.sum(axis=1).tolist()
    assert received_wh.tolist() == pairs_wh.sum(axis=0).tolist()


@given(margins())
def test_trace_pairs__is_never_negative(
    sides: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    assert (trace_pairs(*sides) >= 0).all()


@given(margins())
def test_trace_pairs__is_never_below_the_proportional_share(
    sides: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    given_wh, received_wh = sides
    total_wh = np.maximum(given_wh.sum(axis=0), 1)

    pairs_wh = trace_pairs(given_wh, received_wh)

    assert (pairs_wh * total_wh >= given_wh[:, None] * received_wh[None] - total_wh).all()


def test_trace_pairs__pairs_the_pool_of_a_matching() -> None:
    matched = match_green(np.array([[7], [3]]), np.array([[4], [4], [9]]), lines=[])

    pairs_wh = trace_pairs(matched.pool_generation_wh, matched.pool_load_wh)

    assert pairs_wh.sum(axis=1).tolist() == [[7], [3]]
    assert matched.pool_load_wh.tolist() == pairs_wh.sum(axis=0).tolist()
