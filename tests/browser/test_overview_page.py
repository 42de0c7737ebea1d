"""The overview page in a real browser: drawn, sortable, readable by all, self-contained."""

import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from browser.axe import AXE, violations
from browser.chromium import CHROMIUM, Chromium

_TESTS: Final = Path(__file__).parents[1]
_DESK: Final = (1440, 1000)
_WALL: Final = (1920, 1080)
_PHONE: Final = (390, 844)
_ADDRESSES: Final = tuple(
    f"/?lang={lang}&theme={theme}" for lang in ("zh", "en") for theme in ("light", "dark")
)
_START: Final = """
import sys
sys.path.insert(0, {tests!r})
from taihang.config.django_settings import ensure_django
ensure_django()
from demo_overview import {source}
from taihang.interfaces.web.serve import serve
from members import cookie, test_accounts
from taihang.core.access.role import Role
def announce(address):
    print(address, cookie(test_accounts(), Role.REGULATOR), flush=True)
serve({source}, bind="127.0.0.1", port=0, announce=announce)
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@contextmanager
def _served(source: str) -> Generator[tuple[str, str]]:
    script = _START.format(tests=str(_TESTS), source=source)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as park:
        try:
            assert park.stdout is not None
            found, _, cookie = park.stdout.readline().strip().partition(" ")
            yield found.rstrip("/"), cookie
        finally:
            park.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all tests."""
    with Chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(browser: Chromium) -> Iterator[str]:
    """Serve the made-up month to a member and return its address."""
    with _served("open_demo") as (found, cookie):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", found)
        browser.sign_in(found, cookie)
        yield found


@pytest.mark.parametrize("query", _ADDRESSES)
@pytest.mark.parametrize("size", [_DESK, _PHONE])
def test_page__no_accessibility_violation(
    browser: Chromium, address: str, query: str, size: tuple[int, int]
) -> None:
    browser.size(*size)
    browser.open(address + query)

    assert violations(browser) == []


@pytest.mark.parametrize("query", ["/?wall=1", "/?lang=fr", "/?lang=en&wall=1&theme=light"])
def test_wall_and_failure__no_accessibility_violation(
    browser: Chromium, address: str, query: str
) -> None:
    browser.size(*_WALL)
    browser.open(address + query)

    assert violations(browser) == []


def test_empty_park__no_accessibility_violation_and_no_error() -> None:
    # A browser of its own: cookies know hosts and no ports.
    with Chromium() as browser, _served("open_empty") as (empty, cookie):
        browser.sign_in(empty, cookie)
        browser.size(*_DESK)
        browser.open(f"{empty}/")

        assert violations(browser) == []
        assert browser.console == []


