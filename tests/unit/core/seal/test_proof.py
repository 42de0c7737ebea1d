"""The proof file: what goes in is relevant, in order, and comes out again."""

from dataclasses import replace

import pytest

from evidence_kit import (
    GATEWAY_SECRET,
    LOG,
    LOG_SECRET,
    OTHER_SECRET,
    MiniLog,
    block,
    golden_log,
    golden_statement,
    sealed,
    statement,
    term,
    verify_signature,
)
from taihang.core.errors import TaihangError
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.seal.canonical import DocumentError
from taihang.core.seal.proof import (
    BatchEvidence,
    EvidenceError,
    ProofSignatureError,
    build_proof,
    evidence_of,
    open_proof,
)
from taihang.core.seal.statement import EnergyStatement
from taihang.core.series import Quantity
from taihang.core.tlog.merkle import InclusionError, leaf_hash
from taihang.core.tlog.note import NoteSignatureError


def _evidence(log: MiniLog, *points: str) -> list[BatchEvidence]:
    return [
        evidence_of(
            batch,
            points=points,
            leaf_index=index,
            inclusion=log.tree.inclusion_proof(index, size=log.tree.size),
        )
        for index, batch in enumerate(log.batches)
    ]


def _build(log: MiniLog, evidence: list[BatchEvidence], what: EnergyStatement) -> bytes:
    return build_proof(
        statement=what.document(),
        evidence=evidence,
        checkpoint_note=log.note,
        log=LOG,
        sign=LOG_SECRET.sign,
    )


def _two_meters() -> tuple[MiniLog, EnergyStatement]:
    log = MiniLog.of(
        sealed(block("M1", [0, 10]), block("M2", [5, 6]), block("M3", [0, 0])),
        sealed(block("M1", [10, 30], start_s=1_780_272_900), counter=2),
    )
    return log, statement(term("M1"), term("M2"), energy_wh=310, missing=1, intervals=2)


def test_open_proof__gives_back_what_was_built() -> None:
    log, what = _two_meters()

    proof = open_proof(log.prove(what), verify=verify_signature)

    assert proof.statement == what
    assert proof.log == LOG
    assert proof.checkpoint_note == log.note
    assert list(proof.evidence) == _evidence(log, "M1", "M2")


def test_evidence_of__shows_no_other_point() -> None:
    log, _ = _two_meters()

    evidence = _evidence(log, "M2")

    assert [len(batch.blocks) for batch in evidence] == [1, 0]
    assert b'"M2"' in evidence[0].blocks[0].body


def test_build_proof__puts_evidence_in_order() -> None:
    log, what = _two_meters()
    evidence = _evidence(log, "M1", "M2")
    turned = [replace(batch, blocks=batch.blocks[::-1]) for batch in reversed(evidence)]

    assert _build(log, evidence, what) == _build(log, turned, what)


def test_build_proof__refuses_evidence_twice() -> None:
    log, what = _two_meters()
    evidence = _evidence(log, "M1", "M2")
    block_twice = replace(evidence[0], blocks=evidence[0].blocks[:1] * 2)

    with pytest.raises(EvidenceError, match="leaf index twice"):
        _build(log, [evidence[0], *evidence], what)
    with pytest.raises(EvidenceError, match="a block of leaf 0 twice"):
        _build(log, [block_twice], what)


def test_build_proof__refuses_a_counter_that_two_batches_share() -> None:
    log = MiniLog.of(sealed(block("M1", [0, 10])), sealed(block("M1", [0, 20])))
    what = statement(term("M1"), energy_wh=100, missing=0, intervals=1)

    with pytest.raises(EvidenceError, match="2 batches 1 of gateway 'gw-1'"):
        log.prove(what)


def test_build_proof__takes_two_keys_of_a_gateway_that_changed_it() -> None:
    log = MiniLog.of(
        sealed(block("M1", [0, 10])),
        sealed(block("M1", [0, 10]), counter=2, secret=OTHER_SECRET),
    )
    what = statement(term("M1"), energy_wh=100, missing=0, intervals=1)

    assert log.prove(what)


