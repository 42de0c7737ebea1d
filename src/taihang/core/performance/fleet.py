"""Plants side by side, each as power over its rating, in the intervals in which they should run."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.performance.robust import Flags, Floats, Ints
from taihang.core.sky.portable_math import sine_of_turns
from taihang.core.sky.sun import Sun

LOWEST_SUN_DEG: Final = 5.0
"""Lower the sun may stand, and shadows of hills and neighbours decide [°]."""
_DEG_PER_TURN: Final = 360.0
_TURNED_LOWEST: Final = 0.15
"""Sine of the elevation below which the direction of the beam is not divided by it."""
_HEIGHT_RATIO: Final = 0.1
"""Height of a cell of the sky, as sine of the elevation [1]."""
_N_HEIGHTS: Final = 10
_WIDTH_DEG: Final = 20.0
_N_WIDTHS: Final = 18
N_SKY_CELLS: Final = _N_HEIGHTS * _N_WIDTHS
N_WIND_CELLS: Final = 20
"""Cells of equal width over the power of the neighbours."""


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """Plants of one kind over the same intervals; n of these, in order of time."""

    ids: tuple[str, ...]
    output_ratio: Floats
    """Mean power over rating, NaN where nothing was measured, shape (n_plants, n)."""
    terms: Floats
    """What a plant's answer may depend on beside the resource, first ones, shape (n_terms, n)."""
    cell: Ints | None
    """Where the sun stands, as a cell of the sky, shape (n,); None: cells follow the resource."""
    n_cells: int
    least_ratio: float
    """An answer is learnt where the resource is above this share of the rating [1]."""
    day: Ints
    """Local day of each interval, from 0, shape (n,)."""
    n_days: int

    def cells(self, resource_ratio: Floats) -> Ints:
        """Return the cell of every interval of one plant, shape (n,).

        Args:
            resource_ratio: What there was to be had, shape (n,).
        """
        if self.cell is not None:
            return self.cell
        known = np.where(np.isfinite(resource_ratio), resource_ratio, 0.0)
        return np.clip((known * self.n_cells).astype(np.int64), 0, self.n_cells - 1)

    def daily(self, values: Floats, where: Flags) -> Floats:
        """Sum values by day where they count, shape (n_plants, n_days)."""
        rows = [
            np.bincount(self.day[at], weights=row[at], minlength=self.n_days)
            for row, at in zip(values, where, strict=True)
        ]
        return np.array(rows, np.float64)


def is_bright(sun: Sun) -> Flags:
    """Say when the sun stands high enough for a plant to be judged, shape (n,)."""
    limit = float(sine_of_turns(np.array([LOWEST_SUN_DEG / _DEG_PER_TURN]))[0])
    return sun.up > limit


def sky_terms(sun: Sun) -> Floats:
    """Return the terms of a tilted plane: one, towards the west, towards the south, shape (3, n).

    What a beam gives a plane over what it gives the level ground is linear in these two.
    """
    height = np.maximum(sun.up, _TURNED_LOWEST)
    return np.array([np.ones_like(height), sun.west / height, sun.south / height])


def sky_cells(sun: Sun) -> Ints:
    """Return the cell of the sky in which the sun stands, shape (n,)."""
    height = np.clip((sun.up / _HEIGHT_RATIO).astype(np.int64), 0, _N_HEIGHTS - 1)
    azimuth_deg = np.degrees(np.arctan2(sun.west, sun.south)) + _DEG_PER_TURN / 2
    width = np.clip((azimuth_deg / _WIDTH_DEG).astype(np.int64), 0, _N_WIDTHS - 1)
    return height * _N_WIDTHS + width
