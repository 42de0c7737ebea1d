"""Figures over HTTP: an auditor follows links from one tonne to a reading, without scripts."""

import csv
import io
import json
import re
from html import unescape
from urllib.parse import unquote

import pytest

import small_park
import story_parks
from asgi_client import Answer
from figure_kit import closed_park
from members import ask_as
from taihang.core.access.role import Role
from taihang.core.figure.story import Label
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.open_figure import open_figure

TONNE = "/figure/statement/scope2-location.E01.2026-08/value"
_ROW = re.compile(
    r'<th scope="row"[^>]*><a href="([^"]+)" data-opens>.*?</a></th>'
    r'<td class="number" data-value="([^"]*)">'
)
_VALUE = re.compile(r'<p class="story-value[^"]*">([^<]*)')


@pytest.fixture(scope="module")
def served() -> tuple[AsgiApplication, ParkSource]:
    source = ParkSource(closed_park())
    return create_application(source), source


def look(
    served: tuple[AsgiApplication, ParkSource],
    address: str,
    role: Role = Role.REGULATOR,
    enterprise: str = "",
) -> Answer:
    application, source = served
    return ask_as(application, address, role, enterprise=enterprise, accounts=source.accounts)


def rows(answer: Answer) -> list[tuple[str, str]]:
    return [(unescape(address), value) for address, value in _ROW.findall(answer.text)]


def value(answer: Answer) -> str:
    found = _VALUE.search(answer.text)
    assert found
    return unescape(found[1]).strip().replace(",", "")


def test_figure_page__leads_from_a_tonne_to_a_reading_by_links_only(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    address, seen = TONNE, list[str]()
    while True:
        answer = look(served, f"{address}?lang=en")
        assert answer.status == 200, address
        assert "does not add up" not in answer.text
        seen.append(address.split("/")[2])
        below = rows(answer)
        if not below:
            break
        next_address, shown = below[0]
        opened = look(served, next_address)
        assert value(opened) == shown, next_address
        address = next_address

    assert seen == ["statement", "statement", "meter", "meter", "meter", "reading"]
    assert "GW1/" in answer.text
    assert "Leaf of the log" in answer.text


def test_figure_page__shows_what_stands_behind_a_tonne(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    page = look(served, f"{TONNE}?lang=zh").text

    for words in ("grid.average", "生态环境部", "register-energy/v1", "草稿", "下载证明文件"):
        assert words in page


def test_figure_panel__is_the_same_story_without_the_frame(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    panel = look(served, f"{TONNE.replace('/figure/', '/figure-panel/')}?lang=en").text

    assert "<html" not in panel
    assert "data-close" in panel
    assert rows(look(served, TONNE)) == _ROW.findall(panel)


def test_figure_parts__are_a_table_for_a_spreadsheet(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    answer = look(served, "/figure-parts/users/total_wh/2026-08?lang=en")

    lines = [*csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))]
    assert lines[0] == ["Key", "What", "Value", "Unit", "Quality"]
    assert len(lines) == 4
    assert "attachment" in answer.headers["content-disposition"]


def test_figure_proof__is_made_when_it_is_asked_for(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    answer = look(served, "/figure-proof/scope2-location.E01.2026-08.v1")

    assert answer.status == 200
    assert "proof" in json.loads(answer.body)["format"]
    assert "scope2-location.E01.2026-08.v1.proof" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/figure/meter", 422),
        ("/figure/meter/M-NO/2026-08/1", 422),
        ("/figure/statement/energy.E99.2026-08/value", 409),
        ("/figure-proof/nothing", 409),
        (f"{TONNE}?strange=1", 422),
    ],
)
def test_figure_page__says_what_is_wrong_with_an_address(
    served: tuple[AsgiApplication, ParkSource], address: str, status: int
) -> None:
    assert look(served, address).status == status


def test_figure_page__shows_an_enterprise_its_own_and_nothing_of_others(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    own = look(served, TONNE, Role.ENTERPRISE_USER, "E01")
    other = look(served, TONNE.replace("E01", "E02"), Role.ENTERPRISE_USER, "E01")
    whole = look(served, "/figure/users/total_wh/2026-08?lang=en", Role.ENTERPRISE_USER, "E01")

    assert own.status == 200
    assert other.status == 409
    assert whole.status == 200
    assert "belongs to others" in whole.text
    assert not rows(whole)


def test_figure_page__is_not_for_strangers_and_not_for_who_gives_rights(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    assert look(served, TONNE, Role.SECURITY_ADMIN).status in {403, 404}


_LINKS = re.compile(r'<a class="opens" href="/figure/([^"]+)" data-opens>([^<]*)</a>')


@pytest.mark.parametrize(
    ("address", "n_least", "kinds"),
    [
        ("/carbon/?month=2026-06", 45, {"inventory", "product-footprint", "cbam", "quota",
                                         "energy-account", "scope2-location"}),
        ("/companies/", 4, set[str]()),
        ("/flows/?period=2026-06", 2, set[str]()),
    ],
)  # fmt: skip
def test_links__of_a_page_with_yearly_accounts_open_and_add_up(
    accounts: tuple[AsgiApplication, ParkSource], address: str, n_least: int, kinds: set[str]
) -> None:
    answer = look(accounts, address)
    assert answer.status == 200
    links = {unquote(unescape(key)): words for key, words in _LINKS.findall(answer.text)}

    with small_park.opened(story_parks.month_of_accounts(), writing=False) as ports:
        stories = [open_figure(key, ports=ports) for key in links]

    assert len(stories) >= n_least
    assert [story.key for story in stories if story.adds_up is False] == []
    assert [story.key for story in stories if Label("stated_only") in story.notes] == []
    assert kinds <= {story.statement.kind for story in stories if story.statement}


def test_links__of_drafts_open_and_say_that_nothing_is_on_record(
    served: tuple[AsgiApplication, ParkSource],
) -> None:
    answer = look(served, "/carbon/?month=2026-08")
    links = {unquote(unescape(key)) for key, _ in _LINKS.findall(answer.text)}
    drafts = [key for key in links if key.startswith("draft/")]

    with small_park.opened(closed_park(), writing=False) as ports:
        stories = [open_figure(key, ports=ports) for key in drafts]

    assert {key.split("/")[1].partition(".")[0] for key in drafts} >= {
        "inventory",
        "energy-account",
    }
    assert [story.key for story in stories if story.adds_up is False] == []
    assert all(Label("not_on_record") in story.notes for story in stories)
    page = look(served, f"/figure/{drafts[0]}?lang=en")
    assert page.status == 200
    assert "not issued" in page.text


@pytest.fixture(scope="module")
def accounts() -> tuple[AsgiApplication, ParkSource]:
    source = ParkSource(story_parks.month_of_accounts())
    return create_application(source), source
