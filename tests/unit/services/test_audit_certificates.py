"""Audit of the ledger: whatever a hand does to the register is named by its place."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang import wiring
from taihang.core.errors import IntegrityError
from taihang.services.act_log import log_acts
from taihang.services.audit import audit
from taihang.services.keep_certificates import Claiming, claim

CLAIM = Claiming(
    id="c1",
    party="E01",
    purpose="scope 2",
    beneficiary="E01",
    period="2026-08",
    wh=1_000,
    pieces=(),
)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        claim(CLAIM, ports=ports)
        certified_park.corrected(ports, {1_300: 5})
        log_acts(ports=ports)
    return root


def _by_hand(park: Path, sql: str) -> None:
    with closing(sqlite3.connect(wiring.ParkFolder(park).registry)) as database, database:
        database.execute(sql)


def _findings(park: Path) -> list[str]:
    with small_park.opened(park, writing=False, load_journal=False) as ports:
        return [f"{each.where}: {each.what}" for each in audit(ports=ports).findings]


def test_audit__of_an_honest_ledger__finds_nothing(park: Path) -> None:
    assert _findings(park) == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE certificate SET holder = 'OUT' WHERE first_wh = 0", "are not what the acts make"),
        ("UPDATE certificate SET state = 'held' WHERE state = 'claimed'", "acts make"),
        ("DELETE FROM certificate WHERE state = 'claimed'", "are not what the acts make"),
        ("DELETE FROM certificate_act WHERE id = 'c1'", "number"),
        ("UPDATE certificate_act SET moved = '[]' WHERE id = 'c1'", "moved something else"),
        ("UPDATE certificate_act SET document = '{}' WHERE id = 'c1'", "the act c1, altered"),
        ("DELETE FROM certificate_issue WHERE id LIKE '%line%'", "is not what the acts make"),
        ("INSERT INTO certificate_deficit VALUES ('PV01', 5)", "the acts give {}"),
        ("UPDATE certificate_sheet SET packed = X'00'", "absent or altered"),
        ("UPDATE certificate_issue SET month = '2026-07' WHERE id LIKE '%line%'", "another month"),
        ("UPDATE certificate_issue SET act_number = -act_number", "in another order"),
        ("UPDATE certificate SET state = 'foo' WHERE state = 'claimed'", "a state and a kind"),
        ("UPDATE certificate SET kind = 'foo' WHERE state = 'claimed'", "a state and a kind"),
        ("UPDATE certificate SET issue = 'x' WHERE issue LIKE '%line%'", "are of no issue"),
    ],
)
def test_audit__of_what_a_hand_did__names_it(park: Path, sql: str, told: str) -> None:
    _by_hand(park, sql)

    assert told in "\n".join(_findings(park))


def test_audit__of_acts_that_were_taken_away_whole__says_what_the_log_speaks_of(
    park: Path,
) -> None:
    for table in ("certificate_act", "certificate_issue", "certificate"):
        _by_hand(park, f"DELETE FROM {table}")

    assert "that the log speaks of" in "\n".join(_findings(park))


def test_audit__of_acts_that_nobody_logged__says_so(park: Path) -> None:
    with small_park.opened(park) as ports:
        claim(replace(CLAIM, id="c2"), ports=ports)

    assert "1 of them are not in the log" in "\n".join(_findings(park))


def test_totals__of_a_state_that_there_is_not__is_refused(park: Path) -> None:
    _by_hand(park, "UPDATE certificate SET state = 'foo' WHERE state = 'claimed'")

    with (
        small_park.opened(park, writing=False, load_journal=False) as ports,
        pytest.raises(IntegrityError, match="'foo'"),
    ):
        ports.registry.certificates.totals()
