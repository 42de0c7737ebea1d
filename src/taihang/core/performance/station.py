"""How a charging station is used, against its own usual weekday, as far as readings tell."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.performance.robust import (
    BAND_DEVIATIONS,
    OF_MEDIAN_DEVIATION,
    Flags,
    Floats,
    median_of,
)
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH

USUAL_WEEKS: Final = 8
"""Weeks before a day whose same weekdays say what is usual."""
_LEAST_WEEKS: Final = 4
_DAYS_PER_WEEK: Final = 7
_RARE_RATIO: Final = 0.05
"""A day without a single charge is silent where so few days were so [1]."""
_KW_PER_WH: Final = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH


@dataclass(frozen=True, slots=True, kw_only=True)
class StationUse:
    """A station over some days; no loss is told, for cars that did not come are no fault."""

    n_intervals: int
    n_read: int
    used_kwh: float
    utilisation_ratio: float | None
    """Energy over capacity times the hours that were read [1]."""
    peak_kw: float | None
    """Highest mean power of an interval."""
    busy_h: float
    """Hours in which anything was drawn."""
    expected_kwh: float | None
    """Of the days that were read whole: the middle of the same weekdays before; None: unknown."""
    low_kwh: float | None
    high_kwh: float | None
    compared_kwh: float | None
    """What was drawn on these days."""
    n_compared_days: int
    silent_days: tuple[int, ...]
    """Days, from the first asked one, without any charge at a station that always has some."""


def station_use(wh_by_day: Floats, *, n_asked_days: int, capacity_kw: float) -> StationUse:
    """Return how a station was used on the last days.

    Args:
        wh_by_day: Energy by day and interval, the history first, NaN where nothing was read,
            shape (n_days, n_intervals). [Wh]
        n_asked_days: How many of the last days are asked for.
        capacity_kw: Sum of its piles. [kW]
    """
    asked = wh_by_day[len(wh_by_day) - n_asked_days :]
    read = np.isfinite(asked)
    kwh = np.where(read, asked, 0.0) / WH_PER_KWH
    hours = float(read.sum()) * STEP_S / SECONDS_PER_HOUR
    daily_kwh = np.where(np.isfinite(wh_by_day).all(axis=1), wh_by_day.sum(axis=1), np.nan)
    daily_kwh = daily_kwh / WH_PER_KWH
    usual = [_usual(daily_kwh, day) for day in range(len(daily_kwh) - n_asked_days, len(daily_kwh))]
    of_asked = daily_kwh[len(daily_kwh) - n_asked_days :]
    compared = np.isfinite(of_asked) & np.array([each is not None for each in usual], dtype=bool)
    middle = np.array([each[0] if each else 0.0 for each in usual])[compared]
    apart = np.array([each[1] if each else 0.0 for each in usual])[compared]
    half_kwh = BAND_DEVIATIONS * float(np.sqrt(np.square(apart).sum()))
    is_known = bool(compared.any())
    return StationUse(
        n_intervals=asked.size,
        n_read=int(read.sum()),
        used_kwh=float(kwh.sum()),
        utilisation_ratio=float(kwh.sum()) / (capacity_kw * hours) if hours else None,
        peak_kw=float(asked[read].max()) * _KW_PER_WH if hours else None,
        busy_h=float((kwh > 0.0).sum()) * STEP_S / SECONDS_PER_HOUR,
        expected_kwh=float(middle.sum()) if is_known else None,
        low_kwh=max(float(middle.sum()) - half_kwh, 0.0) if is_known else None,
        high_kwh=float(middle.sum()) + half_kwh if is_known else None,
        compared_kwh=float(of_asked[compared].sum()) if is_known else None,
        n_compared_days=int(compared.sum()),
        silent_days=_silent(daily_kwh, asked=of_asked == 0.0),
    )


def _usual(daily_kwh: Floats, day: int) -> tuple[float, float] | None:
    """Return middle and deviation of the same weekdays before a day; None of too few [kWh]."""
    before = daily_kwh[max(day - USUAL_WEEKS * _DAYS_PER_WEEK, day % _DAYS_PER_WEEK) : day]
    same = before[::-1][_DAYS_PER_WEEK - 1 :: _DAYS_PER_WEEK]
    known = same[np.isfinite(same)]
    if len(known) < _LEAST_WEEKS:
        return None
    middle = median_of(known)
    return middle, OF_MEDIAN_DEVIATION * median_of(np.abs(known - middle))


def _silent(daily_kwh: Floats, *, asked: Flags) -> tuple[int, ...]:
    known = daily_kwh[np.isfinite(daily_kwh)]
    if not len(known) or float((known == 0.0).mean()) > _RARE_RATIO:
        return ()
    return tuple(int(day) for day in np.flatnonzero(asked))
