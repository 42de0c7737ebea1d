"""What a roof plant makes of the sun: its plan, its limit, and nothing at night."""

from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.park.assets import Plant, PlantKind
from taihang.core.periods import year
from taihang.core.sky.sun import clear_sky_w_per_m2, sun_at
from taihang.simulator.solar import pv_energy_wh

PLANT = Plant(
    id="P1",
    name_zh="P1",
    name_en="P1",
    kind=PlantKind.PV,
    capacity_kw=1_000.0,
    planned_mwh_per_year=1_350.0,
)


def test_pv_energy_wh__meets_its_plan_under_its_limit_and_rests_at_night() -> None:
    instants_s = year("2026", ZoneInfo("Asia/Shanghai")).grid_s().astype(np.float64) + 450
    sun = sun_at(instants_s, latitude_deg=36.2, longitude_deg=113.1)

    energy_wh = pv_energy_wh(
        PLANT,
        sun=sun,
        global_w_per_m2=0.7 * clear_sky_w_per_m2(sun),
        temperature_c=np.full(len(instants_s), 12.0),
        cap_kw=1_000.0,
        seed=3,
    )

    assert abs(int(energy_wh.sum()) - 1_350_000_000) < 35_040 / 2
    assert energy_wh.max() <= 250_000
    assert energy_wh.min() >= 0
    assert not energy_wh[~sun.is_up].any()
