"""The notices hang together; that their days are the right ones only the notices can say."""

from datetime import date, timedelta

import pytest

from taihang.standards.state_council_holidays import (
    DEEP_VALLEY,
    NOTICES,
    CalendarUnknownError,
    Holiday,
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
