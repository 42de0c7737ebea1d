"""From a shape to energy that meets the year's plan without breaking a limit."""

from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH, WH_PER_MWH, energy_of_power_wh
from taihang.core.sky.portable_math import Floats

_MAX_ROUNDS: Final = 80
_NO_CAP_KW: Final = 1e9
"""Where nothing limits the power: a terawatt."""
_CLOSE_ENOUGH: Final = 1e-7
"""Share of the plan by which the year may miss it."""


class PlanMissingError(InputError):
    """The simulator needs to know what an asset uses or gives in a year, and how it works."""

    code = "input.plan-missing"


class PlanUnreachableError(InputError):
    """The planned energy of a year does not fit under the rated power."""

    code = "input.plan-unreachable"

    def __init__(self, plan_wh: int, *, cap_kw: float, key: str) -> None:
        super().__init__(
            given=f"{key} = {plan_wh / WH_PER_MWH:g} MWh",
            expected=f"a yearly energy that fits under {cap_kw:g} kW",
            remedy="lower the plan, or correct the rated power, transformer or meter limit",
        )


def planned_wh(planned_mwh_per_year: float | None, *, key: str) -> int:
    """Return the plan of a year in whole watt-hours.

    Args:
        planned_mwh_per_year: What the park file says, or None. [MWh/a]
        key: Where the value stands in the park file, for the message.

    Returns:
        The plan. [Wh/a]

    Raises:
        PlanMissingError: If there is no plan, or it is negative.

    Example:
        >>> planned_wh(18_250.0, key="plants.PV01.planned_mwh_per_year")
        18250000000
    """
    if planned_mwh_per_year is None or not planned_mwh_per_year >= 0:
        raise PlanMissingError(
            given=f"{key} = {planned_mwh_per_year}",
            expected="the planned energy of a year [MWh], 0 or more",
            remedy=f"set {key} in the park file",
        )
    return round(planned_mwh_per_year * WH_PER_MWH)


def scaled_to_plan_wh(shape: Floats, *, plan_wh: int, cap_kw: float, key: str) -> NDArray[np.int64]:
    """Scale a shape so that the year meets its plan, never above a power.

    Args:
        shape: Relative power, shape (n,), not negative.
        plan_wh: What the sum shall be. [Wh]
        cap_kw: Power that no interval exceeds. [kW]
        key: Where the plan stands in the park file, for the message.

    Returns:
        Energy of each interval, shape (n,); 0 exactly where the shape is 0. [Wh]

    Raises:
        PlanUnreachableError: If the plan does not fit under the power.

    Example:
        >>> scaled_to_plan_wh(
        ...     np.array([0.0, 1.0, 3.0]), plan_wh=2000, cap_kw=4.0, key="plants.P"
        ... ).tolist()
        [0, 1000, 1000]
    """
    if plan_wh == 0:
        return np.zeros(len(shape), np.int64)
    cap_wh = min(floor(min(cap_kw, _NO_CAP_KW) * WH_PER_KWH * STEP_S / SECONDS_PER_HOUR), plan_wh)
    factor = plan_wh / max(float(energy_of_power_wh(shape, STEP_S).sum()), 1.0)
    for _ in range(_MAX_ROUNDS):
        energy_wh = np.minimum(energy_of_power_wh(shape * factor, STEP_S), cap_wh)
        if abs(int(energy_wh.sum()) - plan_wh) <= max(_CLOSE_ENOUGH * plan_wh, len(shape)):
            return energy_wh
        # What lies at the cap stays there, for the factor only grows; the rest must do more.
        free = energy_wh < cap_wh
        free_wh = int(energy_wh[free].sum())
        missing_wh = plan_wh - cap_wh * int(np.count_nonzero(~free))
        if free_wh <= 0 or missing_wh <= 0:
            break
        factor *= missing_wh / free_wh
    raise PlanUnreachableError(plan_wh, cap_kw=cap_kw, key=key)
