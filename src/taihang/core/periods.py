"""Instants, half-open periods and the settlement grid.

Instants are UTC; a period is ``[start, end)`` and is named by its start (§1, §2). Local time
appears only where a standard or a reader needs it, through the zone that the park names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError

SETTLEMENT_STEP: Final = timedelta(minutes=15)
STEP_S: Final = 900
"""The settlement interval [s]."""
STEPS_PER_DAY: Final = 96
_MONTH_NAME: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_YEAR_NAME: Final = re.compile(r"\d{4}")
_LAST_MONTH: Final = 12


class NaiveInstantError(InputError):
    """A time without a zone was given where an instant is needed (§1)."""

    code = "input.naive-instant"


class PeriodError(InputError):
    """A period ends before it starts, or lies off the settlement grid, or has no such name."""

    code = "input.period"


def instant(value: datetime) -> datetime:
    """Return the instant in UTC.

    Args:
        value: A zone-aware time.

    Returns:
        The same instant in UTC.

    Raises:
        NaiveInstantError: If the time carries no zone.

    Example:
        >>> instant(datetime(2026, 6, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))).isoformat()
        '2026-06-01T00:00:00+00:00'
    """
    if value.tzinfo is None:
        raise NaiveInstantError(
            given=value.isoformat(),
            expected="a time with its zone",
            remedy="add the zone, for example +08:00",
        )
    return value.astimezone(UTC)


def instant_of_s(seconds_s: int) -> datetime:
    """Return the instant of a count of seconds since 1970-01-01T00:00Z."""
    return datetime.fromtimestamp(seconds_s, tz=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open stretch of time ``[start, end)`` in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive times and empty or negative periods.

        Raises:
            PeriodError: If the end does not lie after the start.
        """
        object.__setattr__(self, "start", instant(self.start))
        object.__setattr__(self, "end", instant(self.end))
        if self.end <= self.start:
            raise PeriodError(
                given=f"{self.start.isoformat()} … {self.end.isoformat()}",
                expected="an end after the start",
                remedy="swap or correct the two times",
            )

    @classmethod
    def of_s(cls, start_s: int, end_s: int) -> "Period":
        """Return the period between two counts of seconds since 1970-01-01T00:00Z."""
        return cls(instant_of_s(start_s), instant_of_s(end_s))

    @property
    def start_s(self) -> int:
        """The start in seconds since 1970-01-01T00:00Z [s]."""
        return int(self.start.timestamp())

    @property
    def end_s(self) -> int:
        """The end in seconds since 1970-01-01T00:00Z [s]."""
        return int(self.end.timestamp())

    @property
    def n_steps(self) -> int:
        """How many whole settlement intervals the period holds."""
        return (self.end_s - self.start_s) // STEP_S

    def contains(self, other: "Period") -> bool:
        """Say whether the other period lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def grid_s(self) -> NDArray[np.int64]:
        """Return the starts of the settlement intervals, shape (n_steps,).

        Returns:
            Seconds since 1970-01-01T00:00Z, each the start of 15 minutes. [s]

        Raises:
            PeriodError: If the period does not start and end on a settlement edge.
        """
        if self.start_s % STEP_S or self.end_s % STEP_S:
            raise PeriodError(
                given=f"{self.start.isoformat()} … {self.end.isoformat()}",
                expected="both ends on a quarter of an hour",
                remedy="move the ends to :00, :15, :30 or :45",
            )
        return np.arange(self.start_s, self.end_s, STEP_S, dtype=np.int64)


def days(first: date, n_days: int, zone: ZoneInfo) -> Period:
    """Return the period of whole local days.

    Args:
        first: The first local day.
        n_days: How many days, at least one.
        zone: The zone whose midnights bound the period.

    Returns:
        The period between the two midnights, in UTC.

    Example:
        >>> days(date(2026, 6, 1), 1, ZoneInfo("Asia/Shanghai")).start.isoformat()
        '2026-05-31T16:00:00+00:00'
    """
    last = first + timedelta(days=n_days)
    return Period(_midnight(first, zone), _midnight(last, zone))


def month(name: str, zone: ZoneInfo) -> Period:
    """Return the period of a local month such as ``2026-06``.

    Raises:
        PeriodError: If the name is not ``YYYY-MM``.

    Example:
        >>> month("2026-06", ZoneInfo("Asia/Shanghai")).n_steps
        2880
    """
    if not _MONTH_NAME.fullmatch(name):
        raise PeriodError(
            given=repr(name), expected="a month as YYYY-MM", remedy="write for example 2026-06"
        )
    year, number = int(name[:4]), int(name[5:])
    after = date(year + (number == _LAST_MONTH), number % _LAST_MONTH + 1, 1)
    return Period(_midnight(date(year, number, 1), zone), _midnight(after, zone))


def year(name: str, zone: ZoneInfo) -> Period:
    """Return the period of a local calendar year such as ``2022``.

    Raises:
        PeriodError: If the name is not ``YYYY``.

    Example:
        >>> year("2022", ZoneInfo("Asia/Shanghai")).n_steps
        35040
    """
    if not _YEAR_NAME.fullmatch(name):
        raise PeriodError(
            given=repr(name), expected="a year as YYYY", remedy="write for example 2026"
        )
    return Period(
        _midnight(date(int(name), 1, 1), zone), _midnight(date(int(name) + 1, 1, 1), zone)
    )


def month_names(name: str) -> tuple[str, ...]:
    """Return the names of the months of a year, or the month itself, in order.

    Args:
        name: ``YYYY`` or ``YYYY-MM``.

    Raises:
        PeriodError: If it is neither.

    Example:
        >>> month_names("2026")[-1], month_names("2026-08")
        ('2026-12', ('2026-08',))
    """
    if _MONTH_NAME.fullmatch(name):
        return (name,)
    if not _YEAR_NAME.fullmatch(name):
        raise PeriodError(
            given=repr(name), expected="a year or a month", remedy="write for example 2026-06"
        )
    return tuple(f"{name}-{number:02d}" for number in range(1, _LAST_MONTH + 1))


def months_in(period: Period, zone: ZoneInfo) -> Iterator[str]:
    """Yield the names of the local months that lie wholly inside a period, in order.

    Example:
        >>> zone = ZoneInfo("Asia/Shanghai")
        >>> list(months_in(days(date(2026, 1, 31), 30, zone), zone))
        ['2026-02']
    """
    first = period.start.astimezone(zone).date().replace(day=1)
    while True:
        name = first.isoformat()[:7]
        whole = month(name, zone)
        if whole.end > period.end:
            return
        if period.contains(whole):
            yield name
        first = whole.end.astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
