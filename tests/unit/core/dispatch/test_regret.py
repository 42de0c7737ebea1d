"""What perfect foresight would have saved, and why it was not."""

from decimal import Decimal
from typing import Final

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import bus, grid, load, problem
from regret_days import EXACTLY, Day, N, random_day
from taihang.core.dispatch.follow import follow
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.regret import (
    Leg,
    Legs,
    Parts,
    Replayed,
    cny,
    informed_of,
    leg_of,
    replay_plan,
)

FEN: Final = Decimal("0.01")
SEEDS = st.integers(0, 10_000)
MONEY = st.decimals(-10_000, 10_000, places=2)


def replayed(day: Day) -> Replayed:
    return replay_plan(
        day.planned, day.told, actual=day.actual, measured=day.measured, exactly=EXACTLY
    )


@given(st.lists(MONEY, min_size=8, max_size=8))
def test_parts__sum_to_the_regret_whatever_the_bills(bills: list[Decimal]) -> None:
    legs = Legs(*(Leg(bills[at], bills[at + 4]) for at in range(4)))

    assert legs.parts.regret_cny == legs.done.bill_cny - legs.done.floor_cny
    assert (legs.parts + legs.parts).regret_cny == 2 * legs.parts.regret_cny


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_replay_plan__closes_to_the_fen_on_random_days(seed: int) -> None:
    found = replayed(random_day(seed))

    parts = found.legs.parts
    assert parts.regret_cny == cny(found.done.plan.total_cny) - cny(found.perfect.total_cny)
    assert parts.regret_cny.as_tuple().exponent == -2


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_perfect_plan__costs_no_more_than_anything_else_on_the_same_day(seed: int) -> None:
    day = random_day(seed)
    found = replayed(day)
    dice = np.random.default_rng(seed)
    wild = follow(day.actual, {"store": dice.uniform(-900, 900, N)}, exactly=EXACTLY)

    legs = found.legs
    for leg in (legs.done, legs.told, legs.physical, legs.informed):
        assert leg.excess_cny >= -FEN
    assert leg_of(wild, day.actual, exactly=EXACTLY).excess_cny >= -FEN
    assert found.perfect.series["store.energy_kwh"][-1] >= found.done.end_kwh["store"] - 1e-4


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_parts__without_an_error_of_the_forecast_have_none_for_it(seed: int) -> None:
    parts = replayed(random_day(seed, error_ratio=0.0)).legs.parts

    assert parts.forecast_cny == 0


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_parts__with_the_physics_of_the_plan_have_none_for_the_model(seed: int) -> None:
    parts = replayed(random_day(seed, efficiency_ratio=0.95)).legs.parts

    assert parts.model_cny == 0


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_parts__of_a_store_that_obeys_have_none_for_control(seed: int) -> None:
    assert replayed(random_day(seed, obeys=True)).legs.parts.control_cny == 0


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_parts__of_a_follower_that_ignores_what_it_is_told_are_control_alone(seed: int) -> None:
    day = random_day(seed, error_ratio=0.0, efficiency_ratio=0.95).with_measured(np.zeros(N))
    parts = replayed(day).legs.parts

    assert (parts.model_cny, parts.forecast_cny) == (0, 0)
    assert parts.look_ahead_cny <= FEN, "one plan that saw the whole day"
    assert abs(parts.control_cny - parts.regret_cny) <= FEN


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_parts__of_a_plan_that_saw_the_whole_day_have_none_for_the_look_ahead(seed: int) -> None:
    """Knowing the store and the day, the plan itself is perfect for the end that it asks for."""
    parts = replayed(random_day(seed)).legs.parts

    assert abs(parts.look_ahead_cny) <= 2 * FEN


def test_parts__of_a_worse_store_are_told_as_the_model() -> None:
    parts = replayed(random_day(7, error_ratio=0.0, efficiency_ratio=0.7, obeys=True)).legs.parts

    assert parts.model_cny > 1
    assert (parts.control_cny, parts.forecast_cny) == (0, 0)


def test_replay_plan__says_what_the_day_would_have_cost_without_a_store() -> None:
    day = random_day(3)
    still = follow(day.actual, {"store": np.zeros(N)}, exactly=EXACTLY)
    found = replayed(day)

    assert found.idle_cny is not None
    assert abs(found.idle_cny - cny(still.plan.total_cny)) < 10, "but for the standing loss"


def test_informed_of__knows_a_load_that_nobody_thought_of() -> None:
    day = random_day(5)
    more = problem([bus("park"), load("more", "park", 70.0), grid("g2", "park")], n_steps=N)
    (extra,) = (one for one in more.assets if one.id == "more")
    known = informed_of(day.planned, ParkProblem(day.actual.horizon, (*day.actual.assets, extra)))

    assert extra in known.assets
    again = informed_of(day.planned, day.actual)
    assert again.digest() == informed_of(again, day.actual).digest()


def test_parts__are_added_part_by_part() -> None:
    one = Parts(Decimal(1), Decimal(2), Decimal(3), Decimal(4), Decimal(5))

    assert one + one == Parts(Decimal(2), Decimal(4), Decimal(6), Decimal(8), Decimal(10))
