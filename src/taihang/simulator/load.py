"""What enterprises draw: shifts, weekends, holidays, Spring Festival, weather, stops and noise."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.assets import Enterprise, ShiftPattern
from taihang.core.park.shift_shape import ShiftShape
from taihang.core.periods import STEPS_PER_DAY
from taihang.core.sky.portable_math import Floats, autoregressive, interpolate, smoothstep
from taihang.simulator.plan import PlanMissingError, planned_wh, scaled_to_plan_wh
from taihang.simulator.streams import Stream
from taihang.simulator.timeline import Timeline
from taihang.standards.state_council_holidays import DayKind, day_kind, days_since_lunar_new_year

_POWER_FACTOR: Final = 0.95
"""Active over apparent power at the limit of a transformer."""
_NOISE_MEMORY: Final = 0.8
_ORDER_MEMORY: Final = 0.9
"""Correlation of the order book from one day to the next."""
_COOLING_FROM_C: Final = 22.0
_HEATING_FROM_C: Final = 5.0
_COOLING_SPAN_C: Final = 10.0
_HEATING_SPAN_C: Final = 15.0
_LEAVE_DAY: Final = -9
"""Days before lunar new year on which the first workers leave."""
_SHUT_DAY: Final = -1
_REOPEN_DAY: Final = 6
_FULL_DAY: Final = 16
"""Two days after the Lantern Festival all are back."""
_SIX_DAY_SHARE: Final = 0.35
"""Share of enterprises that work on Saturdays."""
_SIX_DAY_LEVEL: Final = 0.9
_STOPS_PER_YEAR: Final = 4
_STEPS_PER_HOUR: Final = 4
_OVERHAUL_DEPTH: Final = 0.55
_RAMPS_PER_DAY: Final = 2.5
"""A process plant takes about ten hours to go down and as long to come up."""
_START_SPREAD_H: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftModel:
    """How a shift pattern draws power, relative to its full working level."""

    hours_h: tuple[float, ...]
    """Knots over the local day. [h]"""
    working: tuple[float, ...]
    """Level at each knot on a working day. [1]"""
    idle: float
    """Level with nobody at work. [1]"""
    saturday: float
    """Share of the work that goes on on Saturdays. [1]"""
    sunday: float
    holiday: float
    spring_festival: float
    """Share of the work that goes on around lunar new year. [1]"""
    noise: float
    """Standard deviation of the quarter-hourly noise. [1]"""
    cooling: float
    """What 10 K above 22 °C add while people work. [1]"""
    heating: float
    """What 15 K below 5 °C add while people work. [1]"""
    overhaul_days: int
    """Length of the yearly stop for maintenance. [d]"""


MODELS: Final = {
    ShiftPattern.CONTINUOUS: ShiftModel(
        hours_h=(0.0, 7.5, 8.5, 16.0, 20.0, 24.0),
        working=(0.98, 0.98, 1.0, 1.0, 0.99, 0.98),
        idle=0.30,
        saturday=0.99,
        sunday=0.98,
        holiday=0.96,
        spring_festival=0.78,
        noise=0.016,
        cooling=0.02,
        heating=0.01,
        overhaul_days=6,
    ),
    ShiftPattern.THREE_SHIFT: ShiftModel(
        hours_h=(
            0.0, 0.25, 7.5, 8.0, 8.5, 11.75, 12.25, 13.0, 15.5, 16.0, 16.5, 19.0, 23.5, 24.0,
        ),
        working=(
            0.76, 0.87, 0.85, 0.78, 1.0, 1.0, 0.94, 1.0, 0.99, 0.84, 0.96, 0.93, 0.92, 0.76,
        ),
        idle=0.22,
        saturday=0.82,
        sunday=0.62,
        holiday=0.42,
        spring_festival=0.10,
        noise=0.025,
        cooling=0.05,
        heating=0.03,
        overhaul_days=4,
    ),
    ShiftPattern.TWO_SHIFT: ShiftModel(
        hours_h=(
            0.0, 5.5, 6.5, 11.5, 12.0, 12.75, 13.75, 14.0, 14.5, 17.75, 18.5, 21.5, 22.75, 24.0,
        ),
        working=(
            0.16, 0.18, 0.96, 1.0, 0.84, 0.98, 0.95, 0.80, 0.97, 0.95, 0.88, 0.85, 0.19, 0.16,
        ),
        idle=0.15,
        saturday=0.55,
        sunday=0.10,
        holiday=0.05,
        spring_festival=0.02,
        noise=0.03,
        cooling=0.10,
        heating=0.06,
        overhaul_days=0,
    ),
    ShiftPattern.DAY_SHIFT: ShiftModel(
        hours_h=(0.0, 7.0, 8.5, 11.5, 12.25, 13.25, 14.0, 17.0, 18.75, 21.0, 24.0),
        working=(0.13, 0.15, 0.97, 1.0, 0.70, 0.72, 1.0, 0.95, 0.32, 0.17, 0.13),
        idle=0.12,
        saturday=0.22,
        sunday=0.05,
        holiday=0.03,
        spring_festival=0.0,
        noise=0.035,
        cooling=0.28,
        heating=0.16,
        overhaul_days=0,
    ),
}  # fmt: skip
"""Round figures by the authors, no fitted profiles."""


def load_energy_wh(
    enterprise: Enterprise,
    *,
    timeline: Timeline,
    temperature_c: Floats,
    cap_kw: float,
    seed: int,
) -> NDArray[np.int64]:
    """Return what an enterprise draws over a whole year, meeting its plan.

    Args:
        enterprise: An enterprise with a shift pattern and a plan.
        timeline: The intervals of the year.
        temperature_c: Air temperature, shape (n,). [°C]
        cap_kw: What its transformers and meters bear. [kW]
        seed: Seed of the simulation.

    Returns:
        Energy of each interval, shape (n,), above 0 where the plan is. [Wh]

    Raises:
        PlanMissingError: If the shift pattern or the plan is not in the park file.
    """
    if enterprise.shift_pattern is None:
        key = f"enterprises.{enterprise.id}.shift_pattern"
        raise PlanMissingError(
            given=f"{key} = None",
            expected=" or ".join(pattern.value for pattern in ShiftPattern),
            remedy=f"set {key} in the park file",
        )
    key = f"enterprises.{enterprise.id}.planned_mwh_per_year"
    plan_wh = planned_wh(enterprise.planned_mwh_per_year, key=key)
    model = MODELS[enterprise.shift_pattern]
    level = _day_levels(model, enterprise=enterprise, timeline=timeline, seed=seed)
    work = _work(model, name=enterprise.id, timeline=timeline, level=level, seed=seed)
    shape = model.idle + work + _climate(model, work=work, temperature_c=temperature_c)
    shape *= _noise(model, name=enterprise.id, timeline=timeline, seed=seed)
    return scaled_to_plan_wh(shape, plan_wh=plan_wh, cap_kw=cap_kw, key=key)


def plain_shape(pattern: ShiftPattern) -> ShiftShape:
    """Return the days of a shift pattern without weather, stops, orders and noise.

    Args:
        pattern: The pattern.

    Returns:
        One day of each kind.
    """
    model = MODELS[pattern]
    hour_h = np.arange(STEPS_PER_DAY) / _STEPS_PER_HOUR
    profile = interpolate(hour_h, knots=np.array(model.hours_h), values=np.array(model.working))
    work = np.maximum(profile - model.idle, 0.0)
    return ShiftShape(
        workday_ratio=model.idle + work,
        saturday_ratio=model.idle + work * model.saturday,
        sunday_ratio=model.idle + work * model.sunday,
        holiday_ratio=model.idle + work * model.holiday,
    )


def cap_kw(enterprise: Enterprise) -> float:
    """Return what the transformers of an enterprise bear at a power factor of 0.95 [kW]."""
    return enterprise.transformer_kva * _POWER_FACTOR


def spring_festival_share(days_since: int) -> float:
    """Return how far the park has left for home, from 0 (all at work) to 1.

    Args:
        days_since: Days since the first day of the first lunar month. [d]

    Example:
        >>> [spring_festival_share(day) for day in (-20, -5, 0, 11, 20)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    leaving = (days_since - _LEAVE_DAY) / (_SHUT_DAY - _LEAVE_DAY)
    returning = (_FULL_DAY - days_since) / (_FULL_DAY - _REOPEN_DAY)
    return float(smoothstep(np.array([min(leaving, returning)]))[0])


def _day_levels(
    model: ShiftModel, *, enterprise: Enterprise, timeline: Timeline, seed: int
) -> Floats:
    """Share of the work that goes on on each day, shape (n_days,)."""
    six_days = Stream(seed, "six-days", enterprise.id).one() < _SIX_DAY_SHARE
    by_kind = {
        DayKind.WORKDAY: 1.0,
        DayKind.SATURDAY: max(model.saturday, _SIX_DAY_LEVEL) if six_days else model.saturday,
        DayKind.SUNDAY: model.sunday,
        DayKind.HOLIDAY: model.holiday,
    }
    kinds = [day_kind(day) for day in timeline.days]
    away = np.array(
        [spring_festival_share(days_since_lunar_new_year(day)) for day in timeline.days]
    )
    festival = 1.0 - (1.0 - model.spring_festival) * away
    usual = np.array([by_kind[kind] for kind in kinds])
    # On the official days of the festival the deeper of the two counts, not their product.
    holiday = np.array([kind is DayKind.HOLIDAY for kind in kinds])
    level = np.where(holiday, np.minimum(usual, festival), usual * festival)
    orders = autoregressive(
        Stream(seed, "orders", timeline.year, enterprise.id).bell(len(level)),
        memory_ratio=_ORDER_MEMORY,
    )
    return level * (1.0 + 0.04 * orders)


def _work(model: ShiftModel, *, name: str, timeline: Timeline, level: Floats, seed: int) -> Floats:
    """Level above idle in each interval, shape (n,)."""
    late_h = _START_SPREAD_H * (Stream(seed, "late", name).one() - 0.5)
    hour_h = np.mod(timeline.hour_h - late_h, 24.0)
    profile = interpolate(hour_h, knots=np.array(model.hours_h), values=np.array(model.working))
    work = np.maximum(profile - model.idle, 0.0) * level[timeline.day_index]
    return work * _stops(model, name=name, timeline=timeline, seed=seed)


def _stops(model: ShiftModel, *, name: str, timeline: Timeline, seed: int) -> Floats:
    """Share of the work left by breakdowns and the yearly overhaul, shape (n,)."""
    left = np.ones(timeline.n)
    stream = Stream(seed, "stops", timeline.year, name)
    for start, length, depth in stream.uniform(3 * _STOPS_PER_YEAR).reshape(-1, 3).tolist():
        first = int(start * timeline.n)
        last = first + int((2.0 + 16.0 * length) * _STEPS_PER_HOUR)
        left[first:last] *= 1.0 - (0.12 + 0.38 * depth)
    # Overhauls of neighbours do not coincide and keep clear of the ends of the year.
    first_day = 90 + Stream(seed, "overhaul", timeline.year, name).below(200)
    passed_d = np.arange(timeline.n) / STEPS_PER_DAY - first_day
    down = smoothstep(_RAMPS_PER_DAY * passed_d)
    up = smoothstep(_RAMPS_PER_DAY * (passed_d - model.overhaul_days))
    left *= 1.0 - _OVERHAUL_DEPTH * (down - up)
    padded = np.concatenate([left[:1], left, left[-1:]])
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3.0


def _climate(model: ShiftModel, *, work: Floats, temperature_c: Floats) -> Floats:
    """Cooling and heating that people at work ask for, shape (n,)."""
    hot = np.maximum(temperature_c - _COOLING_FROM_C, 0.0) / _COOLING_SPAN_C
    cold = np.maximum(_HEATING_FROM_C - temperature_c, 0.0) / _HEATING_SPAN_C
    return (model.cooling * hot + model.heating * cold) * (0.2 + work)


def _noise(model: ShiftModel, *, name: str, timeline: Timeline, seed: int) -> Floats:
    """Factor around 1 of each interval, shape (n,), never below 0.5."""
    stream = Stream(seed, "load", timeline.year, name)
    slow = autoregressive(stream.bell(timeline.n), memory_ratio=_NOISE_MEMORY)
    fast = stream.bell(timeline.n)
    return np.maximum(1.0 + model.noise * (0.85 * slow + 0.5 * fast), 0.5)
