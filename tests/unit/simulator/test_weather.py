from zoneinfo import ZoneInfo

import numpy as np

from taihang.simulator.timeline import timeline_of
from taihang.simulator.weather import (
    Sky,
    cloud_field_of,
    global_over_w_per_m2,
    temperature_c,
)
from unit.simulator.parks import SEED, park

TIMELINE = timeline_of(2025, zone=ZoneInfo("Asia/Shanghai"))
FIELD = cloud_field_of(park(), timeline=TIMELINE, seed=SEED)


def test_cloud_field_of__shows_every_sky_and_more_sun_in_winter() -> None:
    month = np.array([day.month for day in TIMELINE.days])[TIMELINE.day_index]

    clear = FIELD.sky == Sky.CLEAR

    assert set(FIELD.sky.tolist()) == set(Sky)
    assert clear[np.isin(month, (12, 1, 2))].mean() > clear[np.isin(month, (6, 7, 8))].mean() + 0.1


def test_global_over_w_per_m2__is_smooth_under_a_clear_sky_only() -> None:
    light = global_over_w_per_m2(FIELD, name="P1", year=2025, seed=SEED)
    index = light / np.maximum(FIELD.clear_sky_w_per_m2, 1.0)
    noon = np.abs(TIMELINE.hour_h - 12.5) < 2.0
    jump = np.abs(np.diff(index, prepend=index[:1]))

    # Two hours inside a state the neighbouring one has little say.
    assert jump[noon & (FIELD.sky == Sky.CLEAR)].mean() < 0.03
    assert jump[noon & (FIELD.sky == Sky.BROKEN)].mean() > 0.1


def test_global_over_w_per_m2__neighbours_see_the_same_sky() -> None:
    first, second = (
        global_over_w_per_m2(FIELD, name=name, year=2025, seed=SEED) for name in ("P1", "P2")
    )
    noon = np.abs(TIMELINE.hour_h - 12.5) < 2.0

    together = np.corrcoef(first[noon], second[noon])[0, 1]

    assert 0.8 < together < 0.99


def test_temperature_c__has_seasons_and_warm_afternoons() -> None:
    air_c = temperature_c(FIELD, timeline=TIMELINE, seed=SEED)
    month = np.array([day.month for day in TIMELINE.days])[TIMELINE.day_index]

    assert -9.0 < air_c[month == 1].mean() < 0.0
    assert 20.0 < air_c[month == 7].mean() < 28.0
    assert air_c[TIMELINE.hour_h == 15.125].mean() > air_c[TIMELINE.hour_h == 3.125].mean() + 5.0
    assert -30.0 < air_c.min() < air_c.max() < 42.0
