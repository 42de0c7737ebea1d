"""Time of use: which kind of hour each settlement interval is, and at what ratio to flat.

A schedule is the table of one published text. It is checked when it is built: every month belongs
to one season, and every quarter of an hour of a season's day to one kind, so that no interval can
be billed twice or not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook, FactOutOfForceError
from taihang.core.periods import STEPS_PER_DAY, Period
from taihang.core.quantities import Energy

Hours = tuple[tuple[float, float], ...]
"""Half-open stretches of a local day, in hours that are whole quarters: ``((6, 8), (17, 24))``."""
_QUARTERS_PER_HOUR: Final = 4
_MINUTES_PER_QUARTER: Final = 15
_MONTHS: Final = tuple(range(1, 13))
_PERIODS_KEPT: Final = 64
"""Kinds of so many periods are kept: a year of months, each with and without sharp hours."""


class TouTableError(InputError):
    """A time-of-use table leaves a quarter of an hour or a month out, or names it twice."""

    code = "input.tou-table"


class TariffNotInForceError(FactOutOfForceError):
    """No tariff, or a changing one, was in force for the days asked for; nothing is guessed."""

    code = "input.tariff-not-in-force"


class HolidaysUnknownError(InputError):
    """The schedule treats holidays apart and nobody said which days of that year they are."""

    code = "input.holidays-unknown"


class PeriodKind(StrEnum):
    """What an interval is called in a time-of-use table."""

    SHARP = "sharp"
    """尖峰."""
    PEAK = "peak"
    """高峰."""
    FLAT = "flat"
    """平段."""
    VALLEY = "valley"
    """低谷."""
    DEEP_VALLEY = "deep-valley"
    """深谷."""


KINDS: Final = tuple(PeriodKind)
"""The order that the indices of ``kind_index`` refer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouSeason:
    """The day of some months, cut into kinds; every quarter of an hour exactly once."""

    name: str
    months: tuple[int, ...]
    peak: Hours
    flat: Hours
    valley: Hours
    sharp: Hours = ()
    """Empty where the text gives the season no sharp hours."""

    def __post_init__(self) -> None:
        """Refuse a day with a gap or an overlap.

        Raises:
            TouTableError: If a quarter of an hour has no kind or two.
        """
        _day_of(self)

    def by_quarter(self, *, sharp_applies: bool) -> NDArray[np.uint8]:
        """Return the kind of each quarter of an hour of the local day, shape (96,).

        Args:
            sharp_applies: Whether these users get the sharp price; without it the sharp hours
                are peak hours, which is what the texts raise them from.
        """
        day = _day_of(self)
        if not sharp_applies:
            day[day == KINDS.index(PeriodKind.SHARP)] = KINDS.index(PeriodKind.PEAK)
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class TouSchedule:
    """The time-of-use table of one published text, with where and when it holds."""

    family: str
    """Set of the facts that carry its price ratios, for example ``shanxi-2026-15``."""
    region: str
    document: str
    clause: str
    source: str
    status: str
    """How sure we are of the hours: ``verified``, ``calc``, ``from-memory`` or ``uncertain``."""
    valid_from: date
    valid_to: date | None
    """First day no more; None means still in force."""
    seasons: tuple[TouSeason, ...]
    holiday_deep_valley: Hours
    """Hours that are deep valley on the holidays the text names; empty where it names none."""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a year with a month left out or named twice.

        Raises:
            TouTableError: If the seasons do not hold each month exactly once.
        """
        months = sorted(month for season in self.seasons for month in season.months)
        if tuple(months) != _MONTHS:
            raise TouTableError(
                given=f"seasons of {self.document} with the months {months}",
                expected="each of the months 1 to 12 exactly once",
                remedy="correct the months of the seasons",
            )

    def in_force(self, day: date) -> bool:
        """Say whether the text was in force on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def kinds(self) -> tuple[PeriodKind, ...]:
        """The kinds that can occur under this text."""
        used = {PeriodKind.PEAK, PeriodKind.FLAT, PeriodKind.VALLEY}
        if any(season.sharp for season in self.seasons):
            used.add(PeriodKind.SHARP)
        if self.holiday_deep_valley:
            used.add(PeriodKind.DEEP_VALLEY)
        return tuple(kind for kind in KINDS if kind in used)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """Which days are the holidays of the schedule's text, for the stretch somebody vouches for.

    The State Council sets the dates anew each year, so there is no default and no extrapolation.
    """

    valid_from: date
    valid_to: date
    """First day that the calendar does not speak of."""
    days: frozenset[date]
    source: str
    """The notice the dates come from, in words."""

    def __post_init__(self) -> None:
        """Refuse days outside the stretch.

        Raises:
            HolidaysUnknownError: If a day lies outside the stretch that the calendar covers.
        """
        for day in sorted(self.days):
            self.is_holiday(day)

    def is_holiday(self, day: date) -> bool:
        """Say whether a local day is one of the holidays.

        Raises:
            HolidaysUnknownError: If the calendar does not speak of that day.
        """
        if not self.valid_from <= day < self.valid_to:
            raise HolidaysUnknownError(
                given=f"{day.isoformat()} and a calendar of {self.source}",
                expected=f"a day in {self.valid_from.isoformat()} … {self.valid_to.isoformat()}",
                remedy="add the holiday dates of that year to the park's facts",
            )
        return day in self.days


