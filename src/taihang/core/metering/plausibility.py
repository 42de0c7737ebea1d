"""Whether imported readings can be what they say they are, before anything is stored.

A unit that was mixed up is the costliest fault of an import, because every later figure is
consistent with it. The rating of the meter betrays it: nothing honest exceeds it (F43, F44).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality, Quantity

_SPIKE_RATIO: Final = 0.01
"""Share of the readings up to which an excess looks like single spikes, not like a unit."""
_CAUSES: Final = (
    (4.2, "exactly about 4×: kW given as kWh per 15 min"),
    (42.0, "about 10×: a wrong CT or PT ratio, or the multiplier applied twice"),
    (4_200.0, "about 1000×: kWh given as Wh, or W given as kW"),
    (np.inf, "about 1000000×: MWh given as Wh, or W given as MW"),
)
"""Largest excess over the rating that a mix-up by a factor can make at full load, and the words."""


class ProblemKind(StrEnum):
    """What is wrong with a block; stable codes."""

    ABOVE_RATING = "input.above-rating"
    NEGATIVE_ENERGY = "input.negative-energy"
    OFF_DIAL = "input.register-off-dial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a block, told to the person who imports it."""

    kind: ProblemKind
    point: str
    n_rows: int
    """How many readings it touches."""
    first_s: int
    """The first of them [s since 1970-01-01T00:00Z]."""
    given: str
    expected: str
    remedy: str

    @override
    def __str__(self) -> str:
        given = f"{self.point}: {self.given}"
        return f"{self.kind}: given {given}; expected {self.expected}; {self.remedy}"


def check_block(block: ReadingBlock, *, max_kw: float, is_net: bool) -> list[Problem]:
    """Return everything about a block that no honest meter of this rating can have shown.

    Only energy and registers are judged; a sample has no rating.

    Args:
        block: Readings of one point.
        max_kw: Largest honest mean power of the meter. [kW]
        is_net: Whether the meter counts both ways, so that energy may be negative (F42).

    Returns:
        The problems, none if the block is plausible.

    Example:
        >>> block = ReadingBlock("M-E01", Quantity.ENERGY, "Wh", "1", 0,
        ...     np.array([0, 900]), np.array([250_000, 900_000]), np.zeros(2, np.uint8))
        >>> check_block(block, max_kw=1_000, is_net=False)[0].remedy.partition("suspected: ")[2]
        'exactly about 4×: kW given as kWh per 15 min'
    """
    usable = block.quality < Quality.MISSING
    times_s, counts = block.times_s[usable], block.counts[usable]
    if block.quantity is Quantity.ENERGY:
        mean_kw = _mean_kw(counts * int(block.scale), np.int64(STEP_S))
        return [
            *_above_rating(block, times_s, mean_kw, max_kw),
            *([] if is_net else _negative(block, times_s, counts)),
        ]
    if block.quantity is Quantity.REGISTER:
        # A fall is a rollover, a swap or a fault: settlement decides, it knows the meter's events.
        rises = np.flatnonzero(np.diff(counts) > 0)
        rises_wh = (counts[rises + 1] - counts[rises]) * int(block.scale)
        mean_kw = _mean_kw(rises_wh, times_s[rises + 1] - times_s[rises])
        return [
            *_above_rating(block, times_s[rises + 1], mean_kw, max_kw),
            *_off_dial(block, times_s, counts),
        ]
    return []


