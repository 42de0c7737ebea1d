"""Days, weeks and months of reports: their names, and which of them have ended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.errors import InputError
from taihang.core.periods import Period, days

DAYS_A_WEEK: Final = 7
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WEEK: Final = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
_FIRST_YEAR: Final = 1980
_LAST_YEAR: Final = 2199


class ReportPeriodError(InputError):
    """No day, week or month is called so."""

    code = "input.report-period"


class Cadence(StrEnum):
    """How long a report looks back."""

    DAY = "day"
    """日报: a local day."""
    WEEK = "week"
    """周报: Monday to Sunday, named as ISO 8601 does."""
    MONTH = "month"
    """月报: a local month."""


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """One day, week or month."""

    cadence: Cadence
    name: str
    """``2026-09-30``, ``2026-W40`` or ``2026-09``."""
    first: date
    """Its first local day."""
    n_days: int

    @property
    def last(self) -> date:
        """Its last local day."""
        return self.first + timedelta(days=self.n_days - 1)

    def span(self, zone: ZoneInfo) -> Period:
        """Return the period between its midnights."""
        return days(self.first, self.n_days, zone)

    def before(self) -> "ReportPeriod":
        """Return the one of the same kind before it.

        Example:
            >>> report_period("2026-W01").before().name, report_period("2026-03").before().name
            ('2025-W52', '2026-02')
        """
        return period_with(self.cadence, self.first - timedelta(days=1))

    def after(self) -> "ReportPeriod":
        """Return the one of the same kind after it."""
        return period_with(self.cadence, self.first + timedelta(days=self.n_days))


def report_period(name: str) -> ReportPeriod:
    """Return the day, week or month of a name.

    Args:
        name: ``2026-09-30``, ``2026-W40`` or ``2026-09``.

    Raises:
        ReportPeriodError: If there is none.

    Example:
        >>> report_period("2026-W40").first.isoformat()
        '2026-09-28'
    """
    found = _read(name)
    if found is None or found.name != name or not _FIRST_YEAR <= found.first.year <= _LAST_YEAR:
        raise ReportPeriodError(
            given=repr(name[:40]),
            expected="a day, a week or a month",
            remedy="write for example 2026-09-30, 2026-W40 or 2026-09",
        )
    return found


def period_with(cadence: Cadence, day: date) -> ReportPeriod:
    """Return the day, week or month that a local day lies in.

    Example:
        >>> period_with(Cadence.WEEK, date(2027, 1, 3)).name
        '2026-W53'
    """
    if cadence is Cadence.DAY:
        return ReportPeriod(cadence, day.isoformat(), day, 1)
    if cadence is Cadence.WEEK:
        of = day.isocalendar()
        first = day - timedelta(days=of.weekday - 1)
        return ReportPeriod(cadence, f"{of.year:04d}-W{of.week:02d}", first, DAYS_A_WEEK)
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return ReportPeriod(cadence, first.isoformat()[:7], first, (after - first).days)


def ended(
    cadence: Cadence, *, since: date, until: datetime, zone: ZoneInfo
) -> Iterator[ReportPeriod]:
    """Yield the periods that began on a day or later and have ended, the earliest first.

    Args:
        cadence: Days, weeks or months.
        since: The first local day that a period may begin with.
        until: An instant.
        zone: Zone of the local days.
    """
    found = period_with(cadence, since)
    if found.first < since:
        found = found.after()
    while found.span(zone).end <= until:
        yield found
        found = found.after()


def _read(name: str) -> ReportPeriod | None:
    try:
        if _DAY.fullmatch(name):
            return period_with(Cadence.DAY, date.fromisoformat(name))
        if week := _WEEK.fullmatch(name):
            year, number = (int(digits) for digits in week.groups())
            return period_with(Cadence.WEEK, date.fromisocalendar(year, number, 1))
        if _MONTH.fullmatch(name):
            return period_with(Cadence.MONTH, date.fromisoformat(f"{name}-01"))
    except (ValueError, OverflowError):
        return None
    return None