def schedule_in_force(schedules: Iterable[TouSchedule], *, region: str, on: date) -> TouSchedule:
    """Return the one schedule of a region in force on a day.

    Args:
        schedules: Everything that is known.
        region: For example ``Shanxi``.
        on: The local day.

    Raises:
        TariffNotInForceError: If none or several are in force.
    """
    known = [schedule for schedule in schedules if schedule.region == region]
    found = [schedule for schedule in known if schedule.in_force(on)]
    if len(found) != 1:
        raise TariffNotInForceError(
            given=f"time of use of {region} on {on.isoformat()}",
            expected=f"exactly one text in force, found {[s.document for s in found]} "
            f"of {[s.document for s in known]}",
            remedy="choose a day within a known text, or add the text of that time",
        )
    return found[0]


def kind_index(
    schedule: TouSchedule,
    *,
    period: Period,
    zone: ZoneInfo,
    holidays: HolidayCalendar | None,
    sharp_applies: bool,
) -> NDArray[np.uint8]:
    """Return the kind of every settlement interval of a period, as an index into ``KINDS``.

    Args:
        schedule: The text; it must be in force on every day of the period.
        period: What is to be billed, on the settlement grid.
        zone: The zone whose clock the text means.
        holidays: The days of the holidays that the text names; None only if it names none.
        sharp_applies: Whether these users get the sharp price.

    Returns:
        Index into ``KINDS``, shape (n_steps,): exactly one kind for each interval; read-only.

    Raises:
        TariffNotInForceError: If the text was not in force on every day.
        HolidaysUnknownError: If the text names holidays and a day is not covered by the calendar.
    """
    return _kind_index(schedule, (period, zone), holidays, sharp_applies)


