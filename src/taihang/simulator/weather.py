"""The weather of one year over one park: sky, temperature and wind, with memory.

The sky is a Markov chain of four states in steps of six hours, in typical half-months. Within a
state, clouds drift: one field is common to the whole park and reaches each plant with its own
delay, and each plant has a little of its own. All figures below are round numbers for the Shanxi
highlands (about 900 m, cold dry winter, wet July and August), chosen by the authors; they are no
fitted climatology.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.park import Park
from taihang.core.sky.portable_math import (
    Floats,
    autoregressive,
    cosine_of_turns,
    interpolate,
    smoothstep,
)
from taihang.core.sky.sun import Sun, clear_sky_w_per_m2, sun_at
from taihang.simulator.streams import Stream
from taihang.simulator.timeline import Timeline
from taihang.simulator.typical import half_months, most_typical


class Sky(IntEnum):
    """State of the sky over six hours."""

    CLEAR = 0
    BROKEN = 1
    """Passing clouds: full sun and shadow in turn."""
    OVERCAST = 2
    RAIN = 3
    """Rain or snow."""


_STEPS_PER_STATE: Final = 24
_PERSISTENCE: Final = 0.72
"""Chance that a state simply goes on."""
_SEASON_SHARES: Final = np.array(
    [
        [0.50, 0.22, 0.22, 0.06],  # December to February
        [0.40, 0.30, 0.20, 0.10],  # March to May
        [0.27, 0.36, 0.20, 0.17],  # June to August
        [0.42, 0.25, 0.22, 0.11],  # September to November
    ]
)
"""How often each state occurs in each season, shape (4, 4)."""
_TOP: Final = np.array([1.0, 1.03, 0.52, 0.26])
"""Share of the clear sky between clouds, by state. [1]"""
_DEPTH: Final = np.array([0.02, 0.64, 0.26, 0.15])
"""What a full shadow takes away, by state. [1]"""
_MEAN_SHADOW: Final = 0.52
"""Mean of the shadow that the cloud field casts, from 0 to 1."""
_DRAWS: Final = 12
"""How many draws of the chain the typical half-months are chosen from."""
_COMMON_CLOUD: Final = 0.6
"""Share of the variance of the cloud field that the whole park sees."""
_CLOUD_MEMORY: Final = 0.72
_MAX_DRIFT_STEPS: Final = 3
_HAZE_MEMORY: Final = 0.995
_HAZE_SHARE: Final = 0.025
_MEAN_C: Final = 10.0
_SEASON_C: Final = 14.5
_COLDEST_DAY_TURNS: Final = 18 / 365
_DAY_SWING_C: Final = np.array([6.5, 5.5, 3.0, 1.8])
"""Half of the daily swing, by state. [°C]"""
_WARMEST_HOUR_TURNS: Final = 15 / 24
_SPELL_C: Final = 3.3
_SPELL_MEMORY: Final = 0.9978
_HOURS_PER_DAY: Final = 24.0


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather of a stretch of time; all arrays have shape (n,)."""

    sky: NDArray[np.uint8]
    """State of the sky, one ``Sky`` each."""
    clear_sky_w_per_m2: Floats
    """Global horizontal irradiance that a clear sky would send. [W/m²]"""
    global_w_per_m2: Floats
    """Global horizontal irradiance over the middle of the park. [W/m²]"""
    temperature_c: Floats
    """Air temperature. [°C]"""
    wind_m_per_s: Floats
    """Reference wind at hub height before each plant's own share. [m/s]"""


@dataclass(frozen=True, slots=True)
class CloudField:
    """What every plant of the park needs to know of one year's sky."""

    sun: Sun
    sky: NDArray[np.uint8]
    """State of the sky, shape (n,)."""
    clear_sky_w_per_m2: Floats
    """Global horizontal irradiance under a clear sky, shape (n,). [W/m²]"""
    top: Floats
    """Share of the clear sky between clouds, shape (n,). [1]"""
    depth: Floats
    """What a full shadow takes away, shape (n,). [1]"""
    drift: Floats
    """The common cloud field, shape (n + 3,): a plant sees it up to 3 steps late."""


