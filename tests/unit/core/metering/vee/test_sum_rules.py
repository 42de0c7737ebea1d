"""Registers and intervals, storage and its charge, parent and children (F45, F46, F48)."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.metering.energy import interval_energy
from taihang.core.metering.readings import ReadingBlock
from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.metering.vee.sum_rules import rank_suspects, storage_hits, sum_check_hits
from taihang.core.periods import Period
from taihang.core.series import EnergySeries, Quality, Quantity

START = datetime(2026, 6, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(hours=24))


def sum_check(intervals_wh: NDArray[np.int64], *, last_count: int, lost: int = -1) -> list[Hits]:
    """Registers at the two midnights only, and intervals between them."""
    block = ReadingBlock(
        point="M",
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale="10",
        modulus=10**6,
        times_s=np.array([PERIOD.start_s, PERIOD.end_s]),
        counts=np.array([100, last_count]),
        quality=np.zeros(2, np.uint8),
    )
    spans = interval_energy(
        register=block,
        scale=10,
        modulus=10**6,
        max_interval_wh=10**6,
        events=(),
        period=PERIOD,
    ).spans
    quality = np.zeros(96, np.uint8)
    if lost >= 0:
        quality[lost] = Quality.MISSING
    series = EnergySeries(PERIOD.start_s, intervals_wh, quality)
    return sum_check_hits(spans, intervals=series, slack_wh=20, period=PERIOD)


def test_sum_check_hits__a_profile_that_adds_up_is_in_order() -> None:
    assert sum_check(np.full(96, 1_000, np.int64), last_count=100 + 9_600) == []


def test_sum_check_hits__a_profile_that_does_not_add_up_needs_a_person() -> None:
    (hits,) = sum_check(np.full(96, 1_000, np.int64), last_count=100 + 9_900)

    assert hits.rule is Rule.SUM_CHECK
    assert (hits.at.tolist(), hits.value.tolist(), hits.limit.tolist()) == ([0], [96_000], [99_000])


def test_sum_check_hits__forgives_the_last_digit_of_each_value() -> None:
    assert sum_check(np.full(96, 1_000, np.int64) + 1, last_count=100 + 9_600) == []


def test_sum_check_hits__a_profile_with_a_hole_is_not_compared() -> None:
    assert sum_check(np.full(96, 1_000, np.int64), last_count=100 + 9_900, lost=7) == []


# -- storage -------------------------------------------------------------------------------------


def store(
    charge_wh: NDArray[np.int64],
    discharge_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_] | None = None,
) -> list[Hits]:
    return storage_hits(
        discharge_wh,
        charge_wh=charge_wh,
        usable=np.ones(len(charge_wh), np.bool_) if usable is None else usable,
        efficiency_ratio=0.9,
        stored_wh=1_000,
    )


@settings(max_examples=200)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 600)), min_size=1, max_size=80))
def test_storage_hits__never_blame_an_honest_battery(acts: list[tuple[bool, int]]) -> None:
    stored, charge, discharge = 1_000.0, list[int](), list[int]()
    for charges, amount in acts:
        taken = min(amount, int((1_000 - stored) / 0.9)) if charges else 0
        given_wh = 0 if charges else min(amount, int(stored))
        stored += taken * 0.9 - given_wh
        charge.append(taken)
        discharge.append(given_wh)

    # The store rounds down to whole watt-hours at every charge: that much an account may be off.
    hits = storage_hits(
        np.array(discharge, np.int64),
        charge_wh=np.array(charge, np.int64),
        usable=np.ones(len(acts), np.bool_),
        efficiency_ratio=0.9,
        stored_wh=1_000 + len(acts),
    )

    assert hits == []


@given(st.integers(1, 500), st.integers(0, 40))
def test_storage_hits__find_grid_energy_sold_as_discharge(extra: int, at: int) -> None:
    charge, discharge = np.zeros(60, np.int64), np.zeros(60, np.int64)
    discharge[at : at + 10] = 100
    discharge[at + 10] = extra

    (hits,) = store(charge, discharge)

    assert hits.rule is Rule.STORAGE_ROUND_TRIP
    assert hits.at.tolist() == [at + 10]
    assert hits.value.tolist() == [1_000 + extra]


def test_storage_hits__a_round_trip_above_one_is_found_over_many_cycles() -> None:
    charge, discharge = np.zeros(400, np.int64), np.zeros(400, np.int64)
    charge[0::2], discharge[1::2] = 100, 99  # 0.99 against 0.9: 9 Wh too much each cycle

    (hits,) = store(charge, discharge)

    # From just after a charge on: 99 + 9 (k − 1) > 1000 first in the 102nd cycle.
    assert hits.at[0] == 2 * 101 + 1
    assert hits.at.max() == 399


def test_storage_hits__a_gap_begins_a_new_account() -> None:
    charge, discharge = np.zeros(20, np.int64), np.full(20, 90, np.int64)
    usable = np.ones(20, np.bool_)
    usable[10] = False

    assert store(charge, discharge, usable=usable) == []
    assert store(charge, discharge) != []


# -- parent and children -------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.integers(0, 4), st.sampled_from([0.1, 0.5, 2.0, 10.0]))
def test_rank_suspects__names_the_child_with_the_wrong_ratio_first(row: int, factor: float) -> None:
    step = np.arange(96)
    true_wh = np.stack(
        [
            1_000 + 300 * np.sin(step / (3 + child)) + (step * (31 + child)) % 97
            for child in range(5)
        ]
    ).astype(np.int64)
    read_wh = true_wh.copy()
    read_wh[row] = (true_wh[row] * factor).astype(np.int64)
    residual = true_wh.sum(axis=0) - read_wh.sum(axis=0)

    ranked = rank_suspects(residual, children_wh=read_wh)

    assert ranked[0].row == row
    assert ranked[0].explained_ratio > 0.95


def test_rank_suspects__of_no_disagreement_names_nobody() -> None:
    assert rank_suspects(np.zeros(4, np.int64), children_wh=np.ones((2, 4), np.int64)) == []


def test_rank_suspects__a_silent_child_explains_nothing() -> None:
    children = np.array([[0, 0, 0], [1, 2, 3]])

    assert [each.row for each in rank_suspects(np.array([2, 4, 6]), children_wh=children)] == [1]


@pytest.mark.parametrize("n", [1, 96])
def test_storage_hits__nothing_moved_is_in_order(n: int) -> None:
    assert store(np.zeros(n, np.int64), np.zeros(n, np.int64)) == []
