"""What a battery held, from nothing but what went in and out of it.

Where no register of the state of charge exists, its course follows from charge, discharge and the
efficiencies up to where it began. The start is the least from which the store never falls below
its floor. Where no start keeps the course between floor and ceiling, the efficiencies are not those
that are written down: the round trip that comes nearest to them and fits takes their place.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.storing import kept_ratio
from taihang.core.dispatch.follow import full_kwh
from taihang.core.dispatch.model import Reals

STEP_RATIO: Final = 0.005
"""Step in which other round trips are tried [1]."""
STEPS_MOST: Final = 60
"""So many steps are tried up and down (§10)."""
_METER_KWH: Final = 0.005
"""Rounding of the measured energy of an interval [kWh]."""
_FITS_RATIO: Final = 0.02
"""Share of the store by which another round trip may miss its ceiling, for it is one of steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """The course of a store."""

    battery: Battery
    """As it really is: its efficiencies, and where it began."""
    level_kwh: Reals
    """What it held at the end of each interval, shape (n,) [kWh]."""
    round_trip_ratio: float
    """What came out of what went in; that of the problem, or what fits [1]."""
    is_fitted: bool
    """Whether the measurements contradict the efficiencies of the problem."""
    is_explained: bool
    """False where no round trip that was tried fits."""

    @property
    def start_kwh(self) -> float:
        """What it held at the start [kWh]."""
        return self.battery.start_ratio * full_kwh(self.battery)

    def at(self, step: int) -> Battery:
        """Return the battery as it stood when an interval began."""
        held_kwh = self.start_kwh if step == 0 else float(self.level_kwh[step - 1])
        full = full_kwh(self.battery)
        return replace(self.battery, soc_start_ratio=min(max(held_kwh / full, 0.0), 1.0))


def stored_of(battery: Battery, power_kw: Reals, *, step_h: float) -> Stored:
    """Return the course of a store.

    Args:
        battery: The battery as the problem writes it down.
        power_kw: What went in at the AC side, below 0 what came out, shape (n,). [kW]
        step_h: Length of an interval. [h]
    """
    rounding_kwh = _METER_KWH * len(power_kw)
    tried = [0.0, *(sign * k * STEP_RATIO for k in range(1, STEPS_MOST + 1) for sign in (-1, 1))]
    for change_ratio in tried:
        room_kwh = rounding_kwh + (_FITS_RATIO * full_kwh(battery) if change_ratio else 0.0)
        found = _course(_changed(battery, change_ratio), power_kw, step_h=step_h, room_kwh=room_kwh)
        if found is not None:
            return replace(found, is_fitted=change_ratio != 0.0)
    return _unexplained(battery, power_kw, step_h=step_h)


def _changed(battery: Battery, change_ratio: float) -> Battery:
    """Return the battery with another round trip, shared by both ways."""
    scale = float(np.sqrt(1.0 + change_ratio))
    return replace(
        battery,
        charge_efficiency_ratio=min(battery.charge_efficiency_ratio * scale, 1.0),
        discharge_efficiency_ratio=min(battery.discharge_efficiency_ratio * scale, 1.0),
    )


def _course(battery: Battery, power_kw: Reals, *, step_h: float, room_kwh: float) -> Stored | None:
    """Return the course from the least start that keeps the floor; None if the ceiling is hit."""
    gained_kwh, left_ratio = _gains(battery, power_kw, step_h=step_h)
    full = full_kwh(battery)
    low, high = battery.soc_min_ratio * full, battery.soc_max_ratio * full
    start = max(float(((low - gained_kwh) / left_ratio).max()), low)
    if start > high + room_kwh or float((gained_kwh + start * left_ratio).max()) > high + room_kwh:
        return None
    return _told(battery, min(start, high), gained_kwh, left_ratio)


def _unexplained(battery: Battery, power_kw: Reals, *, step_h: float) -> Stored:
    gained_kwh, left_ratio = _gains(battery, power_kw, step_h=step_h)
    middle = (battery.soc_min_ratio + battery.soc_max_ratio) / 2.0 * full_kwh(battery)
    return replace(_told(battery, middle, gained_kwh, left_ratio), is_explained=False)


def _gains(battery: Battery, power_kw: Reals, *, step_h: float) -> tuple[Reals, Reals]:
    """Return what each interval's end holds of a start of 0, and the share of a start left then."""
    kept = kept_ratio(battery.law(), step_h)
    into, out = battery.charge_efficiency_ratio, battery.discharge_efficiency_ratio
    rises = np.where(power_kw > 0.0, power_kw * into, power_kw / out) * step_h
    level, gained_kwh = 0.0, np.empty(len(power_kw))
    for step, rise in enumerate(rises.tolist()):
        level = level * kept + rise
        gained_kwh[step] = level
    return gained_kwh, kept ** np.arange(1, len(power_kw) + 1, dtype=np.float64)


def _told(battery: Battery, start_kwh: float, gained_kwh: Reals, left_ratio: Reals) -> Stored:
    began = replace(battery, soc_start_ratio=start_kwh / full_kwh(battery))
    return Stored(
        battery=began,
        level_kwh=gained_kwh + start_kwh * left_ratio,
        round_trip_ratio=battery.charge_efficiency_ratio * battery.discharge_efficiency_ratio,
        is_fitted=False,
        is_explained=True,
    )
