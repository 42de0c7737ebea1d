"""The settlement intervals of one local calendar year, with day and hour of each."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.periods import STEP_S, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.sky.portable_math import Floats

_HOURS_PER_DAY: Final = 24.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The intervals of one local calendar year."""

    year: int
    days: tuple[date, ...]
    """The local days, shape (n_days,)."""
    day_start_s: NDArray[np.int64]
    """The local midnights and the one that ends the year, shape (n_days + 1,). [s]"""
    grid_s: NDArray[np.int64]
    """Start of each interval, shape (n,). [s since 1970-01-01T00:00Z]"""
    day_index: NDArray[np.int64]
    """Which day each interval belongs to, shape (n,)."""
    hour_h: Floats
    """Local hours since midnight at the middle of each interval, shape (n,). [h]"""

    @property
    def n(self) -> int:
        """How many intervals the year has."""
        return len(self.grid_s)

    @property
    def middle_s(self) -> Floats:
        """Middle of each interval, shape (n,) [s since 1970-01-01T00:00Z]."""
        return self.grid_s.astype(np.float64) + 0.5 * STEP_S

    @property
    def year_turns(self) -> Floats:
        """Share of the year passed at each interval, shape (n,) [turn]."""
        return (self.day_index + self.hour_h / _HOURS_PER_DAY) / len(self.days)

    def steps_of(self, mask_by_day: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Spread a statement about days over their intervals, shape (n,)."""
        return mask_by_day[self.day_index]


def timeline_of(year: int, *, zone: ZoneInfo) -> Timeline:
    """Return the intervals of a local calendar year.

    Example:
        >>> timeline_of(2026, zone=ZoneInfo("Asia/Shanghai")).n
        35040
    """
    n_days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    local_days = tuple(date(year, 1, 1) + timedelta(days=i) for i in range(n_days))
    midnights = [days(day, 1, zone).start_s for day in (*local_days, date(year + 1, 1, 1))]
    day_start_s = np.array(midnights, np.int64)
    grid_s = np.arange(day_start_s[0], day_start_s[-1], STEP_S, dtype=np.int64)
    day_index = np.repeat(np.arange(n_days), np.diff(day_start_s) // STEP_S)
    hour_h = (grid_s - day_start_s[day_index] + 0.5 * STEP_S) / SECONDS_PER_HOUR
    # A day of 25 hours (clocks set back) has no 24th hour of its own: it stays in the last one.
    hour_h = np.minimum(hour_h, _HOURS_PER_DAY - 0.125)
    return Timeline(year, local_days, day_start_s, grid_s, day_index, hour_h)
