"""Laws of the matching rule dedicated-first-pro-rata/v1, in integer Wh."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.balance.matching import (
    POOL,
    SERVING,
    EnergyRangeError,
    Line,
    Matching,
    NegativeFlowError,
    RouteKind,
    match_green,
    split_pro_rata,
)

MAX_WH = 50_000_000
"""More than a plant of 100 MW gives in a quarter of an hour, twice over."""
energies_wh = st.one_of(st.integers(0, 12), st.integers(0, MAX_WH))


def matrix(draw: st.DrawFn, n_rows: int, n_columns: int) -> NDArray[np.int64]:
    rows = st.lists(energies_wh, min_size=n_columns, max_size=n_columns)
    return np.array(draw(st.lists(rows, min_size=n_rows, max_size=n_rows)), np.int64)


@dataclass(frozen=True, slots=True)
class Case:
    """A small park: energies and the dedicated lines over them."""

    generation_wh: NDArray[np.int64]
    load_wh: NDArray[np.int64]
    lines: tuple[Line, ...]

    def match(self) -> Matching:
        return match_green(self.generation_wh, self.load_wh, lines=self.lines)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n_plants, n_users, n = (draw(st.integers(1, top)) for top in (4, 5, 4))
    line = st.builds(
        Line,
        id=st.just("DL1"),
        plants=st.sets(st.integers(0, n_plants - 1), min_size=1).map(lambda s: tuple(sorted(s))),
        users=st.sets(st.integers(0, n_users - 1), min_size=1).map(lambda s: tuple(sorted(s))),
        limit_wh=energies_wh,
    )
    return Case(
        generation_wh=matrix(draw, n_plants, n),
        load_wh=matrix(draw, n_users, n),
        lines=tuple(draw(st.lists(line, max_size=3))),
    )


@st.composite
def splits(draw: st.DrawFn) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    weights_wh = matrix(draw, draw(st.integers(1, 6)), draw(st.integers(1, 4)))
    totals = [draw(st.integers(0, int(most))) for most in weights_wh.sum(axis=0)]
    return np.array(totals, np.int64), weights_wh


# -- match_green ---------------------------------------------------------------------------------


@given(cases())
def test_match_green__never_gives_more_than_generation_or_load(case: Case) -> None:
    matched = case.match()

    assert (matched.generation_wh <= case.generation_wh).all()
    assert (matched.load_wh <= case.load_wh).all()
    for share in matched.shares:
        assert (share.given_wh >= 0).all()
        assert (share.received_wh >= 0).all()


@given(cases())
def test_match_green__plants_give_what_users_receive_in_each_step(case: Case) -> None:
    matched = case.match()

    for share in matched.shares:
        assert share.given_wh.sum(axis=0).tolist() == share.received_wh.sum(axis=0).tolist()
    for kind in SERVING:
        given_wh, received_wh = matched.given_wh(kind), matched.received_wh(kind)
        assert given_wh.sum(axis=0).tolist() == received_wh.sum(axis=0).tolist()


@given(cases())
def test_match_green__leaves_no_green_energy_beside_unserved_load(case: Case) -> None:
    matched = case.match()

    spare_wh = (case.generation_wh - matched.generation_wh).sum(axis=0)
    unserved_wh = (case.load_wh - matched.load_wh).sum(axis=0)
    assert (np.minimum(spare_wh, unserved_wh) == 0).all()


@given(cases())
def test_match_green__each_line_carries_no_more_than_its_limit(case: Case) -> None:
    matched = case.match()

    *carried, pool = matched.shares
    assert pool.route == POOL
    for share, line in zip(carried, case.lines, strict=True):
        assert (share.route.kind, share.route.id) == (RouteKind.LINE, line.id)
        assert (share.plants, share.takers) == (line.plants, line.users)
        assert (share.given_wh.sum(axis=0) <= line.limit_wh).all()


@given(cases())
def test_match_green__the_steps_are_all_that_was_given_and_received(case: Case) -> None:
    matched = case.match()

    generation_wh, load_wh = np.zeros_like(case.generation_wh), np.zeros_like(case.load_wh)
    for share in matched.shares:
        generation_wh[list(share.plants)] += share.given_wh
        load_wh[list(share.takers)] += share.received_wh
    assert generation_wh.tolist() == matched.generation_wh.tolist()
    assert load_wh.tolist() == matched.load_wh.tolist()


@given(cases())
def test_match_green__one_line_carries_the_least_of_offer_wish_and_limit(case: Case) -> None:
    lines = case.lines[:1] or (Line("DL1", (0,), (0,), MAX_WH),)
    plants, users = list(lines[0].plants), list(lines[0].users)

    matched = match_green(case.generation_wh, case.load_wh, lines=lines)

    offered_wh = case.generation_wh[plants].sum(axis=0)
    wanted_wh = case.load_wh[users].sum(axis=0)
    carried_wh = np.minimum(np.minimum(offered_wh, wanted_wh), lines[0].limit_wh)
    line_load_wh = matched.received_wh(RouteKind.LINE)
    assert carried_wh.tolist() == line_load_wh.sum(axis=0).tolist()
    outside = [row for row in range(len(case.load_wh)) if row not in users]
    assert not line_load_wh[outside].any()


@given(cases(), st.data())
def test_match_green__intervals_do_not_know_each_other(case: Case, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(case.load_wh.shape[1])))
    shuffled = Case(case.generation_wh[:, order], case.load_wh[:, order], case.lines)

    matched, again = case.match(), shuffled.match()

    for one, other in zip(matched.shares, again.shares, strict=True):
        assert one.given_wh[:, order].tolist() == other.given_wh.tolist()
        assert one.received_wh[:, order].tolist() == other.received_wh.tolist()


@given(cases())
def test_match_green__changes_nothing_it_was_given(case: Case) -> None:
    generation_wh, load_wh = case.generation_wh.copy(), case.load_wh.copy()

    case.match()

    assert generation_wh.tolist() == case.generation_wh.tolist()
    assert load_wh.tolist() == case.load_wh.tolist()


def test_match_green__serves_the_dedicated_line_first() -> None:
    generation_wh, load_wh = np.array([[10], [10]]), np.array([[8], [20]])

    matched = match_green(generation_wh, load_wh, lines=[Line("DL1", (1,), (0,), 5)])

    assert matched.given_wh(RouteKind.LINE).tolist() == [[0], [5]]
    assert matched.received_wh(RouteKind.LINE).tolist() == [[5], [0]]
    # 15 Wh are left of generation and 23 Wh of load: all 15 go, 3 and 20 in proportion.
    assert matched.received_wh(RouteKind.POOL).tolist() == [[2], [13]]


def test_match_green__serves_lines_in_the_order_given() -> None:
    generation_wh, load_wh = np.array([[10]]), np.array([[10], [10]])
    first, second = Line("A", (0,), (0,), 100), Line("B", (0,), (1,), 100)

    one = match_green(generation_wh, load_wh, lines=[first, second])
    other = match_green(generation_wh, load_wh, lines=[second, first])

    assert one.received_wh(RouteKind.LINE).tolist() == [[10], [0]]
    assert other.received_wh(RouteKind.LINE).tolist() == [[0], [10]]


@pytest.mark.parametrize(("generation_wh", "load_wh"), [(-1, 5), (5, -1)])
def test_match_green__refuses_energy_below_zero(generation_wh: int, load_wh: int) -> None:
    with pytest.raises(NegativeFlowError):
        match_green(np.array([[generation_wh]]), np.array([[load_wh]]), lines=[])


def test_match_green__of_a_park_without_plants_is_nothing() -> None:
    matched = match_green(np.zeros((0, 3), np.int64), np.full((2, 3), 7), lines=[])

    assert not matched.load_wh.any()
    assert matched.generation_wh.shape == (0, 3)


# -- split_pro_rata ------------------------------------------------------------------------------


@given(splits())
def test_split_pro_rata__sums_exactly_and_no_share_exceeds_its_weight(
    split: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    total_wh, weights_wh = split

    shares_wh = split_pro_rata(total_wh, weights_wh=weights_wh)

    assert total_wh.tolist() == shares_wh.sum(axis=0).tolist()
    assert (shares_wh >= 0).all()
    assert (shares_wh <= weights_wh).all()


@given(splits())
def test_split_pro_rata__is_within_one_wh_of_the_exact_share(
    split: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    total_wh, weights_wh = split

    shares_wh = split_pro_rata(total_wh, weights_wh=weights_wh)

    for column, total in enumerate(total_wh.tolist()):
        weights = [int(weight) for weight in weights_wh[:, column]]
        shares = [int(share) for share in shares_wh[:, column]]
        # |share − total·weight/Σweight| < 1, without a division.
        assert all(
            abs(share * sum(weights) - total * weight) < max(sum(weights), 1)
            for share, weight in zip(shares, weights, strict=True)
        )


def test_split_pro_rata__of_a_year_is_that_of_each_interval() -> None:
    random = np.random.default_rng(7)
    weights_wh = random.integers(0, 9, (3, 5_000))
    total_wh = weights_wh.sum(axis=0) * random.integers(0, 5, 5_000) // 4

    shares_wh = split_pro_rata(total_wh, weights_wh=weights_wh)

    one_by_one = [
        split_pro_rata(total_wh[i : i + 1], weights_wh=weights_wh[:, i : i + 1])
        for i in range(5_000)
    ]
    assert np.concatenate(one_by_one, axis=1).tolist() == shares_wh.tolist()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=54), st.data())
def test_split_pro_rata__gives_ties_to_the_earlier_rows(
    weights: list[int], data: st.DataObject
) -> None:
    total_wh = data.draw(st.integers(0, sum(weights)))

    shares_wh = split_pro_rata(np.array([total_wh]), weights_wh=np.array(weights)[:, None])

    for weight in set(weights):
        alike = [int(shares_wh[row, 0]) for row, own in enumerate(weights) if own == weight]
        assert sorted(alike, reverse=True) == alike
        assert max(alike) - min(alike) <= 1


def test_split_pro_rata__refuses_products_beyond_64_bits() -> None:
    with pytest.raises(EnergyRangeError):
        split_pro_rata(np.array([2**40]), weights_wh=np.array([[2**40]]))


def test_split_pro_rata__is_exact_up_to_its_stated_bound() -> None:
    most_wh = 3_000_000_000

    shares_wh = split_pro_rata(np.array([most_wh]), weights_wh=np.array([[most_wh], [most_wh]]))

    assert [most_wh // 2, most_wh // 2] == shares_wh.ravel().tolist()
