"""Each rule of shape fires on its fault and on nothing else (F35, F43, F44)."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.metering.vee.shape_rules import jump_hits, spike_hits, stuck_hits, zero_hits
from taihang.core.periods import days

ZONE = ZoneInfo("Asia/Shanghai")
N_DAYS = 14
GRID = DayGrid.of(days(date(2026, 6, 1), N_DAYS, ZONE), ZONE)
N = 96 * N_DAYS
ALL = np.ones(N, np.bool_)


def load() -> NDArray[np.int64]:
    """A load with a base, a working day, and no two neighbours alike."""
    step = np.arange(N)
    hour = step % 96
    return (900 + 700 * ((hour > 32) & (hour < 72)) + (step * 31) % 97).astype(np.int64)


def spikes(
    wh: NDArray[np.int64], *, floor_wh: int = 500, usable: NDArray[np.bool_] = ALL
) -> list[Hits]:
    return spike_hits(wh, usable=usable, grid=GRID, spike_ratio=1.8, floor_wh=floor_wh)


def stuck(wh: NDArray[np.int64]) -> list[Hits]:
    return stuck_hits(wh, usable=ALL, n_least=12, least_wh=50)


def jumps(wh: NDArray[np.int64], *, usable: NDArray[np.bool_] = ALL) -> list[Hits]:
    return jump_hits(wh, usable=usable, grid=GRID, jump_ratio=4.0, n_days=7)


def test_rules_of_shape__find_nothing_in_an_honest_load() -> None:
    wh = load()

    assert spikes(wh) == []
    assert stuck(wh) == []
    assert jumps(wh) == []
    assert zero_hits(wh, usable=ALL, n_least=2, least_wh=800) == []


def test_spike_hits__finds_one_interval_far_above_the_third_highest() -> None:
    wh = load()
    third = int(np.sort(wh[96:192])[-3])
    wh[150] = 3 * third

    (hits,) = spikes(wh)

    assert (hits.rule, hits.at.tolist(), hits.value.tolist()) == (Rule.SPIKE, [150], [3 * third])


@pytest.mark.parametrize(("factor", "found"), [(2.79, 0), (2.81, 1)])
def test_spike_hits__begins_at_its_threshold(factor: float, found: int) -> None:
    wh = np.full(N, 1_000, np.int64)
    wh[40] = int(1_000 * factor)

    assert len(spikes(wh)) == found


def test_spike_hits__small_energies_and_days_with_two_values_are_not_judged() -> None:
    wh = np.zeros(N, np.int64)
    wh[40] = 400
    few = np.zeros(N, np.bool_)
    few[[40, 41]] = True

    assert spikes(wh) == []
    assert spikes(wh * 1_000, usable=few) == []


@settings(max_examples=60)
@given(st.integers(0, N - 1), st.integers(2_000, 10**9))
def test_spike_hits__never_blame_another_day(at: int, peak: int) -> None:
    wh = load()
    wh[at] = peak

    assert all(set(hits.at.tolist()) <= {at} for hits in spikes(wh))


@pytest.mark.parametrize(("length", "found"), [(11, 0), (12, 12), (40, 40)])
def test_stuck_hits__finds_frozen_values_of_the_stated_length(length: int, found: int) -> None:
    wh = load()
    wh[300 : 300 + length] = 1_234

    hits = stuck(wh)

    assert sum(len(each.at) for each in hits) == found
    if hits:
        assert hits[0].at.tolist() == list(range(300, 300 + length))


def test_stuck_hits__zero_and_coarse_values_are_not_frozen() -> None:
    assert stuck(np.zeros(N, np.int64)) == []
    assert stuck(np.full(N, 49, np.int64)) == []


@pytest.mark.parametrize(("length", "found"), [(1, 0), (2, 2), (30, 30)])
def test_zero_hits__finds_silence_under_load(length: int, found: int) -> None:
    wh = load()
    wh[500 : 500 + length] = 0

    hits = zero_hits(wh, usable=ALL, n_least=2, least_wh=800)

    assert sum(len(each.at) for each in hits) == found


@pytest.mark.parametrize("factor", [10, 1_000, 0.1, 0.001, 5])
def test_jump_hits__finds_a_wrong_ratio_or_unit(factor: float) -> None:
    wh = load() * 1_000
    wh[96 * 9 : 96 * 11] = (wh[96 * 9 : 96 * 11] * factor).astype(np.int64)

    (hits,) = jumps(wh)

    assert hits.rule is Rule.UNIT_JUMP
    assert hits.at.tolist()[:2] == [96 * 9, 96 * 10]


def test_jump_hits__a_day_off_is_no_jump() -> None:
    wh = load() * 10
    # Everything but the base load stops, and the base keeps a third.
    wh[96 * 9 : 96 * 11] //= 3

    assert jumps(wh) == []


def test_jump_hits__a_taller_peak_over_the_same_base_is_no_jump() -> None:
    wh = load()
    wh[96 * 9 + 34 : 96 * 9 + 70] *= 10

    assert jumps(wh) == []


def test_jump_hits__compares_whole_days_only() -> None:
    wh = load() * 10
    wh[96 * 9 : 96 * 10] *= 10
    usable = ALL.copy()
    usable[96 * 9 : 96 * 9 + 20] = False

    assert jumps(wh, usable=usable) == []
