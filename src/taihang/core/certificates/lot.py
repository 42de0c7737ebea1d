"""Issue of granular green energy: one lot for each plant and interval, in whole Wh.

Only measured generation is issued (an estimate certifies 0 Wh), an interval of a plant is issued
once, and the yearly count of 1 MWh certificates (绿证) is the whole part of the lots with the rest
carried on.

Source: EnergyTag scheme standard (unit Wh, interval at most one hour, rounded down to whole Wh)
[verified]; 国能发新能规〔2024〕67号 (1 certificate = 1000 kWh, remainder carried) [verified].
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.periods import STEP_S
from taihang.core.quantities import WH_PER_MWH
from taihang.core.series import EnergySeries


class DoubleIssueError(StateError):
    """An interval of a plant was to be issued a second time."""

    code = "state.double-issue"


@dataclass(frozen=True, slots=True)
class Lots:
    """The lots of one plant, one for each interval with measured generation above 0."""

    plant: str
    starts_s: NDArray[np.int64]
    """Production interval starts, strictly increasing, shape (n,). [s since 1970-01-01T00:00Z]"""
    wh: NDArray[np.int64]
    """Energy, 1 or more, shape (n,). [Wh]"""

    @property
    def total_wh(self) -> int:
        """Energy of all lots [Wh]."""
        return int(self.wh.sum())


def lot_id(plant: str, start_s: int) -> str:
    """Return the one id that the lot of a plant and interval can have.

    Example:
        >>> lot_id("PV01", 1_780_246_800)
        'PV01@2026-05-31T17:00:00Z'
    """
    return f"{plant}@{datetime.fromtimestamp(start_s, UTC):%Y-%m-%dT%H:%M:%SZ}"


def issue(plant: str, generation: EnergySeries, *, issued_s: NDArray[np.int64]) -> Lots:
    """Issue lots for measured generation.

    Args:
        plant: Id of the plant.
        generation: Its settled net generation.
        issued_s: Interval starts that already have a lot, shape (k,). [s]

    Returns:
        New lots.

    Raises:
        DoubleIssueError: If an interval with generation already has a lot.

    Example:
        >>> one = EnergySeries(0, np.array([5, 0, 7]), np.array([0, 0, 1], np.uint8))
        >>> issue("W01", one, issued_s=np.array([], np.int64)).wh.tolist()
        [5]
    """
    starts_s = generation.start_s + STEP_S * np.arange(len(generation.wh), dtype=np.int64)
    chosen = generation.measured & (generation.wh > 0)
    twice = np.intersect1d(starts_s[chosen], issued_s)
    if len(twice):
        raise DoubleIssueError(
            given=f"{len(twice)} intervals of {plant}, the first {lot_id(plant, int(twice[0]))}",
            expected="intervals without a lot",
            remedy="withdraw the old lots first; one MWh is issued once",
        )
    return Lots(plant=plant, starts_s=starts_s[chosen], wh=generation.wh[chosen])


def whole_certificates(total_wh: int) -> tuple[int, int]:
    """Split energy into whole 1 MWh certificates and the remainder that is carried on.

    Returns:
        Number of certificates and remainder [Wh].

    Example:
        >>> whole_certificates(2_500_000)
        (2, 500000)
    """
    return divmod(total_wh, WH_PER_MWH)
