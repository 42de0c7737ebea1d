from datetime import date, timedelta

import pytest

from taihang.simulator.calendar_cn import DayKind, day_kind, days_since_lunar_new_year
from taihang.standards.state_council_holidays import NOTICES, CalendarUnknownError


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
