"""What a battery held, from what went in and out of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regret_days import random_day
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.follow import able, batteries_of
from taihang.core.dispatch.stored import stored_of

N = 24 * 7
STORE = replace(batteries_of(random_day(1).planned)[0], soc_start_ratio=0.1)


def run(store: Battery, seed: int) -> np.ndarray:
    """Drive a store hard enough that it meets its floor and its ceiling."""
    wild = np.random.default_rng(seed).uniform(-3_000.0, 3_000.0, N)
    return able(store, wild, step_h=1.0)[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999))
def test_stored_of__finds_the_course_of_a_store_that_is_as_it_is_written(seed: int) -> None:
    power_kw = run(STORE, seed)
    found = stored_of(STORE, power_kw, step_h=1.0)

    assert not found.is_fitted
    assert found.is_explained
    assert found.level_kwh.min() >= 400.0 - 1e-6
    assert found.level_kwh.max() <= 3_600.0 + 1.0
    # It was emptied to its floor, so the least start is the one it had.
    truth = able(found.at(0), power_kw, step_h=1.0)[1]
    assert found.level_kwh[-1] == pytest.approx(truth, abs=1.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.sampled_from([0.80, 0.85]))
def test_stored_of__says_when_the_round_trip_is_another(seed: int, worse: float) -> None:
    real = replace(STORE, charge_efficiency_ratio=worse, discharge_efficiency_ratio=worse)
    found = stored_of(STORE, run(real, seed), step_h=1.0)

    assert found.is_fitted
    assert found.is_explained
    assert found.round_trip_ratio < 0.95 * 0.95
    assert worse * worse - 0.06 < found.round_trip_ratio


def test_stored_of__of_a_store_that_only_takes_is_not_explained() -> None:
    found = stored_of(STORE, np.full(N, 1_000.0), step_h=1.0)

    assert not found.is_explained
    assert found.round_trip_ratio == pytest.approx(0.95**2)


def test_at__is_where_the_interval_before_ended() -> None:
    found = stored_of(STORE, np.array([500.0, -200.0, 0.0]), step_h=1.0)

    assert (found.at(0).soc_start_ratio or 0) * 4_000 == pytest.approx(found.start_kwh)
    assert (found.at(2).soc_start_ratio or 0) * 4_000 == pytest.approx(found.level_kwh[1])
