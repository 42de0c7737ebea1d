"""Settings in a real browser: a name is changed, looked at, saved, and seen by everybody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.test_accounts import fill, path, press
from browser.test_every_page import EVERYTHING, PICTURES, SIZES, served
from command_line import blank_park
from members import park_cookie
from taihang.config.park_edit import text_sha256
from taihang.settings_wiring import park_text, save_park

PARTS: Final = (
    ("gateways", "/settings/gateways/", "phone", "en-dark"),
    ("gateway", "/settings/gateways/GW1/", "desk", "zh-light"),
    ("prices", "/settings/prices/?on=2026-09-01", "phone", "zh-dark"),
    ("house", "/settings/house/", "desk", "en-light"),
    ("add", "/settings/add/enterprises/", "phone", "en-light"),
)
_PARK: Final = "/settings/park/park/"
_LOOK: Final = "button[value=look]"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park of one enterprise."""
    return blank_park(tmp_path_factory.mktemp("settings") / "park")


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """One browser for all tests."""
    with Chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(root: Path, browser: Chromium) -> Iterator[str]:
    """Serve the park to somebody who may open every page."""
    with served(root) as found:
        browser.sign_in(found, park_cookie(root, *EVERYTHING))
        yield found


def text_of(browser: Chromium, selector: str) -> str:
    return str(browser.run(f"document.querySelector({selector!r}).textContent"))


def test_name__is_looked_at_saved_and_seen_on_the_overview_and_in_the_trail(
    browser: Chromium, root: Path, address: str
) -> None:
    browser.size(*SIZES["desk"])
    browser.open(f"{address}{_PARK}?lang=zh&theme=light")
    fill(browser, **{"f-name_zh": "太行新区"})
    press(browser, _LOOK)
    before = park_text(root)
    PICTURES.mkdir(exist_ok=True)
    browser.picture(PICTURES / "settings-preview-desk-zh-light.png")

    assert text_of(browser, "section.look ins") == "太行新区"
    assert violations(browser) == []
    fill(browser, reason="园区更名，批文在案")
    press(browser, "button[value=save]")

    assert "太行新区" not in before
    assert path(browser) == "/settings/"
    assert "park" in text_of(browser, ".note.ok")
    browser.open(f"{address}/")
    assert text_of(browser, "h1") == "太行新区"
    browser.open(f"{address}/trust")
    assert "园区更名，批文在案" in browser.run("document.body.textContent")
    assert browser.console == []


def test_form__of_a_park_that_changed_meanwhile_is_refused_and_keeps_its_text(
    browser: Chromium, root: Path, address: str
) -> None:
    browser.open(f"{address}{_PARK}?lang=en")
    fill(browser, **{"f-name_en": "Taihang New Area"})
    before = park_text(root)
    save_park(
        root,
        before.replace("longitude_deg", "longitude_deg ", 1),
        base_sha256=text_sha256(before),
    )

    press(browser, _LOOK)

    assert "Somebody changed the park meanwhile" in text_of(browser, ".note.bad")
    kept = browser.run("document.querySelector('[name=f-name_en]').value")
    assert kept == "Taihang New Area"
    press(browser, _LOOK)
    assert text_of(browser, "section.look ins") == "Taihang New Area"
    assert "Taihang New Area" not in park_text(root)


@pytest.mark.parametrize(("name", "page", "size", "look"), PARTS)
def test_part__fits_and_may_be_used_by_all(
    browser: Chromium, address: str, name: str, page: str, size: str, look: str
) -> None:
    lang, theme = look.split("-")
    browser.size(*SIZES[size])

    browser.open(f"{address}{page}{'&' if '?' in page else '?'}lang={lang}&theme={theme}")
    PICTURES.mkdir(exist_ok=True)
    browser.picture(PICTURES / f"settings-{name}-{size}-{look}.png")

    assert browser.run("document.querySelector('[data-failed]') === null")
    assert browser.run("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert browser.run("document.querySelectorAll('h1').length") == 1
    assert browser.console == []
    assert violations(browser) == []
