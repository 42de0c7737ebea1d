"""A miniature park for tests: one gateway, one log, fixed keys, proofs from a few batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from taihang.core.facts import Fact
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.periods import STEP_S, Period
from taihang.core.seal.batch import ClockState, Envelope, SealedBatch, open_batch, seal_batch
from taihang.core.seal.proof import LogIdentity, build_proof, evidence_of
from taihang.core.seal.statement import EnergyStatement, Term
from taihang.core.series import Quality, Quantity
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash

START_S: Final = 1_780_272_000
"""2026-06-01T00:00Z."""
MISSING_COUNT: Final = -(1 << 63)
GATEWAY_SECRET: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_SECRET: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
GATEWAY_KEY: Final = GATEWAY_SECRET.public_key().public_bytes_raw()
LOG_KEY: Final = LOG_SECRET.public_key().public_bytes_raw()
LOG: Final = LogIdentity(name="park.example/log", key=LOG_KEY)
OTHER_SECRET: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
COAL: Final = Fact(
    code="coal-equivalent.electricity",
    value=Decimal("0.1229"),
    unit="kgce/kWh",
    region="CN",
    valid_from=date(2021, 4, 1),
    valid_to=None,
    data_year=None,
    document="GB/T 2589-2020",
    clause="A",
    source="K07",
    status="verified",
    set="equivalent",
)


def verify_signature(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def block(
    point: str,
    counts: Sequence[int | None],
    *,
    start_s: int = START_S,
    quantity: Quantity = Quantity.REGISTER,
    scale: str = "10",
    modulus: int = 100_000,
    quality: Mapping[int, Quality] | None = None,
    step_s: int = STEP_S,
) -> ReadingBlock:
    """Readings on a regular grid; None is missing."""
    marks = np.array(
        [Quality.MISSING if count is None else Quality.MEASURED for count in counts], np.uint8
    )
    for at, mark in (quality or {}).items():
        marks[at] = mark
    return ReadingBlock(
        point=point,
        quantity=quantity,
        unit="Wh",
        scale=scale,
        modulus=modulus,
        times_s=start_s + step_s * np.arange(len(counts), dtype=np.int64),
        counts=np.array([MISSING_COUNT if c is None else c for c in counts], np.int64),
        quality=marks,
    )


def sealed(
    *blocks: ReadingBlock,
    counter: int = 1,
    secret: Ed25519PrivateKey = GATEWAY_SECRET,
    events: tuple[MeterEvent, ...] = (),
    sent_at_s: int = START_S + 86_400,
    gateway: str = "gw-1",
) -> bytes:
    """Return the bytes of a batch with salts that depend only on place and counter."""
    return seal_batch(
        Envelope(
            gateway=gateway,
            gateway_key=secret.public_key().public_bytes_raw(),
            counter=counter,
            sent_at_s=sent_at_s,
            clock=ClockState.SYNCHRONISED,
            origin={"kind": "simulator", "seed": "7"},
            events=events,
        ),
        blocks=blocks,
        salts=[leaf_hash(b"%d %d" % (counter, i))[:16] for i in range(len(blocks))],
        sign=secret.sign,
    )


@dataclass
class MiniLog:
    """A log of batches, and proofs from it."""

    batches: list[SealedBatch] = field(default_factory=list[SealedBatch])
    tree: Tree = field(default_factory=Tree)

    @classmethod
    def of(cls, *batches: bytes) -> "MiniLog":
        log = cls()
        for data in batches:
            log.batches.append(open_batch(data))
            log.tree.append(leaf_hash(log.batches[-1].leaf_entry))
        return log

    @property
    def note(self) -> str:
        checkpoint = Checkpoint(LOG.name, self.tree.size, self.tree.root())
        return sign_checkpoint(checkpoint, public_key=LOG_KEY, sign=LOG_SECRET.sign)

    def prove(self, statement: EnergyStatement) -> bytes:
        points = [term.point for term in statement.terms]
        size = self.tree.size
        return build_proof(
            statement=statement.document(),
            evidence=[
                evidence_of(
                    batch,
                    points=points,
                    leaf_index=index,
                    inclusion=self.tree.inclusion_proof(index, size=size),
                )
                for index, batch in enumerate(self.batches)
            ],
            checkpoint_note=self.note,
            log=LOG,
            sign=LOG_SECRET.sign,
        )


def term(point: str, *, sign: int = 1, max_interval_wh: int = 5_000) -> Term:
    return Term(point=point, sign=sign, scale=10, modulus=100_000, max_interval_wh=max_interval_wh)


def statement(
    *terms: Term, energy_wh: int, missing: int, intervals: int, factors: tuple[Fact, ...] = (COAL,)
) -> EnergyStatement:
    start = datetime.fromtimestamp(START_S, tz=UTC)
    end = datetime.fromtimestamp(START_S + STEP_S * intervals, tz=UTC)
    return EnergyStatement(
        id="standard-coal.E01.2026-06.v1",
        kind="standard-coal",
        subject="E01",
        park="mini",
        period=Period(start, end),
        title_zh="企业E01用电折标准煤",
        title_en="Coal equivalent of the electricity of E01",
        terms=terms,
        energy_wh=energy_wh,
        missing=missing,
        factors=factors,
        divisor=1_000_000,
        unit="tce",
        code_version="0.1.0",
        version=1,
        supersedes=None,
        reason="first issue",
    )


def golden_log() -> MiniLog:
    """The log behind tests/golden/sealed_batch: its first batch is the golden one."""
    irregular = ReadingBlock(
        point="T-ambient",
        quantity=Quantity.SAMPLE,
        unit="degC",
        scale="0.1",
        modulus=0,
        times_s=START_S + np.array([0, 610, 1_200], np.int64),
        counts=np.array([215, -3, 220], np.int64),
        quality=np.array([Quality.MEASURED, Quality.REJECTED, Quality.ESTIMATED], np.uint8),
    )
    first = sealed(
        block("M-E01", [99_950, 99_990, 20, None, 100]),
        block("P-roof", [0, 25], quantity=Quantity.ENERGY, modulus=0),
        irregular,
        counter=42,
        sent_at_s=START_S + 3_600,
        events=(MeterEvent("M-E02", MeterEventKind.SWAP, START_S + 2_800, 77_120, 15),),
    )
    late = sealed(
        block("M-E01", [60], start_s=START_S + 2_700, quality={0: Quality.MANUAL}),
        counter=43,
        sent_at_s=START_S + 4_500,
    )
    return MiniLog.of(first, late, sealed(counter=44, sent_at_s=START_S + 5_400))


def golden_statement() -> EnergyStatement:
    """40 + 30 (over the rollover) + 40 + 40 counts of 10 Wh; the fifth interval is missing."""
    return statement(term("M-E01"), energy_wh=1_500, missing=1, intervals=5)
