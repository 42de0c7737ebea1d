"""Parts sum to the whole in every zone of the world (P20), whatever its clocks do (F25, F26)."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.periods import STEP_S, Period, days, month, year

FIRST_YEAR: Final = 2020
LAST_YEAR: Final = 2035
ALL_ZONES: Final = tuple(sorted(zone for zone in available_timezones() if zone != "localtime"))
LENGTHS: Final = {84, 88, 92, 94, 96, 98, 100, 104, 108}
"""Quarter hours of a local day: 92 and 100 where clocks move by an hour; 94 and 98 on Lord Howe
Island, which moves by 30 min; the others at stations of Antarctica, which move by two or three."""


def month_names(first_year: int, last_year: int) -> list[str]:
    return [f"{y}-{m:02}" for y in range(first_year, last_year + 1) for m in range(1, 13)]


def local_days(period: Period, zone: ZoneInfo) -> list[Period]:
    first = period.start.astimezone(zone).date()
    last = (period.end - timedelta(seconds=1)).astimezone(zone).date()
    return [days(first + timedelta(days=d), 1, zone) for d in range((last - first).days + 1)]


def check_days(period: Period, zone: ZoneInfo) -> set[int]:
    """Demand that the local days of a month touch and fill it; return their lengths."""
    parts = local_days(period, zone)
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert all(a.end == b.start for a, b in pairwise(parts))
    grid = DayGrid.of(period, zone)
    lengths = [part.n_steps for part in parts]
    assert grid.count(np.ones(period.n_steps, np.bool_)).tolist() == lengths
    ones = np.ones(period.n_steps, np.int64)
    assert grid.fold(ones, fill=0).sum(axis=1).tolist() == lengths
    assert sum(lengths) == period.n_steps
    return set(lengths)


def test_months__of_every_zone_touch_and_fill_their_years() -> None:
    odd_months, lengths = 0, set[int]()
    for name in ALL_ZONES:
        zone = ZoneInfo(name)
        months = [(each, month(each, zone)) for each in month_names(FIRST_YEAR, LAST_YEAR)]
        assert all(a.end == b.start for (_, a), (_, b) in pairwise(months)), name
        whole = year(str(FIRST_YEAR), zone).start, year(str(LAST_YEAR), zone).end
        assert (months[0][1].start, months[-1][1].end) == whole, name
        for _, period in months:
            assert period.start_s % STEP_S == period.end_s % STEP_S == 0, name
            # Only a change of the clock makes a month that is no whole number of days.
            if period.n_steps % 96:
                odd_months += 1
                lengths |= check_days(period, zone)
    assert len(ALL_ZONES) >= 400
    assert odd_months >= 3_000
    assert lengths == LENGTHS


@pytest.mark.parametrize(
    ("name", "first", "last", "n_odd"),
    [
        # Daylight saving in China: 6 springs and 6 autumns.
        ("Asia/Shanghai", 1986, 1991, 12),
        # Clocks go back for Ramadan and forward after it, twice within some months.
        ("Africa/Casablanca", 2020, 2026, 14),
        # Clocks change at midnight itself: the first local hour of that day does not exist.
        ("Africa/Cairo", 2023, 2026, 8),
        ("Asia/Shanghai", 2020, 2026, 0),
    ],
)
def test_days__of_clocks_that_do_something_unusual_fill_every_month(
    name: str, first: int, last: int, n_odd: int
) -> None:
    zone = ZoneInfo(name)
    odd = 0
    for each in month_names(first, last):
        period = month(each, zone)
        check_days(period, zone)
        odd += sum(part.n_steps != 96 for part in local_days(period, zone))

    assert odd == n_odd


@pytest.mark.parametrize(("name", "n_days"), [("2024-02", 29), ("2026-02", 28), ("2026-12", 31)])
def test_month__has_as_many_intervals_as_days(name: str, n_days: int) -> None:
    assert month(name, ZoneInfo("Asia/Shanghai")).n_steps == 96 * n_days


def test_years__of_53_weeks_are_no_different() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    weeks = [days(date(2026, 1, 1) + timedelta(days=7 * k), 7, zone) for k in range(52)]

    rest = days(date(2026, 12, 31), 1, zone)
    assert date(2026, 12, 31).isocalendar().week == 53
    assert sum(week.n_steps for week in weeks) + rest.n_steps == year("2026", zone).n_steps