def check_medium_block(block: ReadingBlock, *, max_steps_per_s: float) -> list[Problem]:
    """Return everything about a register of another medium that no honest meter can have shown.

    Args:
        block: Registers of one point.
        max_steps_per_s: Fastest honest rise, in the unit of the block a second.

    Returns:
        The problems, none if the block is plausible.

    Example:
        >>> block = ReadingBlock("N-E04", Quantity.REGISTER, "L", "100", 10**9,
        ...     np.array([0, 3600]), np.array([7, 9_007]), np.zeros(2, np.uint8))
        >>> check_medium_block(block, max_steps_per_s=100)[0].given
        '900000 L an hour at the highest, 1 of 1 rises faster than the meter'
    """
    usable = block.quality < Quality.MISSING
    times_s, counts = block.times_s[usable], block.counts[usable]
    rises = np.flatnonzero(np.diff(counts) > 0)
    steps = (counts[rises + 1] - counts[rises]) * int(block.scale)
    waited_s = times_s[rises + 1] - times_s[rises]
    per_h = steps / waited_s * SECONDS_PER_HOUR
    # A register moves in whole counts: one more than flowed is still honest.
    at = np.flatnonzero(steps > max_steps_per_s * waited_s + int(block.scale))
    found = _off_dial(block, times_s, counts)
    if len(at):
        told = f"{len(at)} of {len(rises)} rises faster than the meter"
        found.append(
            Problem(
                kind=ProblemKind.ABOVE_RATING,
                point=block.point,
                n_rows=len(at),
                first_s=int(times_s[rises[at[0]] + 1]),
                given=f"{per_h[at].max():.6g} {block.unit} an hour at the highest, {told}",
                expected=f"at most {max_steps_per_s * SECONDS_PER_HOUR:.6g} {block.unit} an hour",
                remedy="check the unit in the import map, and the resolution of the meter",
            )
        )
    return found


def _mean_kw(
    energy_wh: NDArray[np.int64], length_s: NDArray[np.int64] | np.int64
) -> NDArray[np.float64]:
    return energy_wh / WH_PER_KWH * SECONDS_PER_HOUR / length_s


def _above_rating(
    block: ReadingBlock,
    times_s: NDArray[np.int64],
    mean_kw: NDArray[np.float64],
    max_kw: float,
) -> list[Problem]:
    size_kw = np.abs(mean_kw)
    at = np.flatnonzero(size_kw > max_kw)
    if len(at) == 0:
        return []
    peak_kw = float(size_kw.max())
    running = int(np.count_nonzero(size_kw))
    if len(at) <= _SPIKE_RATIO * running:
        cause = "check these readings; suspected: single spikes"
    else:
        words = next(words for most, words in _CAUSES if peak_kw <= most * max_kw)
        cause = f"check the unit in the import map; suspected: {words}"
    return [
        Problem(
            kind=ProblemKind.ABOVE_RATING,
            point=block.point,
            n_rows=len(at),
            first_s=int(times_s[at[0]]),
            given=f"{peak_kw:.6g} kW at the highest, {len(at)} of {running} readings above rating",
            expected=f"at most {max_kw:.6g} kW",
            remedy=cause,
        )
    ]


def _negative(
    block: ReadingBlock, times_s: NDArray[np.int64], counts: NDArray[np.int64]
) -> list[Problem]:
    at = np.flatnonzero(counts < 0)
    if len(at) == 0:
        return []
    return [
        Problem(
            kind=ProblemKind.NEGATIVE_ENERGY,
            point=block.point,
            n_rows=len(at),
            first_s=int(times_s[at[0]]),
            given=f"{int(counts.min()) * int(block.scale)} Wh at the lowest, {len(at)} readings",
            expected="0 Wh or more on a meter that counts one way",
            remedy="check the sign in the import map, or give the other way its own meter",
        )
    ]


def _off_dial(
    block: ReadingBlock, times_s: NDArray[np.int64], counts: NDArray[np.int64]
) -> list[Problem]:
    most = block.modulus or np.iinfo(np.int64).max
    at = np.flatnonzero((counts < 0) | (counts >= most))
    if len(at) == 0:
        return []
    return [
        Problem(
            kind=ProblemKind.OFF_DIAL,
            point=block.point,
            n_rows=len(at),
            first_s=int(times_s[at[0]]),
            given=f"a register of {int(counts[at[0]])}",
            expected=f"0 … {most - 1}",
            remedy="refuse these rows; no dial shows them",
        )
    ]
