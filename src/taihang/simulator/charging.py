"""Charging stations: cars arrive, wait for a pile, draw at its power and leave."""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import ChargingStation
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.sky.portable_math import Floats
from taihang.simulator.plan import PlanUnreachableError, planned_wh
from taihang.simulator.streams import Stream
from taihang.simulator.timeline import Timeline
from taihang.standards.state_council_holidays import DayKind, day_kind

_ARRIVALS_BY_HOUR: Final = np.array(
    [2, 1, 1, 1, 1, 1, 2, 5, 9, 8, 6, 5, 8, 7, 5, 5, 5, 6, 6, 5, 4, 3, 3, 2], np.float64
)
"""How many of a hundred cars arrive in each hour of the local day: workplace and public mixed."""
_VISITS_BY_KIND: Final = {
    DayKind.WORKDAY: 1.0,
    DayKind.SATURDAY: 0.75,
    DayKind.SUNDAY: 0.6,
    DayKind.HOLIDAY: 0.5,
}
_SMALLEST_KWH: Final = 6.0
_SPREAD_KWH: Final = 24.0
_MEAN_KWH: Final = _SMALLEST_KWH + _SPREAD_KWH
_DAILY_NOISE: Final = 0.12
_BUSIEST_USE: Final = 0.8
"""Share of the rated energy of a year above which queues would never end."""


class PileCountError(InputError):
    """A charging station has no pile to charge at."""

    code = "input.pile-count"


@dataclass(frozen=True, slots=True)
class Sessions:
    """The charging sessions of one station in order of arrival; all arrays have shape (n,)."""

    arrival_s: NDArray[np.int64]
    """When the car came [s since 1970-01-01T00:00Z]."""
    start_s: NDArray[np.int64]
    """When a pile was free and it began to charge. [s]"""
    end_s: NDArray[np.int64]
    """When it was full. [s]"""
    energy_wh: NDArray[np.int64]
    """What it drew at the meter. [Wh]"""

    def within(self, *, start_s: int, end_s: int) -> "Sessions":
        """Return the sessions that began to charge in ``[start_s, end_s)``."""
        inside = (self.start_s >= start_s) & (self.start_s < end_s)
        return Sessions(
            self.arrival_s[inside],
            self.start_s[inside],
            self.end_s[inside],
            self.energy_wh[inside],
        )

    def energy_of_steps_wh(self, *, start_s: int, n: int) -> NDArray[np.int64]:
        """Return what all sessions together draw in each interval, shape (n,).

        Each draws at constant power; what it has drawn at an edge is cut to whole watt-hours, so
        that the intervals of a session sum to its energy exactly.

        Args:
            start_s: Start of the first interval. [s]
            n: How many intervals; every session must lie inside them.

        Returns:
            Energy of each interval. [Wh]

        Example:
            >>> one = np.array([0]), np.array([0]), np.array([1350]), np.array([10])
            >>> Sessions(*one).energy_of_steps_wh(start_s=0, n=3).tolist()
            [6, 4, 0]
        """
        first = (self.start_s - start_s) // STEP_S
        touched = (self.end_s - 1 - start_s) // STEP_S - first + 1
        owner = np.repeat(np.arange(len(first)), touched)
        nth = np.arange(len(owner)) - np.repeat(np.cumsum(touched) - touched, touched)
        step = first[owner] + nth
        begin_s, energy_wh = self.start_s[owner], self.energy_wh[owner]
        length_s = self.end_s[owner] - begin_s
        left_s = start_s + step * STEP_S - begin_s
        drawn = energy_wh * np.clip(left_s + STEP_S, 0, length_s) // length_s
        before = energy_wh * np.clip(left_s, 0, length_s) // length_s
        energy_of_step = np.zeros(n, np.int64)
        np.add.at(energy_of_step, step, drawn - before)
        return energy_of_step


