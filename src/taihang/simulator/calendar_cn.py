"""Chinese public holidays and make-up workdays, year by year.

Source: the yearly notices of the General Office of the State Council on holiday arrangements,
国办发明电〔2024〕12号 for 2025 and 国办发明电〔2025〕7号 for 2026, from memory; the days (not the
notice numbers) agree with an independent calendar package, looked up once. The dates are set anew
every year and cannot be computed, so a year without a table is an error.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from taihang.core.errors import InputError

_SATURDAY: Final = 5
_SUNDAY: Final = 6


class CalendarUnknownError(InputError):
    """No notice on the holidays of that year is in the table."""

    code = "input.calendar-unknown"


class DayKind(IntEnum):
    """How a local day is worked."""

    WORKDAY = 0
    """Monday to Friday, and weekend days that the notice turns into workdays (调休)."""
    SATURDAY = 1
    SUNDAY = 2
    HOLIDAY = 3
    """Named by the notice, weekend or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayNotice:
    """What one yearly notice fixes."""

    document: str
    holidays: tuple[tuple[date, date], ...]
    """First and last day of each holiday, both included."""
    make_up_workdays: tuple[date, ...]
    """Weekend days that are worked instead."""
    lunar_new_year: date
    """First day of the first lunar month (正月初一)."""


NOTICES: Final = {
    2025: HolidayNotice(
        document="国办发明电〔2024〕12号",
        holidays=(
            (date(2025, 1, 1), date(2025, 1, 1)),
            (date(2025, 1, 28), date(2025, 2, 4)),
            (date(2025, 4, 4), date(2025, 4, 6)),
            (date(2025, 5, 1), date(2025, 5, 5)),
            (date(2025, 5, 31), date(2025, 6, 2)),
            (date(2025, 10, 1), date(2025, 10, 8)),
        ),
        make_up_workdays=(
            date(2025, 1, 26),
            date(2025, 2, 8),
            date(2025, 4, 27),
            date(2025, 9, 28),
            date(2025, 10, 11),
        ),
        lunar_new_year=date(2025, 1, 29),
    ),
    2026: HolidayNotice(
        document="国办发明电〔2025〕7号",
        holidays=(
            (date(2026, 1, 1), date(2026, 1, 3)),
            (date(2026, 2, 15), date(2026, 2, 23)),
            (date(2026, 4, 4), date(2026, 4, 6)),
            (date(2026, 5, 1), date(2026, 5, 5)),
            (date(2026, 6, 19), date(2026, 6, 21)),
            (date(2026, 9, 25), date(2026, 9, 27)),
            (date(2026, 10, 1), date(2026, 10, 7)),
        ),
        make_up_workdays=(
            date(2026, 1, 4),
            date(2026, 2, 14),
            date(2026, 2, 28),
            date(2026, 5, 9),
            date(2026, 9, 20),
            date(2026, 10, 10),
        ),
        lunar_new_year=date(2026, 2, 17),
    ),
}
"""The notices known, by calendar year."""


def notice_of(year: int) -> HolidayNotice:
    """Return the notice on the holidays of a calendar year.

    Raises:
        CalendarUnknownError: If the table does not hold the year.
    """
    if year not in NOTICES:
        known = ", ".join(str(each) for each in sorted(NOTICES))
        raise CalendarUnknownError(
            given=f"a day in {year}",
            expected=f"a year whose holidays are known: {known}",
            remedy="choose days in these years, or add the State Council's notice of that year",
        )
    return NOTICES[year]


def day_kind(day: date) -> DayKind:
    """Say how a local day is worked.

    Raises:
        CalendarUnknownError: If the table does not hold the year.

    Example:
        >>> day_kind(date(2026, 2, 14)).name, day_kind(date(2026, 2, 17)).name
        ('WORKDAY', 'HOLIDAY')
    """
    notice = notice_of(day.year)
    if any(first <= day <= last for first, last in notice.holidays):
        return DayKind.HOLIDAY
    if day in notice.make_up_workdays or day.weekday() < _SATURDAY:
        return DayKind.WORKDAY
    return DayKind.SUNDAY if day.weekday() == _SUNDAY else DayKind.SATURDAY


def days_since_lunar_new_year(day: date) -> int:
    """Return the days since the first day of the first lunar month; negative before it.

    Raises:
        CalendarUnknownError: If the table does not hold the year.

    Example:
        >>> days_since_lunar_new_year(date(2026, 2, 16))
        -1
    """
    return (day - notice_of(day.year).lunar_new_year) // timedelta(days=1)
