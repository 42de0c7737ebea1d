"""Local days over the settlement grid, of any length: 92, 96 or 100 intervals."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days, instant_of_s

_DAY_MOST: Final = 120
"""Room for 30 hours: the longest local day since 2020 had 27 (Antarctica/Casey)."""
_MINUTES_PER_STEP: Final = STEP_S // 60
_STEPS_PER_HOUR: Final = 4


@dataclass(frozen=True, slots=True)
class DayGrid:
    """Which local day and which quarter hour of the clock on the wall each interval is."""

    first_day: date
    starts: NDArray[np.intp]
    """Place of the first interval of each local day, shape (n_days,)."""
    day: NDArray[np.intp]
    """Number of the local day of each interval, shape (n,)."""
    slot: NDArray[np.intp]
    """Quarter hour of the clock on the wall, 0 … 95, shape (n,); one that the clock passes twice
    stands twice."""

    @classmethod
    def of(cls, period: Period, zone: ZoneInfo) -> "DayGrid":
        """Lay local days over a period.

        Args:
            period: Whole settlement intervals; its first and last day may be cut.
            zone: The zone of the days.

        Example:
            >>> grid = DayGrid.of(days(date(2026, 3, 29), 1, ZoneInfo("Europe/Berlin")),
            ...     ZoneInfo("Europe/Berlin"))
            >>> len(grid.slot), grid.slot[7:9].tolist()
            (92, [7, 12])
        """
        return _laid(period, zone)

    @property
    def n_days(self) -> int:
        """How many local days the period touches."""
        return len(self.starts)

    def date_of(self, number: int) -> date:
        """Return the local day of a number."""
        return self.first_day + timedelta(days=number)

    def fold(self, energy_wh: NDArray[np.int64], *, fill: int) -> NDArray[np.int64]:
        """Put one day under the other.

        Args:
            energy_wh: One value for each interval, shape (n,). [Wh]
            fill: What stands behind the end of a shorter day.

        Returns:
            The values, shape (n_days, 120). [Wh]
        """
        folded = np.full((self.n_days, _DAY_MOST), fill, np.int64)
        folded[self.day, np.arange(len(energy_wh)) - self.starts[self.day]] = energy_wh
        return folded

    def count(self, where: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the marked intervals of each local day, shape (n_days,)."""
        return np.bincount(self.day[where], minlength=self.n_days).astype(np.int64)


@lru_cache(maxsize=8)
def _laid(period: Period, zone: ZoneInfo) -> DayGrid:
    """Lay the days of a period once: every rule and every meter looks at the same ones."""
    grid_s = period.grid_s()
    first = period.start.astimezone(zone).date()
    last = instant_of_s(int(grid_s[-1])).astimezone(zone).date()
    n_days = (last - first).days + 1
    edges_s = np.array(
        [days(first + timedelta(days=d), 1, zone).start_s for d in range(n_days + 1)], np.int64
    )
    midnights_s = edges_s[:-1]
    starts = np.searchsorted(grid_s, midnights_s)
    day = np.searchsorted(midnights_s, grid_s, side="right") - 1
    slot = (grid_s - midnights_s[day]) // STEP_S
    # On these days the clock on the wall does not run straight on from midnight.
    for number in np.flatnonzero(np.diff(edges_s) != STEPS_PER_DAY * STEP_S).tolist():
        inside = np.flatnonzero(day == number)
        walls = [instant_of_s(int(grid_s[i])).astimezone(zone) for i in inside]
        slot[inside] = [w.hour * _STEPS_PER_HOUR + w.minute // _MINUTES_PER_STEP for w in walls]
    arrays = [each.astype(np.intp) for each in (starts, day, slot)]
    for array in arrays:
        array.flags.writeable = False
    return DayGrid(first, *arrays)
