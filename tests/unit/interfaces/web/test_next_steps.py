"""No page is a dead end: of an empty park each says what is missing and leads to the next act."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final

import pytest

import small_park
import taihang.config
from page_forms import Writer
from small_park import AUGUST
from taihang.core.access.role import OF_ENTERPRISE, Role
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import LANGS, text
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.menu import ENTRIES
from taihang.interfaces.web.next_steps import READINGS, STEPS, next_steps
from taihang.interfaces.web.park_source import ParkSource

BLANK: Final = Path(taihang.config.__file__).parent / "templates" / "blank.toml"
EVERYTHING: Final = tuple(role for role in Role if role not in OF_ENTERPRISE)
NEVER_EMPTY: Final = frozenset(("settings", "users", "help"))
"""A park file always has a park, somebody looks, and help is written."""
BELOW: Final = (
    "/green/certificates/",
    "/green/hours/",
    "/green/ratios/",
    "/companies/E01/",
)
"""Pages below those of the menu that have nothing to show yet."""
_MARKED: Final = re.compile(r'<p class="next" data-empty="([a-z]+)">(.*?)</p>', re.DOTALL)


@dataclass(frozen=True)
class Bare:
    """A park that lacks something, and somebody who may open everything of it."""

    name: str
    someone: Writer


@pytest.fixture(scope="module", params=["blank", "unsettled"])
def bare(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bare]:
    """A park without readings, and one with readings of which none is settled."""
    root = tmp_path_factory.mktemp("bare") / "park"
    if request.param == "blank":
        small_park.make(root, BLANK.read_text(encoding="utf-8"))
    else:
        small_park.make(root)
        with small_park.opened(root) as ports:
            small_park.fill(ports, AUGUST)
    source = ParkSource(root)
    yield Bare(request.param, Writer(create_application(source), source.accounts, EVERYTHING))
    source.accounts.close()


def marked(page: str) -> list[tuple[str, list[str]]]:
    """Return what a page says that it lacks, each with the addresses that lead on."""
    return [
        (missing, [unescape(each) for each in re.findall(r'href="([^"]+)"', inner)])
        for missing, inner in _MARKED.findall(page)
    ]


def test_every_page_of_the_menu__of_a_bare_park_says_what_is_missing_and_leads_on(
    bare: Bare,
) -> None:
    pages = {each.code: bare.someone.open(f"{each.address}?lang=en") for each in ENTRIES}

    assert {code: page.status for code, page in pages.items()} == dict.fromkeys(pages, 200)
    empty = {code: marked(page.text) for code, page in pages.items() if marked(page.text)}
    expected = {each.code for each in ENTRIES} - NEVER_EMPTY
    if bare.name == "unsettled":
        # Nothing is wrong with readings that are there: what needs a person is nobody's lack.
        expected -= {"alarms"}
    assert set(empty) == expected
    assert len(empty) >= 11
    for code, found in empty.items():
        assert all(ways for _, ways in found), code


def test_every_page_below__of_a_bare_park_leads_on(bare: Bare) -> None:
    pages = {address: bare.someone.open(f"{address}?lang=en") for address in BELOW}

    assert {address: page.status for address, page in pages.items()} == dict.fromkeys(BELOW, 200)
    lacking = {address for address, page in pages.items() if marked(page.text)}
    assert lacking == set(BELOW)


def test_every_way_on__answers(bare: Bare) -> None:
    addresses = [*(each.address for each in ENTRIES), *BELOW]
    ways = {
        way
        for address in addresses
        for _, found in marked(bare.someone.open(address).text)
        for way in found
    }

    assert len(ways) >= 3
    for way in ways:
        address, _, anchor = way.partition("#")
        page = bare.someone.open(address)
        assert page.status == 200, way
        assert not anchor or f'id="{anchor}"' in page.text, way


def test_alarms__of_a_park_with_readings_are_calm_and_name_their_limits(bare: Bare) -> None:
    page = bare.someone.open("/alarms/?lang=en").text

    no_reading = text("alarms.page.no_reading", "en")
    assert (no_reading in page) == (bare.name == "blank")
    assert (text("alarms.page.needs_none_hint", "en") in page.replace("&#x27;", "'")) == (
        bare.name == "unsettled"
    )


def test_gaps__are_not_said_to_be_none_while_nothing_is_settled(bare: Bare) -> None:
    page = bare.someone.open("/trust?lang=en").text

    assert text("trust_page.panel.gaps_unsettled", "en") in page
    assert text("trust_page.panel.gaps_empty", "en") not in page


@pytest.mark.parametrize("role", Role)
def test_next_steps__lead_every_role_on(role: Role) -> None:
    viewer = Viewer(name="li", roles=frozenset((role,)), enterprise="")

    for missing in STEPS:
        for has_readings in (True, False):
            found = next_steps(missing, viewer=viewer, has_readings=has_readings)
            assert found, (missing, has_readings)
            assert all(each.may == "member" or each.may in viewer.rights for each in found)


def test_next_steps__without_a_reading_begin_with_readings() -> None:
    viewer = Viewer(name="li", roles=frozenset((Role.REGULATOR,)), enterprise="")

    assert next_steps("plan", viewer=viewer, has_readings=False) == next_steps(
        READINGS, viewer=viewer, has_readings=False
    )
    assert [each.code for each in next_steps("plan", viewer=viewer, has_readings=True)] == ["plan"]


def test_next_steps__have_names_in_both_languages() -> None:
    codes = {each.code for ways in STEPS.values() for each in ways}

    assert all(text(f"next_step.{code}", lang) for code in codes for lang in LANGS)
