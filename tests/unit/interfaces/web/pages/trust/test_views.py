"""Data and trust over HTTP: who sees what, files for spreadsheets, and what is written down."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

import small_park
from asgi_client import Answer
from members import ask_as
from small_park import DAY
from taihang.core.access.role import RIGHTS, Right, Role
from taihang.core.seal.trail import TrailEntry
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.act_log import log_acts
from taihang.services.settle import settle

ADDRESSES = ("/trust", "/trust/coverage.csv", "/trust/gaps.csv", "/trust/edits.csv")
FILES = ("coverage", "gaps", "edits", "trail")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    """A served park with a settled day, one lost register and its keys in the log."""
    root = small_park.make(tmp_path_factory.mktemp("trust") / "park", small_park.ESTIMATING)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        block = small_park.cut(small_park.registers("M-E01", DAY), 40, 41)
        small_park.revise(ports, small_park.but(block, [0]), sent_at_s=DAY.end_s + 3_600)
        settle(DAY, ports=ports)
        log_acts(ports=ports)
    served = ParkSource(root)
    yield served
    served.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    return create_application(source)


def asked(app: AsgiApplication, source: ParkSource, address: str, *roles: Role) -> Answer:
    return ask_as(app, address, *roles, accounts=source.accounts)


def table(answer: Answer) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))]


def test_trust__is_for_those_who_may_see_evidence(app: AsgiApplication, source: ParkSource) -> None:
    seen = 0
    for role in Role:
        if role.value.startswith("enterprise"):
            continue
        may = Right.SEE_EVIDENCE in RIGHTS[role]
        for address in ADDRESSES:
            assert asked(app, source, address, role).status == (200 if may else 403), role
        seen += may
    assert seen == 7
    own = ask_as(app, "/trust", Role.ENTERPRISE_ADMIN, enterprise="E01", accounts=source.accounts)
    assert own.status == 403


def test_trust_page__shows_the_trail_to_those_who_may_read_it(
    app: AsgiApplication, source: ParkSource
) -> None:
    reader = asked(app, source, "/trust?lang=en", Role.AUDIT_ADMIN).text
    other = asked(app, source, "/trust?lang=en", Role.DISPATCHER).text

    assert "Audit trail: who did what" in reader
    assert "Audit trail" not in other
    assert asked(app, source, "/trust/trail.csv", Role.DISPATCHER).status == 403


def test_trust_page__shows_gap_gateway_key_and_edit(
    app: AsgiApplication, source: ParkSource
) -> None:
    shown = asked(app, source, "/trust?lang=en", Role.REGULATOR).text

    assert "2026-06-01 09:45" in shown
    assert "straight line, linear/v1" in shown
    assert "GW1" in shown
    assert "key enrolled" in shown
    assert shown.count('data-leaf="') > 3


def test_trust_page__knows_the_groups_of_edits_and_no_other(
    app: AsgiApplication, source: ParkSource
) -> None:
    assert asked(app, source, "/trust?group=keys", Role.REGULATOR).status == 200
    assert asked(app, source, "/trust?group=x", Role.REGULATOR).status == 422
    assert asked(app, source, "/trust?page=2", Role.REGULATOR).status == 422


def test_files__say_what_the_page_says(app: AsgiApplication, source: ParkSource) -> None:
    coverage, gaps, edits, trail = (
        table(asked(app, source, f"/trust/{name}.csv?lang=en", Role.AUDIT_ADMIN)) for name in FILES
    )

    of_june = {row["meter"]: row for row in coverage if row["month"] == "2026-06"}
    assert of_june["M-E01"]["intervals"] == "96"
    assert of_june["M-E01"]["estimated_or_manual"] == "2"
    assert [(row["meter"], row["intervals"], row["quality"]) for row in gaps] == [
        ("M-E01", "2", "estimated"),
    ]
    assert {"park-file", "key-enrolled"} <= {row["kind"] for row in edits}
    assert [row["subject"] for row in trail if row["kind"] == "export"][-3:] == [
        f"/trust/{name}.csv?lang=en" for name in FILES[:-1]
    ]


def test_files__are_written_down_with_who_took_them(
    app: AsgiApplication, source: ParkSource
) -> None:
    asked(app, source, "/trust/gaps.csv", Role.REGULATOR)

    (record,) = source.accounts.trail.latest(1)
    assert (record.entry.kind, record.entry.subject) == ("export", "/trust/gaps.csv")
    assert (record.entry.actor, record.entry.roles) == ("regulator", ("regulator",))


def test_trail_csv__holds_no_formula(app: AsgiApplication, source: ParkSource) -> None:
    hostile = TrailEntry(id="h", at_s=5, kind="access", subject="=cmd|'/c calc'!A0", actor="+x")
    source.accounts.trail.append(hostile)

    rows = table(asked(app, source, "/trust/trail.csv", Role.AUDIT_ADMIN))

    (row,) = (row for row in rows if row["id"] == "h")
    assert row["subject"].startswith("'=")
    assert row["actor"] == "'+x"


def test_own_tile__serves_the_tree_of_the_log(app: AsgiApplication, source: ParkSource) -> None:
    with small_park.opened(source.root, writing=False) as ports:
        tiles = {
            tile.path: tile_bytes(ports.journal.tree, tile)
            for tile in tiles_between(0, ports.journal.size)
        }

    for path, content in tiles.items():
        answer = asked(app, source, f"/trust/log/{path}", Role.WITNESS)
        assert (answer.status, answer.body) == (200, content)
        assert "private" in answer.headers["cache-control"]
    assert asked(app, source, "/trust/log/tile/0/007", Role.WITNESS).status == 404
    assert asked(app, source, "/trust/log/../../park.toml", Role.WITNESS).status == 404


def test_trust_page__of_an_empty_park_says_what_to_do(tmp_path: Path) -> None:
    source = ParkSource(small_park.make(tmp_path / "park"))
    app = create_application(source)

    shown = asked(app, source, "/trust?lang=en", Role.AUDIT_ADMIN)
    source.accounts.close()

    assert shown.status == 200
    assert "There are no readings yet" in shown.text
    assert "Nothing was changed yet" in shown.text
