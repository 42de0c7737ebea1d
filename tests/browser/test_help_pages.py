"""Help in a browser: the keys, the notes of words, and pages that everybody may use."""

from collections.abc import Iterator

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.hands import press, until, until_ready
from browser.test_every_page import served
from command_line import DemoPark
from members import park_cookie
from taihang.core.access.role import Role

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
        opened.size(1440, 1000)
        yield opened


@pytest.fixture(scope="module")
def address(
    browser: Chromium, demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve a copy of the demo park to a dispatcher."""
    root = demo_park.copy(tmp_path_factory.mktemp("help") / "park")
    with served(root) as found:
        browser.sign_in(found, park_cookie(root, Role.DISPATCHER))
        yield found


def path(browser: Chromium) -> str:
    return str(browser.run("location.pathname"))


@pytest.mark.parametrize("look", ["lang=zh&theme=light", "lang=en&theme=dark"])
def test_pages_of_help__may_be_used_by_all(browser: Chromium, address: str, look: str) -> None:
    for page in ("meter", "certificate", "glossary", "keyboard"):
        browser.open(f"{address}/help/{page}/?{look}")

        assert violations(browser) == [], page
        assert browser.console == []


def test_question_mark__opens_the_list_of_keys_and_escape_closes_it(
    browser: Chromium, address: str
) -> None:
    browser.open(f"{address}/trust?lang=zh&theme=light")

    press(browser, "?")
    until(browser, "document.querySelector('dialog[open] [data-keys]')")
    assert violations(browser) == []
    press(browser, "g", "h")
    assert path(browser) == "/trust", "an open dialog has its own keys"
    press(browser, "Escape")

    until(browser, "!document.querySelector('dialog')")
    assert browser.console == []


def test_g_and_a_letter__opens_a_page_and_other_letters_none(
    browser: Chromium, address: str
) -> None:
    browser.open(f"{address}/?lang=zh")
    press(browser, "t", "g", "z", "t")
    assert path(browser) == "/"

    press(browser, "g", "t")
    until_ready(browser, "/trust")
    assert browser.run("document.querySelector('.menu [aria-current]').dataset.key") == "t"


def test_slash__goes_to_the_search_field_where_keys_are_letters(
    browser: Chromium, address: str
) -> None:
    browser.open(f"{address}/help/glossary/?lang=en")

    press(browser, "/")
    assert browser.run("document.activeElement.id") == "find"
    press(browser, *"g coverage?")

    assert path(browser) == "/help/glossary/"
    assert browser.run("document.activeElement.value") == "g coverage?"
    assert browser.run("document.querySelectorAll('[data-row]:not([hidden])').length") == 0
    browser.run("document.activeElement.value = 'coverage'")
    browser.run("document.activeElement.dispatchEvent(new Event('input'))")
    found = browser.run(
        "[...document.querySelectorAll('[data-row]')]"
        ".filter(row => row.checkVisibility()).map(row => row.id)"
    )
    assert "coverage" in found
    assert 0 < len(found) < 20
    press(browser, "Escape")
    assert browser.run("document.activeElement === document.body")


def test_keys__are_switched_off_and_on_again(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/help/keyboard/?lang=en")
    switch = "document.querySelector('[data-keys-switch]')"

    browser.run(f"{switch}.click()")
    assert browser.run(f"{switch}.getAttribute('aria-pressed')") == "false"
    browser.run("document.activeElement.blur()")
    press(browser, "g", "t")
    assert path(browser) == "/help/keyboard/"
    browser.run(f"{switch}.click()")
    browser.run("document.activeElement.blur()")
    press(browser, "g", "h")

    until_ready(browser, "/help/")


def test_word_of_the_glossary__says_what_it_means_on_focus_until_escape(
    browser: Chromium, address: str
) -> None:
    browser.open(f"{address}/trust?lang=en&theme=dark")
    note = "document.getElementById('term-coverage')"
    assert browser.run(f"{note}.checkVisibility()") is False

    browser.run("document.querySelector('a.term[href$=\"#coverage\"]').focus()")

    assert browser.run(f"{note}.checkVisibility()") is True
    assert browser.run(f"{note}.getBoundingClientRect().right <= innerWidth") is True
    assert violations(browser) == []
    press(browser, "Escape")
    assert browser.run(f"{note}.checkVisibility()") is False
    browser.run("document.activeElement.click()")
    until(browser, "location.hash === '#coverage' && document.querySelector('#coverage:target')")
