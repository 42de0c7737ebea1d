"""No PV energy above the clear sky, none at night (F47), and honest plants are left in peace."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.metering.vee.sun_rules import SkyBound, clear_sky_hits, night_hits, sky_bound
from taihang.core.periods import days
from taihang.core.sky.sun import clear_sky_w_per_m2, plane_of_array_w_per_m2, sun_at

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD = days(date(2026, 1, 1), 365, ZONE)
KW = 1_000.0


@pytest.fixture(scope="module")
def sky() -> SkyBound:
    return sky_bound(PERIOD, latitude_deg=36.2, longitude_deg=113.1, night_below_deg=6.0)


def roof(tilt_deg: float, west_deg: float) -> NDArray[np.int64]:
    """What a loss-free roof of some tilt gives under a clear sky all year. [Wh]"""
    middle_s = PERIOD.grid_s().astype(np.float64) + 450
    sun = sun_at(middle_s, latitude_deg=36.2, longitude_deg=113.1)
    plane = plane_of_array_w_per_m2(
        clear_sky_w_per_m2(sun), sun=sun, tilt_deg=tilt_deg, west_of_south_deg=west_deg
    )
    return np.rint(np.minimum(plane, 1_000.0) * KW * 0.25).astype(np.int64)


def above(wh: NDArray[np.int64], sky: SkyBound) -> list[Hits]:
    usable = np.ones(len(wh), np.bool_)
    return clear_sky_hits(
        wh, usable=usable, bound=sky, capacity_kw=KW, margin_ratio=1.1, slack_wh=1_000
    )


def at_night(wh: NDArray[np.int64], sky: SkyBound) -> list[Hits]:
    usable = np.ones(len(wh), np.bool_)
    return night_hits(wh, usable=usable, bound=sky, capacity_kw=KW, most_ratio=0.001, slack_wh=0)


@pytest.mark.parametrize("tilt_deg", [0.0, 20.0, 45.0, 90.0])
@pytest.mark.parametrize("west_deg", [-90.0, 0.0, 60.0])
def test_sun_rules__leave_every_honest_roof_in_peace_all_year(
    sky: SkyBound, tilt_deg: float, west_deg: float
) -> None:
    wh = roof(tilt_deg, west_deg)

    assert above(wh, sky) == []
    assert at_night(wh, sky) == []
    assert wh.max() > 100_000, "the sun shone"


def test_clear_sky_hits__finds_grid_power_fed_through_the_meter(sky: SkyBound) -> None:
    wh = roof(15.0, 0.0)
    morning = 96 * 170 + 24  # 06:00 in June: the sun is low
    wh[morning : morning + 4] = 240_000

    (hits,) = above(wh, sky)

    assert hits.rule is Rule.PV_CLEAR_SKY
    assert set(hits.at.tolist()) <= set(range(morning, morning + 4))
    assert hits.at[0] == morning
    assert (hits.value > hits.limit).all()


def test_night_hits__finds_generation_at_midnight(sky: SkyBound) -> None:
    wh = roof(15.0, 0.0)
    midnights = np.arange(365) * 96
    wh[midnights] = 5_000

    (hits,) = at_night(wh, sky)

    assert hits.rule is Rule.PV_NIGHT
    assert hits.at.tolist() == midnights.tolist()
    assert above(wh, sky) == [], "night has a rule of its own"


def test_night_hits__own_use_and_noise_are_no_generation(sky: SkyBound) -> None:
    wh = roof(15.0, 0.0)
    wh[sky.night] = -30
    wh[np.flatnonzero(sky.night)[:50]] = 200

    assert at_night(wh, sky) == []


def test_sky_bound__is_the_same_whatever_period_it_is_cut_from(sky: SkyBound) -> None:
    part = sky_bound(
        days(date(2026, 6, 1), 2, ZONE), latitude_deg=36.2, longitude_deg=113.1, night_below_deg=6.0
    )
    first = 96 * 151

    assert part.most_wh_per_kw.tolist() == sky.most_wh_per_kw[first : first + 192].tolist()
    assert part.night.tolist() == sky.night[first : first + 192].tolist()


def test_sky_bound__knows_the_polar_night() -> None:
    polar = sky_bound(
        days(date(2026, 12, 21), 1, ZONE),
        latitude_deg=75.0,
        longitude_deg=113.1,
        night_below_deg=6.0,
    )

    assert polar.night.all()
    assert not polar.most_wh_per_kw.any()
