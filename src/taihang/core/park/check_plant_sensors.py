"""Whether the instruments beside plants exist, and measure what they are named for."""

from collections.abc import Iterator
from typing import Final

from taihang.core.park.assets import PlantKind
from taihang.core.park.park import Park
from taihang.core.park.plant_sensor import PlantSensor
from taihang.core.park.problem import ParkProblem, remedy_for_name

_NAMED: Final = 8
_UNITS: Final = {"irradiance": "W/m2", "wind_speed": "m/s"}
_KINDS: Final = {"irradiance": PlantKind.PV, "wind_speed": PlantKind.WIND}


def check_plant_sensors(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the sensors of plants.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    for sensor in park.plant_sensors.values():
        if sensor.id not in park.plants:
            known = tuple(park.plants)
            yield ParkProblem(
                path=("plant_sensors", sensor.id),
                given=repr(sensor.id),
                expected=f"a plant, such as {', '.join(known[:_NAMED])}",
                remedy=remedy_for_name(sensor.id, known=known, otherwise="name one of park.toml"),
            )
            continue
        for key, series in (("irradiance", sensor.irradiance), ("wind_speed", sensor.wind_speed)):
            if series is not None:
                yield from _check_series(sensor, key, series, park)
        if (sensor.plane is None) is not (sensor.irradiance is None):
            yield ParkProblem(
                path=("plant_sensors", sensor.id, "plane"),
                given="one of irradiance and plane",
                expected="both or none: a sensor lies somehow",
                remedy='write plane = "array" or plane = "horizontal" beside irradiance',
            )


def _check_series(sensor: PlantSensor, key: str, series: str, park: Park) -> Iterator[ParkProblem]:
    declared, unit = park.series.get(series), _UNITS[key]
    if declared is None or declared.unit != unit:
        fitting = tuple(id_ for id_, each in park.series.items() if each.unit == unit)
        yield ParkProblem(
            path=("plant_sensors", sensor.id, key),
            given=repr(series),
            expected=f"a line of [series] in {unit}",
            remedy=remedy_for_name(
                series, known=fitting, otherwise=f"declare it in [series] with unit {unit}"
            ),
        )
    if park.plants[sensor.id].kind is not _KINDS[key]:
        yield ParkProblem(
            path=("plant_sensors", sensor.id, key),
            given=f"{key} of a plant of kind {park.plants[sensor.id].kind.value}",
            expected=f"a plant of kind {_KINDS[key].value}",
            remedy="take it out, or correct the kind of the plant",
        )
