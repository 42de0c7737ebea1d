"""Stretches of local days as addresses name them: a day, a week, a month, a year, any days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.errors import InputError
from taihang.core.periods import Period, PeriodError, days, month, year

FIRST_YEAR: Final = 1980
LAST_YEAR: Final = 2199
DAYS_MOST: Final = 732
"""Longest stretch of any days: two years and their leap days."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEK: Final = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_YEAR: Final = re.compile(r"[0-9]{4}")
_SPAN: Final = re.compile(r"([0-9-]{10})\.\.([0-9-]{10})")
_DAYS_PER_WEEK: Final = 7
_MONTHS_PER_YEAR: Final = 12


class ShownDaysError(InputError):
    """An address names no stretch of days that a page can show."""

    code = "input.shown-days"

    def __init__(self, given: str) -> None:
        super().__init__(
            given=repr(given[:40]),
            expected="2026-09-30, 2026-W39, 2026-09, 2026 or 2026-09-01..2026-09-15, the last two "
            f"of {FIRST_YEAR} … {LAST_YEAR} and at most {DAYS_MOST} days",
            remedy="choose a stretch on the page",
        )


class StretchKind(StrEnum):
    """How long a stretch is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole local days, and how an address names them."""

    word: str
    kind: StretchKind
    first: date
    n_days: int

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.n_days - 1)

    def period(self, zone: ZoneInfo) -> Period:
        """Return the instants between the two midnights."""
        return days(self.first, self.n_days, zone)

    def moved(self, by: int) -> str:
        """Return the word of the stretch of the same kind before (−1) or after (+1) this one.

        Example:
            >>> parse_stretch("2026-01").moved(-1), parse_stretch("2026-W01").moved(1)
            ('2025-12', '2026-W02')
        """
        if self.kind is StretchKind.YEAR:
            return str(self.first.year + by)
        if self.kind is StretchKind.MONTH:
            at = self.first.year * _MONTHS_PER_YEAR + self.first.month - 1 + by
            return f"{at // _MONTHS_PER_YEAR:04d}-{at % _MONTHS_PER_YEAR + 1:02d}"
        first = self.first + timedelta(days=by * self.n_days)
        if self.kind is StretchKind.ANY:
            last = first + timedelta(days=self.n_days - 1)
            return f"{first.isoformat()}..{last.isoformat()}"
        return week_word(first) if self.kind is StretchKind.WEEK else first.isoformat()

    def words(self) -> dict[StretchKind, str]:
        """Return the words of the day, week, month and year around its last day.

        Example:
            >>> parse_stretch("2026-09").words()[StretchKind.WEEK]
            '2026-W40'
        """
        last = self.last
        return {
            StretchKind.DAY: last.isoformat(),
            StretchKind.WEEK: week_word(last),
            StretchKind.MONTH: last.isoformat()[:7],
            StretchKind.YEAR: last.isoformat()[:4],
        }


def week_word(day: date) -> str:
    """Return the ISO week of a day.

    Example:
        >>> week_word(date(2026, 9, 30))
        '2026-W40'
    """
    year_number, week, _ = day.isocalendar()
    return f"{year_number}-W{week:02d}"


def parse_stretch(word: str) -> Stretch:
    """Return the stretch that a word of an address names.

    Args:
        word: ``2026-09-30``, ``2026-W39``, ``2026-09``, ``2026`` or ``2026-09-01..2026-09-15``.

    Raises:
        ShownDaysError: If it names none, or one that is too long or outside of all years.

    Example:
        >>> parse_stretch("2026-09").n_days, parse_stretch("2026-W01").first.isoformat()
        (30, '2025-12-29')
    """
    try:
        found = _parsed(word) if word.isascii() else None
    except (ValueError, OverflowError, PeriodError):
        found = None
    is_within = found is not None and FIRST_YEAR <= found.first.year <= found.last.year <= LAST_YEAR
    if found is None or not is_within or not 1 <= found.n_days <= DAYS_MOST:
        raise ShownDaysError(word)
    return found


def _parsed(word: str) -> Stretch | None:
    if _DAY.fullmatch(word):
        return Stretch(word, StretchKind.DAY, date.fromisoformat(word), 1)
    if week := _WEEK.fullmatch(word):
        first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return Stretch(word, StretchKind.WEEK, first, _DAYS_PER_WEEK)
    if span := _SPAN.fullmatch(word):
        first, last = date.fromisoformat(span[1]), date.fromisoformat(span[2])
        return Stretch(word, StretchKind.ANY, first, (last - first).days + 1)
    is_month = bool(_MONTH.fullmatch(word))
    if not is_month and not _YEAR.fullmatch(word):
        return None
    zone = ZoneInfo("UTC")
    whole = month(word, zone) if is_month else year(word, zone)
    kind = StretchKind.MONTH if is_month else StretchKind.YEAR
    return Stretch(word, kind, whole.start.date(), (whole.end - whole.start).days)
