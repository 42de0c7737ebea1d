"""Each method where it applies, and its silence where it does not (F39, F40)."""

from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.metering.estimate.gap import Gap
from taihang.core.metering.estimate.shapes import (
    Past,
    Reference,
    Shape,
    like_day,
    linear,
    parent_difference,
)
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.periods import Period, days
from taihang.core.series import EnergySeries

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 6, 1)  # a Monday
N_DAYS = 60
PERIOD = days(FIRST, N_DAYS, ZONE)
GRID = DayGrid.of(PERIOD, ZONE)
N = 96 * N_DAYS


def energy() -> NDArray[np.int64]:
    """1 000 + slot on workdays, 100 + slot at weekends, one more every day."""
    step = np.arange(N)
    weekend = np.isin((step // 96) % 7, (5, 6))
    return (np.where(weekend, 100, 1_000) + step % 96 + step // 96).astype(np.int64)


def kind_of(day: date) -> str | None:
    return "weekend" if day.weekday() >= 5 else "workday"


def line(first: int, n: int, *, doubted: tuple[int, ...] = (), n_most: int = 8) -> Shape:
    actual = np.ones(N, np.bool_)
    actual[first : first + n] = False
    actual[list(doubted)] = False
    series = EnergySeries(PERIOD.start_s, energy(), np.zeros(N, np.uint8))
    return linear(Gap(first, n, None, first, n), series=series, actual=actual, n_most=n_most)


def like(
    first: int, n: int, *, n_days: int = 3, reach_days: int = 35, bad: tuple[int, ...] = ()
) -> Shape:
    actual = np.ones(N, np.bool_)
    actual[first : first + n] = False
    actual[list(bad)] = False
    return like_day(
        Gap(first, n, None, first, n),
        grid=GRID,
        past=Past(GRID, energy(), actual),
        reference=Reference(n_days=n_days, reach_days=reach_days, kind_of=kind_of),
    )


def test_linear__is_a_straight_line_between_the_neighbours() -> None:
    wh = energy()
    before, after = int(wh[99]), int(wh[104])

    shape = line(100, 4)

    assert [float(each) for each in shape] == [
        before + (after - before) * k / 5 for k in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(("n", "applies"), [(1, True), (8, True), (9, False), (288, False)])
def test_linear__up_to_two_hours_only(n: int, applies: bool) -> None:  # noqa: FBT001 pytest
    assert bool(line(500, n)) is applies


@pytest.mark.parametrize("doubted", [99, 104])
def test_linear__draws_from_no_interval_in_a_power_failure(doubted: int) -> None:
    assert line(100, 4, doubted=(doubted,)) == ()


@pytest.mark.parametrize("first", [0, N - 4])
def test_linear__has_no_line_at_the_edge_of_what_is_known(first: int) -> None:
    assert line(first, 4) == ()


def test_linear__of_a_run_that_a_register_cuts_is_one_line() -> None:
    series = EnergySeries(PERIOD.start_s, energy(), np.zeros(N, np.uint8))
    actual = np.ones(N, np.bool_)
    whole = linear(Gap(100, 4, None, 100, 4), series=series, actual=actual, n_most=8)

    parts = [
        each
        for first in (100, 102)
        for each in linear(Gap(first, 2, None, 100, 4), series=series, actual=actual, n_most=8)
    ]

    assert parts == list(whole)


def test_like_day__averages_the_latest_days_of_the_same_kind() -> None:
    friday = 18  # 2026-06-19
    wh = energy()

    shape = like(96 * friday + 10, 4)

    for place, each in enumerate(shape):
        days_before = [wh[96 * (friday - back) + 10 + place] for back in (1, 2, 3)]
        assert each == Fraction(int(sum(days_before)), 3)


def test_like_day__a_weekend_is_like_weekends() -> None:
    sunday = 20
    wh = energy()

    shape = like(96 * sunday, 1)

    # Saturday before, and the two days of the weekend before that.
    assert shape == [Fraction(int(wh[96 * 19] + wh[96 * 13] + wh[96 * 12]), 3)]


@pytest.mark.parametrize("n_days", [3, 20])
def test_like_day__of_a_long_gap_looks_at_days_before_the_gap_only(n_days: int) -> None:
    first = 96 * 30

    shape = like(first, 96 * n_days)

    assert len(shape) == 96 * n_days
    assert float(max(shape)) < 1_000 + 96 + 30, "no value of a day inside or after the gap"


def test_like_day__passes_over_days_that_a_rule_doubts() -> None:
    friday, wh = 18, energy()

    shape = like(96 * friday + 10, 1, bad=(96 * (friday - 1) + 10,))

    expected = [int(wh[96 * (friday - back) + 10]) for back in (2, 3, 4)]
    assert shape == [Fraction(sum(expected), 3)]


def test_like_day__with_too_few_days_in_reach_says_nothing() -> None:
    assert like(96 * 2, 4) == ()
    assert like(96 * 18, 4, reach_days=2) == ()


def test_like_day__of_a_year_whose_holidays_nobody_knows_says_nothing() -> None:
    reference = Reference(n_days=1, reach_days=35, kind_of=lambda _: None)
    past = Past(GRID, energy(), np.ones(N, np.bool_))

    assert (
        like_day(Gap(96 * 9, 2, None, 96 * 9, 2), grid=GRID, past=past, reference=reference) == ()
    )


def test_like_day__reaches_into_the_time_before_the_period() -> None:
    later = Period(PERIOD.start + timedelta(days=20), PERIOD.end)
    past = Past(GRID, energy(), np.ones(N, np.bool_))
    reference = Reference(n_days=2, reach_days=35, kind_of=kind_of)

    shape = like_day(
        Gap(3, 1, None, 3, 1), grid=DayGrid.of(later, ZONE), past=past, reference=reference
    )

    # 21 June is a Sunday: Saturday the 20th and Sunday the 14th.
    wh = energy()
    assert shape == [Fraction(int(wh[96 * 19 + 3] + wh[96 * 13 + 3]), 2)]


def test_parent_difference__is_what_the_others_leave_within_the_rating() -> None:
    seen = np.array([10, -5, 700, 30], np.int64)
    gap = Gap(0, 3, None, 0, 3)

    shape = parent_difference(gap, seen_wh=seen, complete=np.ones(4, np.bool_), max_interval_wh=500)

    assert shape == [10, 0, 500]


def test_parent_difference__needs_a_complete_parent() -> None:
    complete = np.array([True, False, True])

    shape = parent_difference(
        Gap(0, 3, None, 0, 3),
        seen_wh=np.ones(3, np.int64),
        complete=complete,
        max_interval_wh=500,
    )

    assert shape == ()
