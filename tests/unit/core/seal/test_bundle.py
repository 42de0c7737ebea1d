"""The proof file v2: both batch formats in it, readings in the clear, every byte covered."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_taihang import Refused, verify

from evidence_kit import (
    GATEWAY_KEY,
    GATEWAY_SECRET,
    LOG,
    LOG_KEY,
    LOG_SECRET,
    START_S,
    block,
    sealed,
    statement,
    term,
    verify_signature,
)
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import ClockState, Envelope, open_batch
from taihang.core.seal.bundle import (
    Bundle,
    BundleError,
    ShownKey,
    batch_evidence,
    build_bundle,
    check_bundle,
    event_evidence,
)
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.event import LogEvent, seal_event
from taihang.core.seal.meter_hour import Dial, meter_hours
from taihang.core.seal.proof import LogIdentity, ProofSignatureError
from taihang.core.seal.statement import EnergyStatement
from taihang.core.series import Quality, Quantity
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import InclusionError, Tree, leaf_hash

M1 = "M1"
KEYS = [ShownKey(name="gw-1", ordinal=2, key=GATEWAY_KEY)]


def sealed_v2(
    *blocks: ReadingBlock,
    counter: int = 1,
    sent_at_s: int = START_S + 86_400,
    events: tuple[MeterEvent, ...] = (),
) -> bytes:
    envelope = Envelope(
        gateway="gw-1",
        key_ordinal=2,
        counter=counter,
        sent_at_s=sent_at_s,
        clock=ClockState.SYNCHRONISED,
        origin={"kind": "simulator"},
        events=events,
    )
    seed = leaf_hash(b"%d" % counter)[:16]
    return batch_v2.seal_batch(envelope, blocks=blocks, seed=seed, sign=GATEWAY_SECRET.sign)


def note_of(tree: Tree) -> str:
    checkpoint = Checkpoint(LOG.name, tree.size, tree.root())
    return sign_checkpoint(checkpoint, public_key=LOG_KEY, sign=LOG_SECRET.sign)


def proof(
    what: EnergyStatement, batches: Sequence[bytes], *, keys: Sequence[ShownKey] = KEYS
) -> bytes:
    opened = [open_batch(data) for data in batches]
    tree = Tree(leaf_hash(batch.leaf_entry) for batch in opened)
    evidence = [
        batch_evidence(
            batch,
            points=[each.point for each in what.terms],
            leaf_index=index,
            inclusion=tree.inclusion_proof(index, size=tree.size),
        )
        for index, batch in enumerate(opened)
    ]
    bundle = Bundle(
        claim={"kind": "statement"},
        checkpoint_note=note_of(tree),
        statements=[what.document()],
        keys=keys,
        evidence=evidence[::-1],
    )
    return build_bundle(bundle, log=LOG, sign=LOG_SECRET.sign)


def resealed(document: dict[str, Any]) -> bytes:
    rest = {key: value for key, value in document.items() if key != "seal"}
    seal = LOG_SECRET.sign(b"taihang/proof/v2\n" + canonical_bytes(rest))
    return canonical_bytes(rest | {"seal": b64encode(seal).decode()})


def test_batch_evidence__of_both_versions_stands_in_one_file() -> None:
    old = sealed(block(M1, [0, 5]), counter=1)
    new = sealed_v2(block("A1", [3, 4]), block(M1, [5, 9, 12], start_s=START_S + 900), counter=2)
    data = proof(statement(term(M1), energy_wh=120, missing=0, intervals=3), [old, new])

    report = verify(data, LOG_KEY, gateway_keys=[("gw-1", GATEWAY_KEY)])

    assert report["batches"] == 2
    assert report["gateways"] == [("gw-1", 2, GATEWAY_KEY.hex())]
    shown = json.loads(data)["evidence"][1]["blocks"]
    assert [each["point"] for each in shown] == [M1]
    assert shown[0]["counts"] == [5, 4, 3]
    check_bundle(data, log=LOG, verify=verify_signature)


READING = st.tuples(
    st.integers(0, 40), st.integers(-(1 << 63) + 1, (1 << 63) - 1), st.sampled_from([*Quality])
)


@settings(max_examples=150, deadline=None)
@given(
    readings=st.lists(READING, min_size=1, max_size=25, unique_by=lambda each: each[0]),
    others=st.integers(0, 20),
    point=st.text(
        st.characters(min_codepoint=32, exclude_categories=("Cs",), exclude_characters="\x7f"),
        min_size=1, max_size=20,
    ),
)  # fmt: skip
def test_verify__encodes_every_block_of_version_2_as_the_gateway_did(
    readings: list[tuple[int, int, Quality]], others: int, point: str
) -> None:
    """Any counts, times and qualities, beside any number of other blocks, in any alphabet."""
    readings.sort()
    gap = -(1 << 63)
    odd = ReadingBlock(
        point=point,
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale="10",
        modulus=100_000,
        times_s=START_S + 450 * np.array([each[0] for each in readings], np.int64),
        counts=np.array([gap if q == Quality.MISSING else c for _, c, q in readings], np.int64),
        quality=np.array([each[2] for each in readings], np.uint8),
    )
    beside = [block(f"{point}{number:02}", [1]) for number in range(others)]
    anchor = block("anchor", [7], quantity=Quantity.ENERGY)
    what = statement(
        term("anchor"),
        replace(term(point), max_interval_wh=0),
        energy_wh=70,
        missing=1,
        intervals=1,
    )
    batch = sealed_v2(odd, anchor, *beside)
    data = proof(what, [batch])
    # The energy may differ, for the readings are wild; the bytes never do.
    assert place_of_refusal(data) in {"", "statements[0].missing", "statements[0].energy_wh"}


def place_of_refusal(data: bytes) -> str:
    try:
        verify(data)
    except Refused as refused:
        return refused.where
    return ""


def test_verify__finds_each_block_of_a_tree_of_eight() -> None:
    for n in (1, 2, 7, 8, 9, 63, 64, 65, 66):
        points = [f"P{number:02}" for number in range(n)]
        batch = sealed_v2(*(block(each, [0, 3]) for each in points))
        what = statement(*map(term, points), energy_wh=30 * n, missing=0, intervals=1)

        assert verify(proof(what, [batch]))["readings"] == 2 * n


def test_verify__takes_swaps_of_version_2() -> None:
    swap = MeterEvent(M1, MeterEventKind.SWAP, START_S + 450, 53, 2)
    what = statement(term(M1), energy_wh=80, missing=0, intervals=1)

    assert verify(proof(what, [sealed_v2(block(M1, [50, 7]), events=(swap,))]))["batches"] == 1
    foreign = [
        sealed_v2(block(M1, [50, 7])),
        sealed_v2(block("M2", [1]), counter=2, events=(swap,)),
    ]
    with pytest.raises(Refused, match="without a block of its readings"):
        verify(proof(replace(what, energy_wh=0), foreign))


def _golden() -> bytes:
    new = sealed_v2(block("A1", [3, 4]), block(M1, [0, 5, 9]))
    return proof(statement(term(M1), energy_wh=90, missing=0, intervals=2), [new])


def test_verify__refuses_every_flipped_byte_of_a_file_of_version_2() -> None:
    data = _golden()
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 1 << at % 7
        with pytest.raises(Refused):
            verify(bytes(altered))
    assert len(data) > 2_000


LIES: list[tuple[tuple[str | int, ...], object, str]] = [
    (("evidence", 0, "header", "counter"), 9, "evidence[0].signature"),
    (("evidence", 0, "header", "key"), 1, "evidence[0].header.gateway_key"),
    (("evidence", 0, "header", "body_bytes"), 99, "evidence[0].signature"),
    (("evidence", 0, "header", "notes", "origin"), {}, "evidence[0].signature"),
    (("evidence", 0, "leaf_index"), 1, "evidence[0].inclusion"),
    (("evidence", 0, "blocks", 0, "index"), 0, "evidence[0].blocks[0].path"),
    (("evidence", 0, "blocks", 0, "index"), 7, "evidence[0].blocks[0].path"),
    (("evidence", 0, "blocks", 0, "path"), "", "evidence[0].blocks[0].path"),
    (("evidence", 0, "inclusion"), "AAAA", "evidence[0].inclusion"),
    (("evidence", 0, "blocks", 0, "salt"), "AAAAAAAAAAAAAAAAAAAAAA==", "blocks[0].path"),
    (("evidence", 0, "blocks", 0, "counts"), [0, 5, 5], "evidence[0].blocks[0].path"),
    (("evidence", 0, "blocks", 0, "counts"), [0, 5], "evidence[0].blocks[0].path"),
    (("evidence", 0, "blocks", 0, "counts"), [], "evidence[0].blocks[0]"),
    (("evidence", 0, "blocks", 0, "quality"), [2], "evidence[0].blocks[0].path"),
    (("evidence", 0, "blocks", 0, "quality"), [0, 0], "evidence[0].blocks[0]"),
    (("evidence", 0, "blocks", 0, "times_s"), [], "evidence[0].blocks[0]"),
    (("evidence", 0, "blocks", 0, "times_s"), [START_S], "evidence[0].blocks[0]"),
    (("evidence", 0, "blocks", 0, "times_s"), [START_S, 900, 900], "evidence[0].blocks[0].path"),
    (("evidence", 0, "blocks", 0, "scale"), "1", "evidence[0].blocks[0].path"),
    (("gateways", 0, "key"), LOG_KEY.hex(), "evidence[0].signature"),
    (("gateways",), [], "evidence[0].header.gateway_key"),
    (("events",), [{}], "events[0]"),
    (("claim",), {"kind": "hour"}, "claim"),
    (("claim",), {"kind": "wish"}, "claim.kind"),
    (("claim",), 5, "claim.kind"),
    (("statements",), [], "statements"),
]


@pytest.mark.parametrize(("place", "value", "where"), LIES)
def test_verify__names_the_place_of_a_lie_in_a_file_of_version_2(
    place: tuple[str | int, ...], value: object, where: str
) -> None:
    document = json.loads(_golden())
    holder: Any = document
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value

    with pytest.raises(Refused) as refused:
        verify(resealed(document))

    assert where in refused.value.where


# -- the platform's own look ---------------------------------------------------------------------


def hour_proof() -> tuple[bytes, Tree]:
    """One meter-hour out of a day of three, with its seal in a log of five."""
    rows = {
        "time_s": START_S + 60 * np.arange(60, dtype=np.int64),
        "count": np.arange(60, dtype=np.int64) * 3,
        "quality": np.zeros(60, np.int64),
    }
    dial = Dial(unit="Wh", scale="10", modulus=100_000)
    ((_, text),) = meter_hours((M1, "register"), rows=rows, dial=dial)
    salt = bytes(range(16))
    day = Tree([leaf_hash(b"a"), leaf_hash(salt + text), leaf_hash(b"b")])
    body = {
        "as_of": 4,
        "day": "2026-06-01",
        "n": 3,
        "park": "ab" * 8,
        "root": day.root().hex(),
        "version": 1,
    }
    record = seal_event(LogEvent("day-seal", START_S + 90_000, bytes(16), {**body}))
    log = Tree([*map(leaf_hash, (b"0", b"1", b"2", b"3")), leaf_hash(record)])
    path = day.inclusion_proof(1, size=3)
    claim = {
        "kind": "hour",
        "hour": json.loads(text),
        "salt": b64encode(salt).decode(),
        "index": 1,
        "path": b64encode(b"".join(path)).decode(),
    }
    event = event_evidence(record, leaf_index=4, inclusion=log.inclusion_proof(4, size=5))
    bundle = Bundle(claim=claim, checkpoint_note=note_of(log), events=[event])
    return build_bundle(bundle, log=LOG, sign=LOG_SECRET.sign), log


def test_check_bundle__is_the_whole_proof_of_an_hour() -> None:
    data, _ = hour_proof()

    check_bundle(data, log=LOG, verify=verify_signature)
    assert verify(data, LOG_KEY)["readings"] == 60
    document = json.loads(data)
    document["claim"]["hour"]["counts"][5] += 1
    with pytest.raises(InclusionError):
        check_bundle(resealed(document), log=LOG, verify=verify_signature)
    with pytest.raises(ProofSignatureError):
        check_bundle(canonical_bytes(document), log=LOG, verify=verify_signature)
    other = LogIdentity(name=LOG.name, key=GATEWAY_KEY)
    with pytest.raises(ProofSignatureError):
        check_bundle(data, log=other, verify=verify_signature)


@pytest.mark.parametrize("part", ["seal", "checkpoint", "events", "claim"])
def test_check_bundle__refuses_what_is_no_file_of_version_2(part: str) -> None:
    document = json.loads(hour_proof()[0])
    document[part] = 5
    with pytest.raises((BundleError, ProofSignatureError)):
        check_bundle(canonical_bytes(document), log=LOG, verify=verify_signature)


def test_event_evidence__refuses_a_record_that_is_no_event() -> None:
    with pytest.raises(BundleError, match="no event"):
        event_evidence(sealed(block(M1, [1])), leaf_index=0, inclusion=[])
