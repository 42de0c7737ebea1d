"""Built files are for anybody who reached the park by its own name, and nothing else is."""

import pytest

from asgi_client import ask
from demo_overview import FixedSource, demo_overview
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.assets import asset_address, find_asset
from taihang.interfaces.web.security import HEADERS

_APP = create_application(FixedSource(demo_overview()))


@pytest.mark.parametrize("name", ["page.css", "echarts.js", "overview.js", "icon.svg"])
def test_a_built_file__is_handed_out_whole_and_may_be_kept_for_ever(name: str) -> None:
    address = asset_address(name)
    file = find_asset(address.removeprefix("/static/"))

    answer = ask(_APP, address)

    assert file is not None
    assert (answer.status, answer.body) == (200, file.content)
    assert answer.headers["content-type"] == file.content_type
    assert answer.headers["content-length"] == str(len(file.content))
    assert "immutable" in answer.headers["cache-control"]


def test_a_built_file__carries_the_headers_of_every_page_and_no_cookie() -> None:
    answer = ask(_APP, asset_address("overview.js"))

    assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
    assert not answer.cookies


def test_a_built_file__head_tells_its_length_alone() -> None:
    address = asset_address("page.css")

    answer = ask(_APP, address, method="HEAD")

    assert answer.body == b""
    assert answer.headers["content-length"] == str(len(ask(_APP, address).body))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "a b"])
def test_a_built_file__is_refused_under_a_foreign_host_name(host: str) -> None:
    assert ask(_APP, asset_address("page.css"), host=host).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_built_file__cannot_be_written(method: str) -> None:
    assert ask(_APP, asset_address("page.css"), method=method).status in {403, 404, 405}
