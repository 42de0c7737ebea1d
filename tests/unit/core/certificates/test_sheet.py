"""The sheet of a month: one spelling, and pairs that keep both sides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger_books import FEED_IN, LINE, PERIOD, PLANTS, POOL, USERS, sheet_of

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.sheet import (
    Sheet,
    SheetError,
    SheetRoute,
    open_sheet,
    sheet_bytes,
)
from taihang.core.errors import InputError


def test_sheet_bytes__opened__give_the_same_bytes() -> None:
    sheet = sheet_of()

    opened = open_sheet(sheet_bytes(sheet))

    assert sheet_bytes(opened) == sheet_bytes(sheet)
    assert opened.sha256 == sheet.sha256
    assert [route.route for route in opened.routes] == [LINE, POOL, FEED_IN]


def test_each__recipient__sums_to_what_it_received_and_plants_to_what_they_gave() -> None:
    (pool,) = sheet_of().route(POOL).parts

    pairs = dict(pool.each())

    for row, user in enumerate(USERS):
        assert np.array_equal(pairs[user].sum(axis=0), pool.received_wh[row])
    assert np.array_equal(np.sum(list(pairs.values()), axis=0), pool.given_wh)


@given(st.integers(0, 2_878), st.integers(1, 40), st.sampled_from(USERS))
@settings(max_examples=20)
def test_pairs_of__some_intervals__are_those_of_the_whole(first: int, n: int, user: str) -> None:
    pool = sheet_of().route(POOL)

    part = pool.pairs_of(user, first=first, stop=first + n)

    assert np.array_equal(part, dict(pool.each())[user][:, first : first + n])


def test_each__of_what_is_fed_in__gives_every_plant_its_own() -> None:
    (fed_in,) = sheet_of().route(FEED_IN).parts

    pairs = dict(fed_in.each())

    assert list(pairs) == list(PLANTS)
    assert np.array_equal(np.sum(list(pairs.values()), axis=0), fed_in.given_wh)
    assert not pairs["PV01"][1].any()


def test_pairs_of__a_supplement__are_as_written() -> None:
    pairs_wh = np.zeros((2, 3, PERIOD.n_steps), np.int64)
    pairs_wh[1, 2, 5] = 9
    pool = SheetRoute(POOL, PLANTS, USERS, pairs_wh.sum(axis=1), pairs_wh.sum(axis=0), pairs_wh)
    sheet = replace(sheet_of(), routes=(pool,), completes="ef" * 32)

    opened = open_sheet(sheet_bytes(sheet)).route(POOL)

    assert opened.pairs_of("E03")[1, 5] == 9
    assert opened.parts[0].all_pairs().sum() == 9


def test_route__of_several_steps__is_their_sum() -> None:
    first, second = sheet_of(1).route(POOL).parts[0], sheet_of(2).route(POOL).parts[0]
    turned = SheetRoute(
        POOL, PLANTS[::-1], USERS[:2], second.given_wh * 0, second.received_wh[:2] * 0
    )
    sheet = replace(sheet_of(), routes=(first, turned, second))

    joined = open_sheet(sheet_bytes(sheet)).route(POOL)

    pairs = dict(joined.each())
    assert joined.plants == PLANTS
    for user in USERS:
        expected = first.pairs_of(user) + second.pairs_of(user)
        assert np.array_equal(pairs[user], expected)
        assert np.array_equal(joined.pairs_of(user), expected)
        assert np.array_equal(joined.by_step_wh(user), expected.sum(axis=0))
    assert [one.route for one in sheet.joined()] == [POOL]


def _pool(given_wh: list[int], received_wh: list[int]) -> SheetRoute:
    given_row, received_row = (
        np.pad(np.array([wh], np.int64), ((0, 0), (0, PERIOD.n_steps - len(wh))))
        for wh in (given_wh, received_wh)
    )
    return SheetRoute(POOL, ("PV01",), ("E01",), given_row, received_row)


@pytest.mark.parametrize(
    ("route", "what"),
    [
        pytest.param(_pool([5], [4]), "interval 0 gives 5, receives 4", id="sums differ"),
        pytest.param(_pool([-5], [-5]), "negative", id="negative"),
        pytest.param(replace(_pool([5], [5]), plants=("PV01", "W01")), "shape", id="shape"),
        pytest.param(replace(_pool([5], [5]), route=FEED_IN), "takers", id="takers of feed-in"),
        pytest.param(
            SheetRoute(
                POOL,
                PLANTS,
                ("E01",),
                np.zeros((2, PERIOD.n_steps), np.int64),
                np.zeros((1, PERIOD.n_steps), np.int64),
                np.stack([np.ones((1, PERIOD.n_steps)), -np.ones((1, PERIOD.n_steps))]).astype(
                    np.int64
                ),
            ),
            "negative pair",
            id="negative pair",
        ),
    ],
)
def test_sheet__that_contradicts_itself__is_refused(route: SheetRoute, what: str) -> None:
    with pytest.raises(SheetError, match=what):
        replace(sheet_of(), routes=(route,))


def test_sheet__with_a_plant_twice__is_refused() -> None:
    wh = np.zeros((2, PERIOD.n_steps), np.int64)

    with pytest.raises(SheetError, match="twice"):
        replace(sheet_of(), routes=(SheetRoute(POOL, ("PV01", "PV01"), USERS[:2], wh, wh),))


def test_route__that_is_not_there__is_refused() -> None:
    with pytest.raises(SheetError, match="feeder F9"):
        sheet_of().route(Route(RouteKind.FEEDER, "F9"))


@given(st.data())
@settings(max_examples=200)
def test_open_sheet__of_altered_bytes__refuses_or_says_another_sheet(data: st.DataObject) -> None:
    good = _GOOD
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + bytes((data.draw(st.integers(0, 255)),)) + good[at + 1 :]

    try:
        opened = open_sheet(bad)
    except InputError:
        return

    assert sheet_bytes(opened) == bad


def _small() -> Sheet:
    whole = sheet_of()
    return replace(whole, routes=(_pool([3, 300], [3, 300]), whole.routes[0]))


_GOOD = sheet_bytes(_small())
