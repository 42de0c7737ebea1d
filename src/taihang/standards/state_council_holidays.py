"""Public holidays and make-up workdays, as the State Council sets them anew every year.

The dates cannot be computed, so a year without a notice is an error and never guessed.

Source: notices of the General Office of the State Council on holiday arrangements, 国办发明电
〔2024〕12号 for 2025 and 国办发明电〔2025〕7号 for 2026 [from memory]; the days, not the numbers of
the notices, agree with an independent calendar package that was looked up once.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import cache
from typing import Final

from taihang.core.errors import InputError
from taihang.core.market.tou import HolidayCalendar


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


class Holiday(StrEnum):
    """The public holidays."""

    NEW_YEAR = "元旦"
    SPRING_FESTIVAL = "春节"
    TOMB_SWEEPING = "清明节"
    LABOUR_DAY = "劳动节"
    DRAGON_BOAT = "端午节"
    MID_AUTUMN = "中秋节"
    NATIONAL_DAY = "国庆节"


_SATURDAY: Final = 5
_SUNDAY: Final = 6
DEEP_VALLEY: Final = (Holiday.SPRING_FESTIVAL, Holiday.LABOUR_DAY, Holiday.NATIONAL_DAY)
"""The holidays that 晋发改商品发〔2026〕15号 names for its deep valley."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """One holiday of one year: first and last day off, both included."""

    holiday: Holiday
    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the leave."""
        n_days = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=offset) for offset in range(n_days))


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayNotice:
    """What one yearly notice fixes."""

    document: str
    leaves: tuple[Leave, ...]
    make_up_workdays: tuple[date, ...]
    """Weekend days that are worked instead (调休)."""
    lunar_new_year: date
    """First day of the first lunar month (正月初一)."""


def _leave(holiday: Holiday, first: date, last: date) -> Leave:
    return Leave(holiday=holiday, first=first, last=last)


NOTICES: Final = {
    2025: HolidayNotice(
        document="国办发明电〔2024〕12号",
        leaves=(
            _leave(Holiday.NEW_YEAR, date(2025, 1, 1), date(2025, 1, 1)),
            _leave(Holiday.SPRING_FESTIVAL, date(2025, 1, 28), date(2025, 2, 4)),
            _leave(Holiday.TOMB_SWEEPING, date(2025, 4, 4), date(2025, 4, 6)),
            _leave(Holiday.LABOUR_DAY, date(2025, 5, 1), date(2025, 5, 5)),
            _leave(Holiday.DRAGON_BOAT, date(2025, 5, 31), date(2025, 6, 2)),
            _leave(Holiday.NATIONAL_DAY, date(2025, 10, 1), date(2025, 10, 8)),
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
        leaves=(
            _leave(Holiday.NEW_YEAR, date(2026, 1, 1), date(2026, 1, 3)),
            _leave(Holiday.SPRING_FESTIVAL, date(2026, 2, 15), date(2026, 2, 23)),
            _leave(Holiday.TOMB_SWEEPING, date(2026, 4, 4), date(2026, 4, 6)),
            _leave(Holiday.LABOUR_DAY, date(2026, 5, 1), date(2026, 5, 5)),
            _leave(Holiday.DRAGON_BOAT, date(2026, 6, 19), date(2026, 6, 21)),
            _leave(Holiday.MID_AUTUMN, date(2026, 9, 25), date(2026, 9, 27)),
            _leave(Holiday.NATIONAL_DAY, date(2026, 10, 1), date(2026, 10, 7)),
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


def deep_valley_calendar() -> HolidayCalendar:
    """Return the days of the deep-valley holidays in all years whose notice is known.

    Whether the text means the statutory days or the whole leave is not recorded where it was
    seen; the whole leave is taken, and the source says so.

    Example:
        >>> deep_valley_calendar().is_holiday(date(2026, 10, 3))
        True
    """
    first, last = min(NOTICES), max(NOTICES)
    return HolidayCalendar(
        valid_from=date(first, 1, 1),
        valid_to=date(last + 1, 1, 1),
        days=frozenset(
            day
            for notice in NOTICES.values()
            for leave in notice.leaves
            if leave.holiday in DEEP_VALLEY
            for day in leave.days
        ),
        source="、".join(notice.document for notice in NOTICES.values()) + "（整个假期）",
    )


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
