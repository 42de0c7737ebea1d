"""Green power in a browser: the picture, the curves and the map are drawn, and a number opens."""

from collections.abc import Iterator

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.test_every_page import EVERYTHING, served
from browser.test_figure_panel import OPENED
from command_line import DemoPark
from members import park_cookie

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_COLOURS = """Math.max(...[...document.querySelectorAll('#%s canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    if (data[at + 3] === 255) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return [...counts.values()].filter((n) => n > 50).length;
}))"""


@pytest.fixture(scope="module")
def browser(demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    root = demo_park.copy(tmp_path_factory.mktemp("green") / "park")
    with served(root) as address, Chromium() as opened:
        opened.sign_in(address, park_cookie(root, *EVERYTHING))
        opened.size(1440, 1000)
        opened.open(f"{address}/green/?lang=en")
        yield opened


def go(browser: Chromium, path: str) -> None:
    browser.open(f"{browser.run('location.origin')}{path}")
    assert browser.console == []


def test_matching__draws_every_end_of_the_tables(browser: Chromium) -> None:
    ends = browser.run(
        "(({ sources, sinks }) => sources.length + sinks.length)"
        "(JSON.parse(document.getElementById('page-data').textContent).flows)"
    )

    assert ends > 10
    assert browser.run("document.querySelectorAll('park-flow .band').length") == ends
    assert "0 Wh apart" in browser.run("document.querySelector('.sum').textContent")


@pytest.mark.parametrize(
    ("path", "box"),
    [
        ("/green/day/?period=2026-09-14&lang=en", "curves"),
        ("/green/ratios/?lang=en", "ratio-curves"),
        ("/green/hours/?lang=en", "hours"),
    ],
)
def test_charts__are_drawn_and_may_be_used_by_all(browser: Chromium, path: str, box: str) -> None:
    for width, height in ((1440, 1000), (390, 844)):
        browser.size(width, height)
        go(browser, path)

        browser.run(_PAINTED)
        assert browser.run(_COLOURS % box) >= 2
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert violations(browser) == []


def test_certificates__fit_a_phone_and_may_be_used_by_all(browser: Chromium) -> None:
    browser.size(390, 844)
    go(browser, "/green/certificates/?lang=zh")

    assert browser.run("document.documentElement.scrollWidth") <= 390
    assert violations(browser) == []


def test_numbers__open_over_the_page_down_to_an_interval(browser: Chromium) -> None:
    browser.size(1440, 1000)
    go(browser, "/green/?lang=en&period=2026-09-14")
    number = "#plants-head').closest('section').querySelector('a.opens').click()"

    names = [browser.run(OPENED % f"document.querySelector('{number}")]
    names += [browser.run(OPENED % "document.querySelector('dialog tbody th a').click()")]

    assert len(set(names)) == 2
    assert browser.run("location.pathname") == "/green/"
