"""Batches of the second version for tests: fixed keys, seeds by counter, the golden batch."""

from hashlib import sha256
from typing import Final

import numpy as np

from evidence_kit import GATEWAY_SECRET, START_S, block
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.batch_v2 import seal_batch
from taihang.core.seal.envelope import ClockState, Envelope
from taihang.core.series import Quality, Quantity


def seed_of(counter: int) -> bytes:
    """A seed that is nobody's secret."""
    return sha256(b"seed %d" % counter).digest()[:16]


def sealed_columns(
    *blocks: ReadingBlock,
    counter: int = 1,
    events: tuple[MeterEvent, ...] = (),
    sent_at_s: int = START_S + 86_400,
    gateway: str = "gw-1",
    key_ordinal: int = 1,
) -> bytes:
    """Return the bytes of a batch of the second version."""
    envelope = Envelope(
        gateway=gateway,
        key_ordinal=key_ordinal,
        counter=counter,
        sent_at_s=sent_at_s,
        clock=ClockState.SYNCHRONISED,
        origin={"kind": "simulator", "seed": "7"},
        events=events,
    )
    return seal_batch(envelope, blocks=blocks, seed=seed_of(counter), sign=GATEWAY_SECRET.sign)


GOLDEN_BLOCKS: Final = (
    # Over a rollover, with a missing reading: differences of four bytes, qualities written out.
    block("M-E01", [99_950, 99_990, 20, None, 100]),
    # Regular and measured: differences of one byte, nothing written out.
    block("M-E02", [77_000, 77_040, 77_060, 77_120], scale="100", modulus=10_000_000),
    # One reading, entered by hand.
    block("M-E03", [60], start_s=START_S + 2_700, quality={0: Quality.MANUAL}),
    # The first reading is missing; differences of two bytes.
    block("P-太行", [None, 0, 25_000], quantity=Quantity.ENERGY, scale="1", modulus=0),
    # Irregular times, a rejected and an estimated reading.
    ReadingBlock(
        point="T-ambient",
        quantity=Quantity.SAMPLE,
        unit="degC",
        scale="0.1",
        modulus=0,
        times_s=START_S + np.array([0, 610, 1_200], np.int64),
        counts=np.array([215, -3, 220], np.int64),
        quality=np.array([Quality.MEASURED, Quality.REJECTED, Quality.ESTIMATED], np.uint8),
    ),
    # Nine blocks and more make a tree of two rows; differences of eight bytes.
    *(block(f"Z-{number}", [0, 1 << 40], modulus=0) for number in range(5)),
)


def golden_columns() -> bytes:
    """The batch behind tests/golden/sealed_batch_v2."""
    return sealed_columns(
        *GOLDEN_BLOCKS,
        counter=42,
        key_ordinal=2,
        sent_at_s=START_S + 3_600,
        events=(MeterEvent("M-E02", MeterEventKind.SWAP, START_S + 2_800, 77_120, 15),),
    )
