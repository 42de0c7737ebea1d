"""The notices hang together; that their days are the right ones only the notices can say."""

from datetime import date, timedelta

import pytest

from taihang.standards.state_council_holidays import (
    DEEP_VALLEY,
    NOTICES,
    CalendarUnknownError,
    DayKind,
    Holiday,
    day_kind,
    days_since_lunar_new_year,
    deep_valley_calendar,
    notice_of,
)

_SATURDAY = 5


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_notice_of__names_days_that_hang_together(year: int) -> None:
    notice = notice_of(year)

    off = [day for leave in notice.leaves for day in leave.days]
    assert all(leave.first <= leave.last for leave in notice.leaves)
    assert len(set(off)) == len(off)
    assert all(day.year == year for day in off)
    assert notice.lunar_new_year in off
    # 调休 moves a weekend day: it is worked, so it is never itself a day off.
    assert all(day.weekday() >= _SATURDAY for day in notice.make_up_workdays)
    assert not set(notice.make_up_workdays) & set(off)


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_notice_of__holds_every_holiday_of_the_year(year: int) -> None:
    found = {leave.holiday for leave in notice_of(year).leaves}

    # In 2025 Mid-Autumn fell into the week of the National Day.
    assert set(Holiday) - found <= {Holiday.MID_AUTUMN}


def test_notices__were_found() -> None:
    assert len(NOTICES) >= 2


def test_notice_of__refuses_a_year_without_a_notice() -> None:
    with pytest.raises(CalendarUnknownError) as refused:
        notice_of(max(NOTICES) + 1)

    assert str(max(NOTICES) + 1) in refused.value.given


def test_deep_valley_calendar__holds_whole_leaves_of_its_holidays_only() -> None:
    calendar = deep_valley_calendar()

    for notice in NOTICES.values():
        for leave in notice.leaves:
            inside = [calendar.is_holiday(day) for day in leave.days]
            assert all(inside) if leave.holiday in DEEP_VALLEY else not any(inside)


def test_deep_valley_calendar__ends_at_the_first_day_it_does_not_know() -> None:
    calendar = deep_valley_calendar()

    assert calendar.valid_to == date(max(NOTICES) + 1, 1, 1)
    assert calendar.valid_to - timedelta(days=1) >= max(calendar.days)


def all_days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=i) for i in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize(
    ("year", "n_holidays", "n_make_up", "n_working"),
    # Days of leave named by the notices, and working days of the year, counted by hand from the
    # calendar: 2025 28 days of leave, 5 made up; 2026 33 days of leave, 6 made up.
    [(2025, 28, 5, 248), (2026, 33, 6, 248)],
)
def test_day_kind__counts_of_the_year(
    year: int, n_holidays: int, n_make_up: int, n_working: int
) -> None:
    kinds = [day_kind(day) for day in all_days(year)]

    assert n_holidays == kinds.count(DayKind.HOLIDAY)
    assert n_make_up == len(NOTICES[year].make_up_workdays)
    assert n_working == kinds.count(DayKind.WORKDAY)


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_notices__are_consistent(year: int) -> None:
    notice = NOTICES[year]

    assert all(leave.first <= leave.last for leave in notice.leaves)
    assert all(day.weekday() >= 5 for day in notice.make_up_workdays)
    assert all(day.year == year for day in notice.make_up_workdays)
    assert all(day_kind(day) is DayKind.WORKDAY for day in notice.make_up_workdays)
    assert day_kind(notice.lunar_new_year) is DayKind.HOLIDAY


def test_lunar_new_year__is_a_new_moon_in_its_window() -> None:
    # Known new moon 2000-01-06 18:14 UTC, mean synodic month 29.530588 days.
    assert len(NOTICES) == 2
    for notice in NOTICES.values():
        age_d = (notice.lunar_new_year - date(2000, 1, 6)).days % 29.530588

        assert date(notice.lunar_new_year.year, 1, 21) <= notice.lunar_new_year
        assert notice.lunar_new_year <= date(notice.lunar_new_year.year, 2, 20)
        assert min(age_d, 29.530588 - age_d) < 1.5


def test_day_kind__unknown_year_names_the_known_ones() -> None:
    with pytest.raises(CalendarUnknownError, match="2025, 2026"):
        day_kind(date(2027, 1, 4))


def test_days_since_lunar_new_year__counts_both_ways() -> None:
    assert days_since_lunar_new_year(date(2025, 1, 28)) == -1
    assert days_since_lunar_new_year(date(2025, 2, 12)) == 14
