"""Every page that a link leads to, below those of the menu: fits, may be used by all, in any look.

Nobody lists addresses by hand: links are followed from the menu on, one page of each kind. Which
kinds there are is told, so that a page which nothing leads to any more is missed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from typing_extensions import override

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.test_every_page import ASKED_LOOKS, EVERYTHING, LOOKS, PICTURES, SIZES, served
from command_line import DemoPark
from members import park_cookie
from taihang.interfaces.web.menu import ENTRIES

KINDS: Final = frozenset(
    (
        "account/",
        "account/password/",
        "assets/<str:plant>/",
        "c/<str:certificate_id>",
        "carbon/quotas/",
        "companies/<str:company_id>/",
        "figure/<path:key>",
        "flows/now/",
        "green/certificates/",
        "green/day/",
        "green/hours/",
        "green/ratios/",
        "help/<slug:code>/",
        "help/glossary/",
        "help/keyboard/",
        "points/",
        "points/<str:point>/",
        "r/",
        "records/REGISTER/",
        "records/REGISTER/<path:object_id>/",
        "settings/add/<slug:kind>/",
        "settings/gateways/",
        "settings/gateways/<str:gateway>/",
        "settings/house/",
        "settings/park/<slug:kind>/",
        "settings/park/<slug:kind>/<str:object_id>/",
        "settings/prices/",
        "users/<int:member_id>/",
        "verify",
    )
)
"""What stands below the menu, as ``urls.py`` writes it."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@dataclass(frozen=True)
class Walk:
    """A served park, and one address of each kind of page in it."""

    address: str
    pages: dict[str, str]
    """By the route."""


class _Links(HTMLParser):
    """Collects where a page leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and "download" not in given:
            self.found.append(given.get("href") or "")


def links(address: str, path: str, cookie: str) -> Iterator[str]:
    """Yield where a page leads; nothing of what is no page."""
    place = urlsplit(address)
    line = HTTPConnection(str(place.hostname), place.port, timeout=60)
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    if answer.status == 200 and str(answer.headers["content-type"]).startswith("text/html"):
        yield path
        yield from (each for each in _Links(body.decode()).found if each.startswith("/"))


def route_of(address: str) -> str | None:
    """Return the route of an address, None where it has none; all registers are one kind."""
    try:
        route = resolve(urlsplit(address).path).route
    except Resolver404:
        return None
    return re.sub(r"^records/\w+/", "records/REGISTER/", route)


def walked(address: str, cookie: str) -> dict[str, str]:
    """Follow links from the menu on and return one address of each kind of page."""
    open_, seen, found = [entry.address for entry in ENTRIES], set[str](), dict[str, str]()
    while open_:
        path = open_.pop(0).partition("#")[0]
        route = route_of(path)
        if route is None or route in seen:
            continue
        seen.add(route)
        leads = [*links(address, path, cookie)]
        if leads:
            found[route] = path
            open_.extend(leads[1:])
    in_menu = {route_of(entry.address) for entry in ENTRIES}
    return {route: path for route, path in found.items() if route not in in_menu}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all tests."""
    with Chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def walk(
    browser: Chromium, demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """Serve a copy of the demo park to somebody who may open every page, and walk through it."""
    root = demo_park.copy(tmp_path_factory.mktemp("inner") / "park")
    with served(root) as address:
        cookie = park_cookie(root, *EVERYTHING)
        browser.sign_in(address, cookie)
        yield Walk(address, walked(address, cookie))


def test_walk__leads_to_a_page_of_every_kind(walk: Walk) -> None:
    assert set(walk.pages) == KINDS


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_inner_pages__fit_and_may_be_used_by_all(
    browser: Chromium, walk: Walk, size: str, lang: str, theme: str
) -> None:
    browser.size(*SIZES[size])
    PICTURES.mkdir(exist_ok=True)
    look = f"lang={lang}&theme={theme}"
    wrong: list[tuple[str, object]] = []
    for route, path in walk.pages.items():
        joint = "&" if "?" in path else "?"
        browser.open(f"{walk.address}{path}{joint}{look}")
        name = re.sub(r"<\w+:(\w+)>", r"\1", route).strip("/").replace("/", "-")
        browser.picture(PICTURES / f"{name}-{size}-{lang}-{theme}.png")
        width = int(browser.run("document.documentElement.scrollWidth"))
        headings = int(browser.run("document.querySelectorAll('h1').length"))
        if width > SIZES[size][0] or headings != 1 or browser.console:
            wrong.append((path, (width, headings, [*browser.console])))
        if look in ASKED_LOOKS and (found := violations(browser)):
            wrong.append((path, found))

    assert not wrong, wrong
    assert len(walk.pages) == len(KINDS)
