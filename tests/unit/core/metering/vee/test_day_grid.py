"""Local days of 92, 96 and 100 intervals, and days of which the period holds a part (F25, F26)."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.periods import Period, days, month

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "n"),
    [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 6, 1), 96)],
)
def test_of__counts_the_intervals_of_a_local_day(day: date, n: int) -> None:
    grid = DayGrid.of(days(day, 1, BERLIN), BERLIN)

    assert grid.n_days == 1
    assert grid.count(np.ones(n, np.bool_)).tolist() == [n]
    assert grid.slot.min() == 0
    assert grid.slot.max() == 95


def test_of__an_hour_that_the_clock_passes_twice_stands_twice() -> None:
    grid = DayGrid.of(days(date(2026, 10, 25), 1, BERLIN), BERLIN)

    counts = np.bincount(grid.slot)

    assert counts[8:12].tolist() == [2, 2, 2, 2], "02:00 … 02:45 comes twice"
    assert (np.delete(counts, np.arange(8, 12)) == 1).all()


def test_of__a_cut_day_keeps_its_place_on_the_clock() -> None:
    whole = days(date(2026, 6, 1), 2, BERLIN)
    cut = Period(whole.start + timedelta(hours=5), whole.end - timedelta(hours=20))

    grid = DayGrid.of(cut, BERLIN)

    assert (grid.n_days, int(grid.slot[0]), int(grid.slot[-1])) == (2, 20, 15)
    assert grid.starts.tolist() == [0, 76]
    assert grid.date_of(1) == date(2026, 6, 2)


def test_fold__puts_every_value_into_its_day_once() -> None:
    period = month("2026-03", BERLIN)
    grid = DayGrid.of(period, BERLIN)
    values = np.arange(period.n_steps, dtype=np.int64) + 1

    folded = grid.fold(values, fill=0)

    assert folded.shape == (31, 120)
    assert int(folded.sum()) == int(values.sum())
    assert folded[1, :2].tolist() == [97, 98]


def test_of__gives_the_same_days_again_and_nobody_can_change_them() -> None:
    period = days(date(2026, 6, 1), 2, BERLIN)

    grid = DayGrid.of(period, BERLIN)

    assert DayGrid.of(period, BERLIN) is grid
    with pytest.raises(ValueError, match="read-only"):
        grid.day[0] = 1
