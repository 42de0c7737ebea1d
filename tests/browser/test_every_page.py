"""Every page of the menu, as people see it: both languages, both themes, every size of screen.

Pictures of all of them are written to ``pictures/``, for people to look at.
"""

import os
import re
import signal
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from command_line import DemoPark, started
from members import park_cookie
from taihang.core.access.role import Role
from taihang.interfaces.web.menu import ENTRIES

PICTURES: Final = Path(__file__).parents[2] / "pictures"
SIZES: Final = {"desk": (1440, 1000), "phone": (390, 844), "wall": (1920, 1080)}
LOOKS: Final = tuple((lang, theme) for lang in ("zh", "en") for theme in ("light", "dark"))
ASKED_LOOKS: Final = ("lang=zh&theme=light", "lang=en&theme=dark")
"""Both languages and both themes, in which each page and size is looked at for barriers."""
EVERYTHING: Final = (
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
    Role.DISPATCHER,
    Role.ACCOUNTANT,
    Role.CERTIFICATE_ISSUER,
)
"""Roles that together open every page."""
WALLS: Final = frozenset(("overview", "alarms", "dispatch"))
"""Pages that have a wall."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@contextmanager
def served(root: Path, *, port: int = 0) -> Generator[str]:
    """Serve a park and yield its address."""
    with started("serve", root, "--port", str(port), group=True) as running:
        try:
            assert running.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
            assert found
            yield found.group()
        finally:
            os.killpg(running.pid, signal.SIGINT)
            try:
                running.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all tests."""
    with Chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(
    browser: Chromium, demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve a copy of the demo park to somebody who may open every page."""
    root = demo_park.copy(tmp_path_factory.mktemp("pages") / "park")
    with served(root) as found:
        browser.sign_in(found, park_cookie(root, *EVERYTHING))
        yield found


def shown(code: str) -> list[tuple[str, str]]:
    """Return size and look by which a page is shown."""
    sizes = [size for size in SIZES if size != "wall" or code in WALLS]
    return [(size, f"lang={lang}&theme={theme}") for size in sizes for lang, theme in LOOKS]


CASES: Final = [
    (entry.code, entry.address, size, look) for entry in ENTRIES for size, look in shown(entry.code)
]


def test_cases__are_every_page_in_every_form() -> None:
    assert {f"lang={lang}&theme={theme}" for lang, theme in LOOKS} > set(ASKED_LOOKS)
    assert len(CASES) >= 8 * len(ENTRIES)
    assert {code for code, _, _, _ in CASES} == {entry.code for entry in ENTRIES}


@pytest.mark.parametrize(("code", "path", "size", "look"), CASES)
def test_every_page__is_drawn_fits_and_may_be_used_by_all(
    browser: Chromium, address: str, code: str, path: str, size: str, look: str
) -> None:
    browser.size(*SIZES[size])
    wall = "&wall=1" if size == "wall" else ""

    browser.open(f"{address}{path}?{look}{wall}")
    PICTURES.mkdir(exist_ok=True)
    name = re.sub(r"\w+=", "", look).replace("&", "-")
    browser.picture(PICTURES / f"{code}-{size}-{name}.png")

    width = browser.run("document.documentElement.scrollWidth")
    heading = browser.run("document.querySelectorAll('h1').length")
    assert browser.run("document.querySelector('[data-failed]') === null"), "the page failed"
    assert width <= SIZES[size][0], f"{width} px wide"
    assert heading == 1
    assert browser.console == []
    if look in ASKED_LOOKS:
        assert violations(browser) == []
