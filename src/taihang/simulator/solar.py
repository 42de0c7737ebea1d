"""What a tilted roof plant makes of the sun.

The astronomy is ``core/sky``: a rule that judges readings needs the same sun.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.assets import Plant
from taihang.core.sky.portable_math import Floats
from taihang.core.sky.sun import STANDARD_IRRADIANCE_W_PER_M2, Sun, plane_of_array_w_per_m2
from taihang.simulator.plan import planned_wh, scaled_to_plan_wh
from taihang.simulator.streams import Stream

_STANDARD_CELL_C: Final = 25.0
_CELL_RISE_C: Final = 27.0
"""Cell above air at 1000 W/m²: roof mounting, little air behind."""
_POWER_PER_K: Final = -0.0035


def pv_energy_wh(
    plant: Plant,
    *,
    sun: Sun,
    global_w_per_m2: Floats,
    temperature_c: Floats,
    cap_kw: float,
    seed: int,
) -> NDArray[np.int64]:
    """Return the net energy of a roof plant over a whole year that meets its plan.

    Args:
        plant: A plant with a plan.
        sun: The sun at the middle of each interval of the year.
        global_w_per_m2: Global horizontal irradiance over the plant, shape (n,). [W/m²]
        temperature_c: Air temperature, shape (n,). [°C]
        cap_kw: Power that no interval exceeds. [kW]
        seed: Chooses tilt and direction of the roof.

    Returns:
        Energy of each interval, shape (n,); 0 at night, never above the limit. [Wh]
    """
    key = f"plants.{plant.id}.planned_mwh_per_year"
    plan_wh = planned_wh(plant.planned_mwh_per_year, key=key)
    roof = Stream(seed, "pv-roof", plant.id)
    plane = plane_of_array_w_per_m2(
        global_w_per_m2,
        sun=sun,
        tilt_deg=5.0 + 13.0 * roof.one(),
        west_of_south_deg=50.0 * (roof.one() - 0.5),
    )
    suns = plane / STANDARD_IRRADIANCE_W_PER_M2
    cell_c = temperature_c + _CELL_RISE_C * suns
    shape = suns * (1.0 + _POWER_PER_K * (cell_c - _STANDARD_CELL_C)) * plant.capacity_kw
    return scaled_to_plan_wh(shape, plan_wh=plan_wh, cap_kw=cap_kw, key=key)
