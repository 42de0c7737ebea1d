"""The built files in the package."""

import re
from importlib.resources import files

import pytest

from taihang.interfaces.web.assets import (
    ASK_AGAIN,
    FOREVER,
    AssetError,
    asset_address,
    find_asset,
)

_FOLDER = files("taihang.interfaces.web").joinpath("static", "taihang")
_LIMIT_BYTES = 900_000


def test_asset_address__carries_the_hash_and_is_served() -> None:
    for name in ("overview.js", "echarts.js", "page.css", "icon.svg"):
        address = asset_address(name)

        found = find_asset(address.removeprefix("/static/"))

        assert re.fullmatch(r"/static/[a-z]+-[0-9A-Z]{8}\.(js|css|svg)", address)
        assert found is not None
        assert found.cache_control == FOREVER


def test_asset_address__refuses_a_file_that_was_not_built() -> None:
    with pytest.raises(AssetError, match=r"web/README\.md"):
        asset_address("jquery.js")


@pytest.mark.parametrize("name", ["../view.py", "", ".", "..", "/etc/passwd", "page.css"])
def test_find_asset__nothing_but_the_built_files(name: str) -> None:
    assert find_asset(name) is None


def test_find_asset__a_name_without_hash_is_asked_for_again() -> None:
    licences = find_asset("LICENSES-web.txt")

    assert licences is not None
    assert licences.cache_control == ASK_AGAIN


def test_bundle__scripts_stay_under_their_limit() -> None:
    scripts = [file for file in _FOLDER.iterdir() if file.name.endswith(".js")]

    assert len(scripts) >= 2
    assert sum(len(file.read_bytes()) for file in scripts) < _LIMIT_BYTES


def test_bundle__names_no_other_host() -> None:
    ours = [file for file in _FOLDER.iterdir() if file.name.startswith(("overview", "page"))]

    assert len(ours) == 2
    for file in ours:
        source = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in source


def test_bundle__licences_name_what_is_inside() -> None:
    licences = _FOLDER.joinpath("LICENSES-web.txt").read_text(encoding="utf-8")

    assert "echarts 6.1.0 (Apache-2.0)" in licences
    assert "zrender" in licences
    assert "Apache License" in licences
