"""What the sun allows: no PV energy above a clear sky, none at night (F47)."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.vee.rule import Hits, Rule, hits_where, some
from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.sky.portable_math import sine_of_turns
from taihang.core.sky.sun import (
    STANDARD_IRRADIANCE_W_PER_M2,
    best_plane_w_per_m2,
    clear_sky_w_per_m2,
    sun_at,
)

_DEG_PER_TURN: Final = 360.0


@dataclass(frozen=True, slots=True)
class SkyBound:
    """What the sky over one place can give in each interval; both of shape (n,)."""

    most_wh_per_kw: NDArray[np.float64]
    """Energy of the best plane under a clear sky for each kW of rating; 0 at night. [Wh/kW]"""
    night: NDArray[np.bool_]
    """Where the sun stands below the limit of night from the first second to the last."""


def sky_bound(
    period: Period, *, latitude_deg: float, longitude_deg: float, night_below_deg: float
) -> SkyBound:
    """Return what the sky can give at most, the same to the last bit on every machine.

    The largest of start, middle and end of each interval counts, on the plane that faces the sun:
    no plant of any tilt receives more of this sky.

    Args:
        period: Whole settlement intervals.
        latitude_deg: North positive. [°]
        longitude_deg: East positive. [°]
        night_below_deg: How far below the horizon the sun stands at night. [°]

    Returns:
        The bound of each interval.
    """
    half_s = STEP_S // 2
    edges_s = np.arange(period.start_s, period.end_s + 1, half_s).astype(np.float64)
    sun = sun_at(edges_s, latitude_deg=latitude_deg, longitude_deg=longitude_deg)
    suns = best_plane_w_per_m2(clear_sky_w_per_m2(sun), sun=sun) / STANDARD_IRRADIANCE_W_PER_M2
    depth = float(sine_of_turns(np.array([night_below_deg / _DEG_PER_TURN]))[0])
    highest = _highest(sun.up)
    per_kw = WH_PER_KWH * STEP_S / SECONDS_PER_HOUR
    return SkyBound(_highest(suns) * per_kw, highest < -depth)


def clear_sky_hits(
    energy_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_],
    bound: SkyBound,
    capacity_kw: float,
    margin_ratio: float,
    slack_wh: int,
) -> list[Hits]:
    """Find generation above what a clear sky gives.

    Args:
        energy_wh: Net generation, shape (n,). [Wh]
        usable: Where a value stands, shape (n,).
        bound: The sky over the park.
        capacity_kw: Rating of the plant. [kW]
        margin_ratio: Generation up to this multiple of the bound is in order. [1]
        slack_wh: What one count of the dial may carry from one interval into the next. [Wh]

    Returns:
        The hits by day; night has a rule of its own.
    """
    most_wh = np.ceil(bound.most_wh_per_kw * (capacity_kw * margin_ratio)).astype(np.int64)
    where = usable & ~bound.night & (energy_wh > most_wh + slack_wh)
    return some(hits_where(Rule.PV_CLEAR_SKY, where, value=energy_wh, limit=most_wh + slack_wh))


def night_hits(
    energy_wh: NDArray[np.int64],
    *,
    usable: NDArray[np.bool_],
    bound: SkyBound,
    capacity_kw: float,
    most_ratio: float,
    slack_wh: int,
) -> list[Hits]:
    """Find generation at night.

    Args:
        energy_wh: Net generation, shape (n,). [Wh]
        usable: Where a value stands, shape (n,).
        bound: The sky over the park.
        capacity_kw: Rating of the plant. [kW]
        most_ratio: Share of the rating that a meter may show by noise. [1]
        slack_wh: What one count of the dial may carry from one interval into the next. [Wh]

    Returns:
        The hits.
    """
    per_kw = WH_PER_KWH * STEP_S / SECONDS_PER_HOUR
    most_wh = ceil(capacity_kw * most_ratio * per_kw) + slack_wh
    where = usable & bound.night & (energy_wh > most_wh)
    return some(hits_where(Rule.PV_NIGHT, where, value=energy_wh, limit=most_wh))


def _highest(half_steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest of start, middle and end of each interval."""
    first, middle, last = half_steps[:-1:2], half_steps[1::2], half_steps[2::2]
    return np.maximum(np.maximum(first, middle), last)
