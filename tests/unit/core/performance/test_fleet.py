import numpy as np
import pytest

import roof_fleet
from taihang.core.performance.fleet import (
    LOWEST_SUN_DEG,
    N_SKY_CELLS,
    Fleet,
    is_bright,
    sky_cells,
    sky_terms,
)
from taihang.core.sky.sun import plane_of_array_w_per_m2, sun_at

_DAY_S = np.arange(1_780_000_000.0, 1_780_086_400.0, 900.0)
_SUN = sun_at(_DAY_S, latitude_deg=36.2, longitude_deg=113.1)


def test_is_bright__begins_some_degrees_above_the_horizon() -> None:
    bright = is_bright(_SUN)

    elevation_deg = np.degrees(np.arcsin(_SUN.up))
    assert bright.any()
    assert (elevation_deg[bright] > LOWEST_SUN_DEG).all()
    assert (elevation_deg[~bright] <= LOWEST_SUN_DEG).all()


def test_sky_terms__hold_the_beam_on_any_plane() -> None:
    # A beam alone: what a plane gets over what the ground gets is a sum of the three terms.
    high = _SUN.up > 0.3
    tilt, azimuth = np.radians(20.0), np.radians(35.0)
    toward = np.sin(azimuth) * _SUN.west + np.cos(azimuth) * _SUN.south
    on_plane = (np.cos(tilt) * _SUN.up + np.sin(tilt) * toward) / _SUN.up

    terms = sky_terms(_SUN)[:, high]
    wanted = [np.cos(tilt), np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth)]

    np.testing.assert_allclose(np.array(wanted) @ terms, on_plane[high], atol=1e-9)
    assert (
        plane_of_array_w_per_m2(
            np.full(len(_DAY_S), 500.0), sun=_SUN, tilt_deg=20.0, west_of_south_deg=35.0
        ).max()
        > 0.0
    )


def test_sky_cells__morning_and_afternoon_are_apart() -> None:
    bright = is_bright(_SUN)

    cells = sky_cells(_SUN)[bright]

    assert cells.min() >= 0
    assert cells.max() < N_SKY_CELLS
    morning = _SUN.west[bright] < 0.0
    assert not set(cells[morning]) & set(cells[~morning]) - {
        c for c in cells if abs(c % 18 - 9) < 1
    }


def test_fleet__cells_follow_the_resource_where_there_is_no_sky() -> None:
    of = Fleet(
        ids=("W1",),
        output_ratio=np.zeros((1, 4)),
        terms=np.ones((1, 4)),
        cell=None,
        n_cells=20,
        least_ratio=0.05,
        day=np.array([0, 0, 1, 1]),
        n_days=2,
    )

    assert of.cells(np.array([0.0, 0.51, 7.0, np.nan])).tolist() == [0, 10, 19, 0]
    daily = of.daily(np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[True, True, False, True]]))
    assert daily.tolist() == [[3.0, 4.0]]


def test_fleet__the_kit_holds_sixteen_roofs_of_a_year() -> None:
    of = roof_fleet.fleet()

    assert len(of.ids) == 16
    assert of.output_ratio.max() == pytest.approx(1.0, abs=0.15)
