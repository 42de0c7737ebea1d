"""Batteries under the rule-based baseline: fill in valley hours, give in peak hours.

This is the baseline that a better plan is measured against, not a plan: it knows the hours of the
time-of-use text in force in the province, with sharp counted as peak, and nothing of tomorrow, of
prices or of the weather. It never feeds into the public grid.

Model per interval: ``E' = E·(1 − σ)^¼ + η_c·charge − discharge / η_d`` within the limits of state
of charge, charge and discharge never together, σ the standing loss of an hour [from memory].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.market.tou import KINDS, PeriodKind, schedule_in_force
from taihang.core.park.assets import Battery
from taihang.core.periods import STEP_S, STEPS_PER_DAY
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH, energy_of_power_wh
from taihang.core.sky.portable_math import Floats
from taihang.simulator.timeline import Timeline
from taihang.standards.shanxi_2021_479 import SCHEDULE as SCHEDULE_2021
from taihang.standards.shanxi_2026_15 import SCHEDULE as SCHEDULE_2026

DailyPlan = Mapping[tuple[str, date], Floats]
"""Set-points by battery id and local day, one per interval of the day [kW]; charging positive."""

_SCHEDULES: Final = (SCHEDULE_2021, SCHEDULE_2026)
_SIGNAL_BY_KIND: Final = np.array(
    [
        {PeriodKind.VALLEY: 1.0, PeriodKind.DEEP_VALLEY: 1.0, PeriodKind.FLAT: 0.0}.get(kind, -1.0)
        for kind in KINDS
    ]
)
"""1 to charge, −1 to discharge, by index of the kind of hour."""


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


def baseline_kw(battery: Battery, *, timeline: Timeline, province: str) -> Floats:
    """Return the set-points of the rule over a year.

    Args:
        battery: The battery.
        timeline: The intervals of the year.
        province: Whose time-of-use text the rule follows.

    Returns:
        Set-points, shape (n,); charging is positive. [kW]

    Raises:
        TariffNotInForceError: If no text of the province is known for a day.
    """
    quarter = (timeline.hour_h * (STEPS_PER_DAY / 24)).astype(np.int64)
    signal_by_day = np.array([_signal(day, province=province) for day in timeline.days])
    return battery.power_kw * signal_by_day[timeline.day_index, quarter]


def _signal(day: date, *, province: str) -> Floats:
    schedule = schedule_in_force(_SCHEDULES, region=province, on=day)
    season = next(each for each in schedule.seasons if day.month in each.months)
    return _SIGNAL_BY_KIND[season.by_quarter(sharp_applies=True)]


def set_points_kw(
    battery: Battery, *, timeline: Timeline, province: str, daily_plan: DailyPlan | None
) -> Floats:
    """Return the rule's set-points, replaced on the days that a plan speaks of.

    Args:
        battery: The battery.
        timeline: The intervals of the year.
        province: Whose time-of-use text the rule follows.
        daily_plan: Set-points by battery and day, or None for the rule alone.

    Returns:
        Set-points, shape (n,); charging is positive. [kW]

    Raises:
        DailyPlanError: If a day has another number of intervals than its set-points.
    """
    target_kw = baseline_kw(battery, timeline=timeline, province=province)
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
    stored_wh, levels = start_wh, [start_wh]
    charges: list[int] = []
    discharges: list[int] = []
    wishes = np.where(in_service, energy_of_power_wh(target_kw, STEP_S), 0).tolist()
    # The fourth root of what an hour leaves; square roots are exact on every machine, powers not.
    kept_of_step = sqrt(sqrt(1.0 - battery.standing_loss_ratio_per_h))
    kept_ratios = np.where(in_service, kept_of_step, 1.0).tolist()
    for wish_wh, net_wh, kept_ratio in zip(wishes, net_load_wh.tolist(), kept_ratios, strict=True):
        charge_wh, discharge_wh, stored_wh = _step(
            battery, kept_wh=stored_wh * kept_ratio, wish_wh=wish_wh, net_wh=net_wh
        )
        charges.append(charge_wh)
        discharges.append(discharge_wh)
        levels.append(stored_wh)
    return BatteryYear(
        np.array(charges, np.int64), np.array(discharges, np.int64), np.array(levels)
    )


def _step(battery: Battery, *, kept_wh: float, wish_wh: int, net_wh: int) -> tuple[int, int, float]:
    """Charge, discharge and stored energy of one interval [Wh]."""
    most_wh = floor(battery.power_kw * WH_PER_KWH * STEP_S / SECONDS_PER_HOUR)
    low_wh = lowest_wh(battery)
    high_wh = battery.energy_kwh * WH_PER_KWH * battery.soc_max_ratio
    gain, give = battery.charge_efficiency_ratio, battery.discharge_efficiency_ratio
    need_wh = ceil((low_wh - kept_wh) / gain) if kept_wh < low_wh else 0
    room_wh = floor(max(high_wh - kept_wh, 0.0) / gain)
    charge_wh = max(need_wh, min(wish_wh, most_wh, room_wh), 0)
    spare_wh = floor(max(kept_wh - low_wh, 0.0) * give)
    discharge_wh = 0 if charge_wh else max(0, min(-wish_wh, most_wh, spare_wh, net_wh))
    return charge_wh, discharge_wh, kept_wh + gain * charge_wh - discharge_wh / give
