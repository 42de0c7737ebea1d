"""The web service as a whole, asked over ASGI."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from typing_extensions import override

from asgi_client import ask
from demo_overview import ENTERPRISES, FailingSource, FixedSource, demo_overview
from members import ask_as
from taihang.core.access.role import Role
from taihang.core.errors import IntegrityError, LinkError
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.gate import ACCOUNT
from taihang.interfaces.web.menu import ENTRIES
from taihang.interfaces.web.pages.overview.view import empty_overview, to_json
from taihang.interfaces.web.security import HEADERS

_APP = create_application(FixedSource(demo_overview()))
_EMPTY = create_application(
    FixedSource(
        empty_overview(park_name_zh="空园区", park_name_en="Empty park", zone="Asia/Shanghai"),
        is_ready=False,
    )
)
_ADDRESSES: Final = (
    "/",
    "/?lang=en&wall=1",
    "/?lang=fr",
    "/overview.json",
    "/healthz",
    "/readyz",
    "/static/LICENSES-web.txt",
    "/nowhere",
)


class _Page(HTMLParser):
    """Collects what a strict Content-Security-Policy would refuse, and the data for scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.links: list[str] = []
        self.rows = 0
        self.data = ""
        self._in_data = False
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_data = given.get("id") == "page-data"
        # A block of JSON is data and never run.
        is_data = given.get("type") == "application/json"
        inline = tag == "script" and "src" not in given and not is_data
        if tag == "style" or inline or any(k == "style" or k.startswith("on") for k in given):
            self.refused.append(f"{tag} {given}")
        self.links += [str(given[k]) for k in ("href", "src") if k in given]
        self.rows += tag == "tr"

    @override
    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data
            self._in_data = False


@pytest.mark.parametrize("address", _ADDRESSES)
def test_every_answer__carries_the_security_headers(address: str) -> None:
    answer = ask_as(_APP, address)

    assert len(HEADERS) >= 7
    for name, value in HEADERS.items():
        assert value == answer.headers[name.lower()]


@pytest.mark.parametrize("address", ["/", "/?lang=en", "/?wall=1", "/?lang=en&theme=dark"])
def test_overview_page__needs_nothing_inline_and_nothing_from_elsewhere(address: str) -> None:
    page = _Page(ask_as(_APP, address).text)

    assert page.refused == []
    assert len(page.links) >= 8
    assert all(link.startswith(("/", "#")) and "//" not in link for link in page.links)


def test_overview_page__every_link_leads_somewhere() -> None:
    every = {link for link in _Page(ask_as(_APP, "/").text).links if link.startswith("/")}
    # Figures open from a park of their own: see pages/overview/test_keys.py.
    figures = {link for link in every if link.startswith("/figure/")}
    # The other pages of the menu ask a whole park: see tests/browser/test_every_page.py.
    menu = {entry.address for entry in ENTRIES if entry.code != "overview"}
    links = every - figures - menu - {ACCOUNT}

    assert len(links) >= 7
    assert len(figures) >= 100
    assert {200} == {ask_as(_APP, link).status for link in links}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", ("太行示范园区", "最新读数 2026-10-31 23:45", "98,214.6", "未达标", "52,176 条")),
        ("/?lang=en", ("Taihang demonstration park", "Newest reading 2026-10-31 23:45", "Not met")),
    ],
)
def test_overview_page__the_numbers_are_there_before_any_script(
    address: str, words: tuple[str, ...]
) -> None:
    answer = ask_as(_APP, address)

    assert answer.status == 200
    assert all(word in answer.text for word in words)
    assert _Page(answer.text).rows == ENTERPRISES + 1


def test_overview_page__shows_the_same_numbers_as_the_api() -> None:
    data: dict[str, Any] = json.loads(_Page(ask_as(_APP, "/").text).data)
    served = json.loads(ask_as(_APP, "/overview.json").text)

    for key in ("flows", "day", "plan", "calendar", "as_of_s"):
        assert served[key] == data[key]


