"""A restated month: what two sheets differ in, and that before plus differences is after."""

from dataclasses import replace

import numpy as np
import pytest
from tests.ledger_books import FEED_IN, PERIOD, PLANTS, POOL, USERS, plain_lots, sheet_of

from taihang.core.certificates.restatement import differences, supplement, take_less
from taihang.core.certificates.sheet import Sheet, SheetRoute, open_sheet, sheet_bytes

BEFORE, AFTER = sheet_of(1), sheet_of(2)


def _pairs(sheet: Sheet, recipient: str, kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for route in sheet.routes:
        for name, pairs_wh in route.each():
            if (name, route.route.kind) == (recipient, kind):
                for plant, wh in zip(route.plants, pairs_wh.sum(axis=1), strict=True):
                    found[plant] = int(wh)
    return found


def test_differences__of_equal_sheets__are_none() -> None:
    assert differences(BEFORE, replace(BEFORE, journal_size=99)) == []


def test_differences__added_to_before__are_after() -> None:
    found = differences(BEFORE, AFTER)

    assert len(found) == 6
    for one in found:
        was = _pairs(BEFORE, one.recipient, one.route.kind)
        now = _pairs(AFTER, one.recipient, one.route.kind)
        for plant, wh in zip(one.plants, one.more_wh.sum(axis=1), strict=True):
            assert was.get(plant, 0) + int(wh) == now.get(plant, 0)


def test_differences__of_a_route_that_came_and_one_that_went__are_all_of_it() -> None:
    line, pool, fed_in = BEFORE.routes
    found = differences(
        replace(BEFORE, routes=(line, pool)), replace(BEFORE, routes=(pool, fed_in))
    )

    assert [(one.route, one.recipient) for one in found] == [
        (line.route, "E01"),
        (fed_in.route, "PV01"),
        (fed_in.route, "W01"),
    ]
    assert -found[0].more_wh.sum() == line.given_wh.sum()
    assert found[1].more_wh.sum() == fed_in.given_wh[0].sum()


def test_supplement__has_what_was_gained_and_nothing_else() -> None:
    found = differences(BEFORE, AFTER)
    gained_wh = sum(int(np.maximum(one.more_wh, 0).sum()) for one in found)

    sheet = supplement(found, after=AFTER)

    assert sheet is not None
    opened = open_sheet(sheet_bytes(sheet))
    assert opened.completes == AFTER.sha256
    assert sum(int(p.sum()) for route in opened.routes for _, p in route.each()) == gained_wh
    assert opened.route(FEED_IN).recipients == PLANTS


def test_supplement__where_nothing_was_gained__is_none() -> None:
    (pool,) = BEFORE.route(POOL).parts
    nothing_wh = np.zeros_like(pool.given_wh)
    empty = SheetRoute(POOL, PLANTS, USERS, nothing_wh, np.zeros_like(pool.received_wh))
    found = differences(BEFORE, replace(BEFORE, routes=(empty,)))

    assert found
    assert supplement(found, after=BEFORE) is None


def test_take_less__names_the_place_of_each_lot() -> None:
    pairs_wh = np.array([[60, 40], [5, 0]])
    less_wh = np.array([[0, 7], [5, 0]])

    lots = list(take_less(pairs_wh, plants=PLANTS, start_s=PERIOD.start_s, less_wh=less_wh))

    assert [(one.plant, one.first_wh, one.stop_wh, one.less_wh) for one in lots] == [
        ("W01", 60, 65, 5),
        ("PV01", 65, 105, 7),
    ]
    assert plain_lots([60, 40]).place("PV01", lots[1].start_s) == (60, 100)


@pytest.mark.parametrize("seed", range(3))
def test_take_less__sums_to_what_was_lost(seed: int) -> None:
    dice = np.random.default_rng(seed)
    pairs_wh = dice.integers(0, 9, (2, 50))
    less_wh = np.minimum(dice.integers(0, 9, (2, 50)), pairs_wh)

    lots = list(take_less(pairs_wh, plants=PLANTS, start_s=0, less_wh=less_wh))

    assert sum(one.less_wh for one in lots) == less_wh.sum()
    assert all(0 < one.less_wh <= one.stop_wh - one.first_wh for one in lots)
