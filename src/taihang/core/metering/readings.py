"""Readings of one point as they leave the gateway, before any judgement."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taihang.core.series import Quantity


@dataclass(frozen=True, slots=True)
class ReadingBlock:
    """Readings of one point in order of time: what one gateway saw of one meter.

    The physical value of entry i is ``counts[i] × scale`` in ``unit``.
    """

    point: str
    """The meter or declared series that was read."""
    quantity: Quantity
    unit: str
    """``Wh`` for registers and energy, ``varh`` for reactive energy, else the sample's unit."""
    scale: str
    """What one count is worth, as a plain decimal number in ``unit``; an integer for energy."""
    modulus: int
    """Counts at which a register starts again from 0; 0 where nothing rolls over."""
    times_s: NDArray[np.int64]
    """Strictly increasing, shape (n,). [s since 1970-01-01T00:00Z]"""
    counts: NDArray[np.int64]
    """Values of record, shape (n,)."""
    quality: NDArray[np.uint8]
    """One ``Quality`` each, shape (n,), as the gateway saw it."""


class MeterEventKind(StrEnum):
    """What can happen to a meter besides counting."""

    SWAP = "swap"
    """The meter was replaced: the old one ends at one register, the new one starts at another."""
    RESET = "reset"
    """The register was set back on purpose."""


@dataclass(frozen=True, slots=True)
class MeterEvent:
    """A typed, dated event that explains a jump of a register."""

    point: str
    kind: MeterEventKind
    at_s: int
    """When it happened [s since 1970-01-01T00:00Z]."""
    final_count: int
    """Register of the old meter, or before the reset, at that instant."""
    initial_count: int
    """Register of the new meter, or after the reset, at that instant."""
