"""An enterprise user at a browser: every page and link of one's own, nothing of anybody else."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from typing_extensions import override

import canary_park
from browser.axe import violations
from browser.chromium import CHROMIUM, BrowserError, Chromium
from browser.test_every_page import served
from members import park_cookie
from taihang.core.access.role import Role, rights_of
from taihang.interfaces.web.menu import ENTRIES
from taihang.interfaces.web.policy import MEMBER

OWN: Final = "ZUMA01"
NOBODY: Final = "KILO01"
"""An id of the same form that no enterprise has."""
FOREIGN: Final = canary_park.canaries(canary_park.others(OWN))
PAGES_MOST: Final = 40
"""Pages that are opened in the browser; every other link is asked and read."""
LINKS_MOST: Final = 150
_QUIET: Final = ("/static/", "/live")
_LEFT_OUT: Final = re.compile("sign-out|[?&](lang|theme)=")
_LINKS: Final = (
    "[...document.querySelectorAll('a[href]')].map(a => new URL(a.href))"
    ".filter(u => u.origin === location.origin).map(u => u.pathname + u.search)"
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


class Listening(Chromium):
    """A browser whose every answer is heard."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, str] = {}
        """Address of each answer by the id of its request."""
        self.call("Network.enable", {})

    @override
    def _note(self, event: Mapping[str, Any]) -> None:
        super()._note(event)
        if event.get("method") == "Network.responseReceived":
            told = event["params"]
            self.heard[told["requestId"]] = told["response"]["url"]

    def bodies(self) -> dict[str, str]:
        """Return what every answer since the last look said, by its address."""
        heard, self.heard = self.heard, {}
        found: dict[str, str] = {}
        for request, url in heard.items():
            if any(part in url for part in _QUIET):
                continue
            try:
                answer = self.call("Network.getResponseBody", {"requestId": request})
            except BrowserError:
                continue  # a redirect, or an answer without a body
            found[url] = str(answer["body"])
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Listening]:
    """Start one browser for all tests."""
    with Listening() as opened:
        opened.size(390, 844)
        yield opened


@pytest.fixture(scope="module")
def address(browser: Listening, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a park of six enterprises to a user of one."""
    root = canary_park.made(tmp_path_factory.mktemp("tenant") / "park")
    with served(root) as found:
        browser.sign_in(found, park_cookie(root, Role.ENTERPRISE_USER, enterprise=OWN))
        yield found


def read(browser: Listening, address: str) -> int:
    """Open a page and read all that came; return how many answers there were."""
    browser.bodies()
    browser.open(address)
    page = str(browser.run("document.documentElement.outerHTML"))
    told = {"the page as it stands": page, **browser.bodies()}
    for url, words in told.items():
        assert not FOREIGN.search(words), (address, url, FOREIGN.search(words))
    assert browser.console == [], address
    return len(told)


def asked(browser: Listening, path: str) -> tuple[int, str, str]:
    """Ask an address from the page and return status, kind and words of the answer."""
    status, kind, said = browser.run(
        f"fetch({path!r}).then(async a => [a.status, a.headers.get('content-type') ?? '',"
        " await a.text()])"
    )
    return int(status), str(kind), str(said)


def test_enterprise_user__meets_nobody_else_on_any_page_or_link(
    browser: Listening, address: str
) -> None:
    rights = rights_of([Role.ENTERPRISE_USER])
    menu = [each.address for each in ENTRIES if each.may == MEMBER or each.may in rights]
    browser.open(f"{address}/companies/?lang=zh&theme=light")
    shown = browser.run("[...document.querySelectorAll('nav.menu a')].map(a => a.pathname)")
    assert shown == menu

    waiting, seen = deque(menu), set(menu)
    opened: list[str] = []
    statuses: dict[str, int] = {}
    n_answers = 0
    while waiting and len(statuses) < LINKS_MOST:
        path = waiting.popleft()
        statuses[path], kind, said = asked(browser, path)
        assert not FOREIGN.search(said), (path, FOREIGN.search(said))
        if statuses[path] != 200 or "text/html" not in kind or len(opened) >= PAGES_MOST:
            continue
        opened.append(path)
        n_answers += read(browser, address + path)
        found = [link for link in browser.run(_LINKS) if link not in seen]
        fresh = [link for link in dict.fromkeys(found) if not _LEFT_OUT.search(link)]
        waiting.extend(fresh)
        seen.update(fresh)

    assert {path: status for path, status in statuses.items() if status >= 400} == {}
    assert set(menu) <= set(opened)
    assert len(opened) >= 15
    assert len(statuses) >= 40
    assert n_answers >= 2 * len(opened)


def test_enterprise_user__finds_of_foreign_addresses_what_anybody_finds_of_none(
    browser: Listening, address: str
) -> None:
    browser.open(f"{address}/companies/")
    ways = (
        "/companies/{}/",
        "/points/M-{}/",
        "/points/M-{}/year.csv",
        "/figure/statement/energy.{}.2026-08.v1/value",
        "/figure/meter/M-{}/2026-08-12/day",
        "/c/2026-08.pool.{}:0-5",
        "/green/day/?of={}",
        "/carbon/?of={}",
    )
    for way in ways:
        foreign, none = (
            asked(browser, way.format(name)) for name in (canary_park.TENANTS[0], NOBODY)
        )
        assert foreign[0] == none[0] >= 400, (way, foreign[0], none[0])
        assert foreign[2].replace(canary_park.TENANTS[0], NOBODY) == none[2], way

    assert asked(browser, f"/companies/{OWN}/")[0] == 200
    for path in ("/", "/trust", "/dispatch/", "/settings/", "/users/", "/records/"):
        status, _, said = asked(browser, path)
        assert status == 403, path
        assert not FOREIGN.search(said), path


def test_enterprise_user__may_use_every_page_of_the_menu_on_a_phone(
    browser: Listening, address: str
) -> None:
    browser.open(f"{address}/companies/")
    menu = browser.run("[...document.querySelectorAll('nav.menu a')].map(a => a.pathname)")

    assert len(menu) >= 5
    for path in menu:
        browser.open(f"{address}{path}?lang=en&theme=dark")
        assert browser.run("document.documentElement.scrollWidth") <= 390, path
        assert violations(browser) == [], path
