"""Pairs of plant and user keep both sides to the watt-hour."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.balance.matching import Line, Matching, match_green, split_pro_rata
from taihang.core.balance.tracing import trace_matching, trace_pairs


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


@st.composite
def matchings(draw: st.DrawFn) -> Matching:
    """Draw a matching of three plants and three users with up to two lines."""
    energies = st.lists(st.integers(0, 30), min_size=6, max_size=6)
    rows = st.sets(st.integers(0, 2), min_size=1).map(lambda found: tuple(sorted(found)))
    line = st.builds(Line, id=st.just("DL1"), plants=rows, users=rows, limit_wh=st.integers(0, 40))
    return match_green(
        np.array(draw(energies), np.int64).reshape(3, 2),
        np.array(draw(energies), np.int64).reshape(3, 2),
        lines=draw(st.lists(line, max_size=2)),
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


@given(matchings())
def test_trace_matching__keeps_what_every_plant_gave_and_every_user_received(
    matched: Matching,
) -> None:
    pairs_wh = trace_matching(matched)

    assert (pairs_wh >= 0).all()
    assert matched.generation_wh.tolist() == pairs_wh.sum(axis=1).tolist()
    assert matched.load_wh.tolist() == pairs_wh.sum(axis=0).tolist()


def test_trace_matching__pairs_a_line_with_its_own_users_only() -> None:
    generation_wh, load_wh = np.array([[10], [10]]), np.array([[8], [12]])

    pairs_wh = trace_matching(
        match_green(generation_wh, load_wh, lines=[Line("DL1", (1,), (0,), 8)])
    )

    # The line brings 8 Wh of plant 1 to user 0, who then takes nothing from the pool.
    assert pairs_wh.squeeze().tolist() == [[0, 10], [8, 2]]
