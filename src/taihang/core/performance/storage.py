"""What a battery did with what it took: efficiency, cycles, idle hours, the capacity it showed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.park.assets import Battery
from taihang.core.performance.robust import Flags, Floats
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH

_STILL_RATIO: Final = 0.005
"""Below this share of its power a battery stands still [1]."""
_LEAST_CYCLES: Final = 3.0
"""Full cycles below which what was left inside decides the efficiency."""
_STEP_H: Final = STEP_S / SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageUse:
    """A battery over a period; energies at the AC side, over the intervals that were read."""

    n_intervals: int
    n_read: int
    charged_kwh: float
    discharged_kwh: float
    full_cycles_ratio: float
    """Discharged over rated energy [1]."""
    idle_h: float
    """Hours in which it was read and neither charged nor discharged."""
    efficiency_ratio: float | None
    """Discharged over charged; None of fewer than three full cycles [1]."""
    low_ratio: float | None
    """… if it was left as full as can be at the end, and empty at the start."""
    high_ratio: float | None
    """… if it was left empty, and full at the start."""
    rated_ratio: float
    """Efficiency there and back, as the park file states it [1]."""
    lost_kwh: float | None
    """What more came back at the stated efficiency; below 0 where it does better."""
    lost_low_kwh: float | None
    lost_high_kwh: float | None
    deepest_kwh: float
    """Most that one discharge gave between two charges: the capacity is at least so much."""
    usable_kwh: float
    """What the stated limits of charge and efficiency let one full discharge give."""


def storage_use(charge_wh: Floats, discharge_wh: Floats, *, battery: Battery) -> StorageUse:
    """Return what a battery did.

    Args:
        charge_wh: Taken in each interval, NaN where it was not read, shape (n,). [Wh]
        discharge_wh: Given, the same. [Wh]
        battery: Its ratings.

    Returns:
        What it did; how full it was at both ends is not metered, so the efficiency has a band.
    """
    read = np.isfinite(charge_wh) & np.isfinite(discharge_wh)
    charge_kwh = np.where(read, charge_wh, 0.0) / WH_PER_KWH
    discharge_kwh = np.where(read, discharge_wh, 0.0) / WH_PER_KWH
    charged_kwh, discharged_kwh = float(charge_kwh.sum()), float(discharge_kwh.sum())
    window = battery.soc_max_ratio - battery.soc_min_ratio
    usable_kwh = battery.energy_kwh * window * battery.discharge_efficiency_ratio
    rated_ratio = battery.charge_efficiency_ratio * battery.discharge_efficiency_ratio
    is_told = charged_kwh > 0.0 and discharged_kwh >= _LEAST_CYCLES * usable_kwh
    still_kwh = _STILL_RATIO * battery.power_kw * _STEP_H
    lost_kwh = rated_ratio * charged_kwh - discharged_kwh
    return StorageUse(
        n_intervals=len(read),
        n_read=int(read.sum()),
        charged_kwh=charged_kwh,
        discharged_kwh=discharged_kwh,
        full_cycles_ratio=discharged_kwh / battery.energy_kwh,
        idle_h=float((read & (charge_kwh + discharge_kwh < still_kwh)).sum()) * _STEP_H,
        efficiency_ratio=discharged_kwh / charged_kwh if is_told else None,
        low_ratio=max(discharged_kwh - usable_kwh, 0.0) / charged_kwh if is_told else None,
        high_ratio=min((discharged_kwh + usable_kwh) / charged_kwh, 1.0) if is_told else None,
        rated_ratio=rated_ratio,
        lost_kwh=lost_kwh if is_told else None,
        lost_low_kwh=lost_kwh - usable_kwh if is_told else None,
        lost_high_kwh=lost_kwh + usable_kwh if is_told else None,
        deepest_kwh=_deepest_kwh(discharge_kwh, ends=(charge_kwh >= still_kwh) | ~read),
        usable_kwh=usable_kwh,
    )


def _deepest_kwh(discharge_kwh: Floats, *, ends: Flags) -> float:
    """Return the largest sum between two ends: a charge, or an interval that was not read."""
    if not len(discharge_kwh):
        return 0.0
    run = np.cumsum(ends)
    return float(np.bincount(run, weights=np.where(ends, 0.0, discharge_kwh)).max())
