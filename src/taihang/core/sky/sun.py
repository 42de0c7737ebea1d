"""Where the sun stands, what a clear sky sends, and what of it falls on a tilted plane.

Sources: sun position after the equations of the NOAA solar calculator (Meeus, Astronomical
Algorithms, low-accuracy series); clear sky after Haurwitz (1945); diffuse share after Erbs, Klein
and Duffie (1982); isotropic sky on the tilted plane after Liu and Jordan (1963). [from memory]
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.sky.portable_math import Floats, cosine_of_turns, exponential, sine_of_turns

_UNIX_EPOCH_JD: Final = 2_440_587.5
_J2000_JD: Final = 2_451_545.0
_DAYS_PER_CENTURY: Final = 36_525.0
_SECONDS_PER_DAY: Final = 86_400.0
_DEG_PER_TURN: Final = 360.0
_MINUTES_PER_RADIAN: Final = 4.0 * 57.29577951308232
_MINUTES_PER_DAY: Final = 1_440.0
_SOLAR_CONSTANT_W_PER_M2: Final = 1_361.0
STANDARD_IRRADIANCE_W_PER_M2: Final = 1_000.0
"""At which a panel gives its rating [W/m²]."""
_LOWEST_SUN: Final = 0.02
"""Sine of the elevation below which the beam is not projected on to the roof: it would explode."""
_GROUND_ALBEDO: Final = 0.2


@dataclass(frozen=True, slots=True)
class Sun:
    """Direction and strength of the sun at instants; all arrays have shape (n,)."""

    up: Floats
    """Sine of the true elevation, without refraction; 0 or less is night."""
    south: Floats
    """Component of the direction towards the south."""
    west: Floats
    """Component of the direction towards the west."""
    extraterrestrial_w_per_m2: Floats
    """Irradiance above the air, normal to the beam. [W/m²]"""

    @property
    def is_up(self) -> NDArray[np.bool_]:
        """Where the centre of the sun stands above the horizon, shape (n,)."""
        return self.up > 0.0


@dataclass(frozen=True, slots=True)
class _Orbit:
    """Where the earth stands on its orbit; all arrays have shape (n,)."""

    sin_declination: Floats
    ahead_min: Floats
    """Equation of time: how far the true sun is ahead of the mean one. [min]"""
    radius_au: Floats


def sun_at(instants_s: Floats, *, latitude_deg: float, longitude_deg: float) -> Sun:
    """Return the direction of the sun, within about 0.01° for this century.

    Args:
        instants_s: Instants, shape (n,). [s since 1970-01-01T00:00Z]
        latitude_deg: North positive. [°]
        longitude_deg: East positive. [°]

    Returns:
        The sun at these instants.
    """
    orbit = _orbit_at(instants_s)
    days_passed = instants_s / _SECONDS_PER_DAY + orbit.ahead_min / _MINUTES_PER_DAY
    hour_angle = days_passed - 0.5 + longitude_deg / _DEG_PER_TURN
    cos_declination = np.sqrt(1.0 - orbit.sin_declination * orbit.sin_declination)
    here = np.array([latitude_deg / _DEG_PER_TURN])
    sin_latitude, cos_latitude = sine_of_turns(here), cosine_of_turns(here)
    noonward = cos_declination * cosine_of_turns(hour_angle)
    return Sun(
        up=sin_latitude * orbit.sin_declination + cos_latitude * noonward,
        south=sin_latitude * noonward - cos_latitude * orbit.sin_declination,
        west=cos_declination * sine_of_turns(hour_angle),
        extraterrestrial_w_per_m2=_SOLAR_CONSTANT_W_PER_M2 / (orbit.radius_au * orbit.radius_au),
    )


def _orbit_at(instants_s: Floats) -> _Orbit:
    t = (instants_s / _SECONDS_PER_DAY + _UNIX_EPOCH_JD - _J2000_JD) / _DAYS_PER_CENTURY
    mean_longitude = (280.46646 + t * (36_000.76983 + t * 0.0003032)) / _DEG_PER_TURN
    anomaly = (357.52911 + t * (35_999.05029 - t * 0.0001537)) / _DEG_PER_TURN
    eccentricity = 0.016708634 - t * (0.000042037 + t * 0.0000001267)
    centre = _equation_of_centre(anomaly, t)
    node = (125.04 - 1_934.136 * t) / _DEG_PER_TURN
    longitude = mean_longitude + centre - (0.00569 + 0.00478 * sine_of_turns(node)) / _DEG_PER_TURN
    obliquity = (23.4392911 - 0.0130042 * t + 0.00256 * cosine_of_turns(node)) / _DEG_PER_TURN
    squeezed = 1.0 - eccentricity * eccentricity
    return _Orbit(
        sin_declination=sine_of_turns(obliquity) * sine_of_turns(longitude),
        ahead_min=_equation_of_time_min(mean_longitude, anomaly, eccentricity, obliquity),
        radius_au=squeezed / (1.0 + eccentricity * cosine_of_turns(anomaly + centre)),
    )


def _equation_of_centre(anomaly: Floats, t: Floats) -> Floats:
    degrees = (
        (1.914602 - t * (0.004817 + t * 0.000014)) * sine_of_turns(anomaly)
        + (0.019993 - t * 0.000101) * sine_of_turns(2.0 * anomaly)
        + 0.000289 * sine_of_turns(3.0 * anomaly)
    )
    return degrees / _DEG_PER_TURN


def _equation_of_time_min(
    mean_longitude: Floats, anomaly: Floats, eccentricity: Floats, obliquity: Floats
) -> Floats:
    cos_obliquity = cosine_of_turns(obliquity)
    y = (1.0 - cos_obliquity) / (1.0 + cos_obliquity)
    twice = sine_of_turns(2.0 * mean_longitude)
    sin_anomaly = sine_of_turns(anomaly)
    radians = (
        y * twice
        - 2.0 * eccentricity * sin_anomaly
        + 4.0 * eccentricity * y * sin_anomaly * cosine_of_turns(2.0 * mean_longitude)
        - 0.5 * y * y * sine_of_turns(4.0 * mean_longitude)
        - 1.25 * eccentricity * eccentricity * sine_of_turns(2.0 * anomaly)
    )
    return radians * _MINUTES_PER_RADIAN


def clear_sky_w_per_m2(sun: Sun) -> Floats:
    """Return the global horizontal irradiance under a clear sky, shape (n,); 0 at night [W/m²].

    Source:
        Haurwitz (1945): 1098 · cos z · exp(−0.057 / cos z) [from memory].
    """
    high = np.maximum(sun.up, 1e-3)
    return np.where(sun.is_up, 1_098.0 * high * exponential(-0.057 / high), 0.0)


def plane_of_array_w_per_m2(
    global_w_per_m2: Floats, *, sun: Sun, tilt_deg: float, west_of_south_deg: float
) -> Floats:
    """Return the irradiance on a tilted plane, shape (n,); 0 at night.

    Args:
        global_w_per_m2: Global horizontal irradiance, shape (n,). [W/m²]
        sun: The sun at the same instants.
        tilt_deg: Tilt against the horizontal. [°]
        west_of_south_deg: Where the plane looks; 0 is south, 90 is west. [°]

    Returns:
        Beam, sky and ground on the plane. [W/m²]
    """
    turns = np.array([tilt_deg, west_of_south_deg]) / _DEG_PER_TURN
    (sin_tilt, sin_azimuth), (cos_tilt, cos_azimuth) = sine_of_turns(turns), cosine_of_turns(turns)
    high = np.maximum(sun.up, _LOWEST_SUN)
    clearness = np.clip(global_w_per_m2 / (sun.extraterrestrial_w_per_m2 * high), 0.0, 0.8)
    diffuse = global_w_per_m2 * _diffuse_share(clearness)
    toward = sin_azimuth * sun.west + cos_azimuth * sun.south
    incidence = np.maximum(cos_tilt * sun.up + sin_tilt * toward, 0.0)
    beam = (global_w_per_m2 - diffuse) * incidence / high
    sky = diffuse * (1.0 + cos_tilt) * 0.5
    ground = global_w_per_m2 * _GROUND_ALBEDO * (1.0 - cos_tilt) * 0.5
    return np.where(sun.is_up, beam + sky + ground, 0.0)


def _diffuse_share(clearness: Floats) -> Floats:
    k = clearness
    middle = 0.9511 - k * (0.1604 - k * (4.388 - k * (16.638 - k * 12.336)))
    return np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165))  # noqa: PLR2004 the two break points of Erbs' fit


def best_plane_w_per_m2(global_w_per_m2: Floats, *, sun: Sun) -> Floats:
    """Return what falls on the plane that faces the sun, shape (n,); 0 at night [W/m²].

    No fixed plane of any tilt and direction receives more of this sky: the beam falls on it
    straight, and it sees the whole of the sky and of the ground.
    """
    high = np.maximum(sun.up, _LOWEST_SUN)
    clearness = np.clip(global_w_per_m2 / (sun.extraterrestrial_w_per_m2 * high), 0.0, 0.8)
    diffuse = global_w_per_m2 * _diffuse_share(clearness)
    beam = np.minimum((global_w_per_m2 - diffuse) / high, sun.extraterrestrial_w_per_m2)
    ground = global_w_per_m2 * _GROUND_ALBEDO
    return np.where(sun.is_up, beam + diffuse + ground, 0.0)
