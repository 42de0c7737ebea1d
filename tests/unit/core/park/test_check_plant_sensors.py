"""Instruments beside plants: they exist, and measure what the plant lives on."""

from dataclasses import replace

import roof_park
from taihang.config.park_file import read_park
from taihang.core.park.check_plant_sensors import check_plant_sensors
from taihang.core.park.plant_sensor import Plane, PlantSensor
from taihang.core.park.problem import path_text

PARK = read_park(roof_park.text(sensors=True), source="park.toml")


def sensor(
    id_: str,
    *,
    irradiance: str | None = None,
    plane: Plane | None = None,
    wind_speed: str | None = None,
) -> PlantSensor:
    return PlantSensor(
        id=id_, irradiance=irradiance, plane=plane, wind_speed=wind_speed, source="test"
    )


def paths(*sensors: PlantSensor) -> list[str]:
    park = replace(PARK, plant_sensors={each.id: each for each in sensors})
    return [path_text(problem.path) for problem in check_plant_sensors(park)]


def test_check_plant_sensors__takes_what_fits() -> None:
    assert list(check_plant_sensors(PARK)) == []
    assert paths(sensor("PV02", irradiance="SUN", plane=Plane.HORIZONTAL)) == []


def test_check_plant_sensors__refuses_a_plant_or_series_that_is_not_there() -> None:
    assert paths(sensor("PV99", wind_speed="WIND")) == ["plant_sensors.PV99"]
    assert paths(sensor("W01", wind_speed="GALE")) == ["plant_sensors.W01.wind_speed"]


def test_check_plant_sensors__refuses_a_series_of_another_unit() -> None:
    assert paths(sensor("PV01", irradiance="WIND", plane=Plane.ARRAY)) == [
        "plant_sensors.PV01.irradiance"
    ]
    assert paths(sensor("W01", wind_speed="PRICE")) == ["plant_sensors.W01.wind_speed"]


def test_check_plant_sensors__refuses_wind_at_a_roof_and_sun_at_a_farm() -> None:
    assert paths(sensor("PV01", wind_speed="WIND")) == ["plant_sensors.PV01.wind_speed"]
    assert paths(sensor("W01", irradiance="SUN", plane=Plane.ARRAY)) == [
        "plant_sensors.W01.irradiance"
    ]


def test_check_plant_sensors__wants_the_plane_with_the_irradiance() -> None:
    assert paths(sensor("PV01", irradiance="SUN")) == ["plant_sensors.PV01.plane"]
    assert paths(sensor("PV01", plane=Plane.ARRAY)) == ["plant_sensors.PV01.plane"]