def cloud_field_of(park: Park, *, timeline: Timeline, seed: int) -> CloudField:
    """Return the sky of one year over the park."""
    sun = sun_at(
        timeline.middle_s, latitude_deg=park.latitude_deg, longitude_deg=park.longitude_deg
    )
    clear_w_per_m2 = clear_sky_w_per_m2(sun)
    states = _states(timeline, clear_w_per_m2, seed=seed)
    steps, middles = _steps_and_middles(timeline.n)
    haze = autoregressive(
        Stream(seed, "haze", timeline.year).bell(timeline.n), memory_ratio=_HAZE_MEMORY
    )
    top = interpolate(steps, knots=middles, values=_TOP[states])
    drift = Stream(seed, "cloud", timeline.year).bell(timeline.n + _MAX_DRIFT_STEPS)
    return CloudField(
        sun=sun,
        sky=np.repeat(states, _STEPS_PER_STATE)[: timeline.n].astype(np.uint8),
        clear_sky_w_per_m2=clear_w_per_m2,
        top=top * (1.0 - _HAZE_SHARE * haze),
        depth=interpolate(steps, knots=middles, values=_DEPTH[states]),
        drift=autoregressive(drift, memory_ratio=_CLOUD_MEMORY),
    )


def _steps_and_middles(n: int) -> tuple[Floats, Floats]:
    """Middle of every interval and of every state, counted in intervals."""
    n_states = -(-n // _STEPS_PER_STATE)
    steps = np.arange(n, dtype=np.float64) + 0.5
    return steps, (np.arange(n_states, dtype=np.float64) + 0.5) * _STEPS_PER_STATE


def _states(timeline: Timeline, clear_sky_w_per_m2: Floats, *, seed: int) -> NDArray[np.int64]:
    """State of the sky of each six hours: typical half-months of several draws of the chain."""
    firsts = np.arange(0, timeline.n, _STEPS_PER_STATE)
    season = np.array([day.month % 12 // 3 for day in timeline.days])[timeline.day_index[firsts]]
    draws = np.array(
        [_chain(season, year=timeline.year, draw=draw, seed=seed) for draw in range(_DRAWS)]
    )
    light = clear_sky_w_per_m2.reshape(-1, _STEPS_PER_STATE)
    light_of_state = np.rint(light).astype(np.int64).sum(axis=1).astype(np.float64)
    passed = _TOP - _DEPTH * _MEAN_SHADOW
    blocks = half_months(timeline)[firsts]
    _, first_of_block = np.unique(blocks, return_index=True)
    shares = _SEASON_SHARES[season[first_of_block]] * passed
    expected = shares[:, 0] + shares[:, 1] + shares[:, 2] + shares[:, 3]
    chosen = most_typical(passed[draws], weights=light_of_state, blocks=blocks, expected=expected)
    return draws[chosen[blocks], np.arange(len(firsts))]


def _chain(season: NDArray[np.int64], *, year: int, draw: int, seed: int) -> NDArray[np.int64]:
    """One draw of the Markov chain, shape (n_states,)."""
    stream = Stream(seed, "sky", year, draw)
    n = len(season)
    changes = stream.uniform(n) >= _PERSISTENCE
    upto = _SEASON_SHARES.cumsum(axis=1)[season]
    fresh = np.minimum((upto <= stream.uniform(n)[:, None]).sum(axis=1), len(Sky) - 1)
    since = np.maximum.accumulate(np.where(changes, np.arange(n), 0))
    return fresh[since]


def global_over_w_per_m2(field: CloudField, *, name: str, year: int, seed: int) -> Floats:
    """Return the global horizontal irradiance over one place of the park.

    Args:
        field: The sky of the year.
        name: Names the place; each has a delay and a little cloud of its own.
        year: The calendar year of the field.
        seed: Seed of the simulation.

    Returns:
        The irradiance, shape (n,); 0 at night. [W/m²]
    """
    n = len(field.top)
    late = Stream(seed, "cloud-delay", name).below(_MAX_DRIFT_STEPS + 1)
    own = autoregressive(Stream(seed, "cloud", year, name).bell(n), memory_ratio=_CLOUD_MEMORY)
    common = field.drift[_MAX_DRIFT_STEPS - late :][:n]
    mixed = np.sqrt(_COMMON_CLOUD) * common + np.sqrt(1.0 - _COMMON_CLOUD) * own
    shadow = smoothstep((mixed + 0.7) / 1.3)
    return field.clear_sky_w_per_m2 * np.maximum(field.top - field.depth * shadow, 0.03)


def temperature_c(field: CloudField, *, timeline: Timeline, seed: int) -> Floats:
    """Return the air temperature of one year, shape (n,) [°C]."""
    season = cosine_of_turns(timeline.year_turns - _COLDEST_DAY_TURNS)
    hour = cosine_of_turns(timeline.hour_h / _HOURS_PER_DAY - _WARMEST_HOUR_TURNS)
    steps, middles = _steps_and_middles(timeline.n)
    swing_c = interpolate(steps, knots=middles, values=_DAY_SWING_C[field.sky[::_STEPS_PER_STATE]])
    spell = autoregressive(
        Stream(seed, "spell", timeline.year).bell(timeline.n), memory_ratio=_SPELL_MEMORY
    )
    return _MEAN_C - _SEASON_C * season + swing_c * hour + _SPELL_C * spell
