"""A file is sent, corrected and taken in by forms; who may, whose it is, and what refuses it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import small_park
from asgi_client import Answer
from import_kit import table, wall
from page_forms import Writer
from settings_desk import fields_of, readings_of, send_file
from taihang import wiring
from taihang.core.access.role import Role
from taihang.interfaces.catalogue import text
from taihang.interfaces.web import asking
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource

LOAD = table(
    "某园区,,",
    ["时间,甲厂 有功功率(kW),乙厂 有功功率(kW)"]
    + [f"{wall(n)},{500 + n % 97},{300 + n % 89}" for n in range(96)]
    + ["合计,1,2"],
).encode("gb18030")
OWN = table("时间,甲厂 有功功率(kW)", [f"{wall(n)},{500 + n % 97}" for n in range(96)]).encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A park without readings."""
    return small_park.make(tmp_path / "park")


@pytest.fixture
def source(root: Path) -> Iterator[ParkSource]:
    """Its pages."""
    found = ParkSource(root)
    yield found
    found.accounts.close()


def person(source: ParkSource, role: Role = Role.ACCOUNTANT, own: str = "") -> Writer:
    return Writer(create_application(source), source.accounts, (role,), own)


def sent(writer: Writer, data: bytes = LOAD, name: str = "load.csv") -> str:
    """Send a file and return the address of its page."""
    answer = send_file(writer, "/import/", name=name, data=data)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def take(writer: Writer, address: str, **changed: str) -> Answer:
    fields = fields_of(writer.open(address), "take/")
    return writer.send(address, f"{address}take/", {**fields, "reason": "trial", **changed})


def test_import__from_a_file_to_the_lake(source: ParkSource, root: Path) -> None:
    writer = person(source)

    address = sent(writer)
    page = writer.open(address)
    done = take(writer, address)

    assert "示例" not in page.text
    assert 'value="M-E01" list="points"' in page.text
    assert readings_of(root) == {"M-E01": 96, "M-E02": 96}
    after = writer.open(done.headers["location"])
    assert text("wizard.done", "zh", name="load.csv", new="192", changed="0") in after.text
    assert writer.open(address).status == 404  # what came in waits no more
    with small_park.opened(root, writing=False) as ports:
        (record, begun) = ports.trail.latest(2, kind="import-readings")
        assert (record.entry.outcome.value, begun.entry.outcome.value) == ("done", "begun")
        assert record.entry.body["reason"] == "trial"
        assert ports.evidence.read(str(record.entry.body["map_sha256"])).startswith(b"name = ")


def test_import__nothing_is_stored_before_the_last_step(source: ParkSource, root: Path) -> None:
    writer = person(source)
    address = sent(writer)

    writer.open(address)
    writer.open(f"{address}map.toml")
    writer.send(address, f"{address}drop/", {})

    assert readings_of(root) == {}
    assert writer.open(address).status == 404
    assert list((root / "uploads").iterdir()) == []


def test_import__a_correction_changes_what_would_come_in(source: ParkSource) -> None:
    writer = person(source)
    address = sent(writer)
    fields = fields_of(writer.open(address), "map/")

    answer = writer.send(address, f"{address}map/", {**fields, "t0-c1-point": ""})
    page = writer.open(address)

    assert answer.status == 303
    assert answer.headers["location"] == f"{address}#check"
    assert re.search(r"<b>96</b>", page.text)
    toml = writer.open(f"{address}map.toml")
    assert toml.headers["content-disposition"] == 'attachment; filename="import-map.toml"'
    assert 'point = "M-E01"' in toml.text
    assert "M-E02" not in toml.text


def test_import__a_wrong_field_keeps_the_page_and_says_why(source: ParkSource) -> None:
    writer = person(source)
    address = sent(writer)
    fields = fields_of(writer.open(address), "map/")

    answer = writer.send(address, f"{address}map/", {**fields, "t0-c0-point": "M-NOBODY"})

    assert answer.status == 422
    assert "M-NOBODY" in answer.text
    assert "input.import-form" in answer.text


