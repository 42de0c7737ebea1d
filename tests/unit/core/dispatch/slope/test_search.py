"""The best peak and the bound: proven from both sides, whatever the search did."""

import numpy as np
import pytest

from park_case import Table, demand_charge
from slope_parks import a_case, plain_park
from taihang.core.dispatch.slope.search import find_plan, lower_bound
from taihang.core.dispatch.slope.shapes import DONE, Case, Room, a_room

CLOSE = 1e-12


def peak_charge(price: float = 3.0, so_far_kw: float = 0.0) -> Table:
    return demand_charge("peak", "gate", price, so_far_kw=so_far_kw)


def found(*more: Table) -> tuple[Case, Room]:
    case = a_case(plain_park(*more)).case
    room = a_room(*case.node.flow_kwh.shape)
    assert find_plan(case, room) == DONE
    return case, room


def test_find_plan__shaves_the_peak_and_proves_it() -> None:
    case, room = found(peak_charge())
    upper, lower = room.answer.bounds_cny

    assert upper == pytest.approx(lower, rel=CLOSE)
    assert room.answer.counts[0] > 1
    assert room.answer.peak_kwh[0] < case.node.need_kwh.max()
    assert room.answer.worth_cny_per_kwh.sum() == pytest.approx(case.demand.price_cny_per_kwh)


def test_find_plan__looks_once_where_the_peak_is_paid_for_already() -> None:
    paid, free = found(peak_charge(38.0, so_far_kw=9000.0))[1], found()[1]

    assert paid.answer.counts[0] == 1
    assert paid.answer.bounds_cny[0] == pytest.approx(free.answer.bounds_cny[0], rel=CLOSE)


def test_find_plan__flows_balance_and_never_run_both_ways() -> None:
    case, room = found(peak_charge())
    export, unused, drawn = room.answer.flow_kwh.T
    rise, store = room.answer.rise_kwh, case.store
    taken = np.maximum(rise, 0.0) / store.in_ratio - np.maximum(-rise, 0.0) * store.out_ratio

    assert drawn - export - unused == pytest.approx(case.node.need_kwh + taken, abs=1e-8)
    assert (np.minimum(export, drawn) == 0.0).all()


def test_lower_bound__is_below_the_optimum_whatever_the_prices_are() -> None:
    case, room = found(peak_charge())
    rng, best = np.random.default_rng(1), room.answer.bounds_cny[0]

    for _ in range(20):
        room.answer.stored_cny_per_kwh[:] = rng.uniform(-1.5, 0.3, 96)
        worth = rng.uniform(0.0, 1.0, 96)
        room.answer.worth_cny_per_kwh[:] = case.demand.price_cny_per_kwh * worth / worth.sum()

        assert lower_bound(case, room) < best


def test_find_plan__begins_its_search_anywhere_with_the_same_result() -> None:
    case, room = found(peak_charge())
    best = room.answer.bounds_cny.copy()

    for guess_kwh in (0.0, 200.0, 700.0, 5000.0):
        moved = case._replace(demand=case.demand._replace(guess_kwh=guess_kwh))

        assert find_plan(moved, room) == DONE
        assert room.answer.bounds_cny == pytest.approx(best, rel=CLOSE)
