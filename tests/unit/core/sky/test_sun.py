from datetime import UTC, datetime

import numpy as np
import pytest

from taihang.core.sky.sun import (
    Sun,
    best_plane_w_per_m2,
    clear_sky_w_per_m2,
    plane_of_array_w_per_m2,
    sun_at,
)


def sun(*, year_day: datetime, latitude_deg: float, longitude_deg: float) -> Sun:
    instants_s = np.array([year_day.timestamp()])
    return sun_at(instants_s, latitude_deg=latitude_deg, longitude_deg=longitude_deg)


def day_at(month: int, day: int) -> tuple[Sun, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    start_s = datetime(2026, month, day, tzinfo=UTC).timestamp() - 8 * 3600
    minutes = np.arange(1440.0)
    return sun_at(start_s + 60 * minutes, latitude_deg=36.2, longitude_deg=113.1), minutes


def test_sun_at__agrees_with_the_published_example() -> None:
    # Reda and Andreas, Solar Position Algorithm (NREL/TP-560-34302), worked example:
    # 2003-10-17 12:30:30, UTC-7, Golden; elevation without refraction 39.872°. [from memory]
    then = datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC)

    found = sun(year_day=then, latitude_deg=39.742476, longitude_deg=-105.1786)

    elevation_deg = float(np.degrees(np.arcsin(found.up[0])))
    azimuth_deg = float(np.degrees(np.arctan2(found.west[0], found.south[0]))) + 180.0
    assert abs(elevation_deg - 39.872) < 0.02
    assert abs(azimuth_deg - 194.34) < 0.02


@pytest.mark.parametrize(
    ("month", "day", "declination_deg"), [(6, 21, 23.43), (12, 22, -23.43), (3, 20, 0.0)]
)
def test_sun_at__culminates_at_the_declination(
    month: int, day: int, declination_deg: float
) -> None:
    found, _ = day_at(month, day)

    highest_deg = float(np.degrees(np.arcsin(found.up.max())))

    assert abs(highest_deg - (90.0 - 36.2 + declination_deg)) < 0.25


@pytest.mark.parametrize(
    # Equation of time: about -14.2 min in mid February, +16.4 min in early November.
    ("month", "day", "ahead_min"),
    [(2, 11, -14.2), (11, 3, 16.4)],
)
def test_sun_at__is_early_and_late_in_the_year(month: int, day: int, ahead_min: float) -> None:
    found, minutes = day_at(month, day)

    noon_min = float(minutes[found.up.argmax()])

    assert abs(noon_min - (720.0 + 4.0 * (120.0 - 113.1) - ahead_min)) <= 1.0


def test_sun_at__direction_has_length_one() -> None:
    found, _ = day_at(5, 5)

    assert np.abs(found.up**2 + found.south**2 + found.west**2 - 1.0).max() < 1e-12


def test_clear_sky_w_per_m2__is_0_at_night_and_sane_at_noon() -> None:
    found, _ = day_at(6, 21)

    clear = clear_sky_w_per_m2(found)

    assert not clear[~found.is_up].any()
    assert 950.0 < clear.max() < 1_100.0


def test_plane_of_array_w_per_m2__flat_plane_sees_the_horizontal() -> None:
    found, _ = day_at(6, 21)
    clear = clear_sky_w_per_m2(found)

    plane = plane_of_array_w_per_m2(clear, sun=found, tilt_deg=0.0, west_of_south_deg=0.0)

    high = found.up > 0.05
    assert np.abs(plane[high] - clear[high]).max() < 1e-9


def test_plane_of_array_w_per_m2__tilt_pays_in_winter_and_west_in_the_afternoon() -> None:
    found, minutes = day_at(12, 22)
    clear = clear_sky_w_per_m2(found)

    south = plane_of_array_w_per_m2(clear, sun=found, tilt_deg=30.0, west_of_south_deg=0.0)
    west = plane_of_array_w_per_m2(clear, sun=found, tilt_deg=30.0, west_of_south_deg=90.0)

    assert 1.3 < south.sum() / clear.sum() < 2.0
    assert west[minutes < 700].sum() < west[minutes > 760].sum()


def test_best_plane_w_per_m2__is_never_exceeded_by_any_plane() -> None:
    for month, day in ((6, 21), (12, 22), (3, 20)):
        found, _ = day_at(month, day)
        clear = clear_sky_w_per_m2(found)
        best = best_plane_w_per_m2(clear, sun=found)

        for tilt_deg in (0.0, 15.0, 45.0, 90.0):
            for west_deg in (-90.0, 0.0, 90.0):
                plane = plane_of_array_w_per_m2(
                    clear, sun=found, tilt_deg=tilt_deg, west_of_south_deg=west_deg
                )
                assert (plane <= best + 1e-9).all()
        assert not best[~found.is_up].any()
