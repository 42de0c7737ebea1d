"""Whoever takes a line or a file of evidence away, or changes it, is found, and the place named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import small_park
from activity_kit import put, record
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.services.act_log import OlderRegisterError, log_acts
from taihang.services.audit import audit


@pytest.fixture
def park(root: Path) -> Path:
    """A park with three lines and two files, all logged."""
    with small_park.opened(root) as ports:
        form, proof = ports.evidence.keep(b"form"), ports.evidence.keep(b"invoice")
        lines = [record("a"), record("b", period="2026-07", evidence=(proof,))]
        ports.registry.add_activity(
            [ActivityLine(each, form=form) for each in lines],
            files=[EvidenceFile(form, "form.xlsx", 4, 0), EvidenceFile(proof, "invoice.pdf", 7, 0)],
        )
        log_acts(ports=ports)
        put(ports, record("a", amount="13", version=2, reason="read again"))
        log_acts(ports=ports)
    return root


def findings(park: Path) -> list[tuple[str, str]]:
    with small_park.opened(park, writing=False, load_journal=False) as ports:
        return [(each.where, each.what) for each in audit(ports=ports, quick=True).findings]


def by_hand(park: Path, *lines: str) -> None:
    with closing(sqlite3.connect(park / "registry.db")) as database, database:
        for line in lines:
            database.execute(line)


def test_audit__of_whole_activity_data_finds_nothing(park: Path) -> None:
    assert findings(park) == []


@pytest.mark.parametrize(
    ("becomes", "where", "what"),
    [
        (b"", "(invoice.pdf)", "absent; behind b.v1"),
        (b"forged", "(invoice.pdf)", "altered; behind b.v1 (1 in all)"),
    ],
)
def test_audit__names_a_file_that_is_gone_or_changed(
    park: Path, becomes: bytes, where: str, what: str
) -> None:
    (path,) = (p for p in (park / "evidence").iterdir() if p.read_bytes() == b"invoice")
    path.unlink()
    if becomes:
        path.write_bytes(becomes)

    (found,) = findings(park)

    assert where in found[0]
    assert what in found[1]


@pytest.mark.parametrize(
    ("lines", "where", "what"),
    [
        (
            ["UPDATE activity_line SET document = replace(document, '12.8', '1.8')"],
            "activity a.v1",
            "is not as it was handed in",
        ),
        (
            ["DELETE FROM activity_line WHERE number = 2"],
            "line of activity data number 2",
            "taken out",
        ),
        (
            ["DELETE FROM activity_line WHERE number = 3"],
            "activity-handed-in",
            "the log speaks of 3, the register holds 2",
        ),
        (
            [
                "UPDATE activity_line SET number = 9 WHERE number = 1",
                "UPDATE activity_line SET number = 1 WHERE number = 2",
                "UPDATE activity_line SET number = 2 WHERE number = 9",
            ],
            "activity-handed-in",
            "are not those that the log speaks of",
        ),
    ],
)
def test_audit__names_a_line_that_is_gone_or_changed(
    park: Path, lines: list[str], where: str, what: str
) -> None:
    by_hand(park, *lines)

    found = findings(park)

    assert [each for each in found if where in each[0] and what in each[1]], found


def test_audit__tells_of_a_line_that_the_log_does_not_know(park: Path) -> None:
    with small_park.opened(park) as ports:
        put(ports, record("c", period="2026-08"))

    assert [where for where, _ in findings(park)] == ["activity c.v1"]
    with small_park.opened(park) as ports:
        assert log_acts(ports=ports) == 1
    assert findings(park) == []


def test_take_in_acts__refuses_an_older_register(park: Path) -> None:
    by_hand(
        park,
        "DELETE FROM activity_line WHERE number = 3",
        "DELETE FROM logged_event WHERE leaf = (SELECT max(leaf) FROM logged_event)",
    )

    with pytest.raises(OlderRegisterError, match="activity-handed-in"), small_park.opened(park):
        pass
