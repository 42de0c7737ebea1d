"""How a local day is worked in China: holidays, make-up workdays, weekends.

The dates are those of the State Council's notices; a year without a notice is an error.
"""

from datetime import date, timedelta
from enum import IntEnum
from functools import cache
from typing import Final

from taihang.standards.state_council_holidays import notice_of

_SATURDAY: Final = 5
_SUNDAY: Final = 6


class DayKind(IntEnum):
    """How a local day is worked."""

    WORKDAY = 0
    """Monday to Friday, and weekend days that the notice turns into workdays (调休)."""
    SATURDAY = 1
    SUNDAY = 2
    HOLIDAY = 3
    """Named by the notice, weekend or not."""


@cache
def day_kind(day: date) -> DayKind:
    """Say how a local day is worked.

    Raises:
        CalendarUnknownError: If the table does not hold the year.

    Example:
        >>> day_kind(date(2026, 2, 14)).name, day_kind(date(2026, 2, 17)).name
        ('WORKDAY', 'HOLIDAY')
    """
    notice = notice_of(day.year)
    if any(day in leave.days for leave in notice.leaves):
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
