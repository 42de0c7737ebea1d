from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import (
    STEP_S,
    NaiveInstantError,
    Period,
    PeriodError,
    days,
    instant,
    instant_of_s,
    month,
    months_in,
    year,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
zones = st.sampled_from(
    [SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]
)
local_days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
instants_s = st.integers(0, 4_000_000_000)


def test_instant__refuses_a_naive_time() -> None:
    naive = datetime(2026, 6, 1)  # noqa: DTZ001 -- the very thing that is refused

    with pytest.raises(NaiveInstantError) as caught:
        instant(naive)

    assert caught.value.given == "2026-06-01T00:00:00"


def test_period__refuses_a_naive_end() -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)

    with pytest.raises(NaiveInstantError):
        Period(start, datetime(2026, 6, 2))  # noqa: DTZ001 -- the very thing that is refused


@pytest.mark.parametrize("length", [timedelta(0), timedelta(seconds=-1)])
def test_period__refuses_to_end_before_it_starts(length: timedelta) -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)

    with pytest.raises(PeriodError):
        Period(start, start + length)


@given(instants_s)
def test_instant_of_s__is_undone_by_start_s(seconds_s: int) -> None:
    start = instant_of_s(seconds_s)

    assert seconds_s == Period(start, start + timedelta(hours=1)).start_s


def test_period__is_the_same_in_whatever_zone_it_was_written() -> None:
    in_utc = Period(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))
    in_china = Period(
        datetime(2026, 6, 1, 8, tzinfo=SHANGHAI), datetime(2026, 6, 2, 8, tzinfo=SHANGHAI)
    )

    assert in_utc == in_china


@given(instants_s, st.integers(1, 500))
def test_grid_s__parts_touch_and_cover_the_period(seconds_s: int, n_steps: int) -> None:
    start_s = seconds_s // STEP_S * STEP_S
    period = Period(instant_of_s(start_s), instant_of_s(start_s + n_steps * STEP_S))

    grid_s = period.grid_s()

    assert period.n_steps == len(grid_s)
    assert period.start_s == grid_s[0]
    assert period.end_s == grid_s[-1] + STEP_S
    assert bool(np.all(np.diff(grid_s) == STEP_S))


@given(instants_s.filter(lambda seconds_s: seconds_s % STEP_S))
def test_grid_s__refuses_ends_off_the_settlement_edge(seconds_s: int) -> None:
    period = Period(instant_of_s(seconds_s), instant_of_s(seconds_s + STEP_S))

    with pytest.raises(PeriodError):
        period.grid_s()


@given(local_days, st.integers(1, 40), zones)
def test_days__single_days_touch_and_cover_the_stretch(
    first: date, n_days: int, zone: ZoneInfo
) -> None:
    whole = days(first, n_days, zone)

    singles = [days(first + timedelta(days=i), 1, zone) for i in range(n_days)]

    assert all(before.end == after.start for before, after in pairwise(singles))
    assert (whole.start, whole.end) == (singles[0].start, singles[-1].end)
    assert whole.n_steps == sum(single.n_steps for single in singles)
    assert all(whole.contains(single) for single in singles)


@pytest.mark.parametrize(
    ("day", "n_steps"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 6, 1), 96)]
)
def test_days__follow_daylight_saving_where_there_is_some(day: date, n_steps: int) -> None:
    assert n_steps == days(day, 1, BERLIN).n_steps
    assert days(day, 1, SHANGHAI).n_steps == 96


@given(st.integers(2000, 2098), zones)
def test_month__twelve_of_them_touch_and_cover_the_year(number: int, zone: ZoneInfo) -> None:
    whole = year(f"{number}", zone)

    months = [month(f"{number}-{m:02}", zone) for m in range(1, 13)]

    assert all(before.end == after.start for before, after in pairwise(months))
    assert (whole.start, whole.end) == (months[0].start, months[-1].end)


@pytest.mark.parametrize("name", ["2026-13", "2026-00", "2026-6", "26-06", "2026-06-01", ""])
def test_month__refuses_what_is_no_month(name: str) -> None:
    with pytest.raises(PeriodError):
        month(name, SHANGHAI)


@pytest.mark.parametrize("name", ["26", "2026-06", "20x6", ""])
def test_year__refuses_what_is_no_year(name: str) -> None:
    with pytest.raises(PeriodError):
        year(name, SHANGHAI)


@given(local_days, st.integers(1, 800), zones)
def test_months_in__names_exactly_the_months_that_lie_wholly_inside(
    first: date, n_days: int, zone: ZoneInfo
) -> None:
    period = days(first, n_days, zone)
    touched = sorted({(first + timedelta(days=i)).isoformat()[:7] for i in range(n_days)})

    names = list(months_in(period, zone))

    assert [name for name in touched if period.contains(month(name, zone))] == names


def test_months_in__of_a_year_are_twelve() -> None:
    names = list(months_in(year("2022", SHANGHAI), SHANGHAI))

    assert [f"2022-{m:02}" for m in range(1, 13)] == names


def test_contains__a_period_contains_itself_but_not_a_longer_one() -> None:
    short, long = days(date(2026, 6, 1), 1, SHANGHAI), days(date(2026, 6, 1), 2, SHANGHAI)

    assert short.contains(short)
    assert long.contains(short)
    assert not short.contains(long)