def test_build_proof__refuses_an_event_without_readings_of_its_meter() -> None:
    swap = MeterEvent("M1", MeterEventKind.SWAP, 1_780_272_450, 400, 7)
    foreign = sealed(block("M3", [0]), gateway="gw-2", events=(swap,))
    log = MiniLog.of(sealed(block("M1", [0, 10])), foreign)
    own = MiniLog.of(sealed(block("M1", [0, 10]), events=(swap,)))
    what = statement(term("M1"), energy_wh=100, missing=0, intervals=1)

    with pytest.raises(EvidenceError, match="leaf 1: an event of 'M1' without its readings"):
        log.prove(what)
    assert own.prove(what)


def test_build_proof__refuses_blocks_that_have_no_part_in_the_sum() -> None:
    log, what = _two_meters()

    with pytest.raises(EvidenceError, match="register of 'M3'"):
        _build(log, _evidence(log, "M1", "M3"), what)


@pytest.mark.parametrize(("scale", "modulus"), [("1", 100_000), ("10", 0)])
def test_build_proof__refuses_a_block_that_its_term_reads_otherwise(
    scale: str, modulus: int
) -> None:
    log = MiniLog.of(sealed(block("M1", [0, 10], scale=scale, modulus=modulus)))
    what = statement(term("M1"), energy_wh=100, missing=0, intervals=1)

    with pytest.raises(EvidenceError, match="expected a register or energy that fits"):
        log.prove(what)


def test_build_proof__refuses_two_kinds_of_reading_of_one_point() -> None:
    log = MiniLog.of(sealed(block("M1", [0]), block("M1", [0], quantity=Quantity.ENERGY)))
    what = statement(term("M1"), energy_wh=0, missing=1, intervals=2)

    with pytest.raises(EvidenceError, match="both register and energy"):
        log.prove(what)


def test_build_proof__refuses_paths_that_do_not_lead_to_the_checkpoint() -> None:
    log, what = _two_meters()
    evidence = _evidence(log, "M1", "M2")
    other_leaf = replace(evidence[0], signature=evidence[1].signature)
    shown = evidence[0].blocks[0]
    other_block = replace(evidence[0], blocks=(replace(shown, salt=bytes(16)),))

    with pytest.raises(InclusionError):
        _build(log, [other_leaf], what)
    with pytest.raises(InclusionError):
        _build(log, [other_block], what)


def test_open_proof__refuses_a_flipped_bit_in_every_fifth_byte() -> None:
    data = golden_log().prove(golden_statement())

    accepted: list[int] = []
    for at in range(0, len(data), 5):
        altered = bytearray(data)
        altered[at] ^= 1 << at % 8
        try:
            open_proof(bytes(altered), verify=verify_signature)
        except TaihangError:
            continue
        accepted.append(at)

    assert len(data) > 3_000
    assert accepted == []


def test_open_proof__says_which_signature_is_wrong() -> None:
    log, what = _two_meters()
    evidence = _evidence(log, "M1", "M2")
    forged_seal = build_proof(
        statement=what.document(),
        evidence=evidence,
        checkpoint_note=log.note,
        log=LOG,
        sign=GATEWAY_SECRET.sign,
    )
    altered_note = log.prove(what).replace(b"park.example/log\\n2", b"park.example/log\\n3")

    with pytest.raises(ProofSignatureError, match="seal"):
        open_proof(forged_seal, verify=verify_signature)
    with pytest.raises(NoteSignatureError):
        open_proof(altered_note, verify=verify_signature)


def test_open_proof__refuses_a_batch_that_its_gateway_did_not_sign() -> None:
    log, what = _two_meters()
    forged = replace(log.batches[0], signature=LOG_SECRET.sign(b"something else"))
    log = MiniLog.of()
    log.batches.append(forged)
    log.tree.append(leaf_hash(forged.leaf_entry))

    with pytest.raises(ProofSignatureError, match=r"evidence\[0\]\.signature"):
        open_proof(log.prove(what), verify=verify_signature)


def test_open_proof__refuses_unknown_fields() -> None:
    data = golden_log().prove(golden_statement())

    with pytest.raises(DocumentError, match="unknown keys"):
        open_proof(b'{"also":1,' + data[1:], verify=verify_signature)
