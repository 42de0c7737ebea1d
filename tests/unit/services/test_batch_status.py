"""How far a batch has come, and the receipt that is made anew."""

from pathlib import Path

import pytest

import small_park
from evidence_kit import verify_signature
from taihang.core.tlog.note import VerifierKey
from taihang.core.tlog.tlog_proof import parse_tlog_proof, verify_tlog_proof
from taihang.services.act_log import log_act
from taihang.services.batch_status import UnknownBatchError, batch_status, stored_origin
from taihang.services.ports import Ports
from watched_park import NOW_S, ORIGIN, Watched
from witness_kit import WITNESSES


def _stored(ports: Ports, n: int) -> list[bytes]:
    block = small_park.registers("M-E02", small_park.DAY)
    batches = [small_park.sealed(ports, "GW2", number, block) for number in range(1, n + 1)]
    small_park.ingested(ports, batches)
    return batches


def test_batch_status__gives_the_receipt_again_under_the_present_checkpoint(
    tmp_path: Path,
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        _stored(ports, 5)

        found = batch_status("GW2", 3, ports=ports)
        leaf = ports.journal.tree.leaf(2)
        note = ports.journal.checkpoint_note

    assert (found.receipt.leaf_index, found.receipt.leaf_hash) == (2, leaf)
    assert (found.included_size, found.published_size, found.is_published) == (5, None, False)
    assert found.receipt.known_before
    assert found.receipt.received_at_s == int(small_park.NOW.timestamp())
    assert parse_tlog_proof(found.receipt.proof).checkpoint_note == note


@pytest.mark.parametrize(("gateway", "counter"), [("GW2", 6), ("GW1", 1), ("GW9", 1), ("GW2", 0)])
def test_batch_status__of_a_batch_that_never_came(
    gateway: str, counter: int, tmp_path: Path
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        _stored(ports, 5)

        with pytest.raises(UnknownBatchError, match=f"batch {counter} of {gateway}"):
            batch_status(gateway, counter, ports=ports)


def test_batch_status__finds_what_the_lake_has_not_taken_in_yet(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        _stored(ports, 3)
        block = small_park.registers("M-E02", small_park.DAY)
        newest = [small_park.sealed(ports, "GW2", number, block) for number in (4, 5)]
        # As seen by a second process: the door has acknowledged, and holds the rows in memory.
        ports.journal.append(newest, received_at_s=NOW_S)
        assert len(ports.lake.batches()) == 3

        found = batch_status("GW2", 5, ports=ports)

        assert (found.receipt.leaf_index, found.receipt.received_at_s) == (4, NOW_S)
        with pytest.raises(UnknownBatchError):
            batch_status("GW2", 6, ports=ports)


def test_stored_origin__is_what_the_batch_says(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        _stored(ports, 2)

        assert stored_origin(1, ports=ports) == small_park.ORIGIN


def test_batch_status__says_when_a_batch_was_published_and_by_whom(tmp_path: Path) -> None:
    park = Watched(tmp_path)
    park.grow(3)
    park.published()
    park.grow(5)

    with park.opened(writing=False) as ports:
        second, fourth = (batch_status("GW2", number, ports=ports) for number in (2, 4))
        leaf = ports.journal.tree.leaf(1)

    assert (second.published_size, second.published_at_s) == (3, NOW_S)
    assert second.cosigned_by == tuple(witness.name for witness in WITNESSES)
    assert (fourth.is_published, fourth.is_witnessed, fourth.cosigned_by) == (False, True, ())
    # The proof stands on its own: cosigned, and nobody has to be asked.
    found = verify_tlog_proof(
        parse_tlog_proof(second.published_proof or ""),
        leaf=leaf,
        log=VerifierKey(ORIGIN, park.log_key),
        witnesses=WITNESSES,
        quorum=3,
        verify=verify_signature,
    )
    assert found.index == 1


def test_batch_status__an_event_that_the_lake_does_not_know_yet_is_no_batch(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        _stored(ports, 1)
        log_act("park-note", {"what": "an event between two batches"}, ports=ports)
        block = small_park.registers("M-E02", small_park.DAY)
        batch = small_park.sealed(ports, "GW2", 2, block)
        ports.journal.append([batch], received_at_s=int(small_park.NOW.timestamp()))

        found = batch_status("GW2", 2, ports=ports)
        with pytest.raises(UnknownBatchError):
            batch_status("GW2", 9, ports=ports)

    assert found.receipt.leaf_index == 2
