"""Stretches of time as keys of figures write them, and what each is the sum of.

``2026`` and ``2026-09`` are a local year and month, ``2026-09-14`` is a local day, and an interval
is named by its start in UTC, ``2026-09-14T02:15Z``. Days
from one to another are ``2026-09-01..2026-09-14``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.errors import InputError
from taihang.core.periods import (
    SETTLEMENT_STEP,
    STEP_S,
    Period,
    PeriodError,
    days,
    instant_of_s,
    month,
    month_names,
    year,
)

_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_MONTH: Final = re.compile(r"\d{4}-\d{2}", re.ASCII)
_DAYS: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?", re.ASCII)
_INTERVAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z", re.ASCII)
_INTERVAL_FORM: Final = "%Y-%m-%dT%H:%MZ"
_DAYS_AT_ONCE: Final = 62
"""A longer stretch is the sum of months, whole or begun."""
MAX_DAYS: Final = 366
"""The longest stretch that is opened at once (§10)."""


class FigureSpanError(InputError):
    """A text is no stretch of time that a figure can be of."""

    code = "input.figure-span"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time and its name."""

    name: str
    period: Period
    zone: ZoneInfo

    @property
    def is_interval(self) -> bool:
        """Whether it is one settlement interval, which is the sum of nothing smaller."""
        return bool(_INTERVAL.fullmatch(self.name))

    def parts(self) -> tuple["Span", ...]:
        """Return the stretches one level down: months of a year, days, or intervals of a day."""
        if self.is_interval:
            return ()
        if _YEAR.fullmatch(self.name):
            return tuple(span_of(name, self.zone) for name in month_names(self.name))
        first = self.period.start.astimezone(self.zone).date()
        last = (self.period.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        if first == last:
            starts_s = range(self.period.start_s, self.period.end_s, STEP_S)
            return tuple(interval_span(start_s, self.zone) for start_s in starts_s)
        n_days = (last - first).days + 1
        if n_days > _DAYS_AT_ONCE:
            return tuple(_months_between(first, last, self.zone))
        names = ((first + timedelta(days=offset)).isoformat() for offset in range(n_days))
        return tuple(span_of(name, self.zone) for name in names)


def span_of(name: str, zone: ZoneInfo) -> Span:
    """Read the name of a stretch of time.

    Args:
        name: A year, month, day, several days, or interval.
        zone: The zone of the park.

    Returns:
        The stretch.

    Raises:
        FigureSpanError: If it is none, or too long.

    Example:
        >>> len(span_of("2026-09-14", ZoneInfo("Asia/Shanghai")).parts())
        96
    """
    try:
        return Span(name, _period(name, zone), zone)
    except (ValueError, PeriodError) as error:
        raise FigureSpanError(
            given=repr(name[:40]),
            expected="a year, month, day or interval, such as 2026-09 or 2026-09-14T02:15Z",
            remedy="open the figure from the page that shows it",
        ) from error


def _months_between(first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
    """Yield the local months of a stretch, the first and the last one as far as they reach."""
    while first <= last:
        after = month(f"{first:%Y-%m}", zone).end.astimezone(zone).date()
        until = min(last, after - timedelta(days=1))
        yield days_span(days(first, (until - first).days + 1, zone), zone)
        first = after


def _period(name: str, zone: ZoneInfo) -> Period:
    if _YEAR.fullmatch(name):
        return year(name, zone)
    if _MONTH.fullmatch(name):
        return month(name, zone)
    if _INTERVAL.fullmatch(name):
        start = datetime.strptime(name, _INTERVAL_FORM).replace(tzinfo=UTC)
        if int(start.timestamp()) % STEP_S:
            raise ValueError(name)
        return Period(start, start + SETTLEMENT_STEP)
    found = _DAYS.fullmatch(name)
    if found is None:
        raise ValueError(name)
    first = date.fromisoformat(found[1])
    last = first if found[2] is None else date.fromisoformat(found[2])
    n_days = (last - first).days + 1
    if not 1 <= n_days <= MAX_DAYS:
        raise ValueError(name)
    return days(first, n_days, zone)


def interval_span(start_s: int, zone: ZoneInfo) -> Span:
    """Return the settlement interval that begins at an instant.

    Example:
        >>> interval_span(1757815200, ZoneInfo("Asia/Shanghai")).name
        '2025-09-14T02:00Z'
    """
    return Span(instant_name(start_s), Period.of_s(start_s, start_s + STEP_S), zone)


def instant_name(time_s: int) -> str:
    """Return an instant as keys write it, to the second only where it is no full minute.

    Example:
        >>> instant_name(1757815200), instant_name(1757815201)
        ('2025-09-14T02:00Z', '2025-09-14T02:00:01Z')
    """
    at = instant_of_s(time_s)
    return at.strftime(_INTERVAL_FORM if not at.second else "%Y-%m-%dT%H:%M:%SZ")


def days_span(period: Period, zone: ZoneInfo) -> Span:
    """Return whole local days as a stretch with a name: a month, where they are one.

    Args:
        period: Whole local days.
        zone: The zone of the park.
    """
    first = period.start.astimezone(zone).date()
    last = (period.end - timedelta(microseconds=1)).astimezone(zone).date()
    name = f"{first:%Y-%m}"
    if month(name, zone) == period:
        return Span(name, period, zone)
    one_day = first.isoformat()
    return Span(one_day if first == last else f"{one_day}..{last.isoformat()}", period, zone)
