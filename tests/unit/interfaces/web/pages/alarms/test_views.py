"""The page of the alarms: what needs a person, and what a person decides, once."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

import alarm_kit
import small_park
from asgi_client import ask
from members import ask_as
from page_forms import Writer, hidden_of
from taihang.core.access.role import Right, Role, rights_of
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.act_log import log_acts
from taihang.services.decisions import Decisions

LOOK = "/alarms/?lang=en"


@pytest.fixture
def source(tmp_path: Path) -> ParkSource:
    """A park of which nothing has come for long."""
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)
        log_acts(ports=ports)
    return ParkSource(root)


def person(source: ParkSource, *roles: Role) -> Writer:
    return Writer(create_application(source), source.accounts, roles or (Role.DISPATCHER,))


def name_on(page: str) -> str:
    found = re.search(r'id="(intake-silent\.park\.\d+)"', page)
    assert found
    return found[1]


def test_page__says_what_needs_a_person_and_what_to_do(source: ParkSource) -> None:
    page = person(source).open(LOOK)

    assert page.status == 200
    assert "nothing has come from any of 2 gateways" in page.text
    assert "see whether the door is running" in page.text
    assert "not watched" in page.text.lower()
    assert "own choice of the platform" in page.text
    assert person(source).open("/alarms/?lang=zh").text.count("全部网关静默") >= 2


def test_page__is_for_those_who_see_alarms_and_forms_for_those_who_handle_them(
    source: ParkSource,
) -> None:
    application = create_application(source)
    for role in Role:
        enterprise = "E01" if role.value.startswith("enterprise") else ""
        rights = rights_of([role])
        answer = ask_as(application, LOOK, role, enterprise=enterprise, accounts=source.accounts)
        assert answer.status == (200 if Right.SEE_ALARMS in rights else 403), role
        assert ('name="reason"' in answer.text) == (Right.HANDLE_ALARMS in rights), role


def test_page__narrows_by_priority_and_state_and_refuses_other_words(source: ParkSource) -> None:
    some = person(source)

    assert "nothing has come" in some.open(f"{LOOK}&priority=high").text
    low = some.open(f"{LOOK}&priority=low&state=shelved")
    assert "nothing has come" not in low.text
    assert "No alarm fits the filter" in low.text
    assert some.open(f"{LOOK}&colour=red").status == 422


def test_csv__has_every_alarm_and_no_formula(source: ParkSource) -> None:
    answer = person(source).open("/alarms.csv?lang=en")

    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert next(row["priority"] for row in rows) == "high"
    assert all(cell[:1] not in set("=+-@") for row in rows for cell in row.values())


def test_count__is_what_needs_a_person_and_its_mark_is_another_after_a_decision(
    source: ParkSource,
) -> None:
    some = person(source)
    before = json.loads(some.open("/alarms/count").body)
    page = some.open(LOOK)
    name = name_on(page.text)
    form = {"alarm": name, "act": "acknowledge", "reason": "x", "id": "d1"}

    assert f'data-alarm-mark="{before["mark"]}"' in page.text
    assert some.send(LOOK, "/alarms/decide", form).status == 303
    after = json.loads(some.open("/alarms/count").body)

    assert after["open"] == before["open"] - 1
    assert after["mark"] != before["mark"]


def test_decide__acknowledges_once_and_the_log_and_trail_know_who(source: ParkSource) -> None:
    some = person(source)
    page = some.open(LOOK)
    name = name_on(page.text)
    form = {
        **hidden_of(page, name),
        "act": "acknowledge",
        "reason": "  crew\n on site ",
        "hours": "8",
    }

    answers = [some.send(LOOK, "/alarms/decide", form) for _ in range(2)]

    assert [each.status for each in answers] == [303, 303]
    assert answers[0].headers["location"] == f"/alarms/#{name}"
    with small_park.opened(source.root, writing=False) as ports:
        (decision,) = Decisions(ports).alarms[name]
        assert (decision.said.who, decision.said.role) == ("dispatcher", "dispatcher")
        assert decision.said.reason == "crew on site"
        assert [record.entry.outcome.value for record in ports.trail.entries()] == [
            "begun",
            "done",
        ]
    assert "crew on site" in some.open(LOOK).text


def test_decide__shelves_until_and_takes_off_again(source: ParkSource) -> None:
    some = person(source)
    page = some.open(LOOK)
    name = name_on(page.text)
    form = {"alarm": name, "reason": "known", "act": "shelve", "hours": "24", "id": "s1"}

    shelved = some.send(LOOK, "/alarms/decide", form)
    there = some.open(LOOK).text
    off = some.send(LOOK, "/alarms/decide", {**form, "act": "unshelve", "id": "s2"})

    assert (shelved.status, off.status) == (303, 303)
    assert "shelved until" in there
    assert "shelved until" not in some.open(LOOK).text.split("timeline")[0].split("Decided")[0]


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"reason": " "}, "input.unsigned-decision", 422),
        ({"act": "forget"}, "input.shelf-time", 422),
        ({"act": "shelve", "hours": "9999"}, "input.shelf-time", 422),
        ({"act": "unshelve"}, "state.alarm-order", 409),
        ({"alarm": "gap-open.M-E01.5"}, "state.unknown-alarm", 409),
        ({"alarm": "x"}, "input.alarm-name", 422),
        ({"id": ""}, "input.decision-id", 422),
    ],
)
def test_decide__that_is_refused_says_why_and_keeps_the_words(
    source: ParkSource, change: dict[str, str], code: str, status: int
) -> None:
    some = person(source)
    page = some.open(LOOK)
    form = {
        "alarm": name_on(page.text),
        "act": "acknowledge",
        "reason": "seen by me",
        "id": "d1",
        **change,
    }

    answer = some.send(LOOK, "/alarms/decide", form)

    assert answer.status == status
    assert code in answer.text
    assert 'role="alert"' in answer.text
    if form["alarm"] == name_on(page.text) and form["reason"].strip():
        assert 'value="seen by me"' in answer.text


def test_decide__of_a_park_that_another_process_writes_is_told_with_the_words_kept(
    source: ParkSource,
) -> None:
    some = person(source)
    page = some.open(LOOK)
    form = {
        "alarm": name_on(page.text),
        "act": "acknowledge",
        "reason": "seen by me",
        "id": "d1",
    }

    with small_park.opened(source.root):
        busy = some.send(LOOK, "/alarms/decide", form)
    again = some.send(LOOK, "/alarms/decide", form)

    assert busy.status in {409, 503}
    assert 'value="seen by me"' in busy.text
    assert again.status == 303


def test_decide__needs_the_secret_of_the_form_and_the_right(source: ParkSource) -> None:
    some, reader = person(source), person(source, Role.REGULATOR)
    page = some.open(LOOK)
    form = {"alarm": name_on(page.text), "act": "acknowledge", "reason": "x", "id": "d1"}

    unsigned = ask(some.app, "/alarms/decide", method="POST", headers={"cookie": some.cookie})
    assert unsigned.status == 403
    assert reader.send("/account/", "/alarms/decide", form).status == 403
    with small_park.opened(source.root, writing=False) as ports:
        assert Decisions(ports).alarms == {}


def test_names__that_are_payloads_are_shown_literally(tmp_path: Path) -> None:
    text = small_park.PARK.replace('name_en = "Plant B"', 'name_en = "<script>alert(1)</script>"')
    root = small_park.make(tmp_path / "park", text)
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", small_park.AUGUST)
        back = small_park.but(block, [500], count=int(block.counts[495]))
        alarm_kit.send(ports, "GW1", 31)
        alarm_kit.send(ports, "GW2", 31, blocks=[back])
        small_park.settle_month(ports, small_park.AUGUST)

    page = person(ParkSource(root)).open(LOOK).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
