"""The last batch that came from a gateway, opened: what a person who connects a meter looks for.

It is read from the journal itself, so that it is seen as soon as it was acknowledged, also while
the door is open in another process and has written no file of the lake yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

import numpy as np

from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.batch import MAGICS, header_of, open_batch
from taihang.core.seal.block import MISSING_COUNT
from taihang.core.seal.envelope import ClockState
from taihang.core.series import Quality
from taihang.services.ports import Ports

BLOCKS_MOST: Final = 60
"""So many blocks of a frame are shown (§10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBlock:
    """The last reading of one block of a frame."""

    point: str
    quantity: str
    unit: str
    n: int
    """Readings in the block."""
    last_s: int
    """Time of the last one [s]."""
    value: Decimal | None
    """Its value, in ``unit``; None where it is missing."""
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One batch as it was acknowledged."""

    gateway: str
    counter: int
    leaf: int
    """Its place in the log."""
    sent_at_s: int
    """When it was sealed, by the sender's clock [s]."""
    received_at_s: int
    """When it came, by the platform's [s]."""
    clock: ClockState
    origin: str
    """What kind of sender it says it comes from."""
    n_blocks: int
    n_readings: int
    blocks: tuple[FrameBlock, ...]
    """The first of them, in the order of the batch."""


def last_frame(gateway: str, *, ports: Ports) -> Frame | None:
    """Return the last batch that came from a gateway; None where none ever did.

    Args:
        gateway: The gateway.
        ports: The outside world.
    """
    # 1. The newest of its records: those that the lake has no index of yet came last.
    leaf = max(_fresh(gateway, ports), default=None)
    leaf = _indexed(gateway, ports) if leaf is None else leaf
    if leaf is None:
        return None
    # 2. What stands in it.
    batch = open_batch(ports.journal.record(leaf).data)
    header, blocks = batch.header, batch.blocks
    return Frame(
        gateway=gateway,
        counter=header.counter,
        leaf=leaf,
        sent_at_s=header.sent_at_s,
        received_at_s=ports.journal.received_at_s(leaf),
        clock=header.clock,
        origin=str(header.origin.get("kind", "")),
        n_blocks=len(blocks),
        n_readings=batch.n_readings,
        blocks=tuple(_told(sealed.block) for sealed in islice(blocks, BLOCKS_MOST)),
    )


def _fresh(gateway: str, ports: Ports) -> Iterator[int]:
    n_known = len(ports.lake.batches())
    for leaf, record in enumerate(ports.journal.records(n_known), start=n_known):
        # An event of the log is no batch.
        if record.data.startswith(MAGICS) and header_of(record.data).gateway == gateway:
            yield leaf


def _indexed(gateway: str, ports: Ports) -> int | None:
    index = ports.lake.batches()
    if gateway not in index.gateways:
        return None
    code = index.gateways.index(gateway)
    leaves = np.flatnonzero(index.is_batch & (index.code == code))
    return int(leaves[-1]) if len(leaves) else None


def _told(block: ReadingBlock) -> FrameBlock:
    count, quality = int(block.counts[-1]), Quality(int(block.quality[-1]))
    is_there = quality is not Quality.MISSING and count != MISSING_COUNT
    return FrameBlock(
        point=block.point,
        quantity=block.quantity.value,
        unit=block.unit,
        n=len(block.times_s),
        last_s=int(block.times_s[-1]),
        value=count * Decimal(block.scale) if is_there else None,
        quality=quality,
    )
