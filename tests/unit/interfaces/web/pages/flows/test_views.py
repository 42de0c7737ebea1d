"""The pages of flows: the same figures as table, picture and file, drilled from park to meter."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

import flow_park
import small_park
from asgi_client import Answer
from members import ask_as
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    opened = ParkSource(flow_park.make(tmp_path_factory.mktemp("flows") / "p"))
    yield opened
    opened.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    return create_application(source)


def ask(app: AsgiApplication, source: ParkSource, address: str) -> Answer:
    return ask_as(app, address, Role.DISPATCHER, accounts=source.accounts)


def drawn(answer: Answer) -> dict[str, Any]:
    block = re.search(r'<script id="page-data"[^>]*>(.*?)</script>', answer.text)
    assert block is not None
    return json.loads(block[1])["flows"]


def file_rows(answer: Answer) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.body.decode("utf-8-sig"))))


@pytest.mark.parametrize("lang", LANGS)
def test_energy_page__table_picture_and_file_have_the_same_ends(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, f"/flows/?lang={lang}")
    rows = file_rows(ask(app, source, f"/flows/flows.csv?lang={lang}"))

    flows = drawn(answer)
    labels = [each["label"] for each in (*flows["sources"], *flows["sinks"])]
    assert answer.status == 200
    assert labels == [row[2] for row in rows[1:]]
    assert {"zh": "东区", "en": "East"}[lang] in labels
    assert all(label in answer.text for label in labels)
    assert "2026-07" in answer.text, "the last whole settled month"
    assert flows["unit"] == "MWh"
    # The picture says the words of the server, so no digit differs.
    for each in (*flows["sources"], *flows["sinks"]):
        assert f">{each['figure']}<" in answer.text


def test_energy_page__every_step_down_is_a_link(app: AsgiApplication, source: ParkSource) -> None:
    park = ask(app, source, "/flows/?period=2026-07")
    feeder = ask(app, source, "/flows/?period=2026-07&of=F1")
    user = ask(app, source, "/flows/?period=2026-07&of=E01")

    assert 'href="/flows/?period=2026-07&amp;of=F1"' in park.text
    assert 'href="/flows/?period=2026-07&amp;of=E01"' in feeder.text
    assert 'href="/assets/PV01/?period=2026-07"' in feeder.text
    assert 'href="/points/M-E01/"' in user.text
    path = user.text.split("<h2>")[1].split("</h2>")[0]
    assert re.findall(r">([^<>]+)</a>", path) == ["园区", "东区"]
    assert 'href="/flows/?period=2026-07"' in path


def test_energy_page__says_on_how_many_intervals_it_rests(
    app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, "/flows/?period=2026-08&lang=en")

    assert "1,056 open" in answer.text
    assert "1,632 not settled" in answer.text


def test_energy_page__any_days_are_one_address(app: AsgiApplication, source: ParkSource) -> None:
    sent = ask(app, source, "/flows/?from=2026-07-03&to=2026-07-09&of=F1")
    shown = ask(app, source, "/flows/?of=F1&period=2026-07-03..2026-07-09")
    week = ask(app, source, "/flows/?period=2026-W28")

    assert sent.status == 302
    assert sent.headers["location"] == "/flows/?of=F1&period=2026-07-03..2026-07-09"
    assert (shown.status, week.status) == (200, 200)
    assert 'value="2026-07-06"' in week.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/flows/?of=nobody", 422),
        ("/flows/?of=%3Cscript%3E", 422),
        ("/flows/?period=soon", 422),
        ("/flows/?from=2026-07-09&to=2026-07-03", 422),
        ("/flows/?month=2026-07", 422),
        ("/flows/?period=2026-07&medium=%3Cb%3E", 200),
        ("/flows/now/?at=noon", 422),
        ("/flows/now/?at=2026-07-01T12:00%2B08:00", 422),
        ("/flows/now/?at=0001-01-01T00:00", 422),
    ],
)
def test_flows__refuse_what_they_do_not_know(
    address: str, status: int, app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, address)

    assert answer.status == status
    assert "<b>" not in answer.text.split("</nav>")[-1].replace("<b>2026", "")
    assert "<script>" not in answer.text


def test_energy_page__of_another_medium_without_anything_says_so(
    app: AsgiApplication, source: ParkSource
) -> None:
    month = ask(app, source, "/flows/?period=2026-07&medium=natural-gas")
    week = ask(app, source, "/flows/?period=2026-W28&medium=all")

    assert "这里还没有可画的能流" in month.text
    assert "其他介质按月填报与计量" in week.text


def test_power_page__shows_a_quarter_and_names_what_lacks(
    app: AsgiApplication, source: ParkSource
) -> None:
    noon = ask(app, source, "/flows/now/?at=2026-07-11T12:07&lang=en")
    newest = ask(app, source, "/flows/now/?lang=en")

    flows = drawn(noon)
    assert "2026-07-11 12:00" in noon.text
    assert 'href="/flows/now/?at=2026-07-11T12%3A15"' in noon.text
    assert [each["value"] for each in flows["sinks"] if each["label"] == "East"] == [1_600.0]
    assert "M-PV04" in newest.text.split("notice")[1]
    values = {each["label"]: each["value"] for each in drawn(newest)["sources"]}
    assert values["PV"] is None, "a gap, not a zero"
    assert "2026-08-14 23:45" in newest.text


def test_power_page__has_its_file_and_its_levels(app: AsgiApplication, source: ParkSource) -> None:
    rows = file_rows(ask(app, source, "/flows/power.csv?at=2026-07-11T12:00&of=E01&lang=en"))

    assert rows[0] == ["way", "id", "name", "amount", "unit"]
    assert ["to", "M-E01", "M-E01", "1600.0", "kW"] in rows


@pytest.mark.parametrize(
    "address", ["/flows/", "/flows/now/", "/flows/flows.csv", "/flows/power.csv"]
)
def test_flows__are_for_those_who_see_the_park(
    address: str, app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask_as(app, address, Role.ENTERPRISE_USER, enterprise="E01", accounts=source.accounts)

    assert answer.status in {403, 404}
    assert "MWh" not in answer.text


def test_flows__of_an_empty_park_say_the_next_step(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    source = ParkSource(small_park.make(tmp_path_factory.mktemp("empty") / "p"))
    app = create_application(source)

    energy, power = (ask(app, source, address) for address in ("/flows/", "/flows/now/"))

    source.accounts.close()
    assert (energy.status, power.status) == (200, 200)
    assert "taihang settle" in energy.text
    assert "还没有任何电表读数" in power.text
