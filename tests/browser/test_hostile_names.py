"""Names that try to be more than names are shown as they are written and do nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.chromium import CHROMIUM, Chromium
from browser.test_every_page import EVERYTHING, served
from command_line import done
from hostile_names import NAMES, TURNING, hostile_text, quote
from members import park_cookie
from taihang import wiring
from taihang.config.park_file import ParkFileError, read_park
from taihang.interfaces.web.menu import ENTRIES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all tests."""
    with Chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a park of which forty enterprises bear such names, with two settled days."""
    root = tmp_path_factory.mktemp("hostile") / "park"
    wiring.make_park(root, text=hostile_text())
    done("simulate", root, "--from", "2026-09-01", "--days", "2")
    done("settle", root, "--from", "2026-09-01", "--to", "2026-09-03")
    return root


@pytest.fixture(scope="module")
def address(browser: Chromium, park: Path) -> Iterator[str]:
    """Serve that park."""
    with served(park) as found:
        browser.sign_in(found, park_cookie(park, *EVERYTHING))
        yield found


def test_names__are_forty_and_every_one_another() -> None:
    assert len(set(NAMES)) == 40


@pytest.mark.parametrize("name", TURNING)
def test_park_file__refuses_names_that_turn_or_hide_writing(name: str) -> None:
    text = hostile_text().replace(quote(NAMES[0]), quote(name))

    with pytest.raises(ParkFileError, match=r"enterprises\.E01\.name_zh|2 problems"):
        read_park(text, source="park.toml")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", [entry.address for entry in ENTRIES])
def test_every_page__shows_hostile_names_literally_and_lets_them_do_nothing(
    browser: Chromium, address: str, path: str, lang: str
) -> None:
    browser.size(1440, 1000)

    browser.open(f"{address}{path}?lang={lang}")

    assert browser.run("window.owned === undefined")
    assert (
        browser.run("document.querySelectorAll('iframe, base, svg script, [onerror]').length") == 0
    )
    assert browser.run("document.querySelectorAll('h1').length") == 1
    assert browser.console == []


def test_overview__shows_every_name_as_it_is_written(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/")

    shown = browser.run(
        "[...document.querySelectorAll('.users tbody th')].map(cell => cell.textContent)"
    )

    assert len(shown) >= len(NAMES)
    assert [name for name in NAMES if name not in shown] == []
