"""Readings of one point as they leave the gateway, before any judgement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any, TypeAlias, TypeVar

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


Place: TypeAlias = tuple[str, str]
"""Point and quantity."""


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Readings of many points as columns: what ingest hands to the lake."""

    points: tuple[Place, ...]
    """Point and quantity, each once."""
    code: NDArray[np.int32]
    """Number of the point in ``points``, shape (n,)."""
    time_s: NDArray[np.int64]
    """Times [s since 1970-01-01T00:00Z], shape (n,)."""
    count: NDArray[np.int64]
    """Values of record in counts, shape (n,)."""
    quality: NDArray[np.uint8]
    """One ``Quality`` each, shape (n,)."""
    batch: NDArray[np.int64]
    """Leaf index of the batch, shape (n,)."""

    def __len__(self) -> int:
        return len(self.code)

    @classmethod
    def of_blocks(cls, blocks: Sequence[ReadingBlock], *, batch: int) -> "ReadingRows":
        """Return the readings of one batch.

        Args:
            blocks: Its blocks, one a point and quantity.
            batch: Its leaf index.

        Example:
            >>> ReadingRows.of_blocks([], batch=0).points
            ()
        """
        lengths = [len(block.times_s) for block in blocks]
        return cls(
            points=tuple((block.point, block.quantity.value) for block in blocks),
            code=np.repeat(np.arange(len(blocks), dtype=np.int32), lengths),
            time_s=_joined((block.times_s for block in blocks), np.int64),
            count=_joined((block.counts for block in blocks), np.int64),
            quality=_joined((block.quality for block in blocks), np.uint8),
            batch=np.full(sum(lengths), batch, np.int64),
        )

    @classmethod
    def joined(cls, parts: Sequence["ReadingRows"]) -> "ReadingRows":
        """Return the rows of several parts, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        points = tuple(dict.fromkeys(place for part in parts for place in part.points))
        if len(points) == sum(len(part.points) for part in parts):
            return cls._joined_apart(parts, points)
        places: dict[Place, int] = {}
        codes = [
            np.array([places.setdefault(place, len(places)) for place in part.points], np.int32)
            for part in parts
        ]
        recoded = (own[part.code] for own, part in zip(codes, parts, strict=True))
        return cls(
            points=tuple(places),
            code=_joined(recoded, np.int32),
            time_s=_joined((part.time_s for part in parts), np.int64),
            count=_joined((part.count for part in parts), np.int64),
            quality=_joined((part.quality for part in parts), np.uint8),
            batch=_joined((part.batch for part in parts), np.int64),
        )

    @classmethod
    def _joined_apart(
        cls, parts: Sequence["ReadingRows"], points: tuple[Place, ...]
    ) -> "ReadingRows":
        """Join rows of different points: their codes are only moved along."""
        sizes = (len(part.points) for part in parts)
        offsets = accumulate(sizes, initial=0)
        return cls(
            points=points,
            code=_joined(
                (part.code + at for part, at in zip(parts, offsets, strict=False)), np.int32
            ),
            time_s=_joined((part.time_s for part in parts), np.int64),
            count=_joined((part.count for part in parts), np.int64),
            quality=_joined((part.quality for part in parts), np.uint8),
            batch=_joined((part.batch for part in parts), np.int64),
        )

    def slabs(self) -> dict[Place, dict[str, NDArray[np.int64]]]:
        """Return the rows of each point, in order of time and batch.

        Returns:
            Columns ``time_s``, ``count``, ``quality`` and ``batch`` by point and quantity.
        """
        order = np.lexsort((self.batch, self.time_s, self.code))
        columns = {
            "time_s": self.time_s[order],
            "count": self.count[order],
            "quality": self.quality[order].astype(np.int64),
            "batch": self.batch[order],
        }
        edges = np.searchsorted(self.code[order], np.arange(len(self.points) + 1))
        return {
            self.points[code]: {name: array[first:last] for name, array in columns.items()}
            for code, (first, last) in enumerate(pairwise(edges))
            if last > first
        }


_Number = TypeVar("_Number", bound=np.generic)


def _joined(parts: Iterable[NDArray[Any]], kind: type[_Number]) -> NDArray[_Number]:
    found = list(parts)
    return np.concatenate(found).astype(kind, copy=False) if found else np.empty(0, kind)
