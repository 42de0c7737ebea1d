"""A month's bill of one enterprise with twenty meters, and its proof: built with the core alone."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from taihang.adapters.facts import load_facts
from taihang.core.market.bill import bill
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import MonthUse
from taihang.core.metering.readings import ReadingBlock
from taihang.core.park.contract import DemandBasis, GridTariff
from taihang.core.periods import STEP_S, month
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import ClockState, Envelope, open_batch
from taihang.core.seal.bundle import Bundle, ShownKey, batch_evidence, build_bundle
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.proof import LogIdentity
from taihang.core.seal.statement import EnergyStatement, Term
from taihang.core.series import EnergySeries, Quantity
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.services.bill_document import bill_body
from taihang.services.prove_bill import facts_named, schedule_document
from taihang.services.tariff import Connection, bill_terms

METERS: Final = 20
MONTH: Final = "2026-08"
ZONE: Final = ZoneInfo("Asia/Shanghai")
SCALE_WH: Final = 100
MODULUS: Final = 10_000_000
LOG_SECRET: Final = Ed25519PrivateKey.from_private_bytes(sha256(b"log").digest())
GATEWAY_SECRET: Final = Ed25519PrivateKey.from_private_bytes(sha256(b"gateway").digest())
LOG: Final = LogIdentity(name="park.example/log", key=LOG_SECRET.public_key().public_bytes_raw())
PERIOD: Final = month(MONTH, ZONE)
TARIFF: Final = GridTariff(
    id="GT",
    users=("E01",),
    parts="two-part",
    demand_basis=DemandBasis.DEMAND,
    agent_price_cny_per_kwh=Decimal("0.3320"),
    system_operation_cny_per_kwh=Decimal("0.0400"),
    export_price_cny_per_kwh=Decimal("0.3320"),
    floating_items=("energy", "line_loss"),
    sharp_applies=True,
    line_loss_rule="gross-up",
    green_pays=(),
    power_factor_standard="0.90",
    source="assumed for the benchmark",
)
_KVA: Final = 20_000.0


def bill_proof(*, readings_a_batch: int) -> bytes:
    """Return the proof of the bill.

    Args:
        readings_a_batch: Readings of each meter in one upload: 1 is an upload every 15 minutes.

    Returns:
        The bytes of the file; 2 976 intervals × 20 meters stand in it.
    """
    counts = _counts()
    batches = [open_batch(data) for data in _uploads(counts, readings_a_batch)]
    tree = Tree(leaf_hash(batch.leaf_entry) for batch in batches)
    points = [f"M{number:02}" for number in range(METERS)]
    evidence = [
        batch_evidence(
            batch,
            points=points,
            leaf_index=leaf,
            inclusion=tree.inclusion_proof(leaf, size=tree.size),
        )
        for leaf, batch in enumerate(batches)
    ]
    key = ShownKey(name="GW1", ordinal=1, key=GATEWAY_SECRET.public_key().public_bytes_raw())
    energy_wh = np.diff(counts, axis=1).sum(axis=0) * SCALE_WH
    checkpoint = Checkpoint(LOG.name, tree.size, tree.root())
    note = sign_checkpoint(checkpoint, public_key=LOG.key, sign=LOG_SECRET.sign)
    bundle = Bundle(
        claim=_claim(energy_wh),
        checkpoint_note=note,
        statements=[_statement(points, int(energy_wh.sum())).document()],
        keys=[key],
        evidence=evidence,
    )
    return build_bundle(bundle, log=LOG, sign=LOG_SECRET.sign)


def write_proof(path: Path, *, readings_a_batch: int) -> int:
    """Write the proof to a file; return its size in bytes."""
    return path.write_bytes(bill_proof(readings_a_batch=readings_a_batch))


def _counts() -> np.ndarray:
    """Return the register of every meter at every edge, shape (METERS, n + 1)."""
    steps = np.random.default_rng(7).integers(200, 2_000, (METERS, PERIOD.n_steps))
    edges = np.concatenate([np.zeros((METERS, 1), np.int64), steps.cumsum(axis=1)], axis=1)
    return edges + 1_000


def _uploads(counts: np.ndarray, readings_a_batch: int) -> Iterator[bytes]:
    n_edges = counts.shape[1]
    for counter, first in enumerate(range(0, n_edges, readings_a_batch), 1):
        last = min(first + readings_a_batch, n_edges)
        times_s = PERIOD.start_s + STEP_S * np.arange(first, last, dtype=np.int64)
        envelope = Envelope(
            gateway="GW1",
            counter=counter,
            sent_at_s=int(times_s[-1]) + 5,
            clock=ClockState.SYNCHRONISED,
            origin={"kind": "simulator"},
        )
        blocks = [
            ReadingBlock(
                point=f"M{number:02}",
                quantity=Quantity.REGISTER,
                unit="Wh",
                scale=str(SCALE_WH),
                modulus=MODULUS,
                times_s=times_s,
                counts=counts[number, first:last] % MODULUS,
                quality=np.zeros(last - first, np.uint8),
            )
            for number in range(METERS)
        ]
        seed = sha256(b"%d" % counter).digest()[:16]
        yield batch_v2.seal_batch(envelope, blocks=blocks, seed=seed, sign=GATEWAY_SECRET.sign)


def _statement(points: list[str], energy_wh: int) -> EnergyStatement:
    return EnergyStatement(
        id=f"energy.E01.{MONTH}.v1",
        kind="energy",
        subject="E01",
        park="bench",
        period=PERIOD,
        title_zh="E01 用电量",
        title_en="E01: electricity used",
        terms=tuple(
            Term(point=each, sign=1, scale=SCALE_WH, modulus=MODULUS, max_interval_wh=500_000)
            for each in points
        ),
        energy_wh=energy_wh,
        missing=0,
        factors=(),
        divisor=1_000,
        unit="kWh",
        code_version="bench",
        version=1,
        supersedes=None,
        reason="first issue",
    )


def _claim(energy_wh: np.ndarray) -> dict[str, JsonValue]:
    book = load_facts()
    terms = bill_terms(
        TARIFF, at=Connection(10.0, _KVA), book=book, period=PERIOD, zone=ZONE, stand_in=None
    )
    series = EnergySeries(
        PERIOD.start_s, energy_wh.astype(np.int64), np.zeros(len(energy_wh), np.uint8)
    )
    use = MonthUse(
        user="E01",
        grid=series,
        green=(),
        max_demand_kw=max_demand_kw(series),
        transformer_kva=Decimal(str(_KVA)),
        reactive=None,
        corrections=(),
    )
    found = bill(use, terms=terms, book=book, month_name=MONTH, zone=ZONE)
    document = bill_body(found, terms=terms, version="bench") | {
        "id": f"bill.E01.{MONTH}.v1",
        "version": 1,
        "supersedes": None,
        "reason": "first issue",
    }
    holidays = terms.holidays.days if terms.holidays and terms.schedule.holiday_deep_valley else ()
    basis: JsonValue = {
        "offset_s": int((PERIOD.start.astimezone(ZONE).utcoffset() or timedelta()).total_seconds()),
        "schedule": schedule_document(terms, month_number=int(MONTH[5:])),
        "holidays": [
            *sorted(day.isoformat() for day in holidays if day.isoformat().startswith(MONTH))
        ],
        "facts": facts_named(document, terms=terms, book=book, period=PERIOD, zone=ZONE),
        "sharp_applies": 1,
        "floating_items": [*TARIFF.floating_items],
        "green_pays": [],
        "capacity": "kw",
        "transformer_kva": "20000",
        "green": [],
        "line_wh": [],
        "estimated": [],
    }
    return {"kind": "bill", "bill": document, "basis": basis, "line": None}
