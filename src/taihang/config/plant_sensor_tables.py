"""The table of a park file about instruments beside plants, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.plant_sensor import Plane, PlantSensor

_DC_KW: Final = NumberRule(words="a number of kilowatts", unit="kW", example="1150", above=0)


def read_plant_sensor(table: TableReader) -> PlantSensor:
    """Read one line of ``[plant_sensors]``."""
    return PlantSensor(
        id=table.id,
        irradiance=table.optional_reference("irradiance", example="IRRADIANCE"),
        plane=table.optional_choice("plane", Plane),
        dc_kw=table.optional_number("dc_kw", _DC_KW),
        wind_speed=table.optional_reference("wind_speed", example="WIND-SPEED"),
        source=table.text("source", example="calibration certificate 2026-03, no. 7"),
    )


PLANT_SENSOR_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "plant_sensors": read_plant_sensor,
}
"""Who reads which table."""
