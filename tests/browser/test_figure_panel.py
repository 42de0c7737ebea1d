"""Figures open over the page that shows them, level by level, and close again."""

from collections.abc import Iterator

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
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
OPENED = """new Promise(resolve => {
  const before = document.querySelector('dialog h2')?.textContent;
  const look = () => {
    const now = document.querySelector('dialog h2')?.textContent;
    if (now && now !== before) resolve(now); else setTimeout(look, 50);
  };
  %s;
  look();
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all tests."""
    with Chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(
    browser: Chromium, demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve a copy of the demo park to a regulator, who only reads."""
    root = demo_park.copy(tmp_path_factory.mktemp("figures") / "park")
    with served(root) as found:
        browser.sign_in(found, park_cookie(root, Role.REGULATOR))
        yield found


def test_panel__leads_from_a_card_to_a_reading_and_back(browser: Chromium, address: str) -> None:
    browser.size(1440, 1000)
    browser.open(f"{address}/?lang=en")
    row = "document.querySelector('dialog tbody th a').click()"

    first = browser.run(OPENED % "document.querySelector('td.carbon a.opens').click()")
    names = [first, *(browser.run(OPENED % row) for _ in range(5))]
    assert violations(browser) == []
    ground = browser.run("document.querySelector('dialog .story-ground').textContent.trim()")
    back = browser.run(OPENED % "document.querySelector('dialog [data-back]').click()")
    browser.run("document.querySelector('dialog [data-close]').click()")

    assert len(set(names)) == 6
    assert "Reading of M-" in names[-1]
    assert ground == "read from a meter"
    assert back == names[-2]
    assert browser.run("document.querySelector('dialog[open]') === null")
    assert browser.console == []


@pytest.mark.parametrize("size", [(1440, 1000), (390, 844)])
@pytest.mark.parametrize("look", ["lang=zh&theme=light", "lang=en&theme=dark"])
def test_page__of_a_figure_fits_and_may_be_used_by_all(
    browser: Chromium, address: str, size: tuple[int, int], look: str
) -> None:
    browser.size(*size)
    browser.open(f"{address}/?{look}")
    path = browser.run("document.querySelector('td.coal a.opens').getAttribute('href')")

    browser.open(f"{address}{path}?{look}")

    assert browser.run("document.documentElement.scrollWidth") <= size[0]
    assert browser.console == []
    assert violations(browser) == []
