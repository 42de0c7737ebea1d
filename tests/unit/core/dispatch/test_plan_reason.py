"""A plan is explained by what it moves at which price, and by the limits it stands on."""

import numpy as np
import pytest

from taihang.core.dispatch.plan_reason import (
    Limit,
    StorePlan,
    bindings_of,
    moves_of,
    peak_is_held,
    worth_of_moving,
)

PRICES = np.array([0.2, 0.3, 0.9, 0.9, 0.5, 0.5])


def store(power_w: list[int], stored_wh: list[int] | None = None) -> StorePlan:
    stored = np.array(stored_wh or [500] * len(power_w))
    return StorePlan(np.array(power_w), stored, rated_w=1_000, low_wh=100, high_wh=900)


def test_moves__of_a_store_that_rests_are_none() -> None:
    assert moves_of(store([0] * 6), PRICES, step_s=900) == []
    assert moves_of(store([5, 5, 0, -5, 0, 0]), PRICES, step_s=900) == []


def test_moves__begin_anew_where_the_direction_changes_and_weigh_their_price() -> None:
    charged, given = moves_of(store([1_000, 500, -800, -800, 0, 0]), PRICES, step_s=900)

    assert (charged.first, charged.stop, charged.wh) == (0, 2, 375)
    assert charged.price_cny_per_kwh == pytest.approx((0.2 * 1_000 + 0.3 * 500) / 1_500)
    assert (given.first, given.stop, given.wh) == (2, 4, -400)


def test_moves__sum_to_what_the_plan_moves() -> None:
    powers = [1_000, 0, 200, -300, -900, 600]

    moves = moves_of(store(powers), PRICES, step_s=3_600)

    assert sum(move.wh for move in moves) == sum(powers)


def test_bindings__are_rating_full_and_empty() -> None:
    plan = store([1_000, 1_000, 0, -999, -1_000, 0], [300, 900, 900, 500, 100, 100])

    found = {each.limit: (each.n, each.first) for each in bindings_of(plan)}

    assert found == {Limit.POWER: (3, 0), Limit.FULL: (2, 1), Limit.EMPTY: (2, 4)}
    assert bindings_of(store([10] * 6)) == []


def test_worth__is_below_zero_where_losses_eat_the_spread() -> None:
    assert worth_of_moving(0.5, 0.55, round_trip_ratio=0.9, wear_cny_per_kwh=0.05) < 0
    assert worth_of_moving(0.3, 0.9, round_trip_ratio=1.0, wear_cny_per_kwh=0.0) == pytest.approx(
        0.6
    )


def test_peak__is_held_where_the_plan_stands_on_it() -> None:
    drawn = np.array([90_000, 100_000, 99_995, 80_000])

    assert peak_is_held(drawn, 100.0) == (2, 1)
    assert peak_is_held(drawn, 101.0) is None