def test_overview_page__text_from_the_park_is_never_markup() -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    overview = demo_overview()
    rows = (replace(overview.enterprises[0], name_zh=hostile),)
    shown = replace(overview, park_name_zh=hostile, enterprises=rows, zone="Asia/Shanghai")

    page = ask_as(create_application(FixedSource(shown)), "/").text

    assert "<img" not in page
    assert page.count("&lt;img") >= 3


def test_overview_page__an_unknown_setting_is_refused() -> None:
    answer = ask_as(_APP, "/?lang=fr")

    assert answer.status == 422
    assert "lang=zh or lang=en" in answer.text


def test_overview_page__a_setting_given_twice_is_refused() -> None:
    assert ask_as(_APP, "/?lang=zh&lang=en").status == 422


def test_overview_page__an_empty_park_says_what_to_do_next() -> None:
    answer = ask_as(_EMPTY, "/")

    assert answer.status == 200
    assert "园区里还没有已结算的数据" in answer.text
    assert "taihang import" in answer.text
    assert "<table" not in answer.text


@pytest.mark.parametrize(("kind", "status"), [(LinkError, 503), (IntegrityError, 500)])
def test_overview_page__a_failure_is_explained(
    kind: type[LinkError | IntegrityError], status: int
) -> None:
    error = kind(given="lake/hot.duckdb", expected="a readable lake", remedy="run taihang rebuild")
    application = create_application(FailingSource(error))

    page = ask_as(application, "/?lang=en")
    machine = ask_as(application, "/overview.json")

    assert status == page.status == machine.status
    assert "run taihang rebuild" in page.text
    assert kind.code == json.loads(machine.text)["code"]


def test_overview_json__is_the_overview() -> None:
    answer = ask_as(_APP, "/overview.json")

    assert answer.headers["content-type"] == "application/json"
    assert to_json(demo_overview()) == answer.text


def test_overview_json__refuses_a_setting() -> None:
    assert ask_as(_APP, "/overview.json?month=3").status == 422


def test_healthz__is_alive_even_when_not_ready() -> None:
    assert ask_as(_EMPTY, "/healthz").status == 200
    assert ask_as(_EMPTY, "/readyz").status == 503
    assert ask_as(_APP, "/readyz").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("address", ["/", "/overview.json", "/readyz"])
def test_every_address__only_reads(address: str, method: str) -> None:
    # Without the secret of a form a write is refused before it reaches a view.
    assert ask_as(_APP, address, method=method).status in {403, 405}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "a b"])
def test_foreign_host_name__is_refused(host: str) -> None:
    answer = ask(_APP, "/overview.json", host=host)

    assert answer.status == 400
    assert "kpis" not in answer.text


@pytest.mark.parametrize(
    "address",
    ["/static/../view.py", "/static/%2e%2e/view.py", "/static/", "/static/a/b.js", "/nowhere"],
)
def test_unknown_address__is_a_plain_404(address: str) -> None:
    answer = ask_as(_APP, address)

    assert answer.status == 404
    assert "没有这个页面" in answer.text


def test_two_parks__stand_side_by_side_in_one_process() -> None:
    assert "太行示范园区" in ask_as(_APP, "/").text
    assert "空园区" in ask_as(_EMPTY, "/").text


def test_every_page__is_closed_to_strangers() -> None:
    for address in ("/", "/overview.json", "/?lang=en&wall=1"):
        answer = ask(_APP, address)

        assert answer.status == 302
        assert answer.headers["location"].startswith("/sign-in/?next=%2F")
        assert answer.body == b""


def test_every_page__is_closed_to_members_without_its_right() -> None:
    answer = ask_as(_APP, "/", Role.SECURITY_ADMIN)

    assert answer.status == 403
    assert "98,214.6" not in answer.text
    assert "没有查看这一页的权限" in answer.text


def test_look__is_remembered_in_a_cookie_and_only_when_chosen() -> None:
    chosen = ask_as(_APP, "/?lang=en&theme=dark")

    assert "taihang-look=en.dark" in chosen.headers["set-cookie"]
    assert "set-cookie" not in ask_as(_APP, "/").headers
