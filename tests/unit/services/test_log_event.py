"""An event takes a leaf of its own and changes nothing that is derived from readings."""

from pathlib import Path

import small_park
from small_park import DAY
from taihang.core.seal.entry import leaf_entry_of
from taihang.core.seal.event import open_event
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion
from taihang.services.audit import audit, rebuild
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.replay import catch_up


def batches(ports: Ports) -> list[bytes]:
    blocks = [small_park.registers(point, DAY) for point in ("M-E01", "M-PV01")]
    parts = [small_park.cut(block, at, at + 20) for at in (0, 20, 40) for block in blocks]
    return [small_park.sealed(ports, "GW1", n, part) for n, part in enumerate(parts, start=1)]


def test_log_event__is_a_leaf_with_a_salt_and_an_instant(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        indexes = [log_event("act", {"n": 1}, ports=ports) for _ in range(3)]
        records = [ports.journal.record(index) for index in indexes]
        path = ports.journal.tree.inclusion_proof(1, size=3)
        root = ports.journal.tree.root()
        now_s = int(ports.clock.now().timestamp())

    events = [open_event(record.data) for record in records]
    assert indexes == [0, 1, 2]
    assert {(event.kind, event.at_s, event.body["n"]) for event in events} == {("act", now_s, 1)}
    assert len({event.salt for event in events}) == 3
    assert {record.received_at_s for record in records} == {now_s}
    leaf = leaf_hash(leaf_entry_of(records[1].data))
    verify_inclusion(leaf, index=1, size=3, path=path, root=root)


def state(root: Path, *, events_at: set[int], together: bool) -> tuple[str, int]:
    """The state hash of a park whose journal has events before some of its batches."""
    with small_park.opened(small_park.make(root)) as ports:
        sealed = batches(ports)
        for number, batch in enumerate(sealed):
            if number in events_at:
                log_event("act", {"n": number}, ports=ports)
            if not together:
                small_park.ingested(ports, [batch])
        if together:
            receipts = small_park.ingested(ports, sealed)
            assert [receipt.leaf_index for receipt in receipts] == list(
                range(len(events_at), len(events_at) + len(sealed))
            )
        log_event("act", {}, ports=ports)
        catch_up(ports)
        found = ports.lake.state_hash()
        assert rebuild(ports=ports) == found
        report = audit(ports=ports)
        assert (report.findings, report.gaps, report.n_batches) == ([], [], len(sealed))
        size = ports.journal.size
    with small_park.opened(root) as ports:
        small_park.ingested(ports, sealed)
        assert (ports.journal.size, ports.lake.state_hash()) == (size, found)
    return found, size


def test_log_event__changes_no_state_hash_wherever_it_stands(tmp_path: Path) -> None:
    plain, _ = state(tmp_path / "0", events_at=set(), together=False)

    for number, (events_at, together) in enumerate(
        [({0}, False), ({2, 3}, False), ({0, 1, 5}, False), ({0, 4}, True)], start=1
    ):
        found, size = state(tmp_path / str(number), events_at=events_at, together=together)
        assert found == plain
        assert size == 6 + len(events_at) + 1


def test_ingest__takes_in_an_event_that_was_logged_between_two_groups(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        sealed = batches(ports)
        small_park.ingested(ports, sealed[:1])
        log_event("act", {}, ports=ports)
        receipts = small_park.ingested(ports, sealed)

        assert [receipt.leaf_index for receipt in receipts] == [0, 2, 3, 4, 5, 6]
        assert [row[0] for row in ports.lake.batches()] == ["GW1", "", *["GW1"] * 5]
        assert audit(ports=ports).findings == []
