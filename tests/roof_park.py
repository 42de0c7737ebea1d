"""A settled park of five roofs, one wind farm, a battery and a charging station, over 45 days."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import roof_fleet
import small_park
from small_park import BATTERY, GRID, energy_block_of, meter
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period, days
from taihang.core.series import Quality, Quantity
from taihang.services.collect import IMPORT_GATEWAY, Collected
from taihang.services.ports import Ports
from taihang.services.settle import settle

FIRST: Final = date(2026, 7, 1)
N_DAYS: Final = 45
PERIOD: Final = days(FIRST, N_DAYS, small_park.ZONE)
ROOFS: Final = ("PV01", "PV02", "PV03", "PV04", "PV05")
CAPACITY_KW: Final = 1_000
STRING_DAY: Final = 31
"""From this day on PV02 lacks a fifth."""
OUTAGE_DAYS: Final = (35, 37)
"""PV03 stands still."""
DEAD_DAY: Final = 34
"""From this day on nothing comes from PV04."""
CURTAILED_DAY: Final = 38
"""PV05 is told to give half, and its controller says so."""
_DAY_OF_YEAR: Final = 273
"""The simulated year begins on 1 October."""
_STATION: Final = """[stations]
CS1 = { name_zh = "充电站", name_en = "Station", capacity_kw = 120, piles = 2 }
"""
_SENSORS: Final = """[plant_sensors.PV01]
irradiance = "SUN"
plane = "array"
dc_kw = 1150
source = "assumed for tests"
[plant_sensors.W01]
wind_speed = "WIND"
source = "assumed for tests"
"""
_SERIES: Final = """SUN = { quantity = "sample", unit = "W/m2", scale = "0.1" }
WIND = { quantity = "sample", unit = "m/s", scale = "0.01" }
"""


def text(*, sensors: bool = False) -> str:
    """The park file."""
    plants = "".join(
        f'{name} = {{ name_zh = "屋顶{name[2:]}", name_en = "Roof {name[2:]}", kind = "pv",'
        f" capacity_kw = {CAPACITY_KW} }}\n"
        for name in ROOFS
    )
    wind = 'W01 = { name_zh = "风电", name_en = "Wind", kind = "wind", capacity_kw = 1500 }\n'
    meters = [
        meter("M-E01", "E01", "consumption"),
        meter("M-E02", "E02", "consumption"),
        *(meter(f"M-{name}", name, "generation") for name in (*ROOFS, "W01")),
        meter("M-CUT", "PV05", "curtailment"),
        meter("M-CH", "B1", "charge"),
        meter("M-DIS", "B1", "discharge"),
        meter("M-CS1", "CS1", "consumption"),
    ]
    base = small_park.park_text(gateway_1="".join(meters), more=GRID + BATTERY + _STATION)
    old = 'PV01 = { name_zh = "光伏", name_en = "PV", kind = "pv", capacity_kw = 1500 }\n'
    changed = base.replace(old, plants + wind)
    changed = changed.replace("[series]\n", f"[series]\n{_SERIES}")
    return changed + (_SENSORS if sensors else "")


def generation_kw() -> dict[str, NDArray[np.float64]]:
    """Mean power of every plant by day and quarter, faults included; NaN: nothing is sent."""
    whole = roof_fleet.year().output_ratio.reshape(-1, roof_fleet.N_DAYS, 96)
    part = whole[:, _DAY_OF_YEAR : _DAY_OF_YEAR + N_DAYS]
    kw = {name: part[row].copy() * CAPACITY_KW for row, name in enumerate(ROOFS)}
    kw["PV02"][STRING_DAY:] *= 0.8
    kw["PV03"][slice(*OUTAGE_DAYS)] = 0.0
    kw["PV04"][DEAD_DAY:] = np.nan
    kw["PV05"][CURTAILED_DAY:] *= 0.5
    kw["W01"] = 1_500.0 * _wind_ratio()
    return kw


def _wind_ratio() -> NDArray[np.float64]:
    hours = np.arange(N_DAYS * 96) / 4.0
    speed = _wind_m_per_s(hours)
    return (np.clip(speed / 12.0, 0.0, 1.0) ** 3).reshape(N_DAYS, 96)


def _wind_m_per_s(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    return 7.0 + 3.0 * np.sin(hours / 9.0) + 2.0 * np.sin(hours / 31.0)


def make(root: Path, *, sensors: bool = False) -> Path:
    """Make the park, fill it and settle it."""
    small_park.make(root, text(sensors=sensors))
    with small_park.opened(root) as ports:
        fill(ports)
    return root


def fill(ports: Ports, more: Mapping[str, NDArray[np.float64]] | None = None) -> None:
    """Store the readings of the period and settle it.

    Args:
        ports: The park.
        more: Mean power of plants in place of what they gave [kW].
    """
    kw = {**generation_kw(), **(more or {})}
    blocks = [_energy(f"M-{name}", values) for name, values in kw.items()]
    quarter = np.tile(np.arange(96), (N_DAYS, 1))
    cut = generation_kw()["PV05"]
    cut[:CURTAILED_DAY] = 0.0
    blocks += [
        _energy("M-E01", np.full((N_DAYS, 96), 1_600.0)),
        _energy("M-E02", np.full((N_DAYS, 96), 900.0)),
        _energy("M-CUT", cut),
        _energy("M-CH", np.where(quarter < 8, 400.0, 0.0)),
        _energy("M-DIS", np.where(quarter >= 88, 361.0, 0.0)),
        _energy("M-CS1", np.where((quarter > 30) & (quarter < 60), 60.0, 0.0)),
    ]
    sun = roof_fleet.year().output_ratio[0].reshape(-1, 96)
    suns = sun[_DAY_OF_YEAR : _DAY_OF_YEAR + N_DAYS].ravel() / 0.9
    hours = np.arange(N_DAYS * 96) / 4.0
    samples = [
        _sample("SUN", "W/m2", "0.1", np.rint(suns * 10_000)),
        _sample("WIND", "m/s", "0.01", np.rint(_wind_m_per_s(hours) * 100)),
    ]
    at_s = PERIOD.end_s + 60
    small_park.store(
        ports,
        [Collected("GW1", at_s, tuple(blocks)), Collected(IMPORT_GATEWAY, at_s, tuple(samples))],
    )
    settle(PERIOD, ports=ports)


def _energy(point: str, kw: NDArray[np.float64]) -> ReadingBlock:
    wh = kw.ravel() * 250.0
    read = np.isfinite(wh)
    block = energy_block_of(point, PERIOD.start_s, np.rint(wh[read]).astype(np.int64))
    times_s = PERIOD.grid_s()[read]
    return ReadingBlock(
        point=point,
        quantity=Quantity.ENERGY,
        unit="Wh",
        scale="1",
        modulus=0,
        times_s=times_s,
        counts=block.counts,
        quality=block.quality,
    )


def _sample(point: str, unit: str, scale: str, counts: NDArray[np.float64]) -> ReadingBlock:
    return ReadingBlock(
        point=point,
        quantity=Quantity.SAMPLE,
        unit=unit,
        scale=scale,
        modulus=0,
        times_s=PERIOD.grid_s(),
        counts=counts.astype(np.int64),
        quality=np.full(len(counts), Quality.MEASURED, np.uint8),
    )


def asked(first: int, end: int) -> Period:
    """Return some days of the period."""
    return days(date.fromordinal(FIRST.toordinal() + first), end - first, small_park.ZONE)
