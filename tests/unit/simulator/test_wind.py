from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from taihang.core.park.assets import PlantKind
from taihang.simulator.plan import PlanUnreachableError
from taihang.simulator.timeline import timeline_of
from taihang.simulator.wind import (
    power_ratio,
    regional_wind,
    wind_energy_wh,
    wind_speed_m_per_s,
)
from unit.simulator.parks import SEED, plant

REGION = regional_wind(timeline_of(2025, zone=ZoneInfo("Asia/Shanghai")), seed=SEED)
FARM = plant("W1", PlantKind.WIND, 5_000.0)


def test_power_ratio__climbs_once_and_stops_in_a_storm() -> None:
    power = power_ratio(np.linspace(0.0, 23.9, 500))

    assert np.diff(power).min() >= 0.0
    assert np.diff(power).max() < 0.03
    assert power_ratio(np.array([3.0, 25.5])).tolist() == [0.0, 0.0]


def test_wind_speed_m_per_s__has_memory_season_and_shape() -> None:
    speed = wind_speed_m_per_s(REGION, name="W1")
    month = np.array([day.month for day in REGION.timeline.days])[REGION.timeline.day_index]

    hourly = speed.reshape(-1, 4).mean(axis=1)
    after_3h = np.corrcoef(hourly[:-3], hourly[3:])[0, 1]

    assert 0.65 < after_3h < 0.92
    assert 0.45 < speed.std() / speed.mean() < 0.6
    assert speed[np.isin(month, (3, 4, 5))].mean() > 1.1 * speed[np.isin(month, (8, 9, 10))].mean()


def test_wind_speed_m_per_s__farms_of_a_park_share_most_of_it() -> None:
    first, second = (wind_speed_m_per_s(REGION, name=name) for name in ("W1", "W2"))

    assert 0.9 < np.corrcoef(first, second)[0, 1] < 0.999


def test_wind_energy_wh__meets_its_plan_below_its_rating() -> None:
    energy_wh = wind_energy_wh(FARM, region=REGION, cap_kw=FARM.capacity_kw)

    assert abs(int(energy_wh.sum()) / 1e10 - 1.0) < 1e-4
    assert energy_wh.max() <= 5_000 * 250
    assert (energy_wh == 0).mean() > 0.05


def test_wind_energy_wh__refuses_a_plan_beyond_any_wind() -> None:
    greedy = replace(FARM, planned_mwh_per_year=43_000.0)

    with pytest.raises(PlanUnreachableError, match=r"plants\.W1"):
        wind_energy_wh(greedy, region=REGION, cap_kw=greedy.capacity_kw)
