"""The insider's rewrite of the register: whatever is taken out, put in or exchanged is named."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import small_park
from small_park import NOW, ZONE
from taihang.core.facts import FactBook
from taihang.core.periods import days
from taihang.services.audit import Audit, audit
from taihang.services.keys import revoke, rotate_gateway

JUNE = small_park.JUNE
ADD_BILL = (
    "INSERT INTO statement (id, series, version, kind, subject, period, sha256, document,"
    " issued_at_s, number) SELECT 'bill.E9.2026-06.v1', 'bill.E9.2026-06', 1, 'bill', 'E9',"
    " '2026-06', sha256, document, issued_at_s, max(number) + 1 FROM statement"
)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settled and logged June, restated once, with a rotated and a revoked key."""
    root = small_park.make(tmp_path_factory.mktemp("month") / "park")
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
    shutil.copy(root / "registry.db", root.with_name("yesterday.db"))
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E01", JUNE)
        changed = small_park.but(block, [-1], count=int(block.counts[-1]) + 1)
        small_park.revise(ports, changed, sent_at_s=int(NOW.timestamp()))
        rotate_gateway("GW1", overlap_days=14, ports=ports)
        revoke("GW2", ordinal=1, reason="tried", ports=ports)
        small_park.settle_june(ports)
    return root


@pytest.fixture
def park(month: Path, tmp_path: Path) -> Path:
    """A copy that an insider may change."""
    return shutil.copytree(month, tmp_path / "park")


def audited(park: Path, change: Callable[[FactBook], FactBook] | None = None) -> Audit:
    with small_park.opened(park, writing=False, load_journal=False) as ports:
        seen = ports if change is None else replace(ports, facts=change(ports.facts))
        return audit(ports=seen, quick=True)


def by_hand(park: Path, *lines: str) -> None:
    with closing(sqlite3.connect(park / "registry.db")) as database, database:
        for line in lines:
            database.execute(line)


def test_audit__of_a_logged_park_finds_nothing(park: Path) -> None:
    found = audited(park)

    assert (found.findings, found.unlogged) == ([], [])


def test_audit__of_a_park_that_never_logged_tells_and_does_not_blame(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, days(date(2026, 6, 1), 1, ZONE))

    found = audited(root)

    assert found.findings == []
    assert {"key log#1", "key gateway:GW1#1"} <= set(found.unlogged)


@pytest.mark.parametrize(
    ("lines", "where", "what"),
    [
        (
            ["DELETE FROM statement WHERE id = 'energy.E02.2026-06.v1'"],
            "statements-issued of 2026-06",
            "the register holds",
        ),
        (
            ["DELETE FROM statement WHERE number = 3"],
            "statement number 3",
            "taken out of the register",
        ),
        (
            # Thinned out and renumbered, with the row of its event gone as well.
            [
                "DELETE FROM statement WHERE number = (SELECT max(number) FROM statement)",
                "DELETE FROM logged_event WHERE kind = 'statements-issued'",
            ],
            "statements-issued of 2026-06",
            "the register holds",
        ),
        (
            ["DELETE FROM logged_event WHERE kind = 'facts-used'"],
            "register, event",
            "was taken away",
        ),
        (
            ["UPDATE logged_event SET digest = 'aa' WHERE kind = 'lots-issued'"],
            "register, event",
            "differs from the lots-issued",
        ),
        (
            ["UPDATE statement SET document = '{}', sha256 = '44' WHERE id LIKE 'energy.E01%v1'"],
            "statements-issued of 2026-06",
            "are not those that the log speaks of",
        ),
        (
            [
                ADD_BILL,
            ],
            "statement bill.E9.2026-06.v1",
            "not in the log",
        ),
        (
            ["DELETE FROM settlement WHERE id = 1"],
            "settlement 1",
            "another one in the register",
        ),
        (
            ["DELETE FROM park_version"],
            "park file",
            "is in the log and not in the register",
        ),
        (
            ["UPDATE enrolled_key SET public_key = hex(zeroblob(32)) WHERE gateway = 'GW1'"],
            "key gateway:GW1#1",
            "is another one in the register",
        ),
        (
            ["UPDATE enrolled_key SET revoked_at_s = NULL WHERE gateway = 'GW2'"],
            "key gateway:GW2#1",
            "ends at another time",
        ),
        (
            ["INSERT INTO enrolled_key SELECT 99, 'GW2', 2, hex(zeroblob(32)), 0, NULL, NULL"],
            "key gateway:GW2#2",
            "not in the log",
        ),
        (
            ["DELETE FROM enrolled_key WHERE gateway = 'GW1' AND ordinal = 2"],
            "key gateway:GW1#2",
            "is in the log and not in the register",
        ),
        (
            ["UPDATE fact_edition SET text = '[]'"],
            "facts ",
            "gone or altered",
        ),
    ],
)
def test_audit__names_what_an_insider_did_to_the_register(
    park: Path, lines: list[str], where: str, what: str
) -> None:
    """T19: an event of the log cannot be thinned out, so the register cannot be either."""
    by_hand(park, *lines)

    found = audited(park).findings

    assert [f for f in found if f.where.startswith(where) and what in f.what], found


def test_audit__names_a_lot_that_is_not_the_one_in_the_log(park: Path) -> None:
    with small_park.opened(park) as ports:
        rows = ports.lake.read("lots", JUNE)
        (key,) = rows
        wh = rows[key]["wh"].copy()
        wh[5] += 1
        ports.lake.replace("lots", JUNE, {key: {**rows[key], "wh": wh}})

    assert [f.where for f in audited(park).findings] == ["lots of 2026-06"]


def test_audit__names_a_fact_that_was_changed_afterwards(park: Path) -> None:
    """T21, F86: what changed since the last statement, and which statements used it."""

    def tampered(book: FactBook) -> FactBook:
        facts = book.all()
        (at,) = [
            n
            for n, f in enumerate(facts)
            if f.code == "coal-equivalent.electricity" and "equivalent" in f.key
        ][:1] or [0]
        changed = replace(facts[at], value=facts[at].value + 1)
        return FactBook([*facts[:at], changed, *facts[at + 1 :]])

    found = audited(park, tampered).findings

    assert len(found) == 1
    assert found[0].where.startswith("fact ")
    assert "→" in found[0].where
    assert "changed since the last statement" in found[0].what


def test_audit__names_a_register_that_is_older_than_the_log(month: Path, park: Path) -> None:
    """F14: yesterday's copy in the place of today's."""
    shutil.copy(month.with_name("yesterday.db"), park / "registry.db")

    found = audited(park).findings

    assert any("is in the log and not in the register" in f.what for f in found)
