"""A small park with candidate measures and a share of the grid, for scores of June."""

from pathlib import Path
from typing import Final

import numpy as np

import small_park
from product_kit import TABLES
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.series import Quality, Quantity
from taihang.services.collect import IMPORT_GATEWAY, Collected
from taihang.services.ports import Ports

YEAR: Final = "2026"
JUNE: Final = "2026-06"
MEASURES: Final = """
[score_measures]
PV = { name_zh = "光伏", name_en = "PV", kind = "pv", price_cny = "300", \
most_kw = 5000, source = "test" }
BAT = { name_zh = "储能", name_en = "Battery", kind = "battery", price_cny = "100", \
most_kw = 2000, energy_h = "4", round_trip_ratio = "0.9", source = "test" }
SHIFT = { name_zh = "移峰", name_en = "Shift", kind = "shift", price_cny = "0.2", \
most_share_ratio = "0.5", source = "test" }
NIGHT = { name_zh = "夜间绿证", name_en = "Night", kind = "certificates", price_cny = "0.05", \
first_hour = 22, last_hour = 6, source = "test" }
"""
GRID: Final = """
[scores]
grid_cfe_series = "GRID-CFE"
source = "test"
"""
_SERIES: Final = 'PRICE = { quantity = "sample", unit = "CNY/MWh", scale = "0.01" }\n'
_SHARE: Final = 'GRID-CFE = { quantity = "sample", unit = "1", scale = "0.001" }\n'


def text(*tables: str) -> str:
    """The park file with a declared share of the grid, and more tables."""
    return small_park.PARK.replace(_SERIES, _SERIES + _SHARE) + "".join(tables)


def make(root: Path, *tables: str) -> Path:
    """Make the park folder with June settled."""
    small_park.make(root, text(*tables))
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
    return root


def with_product(*tables: str) -> tuple[str, ...]:
    """The tables, and those of two products of E01 with 80 % of its electricity."""
    return (*TABLES, *tables)


def read_share(ports: Ports, *, every_s: int = 4 * STEP_S, skip: int | None = None) -> None:
    """Store a share of the grid for June: 0.100 + 0.010 for each hour of the day."""
    times_s = np.arange(small_park.JUNE.start_s, small_park.JUNE.end_s, every_s, dtype=np.int64)
    hours = (times_s - small_park.JUNE.start_s) // 3600 % 24
    block = ReadingBlock(
        point="GRID-CFE",
        quantity=Quantity.SAMPLE,
        unit="1",
        scale="0.001",
        modulus=0,
        times_s=times_s,
        counts=100 + 10 * hours,
        quality=np.full(len(times_s), Quality.MEASURED, np.uint8),
    )
    if skip is not None:
        block = small_park.but(block, [skip])
    small_park.store(ports, [Collected(IMPORT_GATEWAY, small_park.JUNE.end_s + 60, (block,))])
