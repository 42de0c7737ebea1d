"""From registers of gas, water, steam or heat to the amount between two instants.

Unlike electricity there is no settlement interval: what counts is the difference of two registers
that a chain of believed registers connects (``register-chain/v1``). Which rows are believed is
judged by ``register_fault``; a refused row is evidence and moves no amount. A hole inside a month
costs no amount, for the register has counted through it; a month without a register at an edge has
no amount at all (§7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.energy import Readings
from taihang.core.metering.readings import MeterEvent
from taihang.core.metering.register_fault import RegisterLimits, RowVerdict, classify_registers
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality

LAW: Final = "register-chain/v1"
"""Name of the rule; the document behind a line of activity data stores it."""
GAP_S: Final = 24 * int(SECONDS_PER_HOUR)
"""A longer silence is a finding; the amount goes on counting through it [s]."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One register that is evidence and no amount."""

    time_s: int
    count: int
    verdict: RowVerdict


@dataclass(frozen=True, slots=True)
class RegisterChain:
    """The registers of one point that are believed, unrolled through rollovers and events."""

    times_s: NDArray[np.int64]
    """When each was read, shape (n,) [s since 1970-01-01T00:00Z]."""
    counts: NDArray[np.int64]
    """What the dial showed, shape (n,)."""
    unrolled_counts: NDArray[np.int64]
    """What one dial without end would show, shape (n,)."""
    refused: tuple[RefusedRow, ...]
    """Rows that a rule refuses, in order of time."""
    rolled_s: tuple[int, ...]
    """When the first register after each start of the dial from 0 was read [s]."""
    late_s: tuple[int, ...]
    """When the first register after each silence of more than a day was read [s]."""

    def count_at(self, time_s: int) -> int | None:
        """Return the register that was read at an instant, or None if none is believed."""
        place = self._place(time_s)
        return None if place is None else int(self.counts[place])

    def counted(self, start_s: int, end_s: int) -> int | None:
        """Return the counts between two instants [counts].

        Args:
            start_s: A register must have been read then. [s since 1970-01-01T00:00Z]
            end_s: And then. [s since 1970-01-01T00:00Z]

        Returns:
            The exact difference; None where one of the two was not read or is not believed.
        """
        first, last = self._place(start_s), self._place(end_s)
        if first is None or last is None:
            return None
        return int(self.unrolled_counts[last] - self.unrolled_counts[first])

    def still(self, length_s: float) -> tuple[tuple[int, int], ...]:
        """Return the stretches of at least a length in which the register stands still.

        Args:
            length_s: The shortest stretch that is told. [s]

        Returns:
            First and last register of each stretch. [s since 1970-01-01T00:00Z]
        """
        moved = np.flatnonzero(np.diff(self.unrolled_counts) != 0)
        firsts = np.concatenate([[0], moved + 1])
        lasts = np.concatenate([moved, [len(self.times_s) - 1]])
        if not len(self.times_s):
            return ()
        pairs = zip(self.times_s[firsts].tolist(), self.times_s[lasts].tolist(), strict=True)
        return tuple((first, last) for first, last in pairs if last - first >= length_s)

    def _place(self, time_s: int) -> int | None:
        place = int(np.searchsorted(self.times_s, time_s))
        there = place < len(self.times_s) and int(self.times_s[place]) == time_s
        return place if there else None


def register_chain(
    register: Readings,
    *,
    modulus: int,
    max_counts_per_s: float,
    events: Iterable[MeterEvent],
) -> RegisterChain:
    """Say which registers of a point are believed, and what one endless dial would show.

    Args:
        register: Registers of one point, of any quality; only measured and manual ones are judged.
        modulus: Counts at which the dial starts again from 0.
        max_counts_per_s: Fastest honest rise.
        events: Meter events; those of other points are not looked at.

    Returns:
        The chain.

    Raises:
        RegisterLimitsError: If the limits can hold for no meter.

    Example:
        >>> from taihang.core.metering.readings import ReadingBlock
        >>> from taihang.core.series import Quantity
        >>> block = ReadingBlock("W", Quantity.REGISTER, "L", "10", 1000, np.arange(4) * 3600,
        ...     np.array([990, 995, 400, 5]), np.zeros(4, np.uint8))
        >>> chain = register_chain(block, modulus=1000, max_counts_per_s=0.01, events=())
        >>> chain.counted(0, 3 * 3600), [row.verdict.value for row in chain.refused]
        (15, ['backwards'])
    """
    usable = (register.quality == Quality.MEASURED) | (register.quality == Quality.MANUAL)
    times_s, counts = register.times_s[usable], register.counts[usable]
    mine = sorted(
        (event for event in events if event.point == register.point), key=lambda each: each.at_s
    )
    limits = RegisterLimits(
        max_rate_per_s=max_counts_per_s,
        dial_max=modulus,
        rollover=True,
        max_step=1,
        max_gap_s=GAP_S,
    )
    rows = classify_registers(times_s, counts, limits=limits, events=mine)
    kept = rows.accepted
    unrolled, rolled = _unrolled(times_s[kept], counts[kept], modulus, mine)
    late = [
        int(times_s[row])
        for row in np.flatnonzero(kept).tolist()
        if rows.verdict(row) is RowVerdict.FIRST_AFTER_GAP
    ]
    return RegisterChain(
        times_s=times_s[kept],
        counts=counts[kept],
        unrolled_counts=unrolled,
        refused=tuple(
            RefusedRow(int(times_s[row]), int(counts[row]), rows.verdict(row))
            for row in np.flatnonzero(rows.refused).tolist()
        ),
        rolled_s=tuple(times_s[kept][1:][rolled].tolist()),
        late_s=tuple(late),
    )


def _unrolled(
    times_s: NDArray[np.int64], counts: NDArray[np.int64], modulus: int, events: list[MeterEvent]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return endless registers, and where the dial started again from 0, shape (n - 1,)."""
    # The register at the very instant of an event is already the new meter's.
    epoch = np.searchsorted(np.array([each.at_s for each in events], np.int64), times_s, "right")
    turned = np.array([each.final_count - each.initial_count for each in events], np.int64)
    shift = np.concatenate([[0], np.cumsum(turned)]).astype(np.int64)[epoch]
    endless = counts + shift
    rolled = np.diff(endless) < 0
    turns = np.concatenate([[0], np.cumsum(rolled)])[: len(endless)]
    return (endless + modulus * turns).astype(np.int64), rolled
