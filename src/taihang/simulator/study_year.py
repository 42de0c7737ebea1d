"""The year of a sizing study: sun, wind and load of a park, scaled to the hours that are planned.

It is the weather of the simulated park, so it is made, not measured; a resource study has to take
its place before money is spent.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from taihang.core.errors import InputError
from taihang.core.park.assets import PlantKind
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S
from taihang.core.sky.portable_math import Floats
from taihang.simulator.load import cap_kw, load_energy_wh
from taihang.simulator.solar import pv_energy_wh
from taihang.simulator.timeline import Timeline, timeline_of
from taihang.simulator.weather import (
    CloudField,
    cloud_field_of,
    global_over_w_per_m2,
    temperature_c,
)
from taihang.simulator.wind import RegionalWind, regional_wind, wind_energy_wh

_RATED_KW: Final = 1000.0
_WH_PER_STEP: Final = _RATED_KW * 1000.0 * STEP_S / 3600.0


class StudyStepError(InputError):
    """The interval of a study is no whole number of quarters that fits into the year."""

    code = "input.study-step"


def plant_ratios(
    park: Park, *, year: int, seed: int, full_load_h: Mapping[str, tuple[str, float]]
) -> dict[str, Floats]:
    """Return the power of each plant over its rated power, by quarter, shape (n,) [1].

    Args:
        park: Whose place and weather.
        year: The calendar year.
        seed: Chooses the weather.
        full_load_h: Kind (pv or wind) and full-load hours of each plant, by id. [h]

    Raises:
        PlanUnreachableError: If no weather makes that many hours.
    """
    timeline = timeline_of(year, zone=park.zone)
    field = cloud_field_of(park, timeline=timeline, seed=seed)
    region = regional_wind(timeline, seed=seed)
    return {
        name: _ratio(park, (name, *each), field=field, region=region, seed=seed)
        for name, each in full_load_h.items()
    }


def _ratio(
    park: Park,
    plant: tuple[str, str, float],
    *,
    field: CloudField,
    region: RegionalWind,
    seed: int,
) -> Floats:
    name, kind, hours = plant
    model = replace(
        next(iter(park.plants.values())),
        id=name,
        kind=PlantKind(kind),
        capacity_kw=_RATED_KW,
        planned_mwh_per_year=hours * _RATED_KW / 1000.0,
    )
    if kind == PlantKind.WIND:
        energy_wh = wind_energy_wh(model, region=region, cap_kw=_RATED_KW)
    else:
        timeline = region.timeline
        energy_wh = pv_energy_wh(
            model,
            sun=field.sun,
            global_w_per_m2=global_over_w_per_m2(field, name=name, year=timeline.year, seed=seed),
            temperature_c=temperature_c(field, timeline=timeline, seed=seed),
            cap_kw=_RATED_KW,
            seed=seed,
        )
    # The simulator meets a plan to 1e-5; what is left is spread, so that hours are met exactly.
    ratio = energy_wh / _WH_PER_STEP
    return ratio * (hours / (float(ratio.sum()) * STEP_S / 3600.0))


def load_ratio(park: Park, *, year: int, seed: int) -> Floats:
    """Return what all enterprises of a park draw over their mean, by quarter, shape (n,) [1]."""
    timeline = timeline_of(year, zone=park.zone)
    field = cloud_field_of(park, timeline=timeline, seed=seed)
    air_c = temperature_c(field, timeline=timeline, seed=seed)
    total = np.zeros(timeline.n)
    for enterprise in park.enterprises.values():
        total += load_energy_wh(
            enterprise,
            timeline=timeline,
            temperature_c=air_c,
            cap_kw=cap_kw(enterprise),
            seed=seed,
        )
    return total / total.mean()


def in_steps(values: Floats, *, step_s: int) -> Floats:
    """Return means over longer intervals.

    Args:
        values: By quarter, shape (n,).
        step_s: The longer interval. [s]

    Raises:
        StudyStepError: If it is no whole number of quarters that fits.

    Example:
        >>> in_steps(np.array([1.0, 3.0, 5.0, 7.0]), step_s=1800).tolist()
        [2.0, 6.0]
    """
    n_quarters, rest = divmod(step_s, STEP_S)
    if rest or n_quarters < 1 or len(values) % n_quarters:
        raise StudyStepError(
            given=f"step_s {step_s}",
            expected="900, 3600 or another whole number of quarters that divides the year",
            remedy="write step_s = 3600",
        )
    return values.reshape(-1, n_quarters).mean(axis=1)


def grid_of(park: Park, *, year: int, step_s: int) -> tuple[int, list[int]]:
    """Return the start of the year [s since 1970-01-01T00:00Z] and the local hour of each step."""
    timeline: Timeline = timeline_of(year, zone=park.zone)
    every = step_s // STEP_S
    return int(timeline.grid_s[0]), timeline.hour_h[::every].astype(np.int64).tolist()
