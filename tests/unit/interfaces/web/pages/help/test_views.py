"""The pages of help are there for every member, and each link of theirs leads somewhere."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final

import pytest

import certified_park
import small_park
from asgi_client import ask
from page_forms import Writer
from taihang.core.access.role import OF_ENTERPRISE, Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.glossary import terms
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.pages.help.guides import GUIDES
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.act_log import log_acts

PAGES: Final = (
    "/help/",
    "/help/glossary/",
    "/help/keyboard/",
    *(f"/help/{guide.code}/" for guide in GUIDES),
)
PARTIES_OF_E02: Final = ("E02", "乙厂", "Plant B")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    """A settled park with certificates."""
    root = small_park.make(tmp_path_factory.mktemp("help") / "park", text=certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        log_acts(ports=ports)
    found = ParkSource(root)
    yield found
    found.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    """Its pages."""
    return create_application(source)


def member(app: AsgiApplication, source: ParkSource, role: Role) -> Writer:
    return Writer(app, source.accounts, (role,), "E01" if role in OF_ENTERPRISE else "")


def links(page: str) -> set[str]:
    """Return the addresses that the content of a page leads to."""
    content = page[page.index("<main") :]
    return {unescape(each) for each in re.findall(r'href="(/[^"#]*)', content)}


@pytest.mark.parametrize("role", Role)
def test_every_member__reads_every_page_and_every_link_answers(
    role: Role, app: AsgiApplication, source: ParkSource
) -> None:
    reader = member(app, source, role)

    pages = {address: reader.open(address) for address in PAGES}

    assert {page.status for page in pages.values()} == {200}
    found = {link for page in pages.values() for link in links(page.text)}
    assert len(found) >= 5
    assert {link: reader.open(link).status for link in found} == dict.fromkeys(found, 200)
    assert 'href="/help/" aria-current="page"' in pages["/help/"].text


def test_strangers__are_asked_to_sign_in(app: AsgiApplication) -> None:
    assert {ask(app, address).status for address in PAGES} == {302}


@pytest.mark.parametrize("lang", LANGS)
def test_guide__shows_the_state_of_this_park(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    reader = member(app, source, Role.CERTIFICATE_ISSUER)

    page = reader.open(f"/help/certificate/?lang={lang}").text

    states = dict(re.findall(r'data-step="([a-z-]+)" data-state="([a-z]+)"', page))
    assert [states[step] for step in ("rules", "settle", "issue")] == ["done"] * 3
    assert text("help_page.done_of", lang, done=3, told=3) in page
    assert "taihang certificates issue mypark --month 2026-08" in page
    assert re.search(r'href="/c/2026-08\.[^"]+"', page)


def test_guide__leads_an_enterprise_to_a_certificate_of_its_own_and_no_other(
    app: AsgiApplication, source: ParkSource
) -> None:
    own = member(app, source, Role.ENTERPRISE_USER)

    pages = [own.open(address).text for address in PAGES if address != "/help/glossary/"]

    assert not [word for word in PARTIES_OF_E02 for page in pages if word in page]


def test_guide__tells_an_administrator_without_figures_nothing_of_the_park(
    app: AsgiApplication, source: ParkSource
) -> None:
    page = member(app, source, Role.SECURITY_ADMIN).open("/help/certificate/").text

    assert "/c/" not in page.replace("/c/编号", "")
    assert 'data-state="done"' not in page


def test_guide__of_no_name_is_not_there(app: AsgiApplication, source: ParkSource) -> None:
    assert member(app, source, Role.REGULATOR).open("/help/nothing/").status == 404


@pytest.mark.parametrize("lang", LANGS)
def test_glossary__has_every_term_at_its_anchor(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    page = member(app, source, Role.WITNESS).open(f"/help/glossary/?lang={lang}").text

    anchors = re.findall(r'<div id="([a-z0-9-]+)" data-row>', page)
    assert sorted(anchors) == sorted(terms())


def test_glossary__is_searched_without_a_script(app: AsgiApplication, source: ParkSource) -> None:
    reader = member(app, source, Role.WITNESS)

    found = reader.open("/help/glossary/?q=coverage&lang=en").text
    none = reader.open("/help/glossary/?q=%3Cb%3E&lang=en").text

    assert 'id="coverage"' in found
    assert 'id="settlement"' not in found
    assert "No term holds “&lt;b&gt;”." in none
    assert reader.open("/help/glossary/?x=1").status == 422


def test_keyboard__lists_the_pages_that_the_member_may_open(
    app: AsgiApplication, source: ParkSource
) -> None:
    page = member(app, source, Role.WITNESS).open("/help/keyboard/?lang=en").text

    listed = page[page.index("data-keys") :]
    assert re.findall(r"<kbd>g</kbd> <kbd>(.)</kbd>", listed) == ["t", "h"]
    assert 'data-key="t"' in page


def test_help__is_there_before_there_is_a_park(tmp_path: Path) -> None:
    source = ParkSource(tmp_path)
    admin = Writer(create_application(source), source.accounts, (Role.SYSTEM_ADMIN,))

    pages = {address: admin.open(address) for address in PAGES}
    source.accounts.close()

    assert {page.status for page in pages.values()} == {200}
    assert 'data-state="done"' not in pages["/help/meter/"].text
    assert text("help_page.meter.title", "zh") in pages["/help/meter/"].text
