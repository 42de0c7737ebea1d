"""Wind at hub height with memory, season and night jet, and the power curve of a farm.

The horizontal wind vector has two components, each a sum of a slow, a middle and a fast process of
first order; its length then follows a Rayleigh distribution, which is a Weibull distribution of
shape 2. Farms of one park share most of it. Round figures by the authors, no fitted climatology.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.assets import Plant
from taihang.core.periods import STEP_S
from taihang.core.quantities import energy_of_power_wh
from taihang.simulator.plan import PlanUnreachableError, planned_wh
from taihang.simulator.portable_math import Floats, autoregressive, cosine_of_turns, smoothstep
from taihang.simulator.streams import Stream
from taihang.simulator.timeline import Timeline

_PARTS: Final = (("slow", 0.992, 0.78), ("middle", 0.93, 0.17), ("fast", 0.45, 0.05))
"""Name, correlation of neighbouring intervals, share of the variance."""
_REGIONAL: Final = ("slow", "middle")
"""Parts that the whole park shares; the fast one is each farm's own."""
_MEAN_SPEED_M_PER_S: Final = 6.0
_RAYLEIGH_MEAN: Final = 1.2533141373155001
"""Mean length of a vector of two components of variance 1: sqrt(π/2)."""
_SEASON_SHARE: Final = 0.14
_WINDIEST_TURNS: Final = 100 / 365
_NIGHT_SHARE: Final = 0.09
_NIGHT_JET_HOUR_TURNS: Final = 1 / 24
_HOURS_PER_DAY: Final = 24.0
_CUT_IN_M_PER_S: Final = 3.0
_RATED_M_PER_S: Final = 11.5
_CUT_OUT_M_PER_S: Final = 25.0
_HALVINGS: Final = 48
_LARGEST_SCALE: Final = 4.0
_CLOSE_ENOUGH: Final = 1e-5


def wind_speed_m_per_s(timeline: Timeline, *, name: str, seed: int) -> Floats:
    """Return the wind of one year at one place.

    Args:
        timeline: The intervals of the year.
        name: Names the place; places of one park share all but the fast part.
        seed: Seed of the simulation.

    Returns:
        Mean speed of each interval, shape (n,), 0 or more. [m/s]
    """
    x, y = (_component(timeline, axis=axis, name=name, seed=seed) for axis in ("x", "y"))
    season = 1.0 + _SEASON_SHARE * cosine_of_turns(timeline.year_turns - _WINDIEST_TURNS)
    hour = timeline.hour_h / _HOURS_PER_DAY
    night = 1.0 + _NIGHT_SHARE * cosine_of_turns(hour - _NIGHT_JET_HOUR_TURNS)
    length = np.sqrt(x * x + y * y) / _RAYLEIGH_MEAN
    return _MEAN_SPEED_M_PER_S * length * season * night


def _component(timeline: Timeline, *, axis: str, name: str, seed: int) -> Floats:
    total = np.zeros(timeline.n)
    for part, memory_ratio, share in _PARTS:
        owner = "park" if part in _REGIONAL else name
        shocks = Stream(seed, "wind", timeline.year, owner, part, axis).bell(timeline.n)
        total += np.sqrt(share) * autoregressive(shocks, memory_ratio=memory_ratio)
    return total


def power_ratio(speed_m_per_s: Floats) -> Floats:
    """Return the power of a farm over its rated power.

    Cubic from cut-in to rated speed, softened near rated because the turbines of a farm do not
    see the same wind, and faded out around the cut-out speed.

    Args:
        speed_m_per_s: Wind at hub height, shape (n,). [m/s]

    Returns:
        Power, shape (n,), from 0 to 1. [1]

    Example:
        >>> power_ratio(np.array([2.9, 12.5, 30.0])).tolist()
        [0.0, 1.0, 0.0]
    """
    lowest = _CUT_IN_M_PER_S * _CUT_IN_M_PER_S * _CUT_IN_M_PER_S
    span = _RATED_M_PER_S * _RATED_M_PER_S * _RATED_M_PER_S - lowest
    cubic = (speed_m_per_s * speed_m_per_s * speed_m_per_s - lowest) / span
    # Below 0.8 the cube; from there to 1.2 a parabola that meets it with the same slope and ends
    # flat at 1: 1 - (1.2 - c)² / 0.8.
    short = 1.2 - np.minimum(cubic, 1.2)
    soft = np.where(cubic > 0.8, 1.0 - short * short / 0.8, cubic)  # noqa: PLR2004 see the comment above
    storm = smoothstep(speed_m_per_s - _CUT_OUT_M_PER_S + 1.0)
    return np.clip(soft, 0.0, 1.0) * (1.0 - storm)


def wind_energy_wh(
    plant: Plant, *, timeline: Timeline, cap_kw: float, seed: int
) -> NDArray[np.int64]:
    """Return the net energy of a wind farm over a whole year that meets its plan.

    The plan fixes how windy the site is: the speed is scaled, not the power, so that calms,
    cut-in and rated power stay where they belong.

    Args:
        plant: A farm with a plan.
        timeline: The intervals of the year.
        cap_kw: Power that no interval exceeds. [kW]
        seed: Seed of the simulation.

    Returns:
        Energy of each interval, shape (n,), never above the limit. [Wh]

    Raises:
        PlanUnreachableError: If no wind makes that much energy at the rated power.
    """
    key = f"plants.{plant.id}.planned_mwh_per_year"
    plan_wh = planned_wh(plant.planned_mwh_per_year, key=key)
    if plan_wh == 0:
        return np.zeros(timeline.n, np.int64)
    speed_m_per_s = wind_speed_m_per_s(timeline, name=plant.id, seed=seed)
    low, high = 0.0, _LARGEST_SCALE
    for _ in range(_HALVINGS):
        scale = 0.5 * (low + high)
        power_kw = plant.capacity_kw * power_ratio(speed_m_per_s * scale)
        energy_wh = energy_of_power_wh(np.minimum(power_kw, cap_kw), STEP_S)
        total_wh = int(energy_wh.sum())
        if abs(total_wh - plan_wh) <= _CLOSE_ENOUGH * plan_wh:
            return energy_wh
        low, high = (scale, high) if total_wh < plan_wh else (low, scale)
    raise PlanUnreachableError(plan_wh, cap_kw=cap_kw, key=key)
