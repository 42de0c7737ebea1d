"""Wind at hub height with memory, season and night jet, and the power curve of a farm.

The horizontal wind vector has two components, each a sum of processes of first order from days to
minutes; its length then follows a Rayleigh distribution, which is a Weibull distribution of shape
2. Farms of one park share all but the fastest part. Memory and ramps are set after two years of
10-minute records of one inland wind farm (about 0.8, 0.35 and 0.15 correlation of power after 3,
24 and 72 hours; half-hourly ramps of 6 % of the rated power); season and night are round figures.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.assets import Plant
from taihang.core.periods import STEP_S
from taihang.core.quantities import energy_of_power_wh
from taihang.core.sky.portable_math import Floats, autoregressive, cosine_of_turns, smoothstep
from taihang.simulator.plan import PlanUnreachableError, planned_wh
from taihang.simulator.streams import Stream
from taihang.simulator.timeline import Timeline
from taihang.simulator.typical import half_months, most_typical

_SHARED_PARTS: Final = (("spell", 0.9982, 0.60), ("day", 0.9892, 0.33), ("hour", 0.94, 0.055))
"""Name, correlation of neighbouring intervals, share of the variance; shared by the park."""
_OWN_MEMORY: Final = 0.6
_OWN_SHARE: Final = 0.015
"""The fastest part is each farm's own."""
_DRAWS: Final = 20
"""How many draws the typical half-months are chosen from."""
_FADE_STEPS: Final = 48
"""Over which the draw of one half-month gives way to that of the next."""
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


@dataclass(frozen=True, slots=True)
class RegionalWind:
    """The wind vector that all farms of a park share over one year, of variance 1 − own share."""

    timeline: Timeline
    seed: int
    x: Floats
    """One component, shape (n,)."""
    y: Floats
    """The other component, shape (n,)."""
    mean_m_per_s: Floats
    """Mean speed by season and hour, shape (n,). [m/s]"""


def regional_wind(timeline: Timeline, *, seed: int) -> RegionalWind:
    """Return the wind of one year over a park, from typical half-months of several draws."""
    season = 1.0 + _SEASON_SHARE * cosine_of_turns(timeline.year_turns - _WINDIEST_TURNS)
    hour = timeline.hour_h / _HOURS_PER_DAY
    night = 1.0 + _NIGHT_SHARE * cosine_of_turns(hour - _NIGHT_JET_HOUR_TURNS)
    x = np.array([_shared(timeline, axis="x", draw=i, seed=seed) for i in range(_DRAWS)])
    y = np.array([_shared(timeline, axis="y", draw=i, seed=seed) for i in range(_DRAWS)])
    blocks = half_months(timeline)
    length = np.sqrt(x * x + y * y) / _RAYLEIGH_MEAN
    mean_m_per_s = _MEAN_SPEED_M_PER_S * season * night
    chosen = most_typical(
        power_ratio(length * mean_m_per_s),
        weights=np.ones(timeline.n),
        blocks=blocks,
        expected=_expected_power(length, _MEAN_SPEED_M_PER_S * season, blocks=blocks),
    )
    shares = _fades(chosen, blocks=blocks)
    strength = np.sqrt(_sum_in_order(shares * shares))
    return RegionalWind(
        timeline,
        seed,
        _sum_in_order(shares * x) / strength,
        _sum_in_order(shares * y) / strength,
        mean_m_per_s,
    )


def wind_speed_m_per_s(region: RegionalWind, *, name: str) -> Floats:
    """Return the wind of one year at one place.

    Args:
        region: What all places of the park share.
        name: Names the place.

    Returns:
        Mean speed of each interval, shape (n,), 0 or more. [m/s]
    """
    own_x, own_y = (
        np.sqrt(_OWN_SHARE)
        * autoregressive(
            Stream(region.seed, "wind", region.timeline.year, name, axis).bell(region.timeline.n),
            memory_ratio=_OWN_MEMORY,
        )
        for axis in ("x", "y")
    )
    x, y = region.x + own_x, region.y + own_y
    return region.mean_m_per_s * np.sqrt(x * x + y * y) / _RAYLEIGH_MEAN


def _shared(timeline: Timeline, *, axis: str, draw: int, seed: int) -> Floats:
    total = np.zeros(timeline.n)
    for part, memory_ratio, share in _SHARED_PARTS:
        shocks = Stream(seed, "wind", timeline.year, "park", part, axis, draw).bell(timeline.n)
        total += np.sqrt(share) * autoregressive(shocks, memory_ratio=memory_ratio)
    return total


def _expected_power(length: Floats, season_m_per_s: Floats, *, blocks: NDArray[np.int64]) -> Floats:
    """Mean power of each half-month if all draws, at any time of the year, had its season."""
    sample = length[:, ::_FADE_STEPS].ravel()
    middles = [np.flatnonzero(blocks == block) for block in range(int(blocks[-1]) + 1)]
    expected = [
        np.rint(power_ratio(sample * season_m_per_s[steps[len(steps) // 2]]) * 2.0**20)
        .astype(np.int64)
        .sum()
        / (len(sample) * 2.0**20)
        for steps in middles
    ]
    return np.array(expected)


def _fades(chosen: NDArray[np.int64], *, blocks: NDArray[np.int64]) -> Floats:
    """Share of each draw in each interval, shape (n_draws, n): 1 but for the hours of change."""
    shares = np.zeros((_DRAWS, len(blocks)))
    steps = np.arange(len(blocks), dtype=np.float64)
    come = np.ones(len(blocks))
    for block, draw in enumerate(chosen.tolist()):
        end = float(np.searchsorted(blocks, block, side="right"))
        last = block == len(chosen) - 1
        follow = smoothstep((steps - end) / _FADE_STEPS + 0.5) * (not last)
        shares[draw] += come - follow
        come = follow
    return shares


def _sum_in_order(rows: Floats) -> Floats:
    """Sum over the first axis, row after row, so that every machine adds in the same order."""
    total = np.zeros(rows.shape[1:])
    for row in rows:
        total += row
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


def wind_energy_wh(plant: Plant, *, region: RegionalWind, cap_kw: float) -> NDArray[np.int64]:
    """Return the net energy of a wind farm over a whole year that meets its plan.

    The plan fixes how windy the site is: the speed is scaled, not the power, so that calms,
    cut-in and rated power stay where they belong.

    Args:
        plant: A farm with a plan.
        region: The wind over the park.
        cap_kw: Power that no interval exceeds. [kW]

    Returns:
        Energy of each interval, shape (n,), never above the limit. [Wh]

    Raises:
        PlanUnreachableError: If no wind makes that much energy at the rated power.
    """
    key = f"plants.{plant.id}.planned_mwh_per_year"
    plan_wh = planned_wh(plant.planned_mwh_per_year, key=key)
    if plan_wh == 0:
        return np.zeros(region.timeline.n, np.int64)
    speed_m_per_s = wind_speed_m_per_s(region, name=plant.id)
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
