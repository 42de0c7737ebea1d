"""Instruments beside a plant: what the sun or the wind had to give there."""

from dataclasses import dataclass
from enum import StrEnum


class Plane(StrEnum):
    """How an irradiance sensor lies."""

    ARRAY = "array"
    """In the plane of the modules: what a performance ratio is defined over."""
    HORIZONTAL = "horizontal"
    """Level: a resource to compare with, and no performance ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantSensor:
    """What is measured beside one plant; nothing of it has a default (§12)."""

    id: str
    """The plant."""
    irradiance: str | None = None
    """The series of its irradiance [W/m²]; only of a PV plant."""
    plane: Plane | None = None
    """How that sensor lies; stands with ``irradiance``."""
    dc_kw: float | None = None
    """Rating of the modules at standard test conditions [kW]; without it no performance ratio."""
    wind_speed: str | None = None
    """The series of its wind at hub height [m/s]; only of a wind farm."""
    source: str
    """Data sheet, calibration or drawing that says so."""