def test_import__other_rows_are_looked_at_anew(source: ParkSource) -> None:
    writer = person(source)
    address = sent(writer)
    fields = fields_of(writer.open(address), "rows/")
    assert fields["t0-header_row"] == "2"

    answer = writer.send(address, f"{address}rows/", {**fields, "t0-first_row": "5"})

    assert answer.status == 303
    assert fields_of(writer.open(address), "rows/")["t0-first_row"] == "5"


def test_import__needs_a_reason_and_the_map_that_was_shown(source: ParkSource, root: Path) -> None:
    writer = person(source)
    address = sent(writer)

    without = take(writer, address, reason="  ")
    other = take(writer, address, map="0" * 64)

    assert (without.status, other.status) == (422, 422)
    assert readings_of(root) == {}
    assert 'name="reason" required maxlength="300"' in without.text


def test_import__the_same_form_twice_is_one_act(source: ParkSource, root: Path) -> None:
    writer = person(source)
    address = sent(writer)
    fields = {**fields_of(writer.open(address), "take/"), "reason": "trial"}
    page = "/import/"

    first = writer.send(address, f"{address}take/", fields)
    second = writer.send(page, f"{address}take/", fields)

    assert (first.status, second.status) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    with small_park.opened(root, writing=False) as ports:
        assert len(ports.trail.latest(9, kind="import-readings")) == 2  # begun and done, once


def test_import__readings_that_are_known_bring_nothing(source: ParkSource) -> None:
    writer = person(source)
    take(writer, sent(writer))

    page = writer.open(sent(writer))

    assert text("wizard.nothing_new", "zh") in page.text
    assert "/take/" not in page.text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "nothing"),
        ("a.csv", b"\0\0\0", "no text has"),
        ("a.xlsx", b"PK\x03\x04", "no workbook"),
        ("a.pdf", b"%PDF", ".xlsx"),
        ("a.zip", b"PK\x03\x04", ".zip"),
    ],
)
def test_import__a_hostile_file_is_refused_in_words(
    source: ParkSource, root: Path, name: str, data: bytes, words: str
) -> None:
    answer = send_file(person(source), "/import/", name=name, data=data)

    assert answer.status == 422
    assert words in answer.text
    assert list((root / "uploads").iterdir()) == []


def test_import__a_name_that_is_markup_is_shown_as_written(source: ParkSource) -> None:
    writer = person(source)
    data = table("时间,<script>alert(1)</script> M-E01 kW", [f"{wall(n)},5" for n in range(9)])

    page = writer.open(sent(writer, data.encode(), name="<img src=x>.csv"))

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<img src=x" not in page.text


def test_import__is_refused_without_the_right(source: ParkSource) -> None:
    for role in (Role.DISPATCHER, Role.REGULATOR, Role.AUDIT_ADMIN):
        assert person(source, role).open("/import/").status == 403
    assert person(source, Role.ENTERPRISE_USER, "E01").open("/import/").status == 403


def test_import__an_enterprise_sees_and_imports_its_own_alone(
    source: ParkSource, root: Path
) -> None:
    other, own = person(source), person(source, Role.ENTERPRISE_ADMIN, "E01")
    foreign = sent(other)
    assert own.open(foreign).status == 404
    assert "load.csv" not in own.open("/import/").text

    page = own.open(sent(own))
    assert "M-E02" not in page.text  # the neighbour's column means no meter of this enterprise
    done = take(own, sent(own, OWN, "own.csv"))

    assert done.status == 303
    assert readings_of(root) == {"M-E01": 96}
    assert "own.csv" in own.open("/import/").text
    assert "own.csv" in other.open("/import/").text


def test_import__a_busy_park_is_told_and_the_text_is_kept(
    source: ParkSource, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = person(source)
    address = sent(writer)
    monkeypatch.setattr(asking, "LOCK_WAIT_S", 0.0)
    lock = wiring.writer_lock(root)
    lock.take()
    try:
        answer = take(writer, address, reason="a reason that took long to write")
    finally:
        lock.release()

    assert answer.status == 409
    assert 'value="a reason that took long to write"' in answer.text
    assert take(writer, address).status == 303
