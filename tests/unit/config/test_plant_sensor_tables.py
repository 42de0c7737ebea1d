"""Instruments beside plants in a park file: named by plant, and without a default."""

import pytest

import roof_park
from taihang.config.park_file import examine_park, read_park
from taihang.config.plant_sensor_tables import PLANT_SENSOR_TABLES
from taihang.core.park.plant_sensor import Plane
from taihang.core.park.problem import path_text

TEXT = roof_park.text(sensors=True)


def test_plant_sensor_tables__are_read_by_plant() -> None:
    park = read_park(TEXT, source="park.toml")

    sun, wind = park.plant_sensors["PV01"], park.plant_sensors["W01"]
    assert (sun.irradiance, sun.plane, sun.dc_kw) == ("SUN", Plane.ARRAY, 1_150.0)
    assert (wind.wind_speed, wind.irradiance, wind.plane, wind.dc_kw) == ("WIND", None, None, None)
    assert read_park(roof_park.text(), source="park.toml").plant_sensors == {}


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('plane = "array"', 'plane = "tilted"', "plant_sensors.PV01.plane"),
        ("dc_kw = 1150", "dc_kw = 0", "plant_sensors.PV01.dc_kw"),
        ('dc_kw = 1150\nsource = "assumed for tests"', "dc_kw = 1150", "plant_sensors.PV01.source"),
        ('wind_speed = "WIND"', 'wind = "WIND"', "plant_sensors.W01.wind"),
    ],
)
def test_plant_sensor_tables__refuse_what_cannot_be(was: str, now: str, path: str) -> None:
    changed = TEXT.replace(was, now)
    assert changed != TEXT

    problems = examine_park(changed).problems

    assert path in {path_text(problem.path) for problem in problems}
    assert [*PLANT_SENSOR_TABLES] == ["plant_sensors"]