@lru_cache(maxsize=_PERIODS_KEPT)
def _kind_index(
    schedule: TouSchedule,
    days: tuple[Period, ZoneInfo],
    holidays: HolidayCalendar | None,
    sharp_applies: bool,  # noqa: FBT001  a key of the cache, named at the door
) -> NDArray[np.uint8]:
    """Work the kinds out once: the users of a park and a month share them."""
    period, zone = days
    tables = _tables(schedule, sharp_applies=sharp_applies)
    index = np.empty(period.n_steps, np.uint8)
    day, row = date.min, tables[1, False]
    for i, start_s in enumerate(period.grid_s().tolist()):
        local = datetime.fromtimestamp(start_s, tz=zone)
        if local.date() != day:
            day = local.date()
            _require_in_force(schedule, day)
            row = tables[day.month, _is_holiday(schedule, holidays, day)]
        index[i] = row[local.hour * _QUARTERS_PER_HOUR + local.minute // _MINUTES_PER_QUARTER]
    index.flags.writeable = False
    return index


def ratios(schedule: TouSchedule, *, book: FactBook, on: date) -> dict[PeriodKind, Fact]:
    """Return the price ratio to flat of each kind that can occur under a text.

    Args:
        schedule: The text.
        book: The facts; the codes are ``tou.ratio.sharp`` … ``tou.ratio.deep-valley``.
        on: The local day.

    Raises:
        FactOutOfForceError: If a ratio is not in force on that day.
    """
    return {
        kind: book.in_force(
            f"tou.ratio.{kind}", on=on, region=schedule.region, family=schedule.family
        )
        for kind in schedule.kinds
    }


def shift_gain_cny(
    energy: Energy,
    *,
    leaves: PeriodKind,
    enters: PeriodKind,
    kind_ratios: Mapping[PeriodKind, Fact],
    floating_price_cny_per_kwh: Decimal,
) -> Decimal:
    """Return what moving a load from one kind of hour to another saves (system S05).

    Only the floating part of the price gains; losses of a store are the caller's to subtract.

    Args:
        energy: What is moved. [Wh]
        leaves: The kind of hour it leaves.
        enters: The kind of hour it goes to.
        kind_ratios: Ratio to flat by kind.
        floating_price_cny_per_kwh: Flat price of the items that float. [CNY/kWh]

    Returns:
        The gain, exact; negative if the move costs. [CNY]
    """
    spread = kind_ratios[leaves].value - kind_ratios[enters].value
    return energy.kwh * spread * floating_price_cny_per_kwh


def _require_in_force(schedule: TouSchedule, day: date) -> None:
    if not schedule.in_force(day):
        until = schedule.valid_to.isoformat() if schedule.valid_to else "now"
        raise TariffNotInForceError(
            given=f"{schedule.document} for {day.isoformat()}",
            expected=f"a day in {schedule.valid_from.isoformat()} … {until}",
            remedy="bill each text's days with its own schedule",
        )


def _is_holiday(schedule: TouSchedule, holidays: HolidayCalendar | None, day: date) -> bool:
    if not schedule.holiday_deep_valley:
        return False
    if holidays is None:
        raise HolidaysUnknownError(
            given=f"no holiday dates for {day.isoformat()}",
            expected=f"the dates of the holidays that {schedule.document} names",
            remedy="pass a holiday calendar; an empty one says that there are none",
        )
    return holidays.is_holiday(day)


def _tables(
    schedule: TouSchedule, *, sharp_applies: bool
) -> dict[tuple[int, bool], NDArray[np.uint8]]:
    """Return the day of each month, as a working day and as a holiday."""
    tables: dict[tuple[int, bool], NDArray[np.uint8]] = {}
    for season in schedule.seasons:
        plain = season.by_quarter(sharp_applies=sharp_applies)
        holiday = plain.copy()
        for first, last in _quarters(schedule.holiday_deep_valley):
            holiday[first:last] = KINDS.index(PeriodKind.DEEP_VALLEY)
        for month in season.months:
            tables[month, False], tables[month, True] = plain, holiday
    return tables


def _day_of(season: TouSeason) -> NDArray[np.uint8]:
    """Return the kind of each quarter of an hour, shape (96,)."""
    day = np.zeros(STEPS_PER_DAY, np.uint8)
    covered = np.zeros(STEPS_PER_DAY, np.int64)
    spans = {
        PeriodKind.SHARP: season.sharp,
        PeriodKind.PEAK: season.peak,
        PeriodKind.FLAT: season.flat,
        PeriodKind.VALLEY: season.valley,
    }
    for kind, hours in spans.items():
        for first, last in _quarters(hours):
            day[first:last] = KINDS.index(kind)
            covered[first:last] += 1
    wrong = np.flatnonzero(covered != 1)
    if len(wrong):
        hour = int(wrong[0]) / _QUARTERS_PER_HOUR
        raise TouTableError(
            given=f"season {season.name!r} with {covered[wrong[0]]} kinds at hour {hour}",
            expected="exactly one kind for every quarter of an hour",
            remedy="correct the hour ranges against the text",
        )
    return day


def _quarters(hours: Hours) -> list[tuple[int, int]]:
    spans = [(first * _QUARTERS_PER_HOUR, last * _QUARTERS_PER_HOUR) for first, last in hours]
    for first, last in spans:
        if first % 1 or last % 1 or not 0 <= first < last <= STEPS_PER_DAY:
            raise TouTableError(
                given=f"hours {first / _QUARTERS_PER_HOUR} … {last / _QUARTERS_PER_HOUR}",
                expected="whole quarters with 0 ≤ first < last ≤ 24",
                remedy="write a stretch over midnight as two",
            )
    return [(int(first), int(last)) for first, last in spans]
