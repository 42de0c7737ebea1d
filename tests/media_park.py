"""A small park with a gas, a steam and a water meter beside its electricity meters."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from small_park import text_with
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period
from taihang.core.series import Quality, Quantity

HOUR_S: Final = 3_600
MODULUS: Final = 10**8
GAS: Final = (
    'N-E01 = { node = "E01", medium = "natural-gas", flows = ["consumed"], resolution_l = 100,'
    " multiplier = 1, digits = 8, max_m3_per_h = 500, counts_at_c = 20, counts_at_kpa = 101.325,"
    " stated_at_c = 20, stated_at_kpa = 101.325, stuck_h = 48 }\n"
)
STEAM: Final = (
    'S-E01 = { node = "E01", medium = "heat", flows = ["purchased", "consumed"],'
    " resolution_g = 1000, multiplier = 10, digits = 8, max_t_per_h = 20, heat_kj_per_kg = 2700 }\n"
)
WATER: Final = (
    'W-E02 = { node = "E02", medium = "medium.fresh-water", flows = ["consumed"],'
    " resolution_l = 10, multiplier = 1, digits = 8, max_m3_per_h = 60,"
    " density_kg_per_m3 = 998.2 }\n"
)
UNITS: Final = {"N-E01": ("L", 100), "S-E01": ("g", 10_000), "W-E02": ("L", 10)}


def media_text(*lines: str) -> str:
    """A park file with the given lines of [media_meters], all of one gateway."""
    return text_with("media_meters", *lines)


PARK: Final = media_text(GAS, STEAM, WATER)


def media_block(
    point: str, start_s: int, counts: Sequence[int] | NDArray[np.int64], *, step_s: int = HOUR_S
) -> ReadingBlock:
    """Registers of a medium, one an hour."""
    values = np.asarray(counts, np.int64)
    unit, scale = UNITS[point]
    return ReadingBlock(
        point=point,
        quantity=Quantity.REGISTER,
        unit=unit,
        scale=str(scale),
        modulus=MODULUS,
        times_s=start_s + step_s * np.arange(len(values), dtype=np.int64),
        counts=values,
        quality=np.full(len(values), Quality.MEASURED, np.uint8),
    )


def hourly(point: str, period: Period, *, per_h: int, first: int) -> ReadingBlock:
    """Registers at every hour of a period, both ends included, that rise evenly."""
    n_hours = (period.end_s - period.start_s) // HOUR_S
    counts = (first + per_h * np.arange(n_hours + 1, dtype=np.int64)) % MODULUS
    return media_block(point, period.start_s, counts)
