"""The energies behind the annual ratios, interval by interval, and their sums over any window.

A window counts only intervals that are closed. What is open (a part is missing) or not settled at
all is counted as such and stands beside every sum: it is not zero, and nobody may read it so (§7).
Sums are of integers, so those of months add up to those of their year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.periods import STEP_S, Period

FLOWS: Final = (
    "generated",
    "generation",
    "curtailment",
    "import",
    "export",
    "load",
    "charge",
    "discharge",
    "losses",
)
"""``generated`` sums what each plant gave; ``generation`` is net of what plants drew themselves."""


class WindowError(InputError):
    """A window reaches outside the series that it is cut from."""

    code = "input.ratio-window"


class State(IntEnum):
    """How an interval is known."""

    CLOSED = 0
    OPEN = 1
    """Settled, and a part of it is missing."""
    UNSETTLED = 2
    """Not settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTotals:
    """Sums over the closed intervals of a window."""

    wh: Mapping[str, int]
    """Each of ``FLOWS``. [Wh]"""
    n_closed: int
    n_open: int
    n_unsettled: int

    @property
    def n_intervals(self) -> int:
        """All of the window."""
        return self.n_closed + self.n_open + self.n_unsettled

    @property
    def own_use_wh(self) -> int:
        """What plants drew themselves; it counts as load [Wh]."""
        return self.wh["generated"] - self.wh["generation"]

    @property
    def storage_wh(self) -> int:
        """Charge less discharge: losses of storage, and the rise of what is stored [Wh]."""
        return self.wh["charge"] - self.wh["discharge"]


@dataclass(frozen=True, slots=True, eq=False)
class FlowSeries:
    """Energies of a project on the settlement grid; all arrays have shape (n,)."""

    period: Period
    wh: Mapping[str, NDArray[np.int64]]
    """Each of ``FLOWS``; 0 by form where the interval is not closed. [Wh]"""
    state: NDArray[np.uint8]
    """``State`` of each interval."""
    is_curtailment_metered: bool
    """Where not, E_cur is 0 by form, and E_av is generation alone: whoever reads it is told."""

    def total(self, window: Period) -> FlowTotals:
        """Return the sums over a window.

        Args:
            window: Inside the period of the series.

        Raises:
            WindowError: If it is not.
        """
        part = self.part(window)
        counts = np.bincount(self.state[part], minlength=len(State))
        return FlowTotals(
            wh={name: int(wh[part].sum()) for name, wh in self.wh.items()},
            n_closed=int(counts[State.CLOSED]),
            n_open=int(counts[State.OPEN]),
            n_unsettled=int(counts[State.UNSETTLED]),
        )

    def part(self, window: Period) -> slice:
        """Return where a window lies in the arrays; the errors are those of ``total``."""
        if not self.period.contains(window):
            raise WindowError(
                given=f"{window.start.isoformat()} … {window.end.isoformat()}",
                expected=f"inside {self.period.start.isoformat()} … {self.period.end.isoformat()}",
                remedy="read the series of a longer period",
            )
        first = (window.start_s - self.period.start_s) // STEP_S
        return slice(first, first + window.n_steps)


def flow_series(
    period: Period,
    *,
    balance: Mapping[str, Mapping[str, NDArray[np.int64]]],
    plants: Mapping[str, Mapping[str, NDArray[np.int64]]],
) -> FlowSeries:
    """Put settled rows on one grid.

    Args:
        period: The period of the series.
        balance: Rows by flow, with ``time_s``, ``wh`` and ``closed``; among them ``curtailment``
            where it is metered.
        plants: Rows by plant, with ``time_s`` and ``total_wh``.

    Returns:
        The series. What no row speaks of is not settled; an interval is closed if every flow is,
        curtailment included.
    """
    n = period.n_steps
    state = np.full(n, State.UNSETTLED, np.uint8)
    for rows in balance.values():
        known = np.where(rows["closed"] != 0, State.CLOSED, State.OPEN)
        at = _at(rows, period)
        # The worst of all flows counts; what had no row before takes the first.
        before = np.where(state[at] == State.UNSETTLED, State.CLOSED, state[at])
        state[at] = np.maximum(before, known)
    closed = state == State.CLOSED
    wh = {name: np.zeros(n, np.int64) for name in FLOWS}
    for name, rows in balance.items():
        at = _at(rows, period)
        wh[name][at] = np.where(closed[at], rows["wh"], 0)
    for rows in plants.values():
        at = _at(rows, period)
        wh["generated"][at] += np.where(closed[at], np.maximum(rows["total_wh"], 0), 0)
    return FlowSeries(period, wh, state, "curtailment" in balance)


def _at(rows: Mapping[str, NDArray[np.int64]], period: Period) -> NDArray[np.int64]:
    return (rows["time_s"] - period.start_s) // STEP_S
