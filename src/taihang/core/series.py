"""What values mean, how good they are, and energy on the settlement grid."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.periods import STEP_S, Period


class GridMismatchError(InputError):
    """Two series of different grids were combined."""

    code = "input.grid-mismatch"


class Quality(IntEnum):
    """How good one value is; the number is what the sealed batch and the lake store (§7)."""

    MEASURED = 0
    """Read from a meter and accepted by every rule."""
    ESTIMATED = 1
    """Filled by a substitution method; flagged for ever and never certified."""
    MANUAL = 2
    """Entered by a person, with evidence."""
    MISSING = 3
    """Not there. The value beside it means nothing and is never read as zero."""
    REJECTED = 4
    """Read from a meter and refused by a rule; kept as evidence, never energy."""


class Quantity(StrEnum):
    """What the numbers of a block mean."""

    REGISTER = "register"
    """A cumulative counter, read at an instant."""
    ENERGY = "energy"
    """Energy of the interval that starts at the time, half-open."""
    REACTIVE = "reactive"
    """Reactive energy of the interval that starts at the time [varh]."""
    SAMPLE = "sample"
    """Any other mean over the interval that starts at the time: a price, an irradiance."""


@dataclass(frozen=True, slots=True)
class EnergySeries:
    """Energy of consecutive settlement intervals.

    ``wh[i]`` is the energy of ``[start + i·15 min, start + (i + 1)·15 min)``; where
    ``quality[i]`` is MISSING or REJECTED, ``wh[i]`` is 0 by form and must not be used.
    """

    start_s: int
    """Start of the first interval [s since 1970-01-01T00:00Z]."""
    wh: NDArray[np.int64]
    """Energy, shape (n,). [Wh]"""
    quality: NDArray[np.uint8]
    """One ``Quality`` each, shape (n,)."""

    @classmethod
    def missing(cls, period: Period) -> "EnergySeries":
        """Return a series in which every interval of a period is missing."""
        grid_s = period.grid_s()
        return cls(
            start_s=int(grid_s[0]),
            wh=np.zeros(len(grid_s), np.int64),
            quality=np.full(len(grid_s), Quality.MISSING, np.uint8),
        )

    @property
    def present(self) -> NDArray[np.bool_]:
        """Where a usable value stands, shape (n,)."""
        return self.quality < Quality.MISSING

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Where a measured value stands, shape (n,): the only energy that is certified."""
        return self.quality == Quality.MEASURED

    @property
    def total_wh(self) -> int:
        """Sum over the usable intervals [Wh]; look at ``coverage_ratio`` beside it."""
        return int(self.wh[self.present].sum())

    @property
    def coverage_ratio(self) -> float:
        """Usable intervals over all intervals [1]."""
        return float(self.present.mean()) if len(self.wh) else 0.0

    def within(self, period: Period) -> "EnergySeries":
        """Cut the series to a period that it covers.

        Raises:
            GridMismatchError: If the period reaches beyond the series.
        """
        first, last = (period.start_s - self.start_s) // STEP_S, period.n_steps
        if first < 0 or first + last > len(self.wh):
            raise GridMismatchError(
                given=f"a series of {len(self.wh)} intervals from {self.start_s}",
                expected=f"one that covers {period.start.isoformat()} … {period.end.isoformat()}",
                remedy="settle the longer period first",
            )
        cut = slice(first, first + last)
        return EnergySeries(period.start_s, self.wh[cut], self.quality[cut])