@pytest.mark.parametrize("size", [_DESK, _WALL, _PHONE, (820, 1180)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page__draws_without_error_and_fits_its_width(
    browser: Chromium, address: str, size: tuple[int, int], lang: str
) -> None:
    wall = "&wall=1" if size == _WALL else ""
    browser.size(*size)
    browser.open(f"{address}/?lang={lang}{wall}")

    bands = browser.run("document.querySelectorAll('park-flow .band').length")
    colours = browser.run(
        "[...document.querySelectorAll('.canvas')].map(box => new Set("
        "[...box.querySelectorAll('canvas')].flatMap(c => Array.from(new Uint32Array("
        "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)))).size)"
    )
    width = browser.run("document.documentElement.scrollWidth")

    assert browser.console == []
    assert bands == 10
    assert len(colours) == 2
    assert min(colours) > 8, "a chart stayed blank"
    assert width == size[0]


@pytest.mark.parametrize("size", [_WALL, (3840, 2160)])
def test_wall__fits_one_screen(browser: Chromium, address: str, size: tuple[int, int]) -> None:
    browser.size(*size)
    browser.open(f"{address}/?wall=1")

    whole = browser.run("document.querySelector('main').scrollHeight")
    shown = browser.run("document.querySelector('main').clientHeight")
    proof = browser.run("document.querySelector('.proof').getBoundingClientRect().bottom")

    assert whole == shown
    assert proof <= size[1]


@pytest.mark.parametrize("size", [_DESK, _WALL, _PHONE])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_flow__labels_never_touch_and_stay_inside(
    browser: Chromium, address: str, size: tuple[int, int], lang: str
) -> None:
    browser.size(*size)
    browser.open(f"{address}/?lang={lang}")

    boxes = browser.run(
        "[...document.querySelectorAll('park-flow text')].map(t => {"
        " const b = t.getBoundingClientRect(), f = t.closest('park-flow').getBoundingClientRect();"
        " return [b.left - f.left, b.top - f.top, b.right - f.left, b.bottom - f.top,"
        " f.width, f.height]; })"
    )

    assert len(boxes) == 11
    for left, top, right, bottom, width, height in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height
    assert not [
        (a, b)
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 1 and b[1] < a[3] - 1
    ]


def test_table__sorts_on_a_click_and_keeps_the_missing_last(
    browser: Chromium, address: str
) -> None:
    browser.size(*_DESK)
    browser.open(f"{address}/")
    column = "[...document.querySelectorAll('[data-sortable] tbody td.green')]"

    browser.run("document.querySelector('th.green button').click()")
    falling = browser.run(f"{column}.map(cell => cell.dataset.value)")
    state = browser.run("document.querySelector('th.green').getAttribute('aria-sort')")
    browser.run("document.querySelector('th.green button').click()")
    rising = browser.run(f"{column}.map(cell => cell.dataset.value)")
    heads = browser.run("document.querySelectorAll('th[aria-sort]').length")

    numbers = [float(value) for value in falling[:-1]]
    assert len(falling) == 54
    assert state == "descending"
    assert numbers == sorted(numbers, reverse=True)
    assert falling[-1] == rising[-1] == ""
    assert [float(value) for value in rising[:-1]] == sorted(numbers)
    assert heads == 1


@pytest.mark.parametrize(("panel", "rows"), [("flow", 10), ("day", 192), ("calendar", 304)])
def test_picture__shows_its_figures_as_a_table_and_comes_back(
    browser: Chromium, address: str, panel: str, rows: int
) -> None:
    browser.size(*_DESK)
    browser.open(f"{address}/")
    box = f"document.querySelector('[data-panel={panel}]')"
    look = (
        f"[{box}.querySelectorAll('tbody tr').length, {box}.querySelector('[data-picture]').hidden]"
    )

    browser.run(f"{box}.querySelector('[data-as-table]').click()")
    as_table = browser.run(look)
    browser.run(f"{box}.querySelector('[data-as-table]').click()")
    as_picture = browser.run(look)

    assert as_table == [rows, True]
    assert as_picture == [0, False]


def test_day__missing_quarters_are_named_and_never_zero(browser: Chromium, address: str) -> None:
    browser.size(*_DESK)
    browser.open(f"{address}/?lang=en")

    browser.run("document.querySelector('[data-panel=day] [data-as-table]').click()")
    row = browser.run(
        "[...document.querySelectorAll('[data-panel=day] tbody tr')]"
        ".find(r => r.cells[0].textContent === '2026-10-31 03:00').cells[3].textContent"
    )

    assert row == "missing"


def test_page__nothing_moves(browser: Chromium, address: str) -> None:
    browser.size(*_DESK)
    browser.open(f"{address}/")

    assert browser.run("document.getAnimations().length") == 0


def test_bundle__equals_a_fresh_build() -> None:
    if not AXE.exists():
        pytest.skip("needs the build tools: cd web && npm ci --ignore-scripts")

    checked = subprocess.run(
        ["node", "build.mjs", "--check"],
        cwd=_TESTS.parent / "web",
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.stderr == ""
    assert checked.stdout.startswith("ok: ")


def test_page__everything_comes_from_the_park(browser: Chromium, address: str) -> None:
    browser.size(*_DESK)
    browser.open(f"{address}/")

    hosts = browser.run(
        "[...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).origin))]"
    )

    assert hosts == [address]
