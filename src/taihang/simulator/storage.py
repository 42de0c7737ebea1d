"""Batteries under the rule-based baseline: fill in valley hours, give in peak hours.

This is the baseline that a better plan is measured against, not a plan: it knows the hours of the
price table and nothing of tomorrow. It never feeds into the public grid. Hours: 晋发改商品发
〔2021〕479号 up to 2026-04-30 and 晋发改商品发〔2026〕15号 from 2026-05-01, as an operator types
them into the converter; bills never read them from here.

Model per interval: ``E' = E·(1 − σ) + η_c·charge − discharge / η_d`` within the limits of state of
charge, charge and discharge never together [from memory].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import Battery
from taihang.core.periods import STEP_S
from taihang.core.quantities import WH_PER_KWH, energy_of_power_wh
from taihang.simulator.portable_math import Floats
from taihang.simulator.timeline import Timeline

Hours = tuple[tuple[int, int], ...]
DailyPlan = Mapping[tuple[str, date], Floats]
"""Set-points by battery id and local day, one per interval of the day [kW]; charging positive."""

_STANDING_LOSS_RATIO: Final = 3e-6
"""Share of the stored energy lost in 15 minutes: about 0.9 % a month."""
_NEW_TABLE: Final = date(2026, 5, 1)
_OLD_VALLEY: Final[Hours] = ((0, 7), (11, 13))
_OLD_PEAK: Final[Hours] = ((8, 11), (17, 23))
_VALLEY: Final[tuple[Hours, ...]] = (
    ((2, 5), (10, 15)),
    ((2, 5), (9, 15)),
    ((2, 5), (10, 15)),
    ((2, 5), (11, 15)),
)
"""Winter, spring, summer, autumn."""
_PEAK: Final[tuple[Hours, ...]] = (
    ((6, 8), (16, 23)),
    ((6, 8), (17, 24)),
    ((6, 8), (18, 24)),
    ((6, 8), (17, 24)),
)
"""Peak and sharp hours together: winter, spring, summer, autumn."""


class DailyPlanError(InputError):
    """A daily plan names no battery of the park or has the wrong number of set-points."""

    code = "input.daily-plan"


@dataclass(frozen=True, slots=True)
class BatteryYear:
    """What a battery did over one year."""

    charge_wh: NDArray[np.int64]
    """Drawn at the AC side in each interval, shape (n,). [Wh]"""
    discharge_wh: NDArray[np.int64]
    """Given at the AC side in each interval, shape (n,). [Wh]"""
    stored_wh: Floats
    """Stored energy at each edge, shape (n + 1,). [Wh]"""


def price_signal(day: date, hour: int) -> int:
    """Return 1 in valley hours, −1 in peak and sharp hours, else 0.

    Example:
        >>> [price_signal(date(2026, 7, 1), hour) for hour in (3, 8, 19)]
        [1, 0, -1]
    """
    season = day.month % 12 // 3
    valley, peak = (
        (_VALLEY[season], _PEAK[season]) if day >= _NEW_TABLE else (_OLD_VALLEY, _OLD_PEAK)
    )
    if any(first <= hour < last for first, last in valley):
        return 1
    return -int(any(first <= hour < last for first, last in peak))


def baseline_kw(battery: Battery, *, timeline: Timeline) -> Floats:
    """Return the set-points of the rule over a year, shape (n,); charging is positive [kW]."""
    by_day = np.array(
        [[price_signal(day, hour) for hour in range(24)] for day in timeline.days], np.float64
    )
    return battery.power_kw * by_day[timeline.day_index, timeline.hour_h.astype(np.int64)]


def set_points_kw(
    battery: Battery, *, timeline: Timeline, daily_plan: DailyPlan | None
) -> Floats:
    """Return the rule's set-points, replaced on the days that a plan speaks of.

    Args:
        battery: The battery.
        timeline: The intervals of the year.
        daily_plan: Set-points by battery and day, or None for the rule alone.

    Returns:
        Set-points, shape (n,); charging is positive. [kW]

    Raises:
        DailyPlanError: If a day has another number of intervals than its set-points.
    """
    target_kw = baseline_kw(battery, timeline=timeline)
    for (name, day), planned_kw in (daily_plan or {}).items():
        if name != battery.id or day.year != timeline.year:
            continue
        steps = np.flatnonzero(timeline.day_index == timeline.days.index(day))
        if planned_kw.shape != steps.shape:
            raise DailyPlanError(
                given=f"{planned_kw.shape} set-points for {name} on {day.isoformat()}",
                expected=f"{len(steps)} set-points, one per settlement interval",
                remedy="give one mean power per quarter of an hour of the local day",
            )
        target_kw[steps] = planned_kw
    return target_kw


def lowest_wh(battery: Battery) -> float:
    """Return the least stored energy that the limits allow [Wh]."""
    return battery.energy_kwh * WH_PER_KWH * battery.soc_min_ratio


def operate(
    battery: Battery,
    *,
    target_kw: Floats,
    net_load_wh: NDArray[np.int64],
    in_service: NDArray[np.bool_],
    start_wh: float,
) -> BatteryYear:
    """Run a battery after its set-points, within every limit.

    Args:
        battery: Ratings and limits.
        target_kw: Set-points, shape (n,); charging is positive. [kW]
        net_load_wh: What the park draws without this battery, shape (n,). [Wh]
        in_service: Where the battery belongs to the park, shape (n,).
        start_wh: Stored energy at the start. [Wh]

    Returns:
        Charge, discharge and stored energy. Discharge never exceeds the net load, so that the
        battery feeds nothing into the public grid; and below the lower limit it keeps itself
        alive from the grid.
    """
    most_wh = int(battery.power_kw * WH_PER_KWH * STEP_S // 3600)
    low_wh = lowest_wh(battery)
    high_wh = battery.energy_kwh * WH_PER_KWH * battery.soc_max_ratio
    gain, give = battery.charge_efficiency_ratio, battery.discharge_efficiency_ratio
    stored_wh, levels = start_wh, [start_wh]
    charges: list[int] = []
    discharges: list[int] = []
    wishes = np.where(in_service, energy_of_power_wh(target_kw, STEP_S), 0).tolist()
    for wish_wh, net_wh, present in zip(
        wishes, net_load_wh.tolist(), in_service.tolist(), strict=True
    ):
        kept_wh = stored_wh * (1.0 - _STANDING_LOSS_RATIO) if present else stored_wh
        need_wh = ceil((low_wh - kept_wh) / gain) if kept_wh < low_wh else 0
        room_wh = floor(max(high_wh - kept_wh, 0.0) / gain)
        charge_wh = max(need_wh, min(wish_wh, most_wh, room_wh), 0)
        spare_wh = floor(max(kept_wh - low_wh, 0.0) * give)
        discharge_wh = 0 if charge_wh else max(0, min(-wish_wh, most_wh, spare_wh, net_wh))
        stored_wh = kept_wh + gain * charge_wh - discharge_wh / give
        charges.append(charge_wh)
        discharges.append(discharge_wh)
        levels.append(stored_wh)
    return BatteryYear(
        np.array(charges, np.int64), np.array(discharges, np.int64), np.array(levels)
    )
