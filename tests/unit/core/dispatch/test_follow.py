"""What follows in a park when its batteries are told what to do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import battery, bus, grid, load, problem
from regret_days import EXACTLY, N, random_day
from taihang.core.dispatch.follow import (
    NoReplayError,
    able,
    batteries_of,
    checked,
    ending_at,
    follow,
    set_points_of,
)
from taihang.core.dispatch.park_problem import ParkProblem


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_follow__does_what_a_plan_of_the_same_park_says_at_the_cost_it_claims(seed: int) -> None:
    planned = random_day(seed).planned
    plan = checked(planned, planned.assembled(), exactly=EXACTLY)
    found = follow(planned, set_points_of(plan, planned), exactly=EXACTLY)

    assert found.missed_kwh < 1e-6
    assert found.plan.total_cny == pytest.approx(plan.total_cny, abs=1e-5)
    assert found.end_kwh["store"] == pytest.approx(plan.series["store.energy_kwh"][-1], abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 20_000.0))
def test_follow__keeps_the_limits_of_the_store_whatever_it_is_told(seed: int, kw: float) -> None:
    day = random_day(seed)
    wild = np.random.default_rng(seed).uniform(-kw, kw, N)
    found = follow(day.actual, {"store": wild}, exactly=EXACTLY)

    energy, done = found.plan.series["store.energy_kwh"], found.set_points["store"]
    assert energy.min() >= 400 - 1e-6
    assert energy.max() <= 3_600 + 1e-6
    assert np.abs(done).max() <= 1_000 + 1e-9
    asked = np.abs(done - wild).sum()
    assert found.missed_kwh == pytest.approx(float(asked), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_able__stays_between_floor_and_ceiling_or_comes_nearer(seed: int, start: float) -> None:
    (store,) = batteries_of(random_day(3).actual)
    began = replace(store, soc_start_ratio=start)
    wild = np.random.default_rng(seed).uniform(-3_000.0, 3_000.0, N)
    levels = np.array([able(began, wild[: at + 1], step_h=1.0)[1] for at in range(N)])

    low, high, rested = 400.0, 3_600.0, 4_000.0 * start * 0.999 ** np.arange(1, N + 1)
    assert (levels >= np.minimum(low, rested) - 1e-9).all()
    assert (levels <= np.maximum(high, rested) + 1e-9).all()


def small_gate(load_kw: float) -> ParkProblem:
    return problem(
        [
            bus("park"),
            load("works", "park", load_kw),
            grid("gate", "park", import_limit_kw=120.0),
            battery("store", "park", charge_kw=50.0, energy_kwh=100.0),
        ],
        n_steps=2,
    )


def test_follow__does_as_much_as_passes_where_a_connection_is_in_the_way() -> None:
    park = small_gate(100.0)
    whole = follow(park, {"store": np.array([20.0, -10.0])}, exactly=EXACTLY)
    part = follow(park, {"store": np.array([40.0, -10.0])}, exactly=EXACTLY)

    assert whole.missed_kwh == 0
    assert part.missed_kwh == pytest.approx(20.0)
    assert part.set_points["store"] == pytest.approx([20.0, -10.0])
    assert part.end_kwh["store"] == pytest.approx(20.0 * 0.95 - 10.0 / 0.95)
    assert part.plan.total_cny == pytest.approx(0.5 * (120.0 + 90.0)), "no reward is on the bill"


def test_follow__of_a_park_that_cannot_be_run_is_refused_in_words() -> None:
    with pytest.raises(NoReplayError, match="infeasible"):
        follow(small_gate(200.0), {"store": np.zeros(2)}, exactly=EXACTLY)


def test_ending_at__asks_for_what_was_left() -> None:
    day = random_day(1)
    (store,) = [
        one for one in ending_at(day.actual, {"store": 2_000.0}).assets if one.id == "store"
    ]

    assert getattr(store, "soc_end_min_ratio", None) == pytest.approx(0.5)