def sessions_of_year(station: ChargingStation, *, timeline: Timeline, seed: int) -> Sessions:
    """Return a year of sessions of one station, whose energy meets its plan.

    A pile gives the rated power of the station over its number of piles. A car waits until one is
    free. A car that still charges when the year ends leaves at that instant.

    Args:
        station: A station with a plan and at least one pile.
        timeline: The intervals of the year.
        seed: Seed of the simulation.

    Returns:
        The sessions in order of arrival.

    Raises:
        PileCountError: If the station has no pile.
        PlanUnreachableError: If the plan needs more than 80 % of the rated energy of the year.
    """
    key = f"stations.{station.id}.planned_mwh_per_year"
    plan_wh = planned_wh(station.planned_mwh_per_year, key=key)
    if station.piles < 1:
        raise PileCountError(
            given=f"stations.{station.id}.piles = {station.piles}",
            expected="at least one pile",
            remedy="correct the number of piles in the park file",
        )
    if plan_wh > _BUSIEST_USE * station.capacity_kw * WH_PER_KWH * timeline.n * STEP_S / 3600:
        raise PlanUnreachableError(plan_wh, cap_kw=_BUSIEST_USE * station.capacity_kw, key=key)
    arrival_s, wish_kwh = _cars(station.id, plan_wh=plan_wh, timeline=timeline, seed=seed)
    # Summed as whole numbers: in which order a processor adds floats must not show.
    wished_wh = int(np.rint(wish_kwh * WH_PER_KWH).astype(np.int64).sum())
    factor = plan_wh / max(wished_wh, 1) * WH_PER_KWH
    energy_wh = np.maximum(np.rint(wish_kwh * factor), 1.0)
    pile_w = station.capacity_kw * WH_PER_KWH / station.piles
    length_s = np.ceil(energy_wh * SECONDS_PER_HOUR / pile_w).astype(np.int64)
    start_s = _starts(arrival_s, length_s=length_s, piles=station.piles)
    return _cut(
        Sessions(arrival_s, start_s, start_s + length_s, energy_wh.astype(np.int64)),
        end_s=int(timeline.day_start_s[-1]),
    )


def _cars(
    name: str, *, plan_wh: int, timeline: Timeline, seed: int
) -> tuple[NDArray[np.int64], Floats]:
    """Arrivals in order [s] and what each car would like [kWh], both shape (n,)."""
    stream = Stream(seed, "cars", timeline.year, name)
    n_days = len(timeline.days)
    usual = np.array([_VISITS_BY_KIND[day_kind(day)] for day in timeline.days])
    wanted = plan_wh / (_MEAN_KWH * WH_PER_KWH) * usual / usual.sum()
    wanted *= 1.0 + _DAILY_NOISE * stream.bell(n_days)
    # Rounding the running total keeps small stations alive: a car every few days, not none.
    cars = np.diff(np.floor(np.concatenate([[stream.one()], wanted]).cumsum()), prepend=0.0)[1:]
    cars_by_day = cars.astype(np.int64)
    if plan_wh and not cars_by_day.any():
        cars_by_day[n_days // 2] = 1
    n = int(cars_by_day.sum())
    day = np.repeat(np.arange(n_days), cars_by_day)
    edges = np.concatenate([[0.0], (_ARRIVALS_BY_HOUR / _ARRIVALS_BY_HOUR.sum()).cumsum()])
    draw = stream.uniform(n)
    hour = np.clip(np.searchsorted(edges, draw, side="right") - 1, 0, 23)
    hour_h = hour + (draw - edges[hour]) / (edges[hour + 1] - edges[hour])
    after_s = np.minimum((hour_h * SECONDS_PER_HOUR).astype(np.int64), 86_399)
    wish_kwh = _SMALLEST_KWH + _SPREAD_KWH * (stream.uniform(n) + stream.uniform(n))
    arrival_s = timeline.day_start_s[day] + after_s
    return np.sort(arrival_s), wish_kwh


def _starts(
    arrival_s: NDArray[np.int64], *, length_s: NDArray[np.int64], piles: int
) -> NDArray[np.int64]:
    """First come, first served at several piles, shape (n,) [s]."""
    free_s = [0] * piles
    starts: list[int] = []
    for come_s, stay_s in zip(arrival_s.tolist(), length_s.tolist(), strict=True):
        start_s = max(come_s, free_s[0])
        starts.append(start_s)
        heapq.heapreplace(free_s, start_s + stay_s)
    return np.array(starts, np.int64)


def _cut(sessions: Sessions, *, end_s: int) -> Sessions:
    """Drop what lies after an instant; who charges then has what was drawn so far."""
    kept = sessions.within(start_s=0, end_s=end_s)
    length_s = kept.end_s - kept.start_s
    stay_s = np.minimum(kept.end_s, end_s) - kept.start_s
    return Sessions(
        kept.arrival_s,
        kept.start_s,
        kept.start_s + stay_s,
        kept.energy_wh * stay_s // length_s,
    )
