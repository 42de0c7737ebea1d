"""A day of a charging station: sun of a park's sky, own load, vehicles that come and go.

It is made, not measured. What was told the day before differs from what comes: the sun is that of
the mean of up to seven days before, some vehicles come unannounced, some leave early.
"""

from datetime import date
from typing import Final

import numpy as np

from taihang.core.dispatch.site.station import Charger, Site, minute_wh
from taihang.core.dispatch.site.visits import MINUTES, QUARTERS, SiteDay, Visit
from taihang.core.errors import InputError
from taihang.core.park.park import Park
from taihang.core.sky.portable_math import Floats
from taihang.simulator.streams import Stream
from taihang.simulator.study_year import plant_ratios

_DAYS_BEFORE: Final = 7
_DAYS_MOST: Final = 366
_ARRIVALS_BY_HOUR: Final = np.array(
    [0, 0, 0, 0, 0, 1, 3, 7, 12, 11, 7, 6, 8, 8, 7, 6, 5, 5, 4, 3, 2, 2, 1, 0], np.float64
)
"""How many of a hundred vehicles come in each hour of a working day."""
_LAST_MIN: Final = MINUTES - 30
_SMALLEST_KWH: Final = 8.0
_SPREAD_KWH: Final = 17.0
_LOOSEST: Final = 2.6
"""Longest stay over the time that charging takes."""
_ROUND_MIN: Final = 5
_CHANCES: Final = 6
_FROM_THE_FIRST: Final = 0.7
"""Share of drivers who look for a free charging point from the first on; others from the last."""
_EARLY_STAY: Final = 0.7
"""What is left of the stay of who leaves early."""
_LEAST_STAY_MIN: Final = 20
_WH_PER_KW_QUARTER: Final = 250


class SiteDayError(InputError):
    """A day of a station lies where no day before it is simulated."""

    code = "input.site-day"


def site_day(site: Site, on: date, *, park: Park) -> SiteDay:
    """Return what a day brings to a station.

    Args:
        site: The station.
        on: The day.
        park: The park whose sky it has.

    Raises:
        SiteDayError: If it is the first day of a year, whose forecast has no day before.
        PlanUnreachableError: If no weather makes the full-load hours of the station.
    """
    number = on.timetuple().tm_yday - 1
    if not number:
        raise SiteDayError(
            given=f"the day {on}",
            expected="a day that has one before it in the same year",
            remedy="take the next day: its forecast is made from the days before",
        )
    sun_kw = _sun_kw(site, on, park)
    first = max(number - _DAYS_BEFORE, 0)
    past = sun_kw[first * QUARTERS : number * QUARTERS].reshape(-1, QUARTERS)
    today = sun_kw[number * QUARTERS : (number + 1) * QUARTERS]
    visits, turned_away = _visits(site, Stream(site.terms.seed, "visits", on.isoformat()))
    return SiteDay(
        sun_wh=_wh(today),
        sun_told_wh=_wh(past.mean(axis=0)),
        base_wh=_wh(np.repeat(site.base.load_kw, QUARTERS // len(site.base.load_kw))),
        visits=visits,
        turned_away=turned_away,
    )


def _sun_kw(site: Site, on: date, park: Park) -> Floats:
    if not site.sun.capacity_kw:
        return np.zeros(QUARTERS * _DAYS_MOST)
    asked = {site.terms.id: ("pv", site.sun.full_load_h)}
    ratio = plant_ratios(park, year=on.year, seed=site.terms.seed, full_load_h=asked)
    return ratio[site.terms.id] * site.sun.capacity_kw


def _wh(power_kw: Floats) -> tuple[int, ...]:
    return tuple(np.rint(power_kw * _WH_PER_KW_QUARTER).astype(np.int64).tolist())


def _visits(site: Site, stream: Stream) -> tuple[tuple[Visit, ...], int]:
    """Let vehicles come; each takes the first charging point that is free, or goes away."""
    n = site.visits.a_day
    edges = np.concatenate([[0.0], (_ARRIVALS_BY_HOUR / _ARRIVALS_BY_HOUR.sum()).cumsum()])
    arrivals = np.sort(np.interp(stream.uniform(n), edges, np.arange(0, MINUTES + 1, 60)))
    chances = stream.uniform(_CHANCES * n).reshape(n, _CHANCES)
    free_min = dict.fromkeys((one.id for one in site.chargers), 0)
    found, turned_away = list[Visit](), 0
    for arrival, chance in zip(arrivals.tolist(), chances.tolist(), strict=True):
        arrival_min = min(int(arrival), _LAST_MIN)
        looks = site.chargers if chance[5] < _FROM_THE_FIRST else site.chargers[::-1]
        charger = next((one for one in looks if free_min[one.id] <= arrival_min), None)
        if charger is None:
            turned_away += 1
            continue
        visit = _visit(site, charger, f"S{len(found) + 1:02}", arrival_min, chance=chance)
        found.append(visit)
        free_min[charger.id] = visit.departure_min
    return tuple(found), turned_away


def _visit(
    site: Site, charger: Charger, name: str, arrival_min: int, *, chance: list[float]
) -> Visit:
    most_wh = minute_wh(charger.power_kw)
    wanted_kwh = _SMALLEST_KWH + _SPREAD_KWH * (chance[0] + chance[1])
    takes_min = wanted_kwh * 1000.0 / most_wh
    stay_min = max(takes_min * (0.9 + _LOOSEST * chance[2] ** 2), _LEAST_STAY_MIN)
    told_min = min(int((arrival_min + stay_min) / _ROUND_MIN) * _ROUND_MIN, MINUTES)
    leaves_min = arrival_min + max(int((told_min - arrival_min) * _EARLY_STAY), 1)
    is_early = chance[4] < site.visits.early_ratio
    return Visit(
        id=name,
        charger=charger.id,
        is_booked=chance[3] < site.visits.booked_ratio,
        arrival_min=arrival_min,
        told_min=told_min,
        departure_min=leaves_min if is_early else told_min,
        wanted_wh=int(wanted_kwh * 1000.0),
        minute_wh=most_wh,
    )
