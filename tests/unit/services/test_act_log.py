"""What the park did is in its log: once, in order, and a second run adds nothing."""

from pathlib import Path

import pytest

import small_park
from small_park import JUNE
from taihang.core.balance.settlement import Settlement
from taihang.core.certificates.lot_tree import lot_entry, lot_places, lot_tree
from taihang.core.seal.act import BILLS, LOTS, SETTLED, STATEMENTS, roll_entry
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion
from taihang.services.act_log import (
    OlderRegisterError,
    event_leaves,
    log_acts,
    logged_events,
    lot_salts,
    month_lots,
    months_touched,
    rolls,
    take_in_acts,
)
from taihang.services.ports import Ports
from taihang.services.settle import settle


def kinds(ports: Ports) -> list[str]:
    return [event.kind for _, event in logged_events(ports=ports)]


def test_log_acts__logs_everything_of_a_settled_month_once(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        state_hash, size = ports.lake.state_hash(), ports.journal.size

        assert log_acts(ports=ports) == 0
        small_park.settle_june(ports)

        assert (ports.lake.state_hash(), ports.journal.size) == (state_hash, size)
        assert kinds(ports) == [
            "park-file",
            "key-enrolled",
            "key-enrolled",
            "key-enrolled",
            "key-enrolled",
            "facts-used",
            "lots-issued",
            "statements-issued",
            "period-settled",
        ]


def test_log_acts__leaves_the_state_hash_and_every_statement_as_they_were(
    root: Path, tmp_path: Path
) -> None:
    other = small_park.make(tmp_path / "other")
    found: list[tuple[str, list[str]]] = []
    for park, logs in ((root, True), (other, False)):
        with small_park.opened(park) as ports:
            if logs:
                log_acts(ports=ports)
            small_park.fill(ports, JUNE)
            if logs:
                log_acts(ports=ports)
            small_park.settle_june(ports)
            ids = [entry.id + entry.sha256 for entry in ports.registry.roll()]
            found.append((ports.lake.state_hash(), ids))

    # The settlement's journal size differs by the events before it, and stands in no statement.
    assert found[0] == found[1]


def test_log_acts__after_a_restatement_continues_the_roll(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        block = small_park.registers("M-E01", JUNE)
        changed = small_park.but(block, [-1], count=int(block.counts[-1]) + 1)
        small_park.revise(ports, changed, sent_at_s=int(small_park.NOW.timestamp()))
        small_park.settle_june(ports)

        events = [event for _, event in logged_events(ports=ports) if event.kind == STATEMENTS]
        first, second = (event.body for event in events)
        (entries,) = rolls(ports=ports).values()
        salts = ports.keys.salts("roll/statements-issued/2026-06", len(entries))

    assert (first["period"], second["n"]) == ("2026-06", len(entries))
    assert isinstance(first["n"], int)
    assert first["n"] < len(entries)
    # One statement is shown without the others: its leaf, a path, and the root in the event.
    tree = small_park.tree_of(roll_entry(e, salt=s) for e, s in zip(entries, salts, strict=True))
    assert (tree.root().hex(), tree.root(first["n"]).hex()) == (second["root"], first["root"])


def test_log_acts__commits_to_lots_of_which_one_can_be_shown(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        (event,) = (event for _, event in logged_events(ports=ports) if event.kind == LOTS)
        lots = month_lots("2026-06", ports=ports)
        places = lot_places(lots)
        salts = lot_salts("2026-06", len(places), ports=ports)

    plant, start_s, wh = places[7]
    path = lot_tree(lots, salts=salts).inclusion_proof(7, size=len(places))
    leaf = leaf_hash(lot_entry(plant, start_s, wh=wh, salt=salts[7]))
    root_hash = bytes.fromhex(str(event.body["root"]))
    verify_inclusion(leaf, index=7, size=len(places), path=path, root=root_hash)
    assert event.body["n"] == len(places) > 1_000


def test_log_acts__after_a_crash_in_the_middle_logs_the_rest(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_park.opened(root) as ports, monkeypatch.context() as patch:
        patch.setattr("taihang.services.act_log.lots_commitment", _die)
        with pytest.raises(KeyboardInterrupt):
            small_park.settle_june(ports)
        assert LOTS not in kinds(ports)

    with small_park.opened(root) as ports:
        log_acts(ports=ports)
        assert kinds(ports).count(LOTS) == kinds(ports).count(SETTLED) == 1
        assert len(kinds(ports)) == len(ports.registry.logged()) == 9


def _die(*_: object, **__: object) -> tuple[int, str]:
    raise KeyboardInterrupt


def test_take_in_acts__takes_in_an_event_that_the_register_missed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_park.opened(root) as ports, monkeypatch.context() as patch:
        patch.setattr("taihang.services.act_log._follow", _die)
        with pytest.raises(KeyboardInterrupt):
            log_acts(ports=ports)
        assert ports.registry.logged() == []

    with small_park.opened(root) as ports:
        assert [(act.leaf, act.kind) for act in ports.registry.logged()] == [(0, "park-file")]
        assert take_in_acts(ports=ports) == 0


def test_take_in_acts__refuses_a_register_older_than_the_log(root: Path) -> None:
    """F14: swapped with yesterday's: the park does not open for writing, and says why."""
    yesterday = (root / "registry.db").read_bytes() if (root / "registry.db").exists() else b""
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
    yesterday = (root / "registry.db").read_bytes()
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
    for path in root.glob("registry.db*"):
        path.unlink()
    (root / "registry.db").write_bytes(yesterday)

    with pytest.raises(OlderRegisterError, match="0 of"), small_park.opened(root):
        pass


def test_settle__looks_at_batches_and_not_at_events_behind_them(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        n_batches = ports.journal.size
        assert log_acts(ports=ports) == 5

        assert settle(JUNE, ports=ports).settlement.journal_size == n_batches
        assert event_leaves(ports=ports) == list(range(n_batches, n_batches + 5))


def test_months_touched__are_those_of_the_park_that_a_settlement_lies_in(root: Path) -> None:
    day_s = 86_400
    around = [
        Settlement(JUNE.start_s - day_s, JUNE.start_s + day_s, 0, ""),
        Settlement(JUNE.end_s - day_s, JUNE.end_s, 0, ""),
        Settlement(JUNE.end_s + 200 * day_s, JUNE.end_s + 201 * day_s, 0, ""),
    ]
    with small_park.opened(root) as ports:
        assert months_touched(around, ports=ports) == ["2026-05", "2026-06", "2027-01"]
        assert months_touched([], ports=ports) == []


def test_rolls__keep_bills_and_statements_apart(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.AUGUST)
        small_park.settle_month(ports, small_park.AUGUST)
        found = rolls(ports=ports)

        assert list(found) == [(BILLS, "2026-08"), (STATEMENTS, "2026-08")]
        assert [len(found[BILLS, "2026-08"])] == [
            event.body["n"] for _, event in logged_events(ports=ports) if event.kind == BILLS
        ]
