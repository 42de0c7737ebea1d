"""The auditor's path: from a tonne on the page Carbon to one reading, its proof and its verdict."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from browser.chromium import CHROMIUM, Chromium
from browser.test_every_page import served
from browser.test_verify_page import drop, shown, verdict
from command_line import DemoPark
from members import park_cookie
from taihang.core.access.role import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]
_VERIFIER: Final = Path(__file__).parents[2] / "src/taihang/interfaces/verify_taihang.py"
_LEVELS_MOST: Final = 10
_OPENED: Final = """new Promise((resolve, reject) => {
  const before = document.querySelector('dialog .foot code')?.textContent;
  const end = Date.now() + 20000;
  const look = () => {
    const now = document.querySelector('dialog .foot code')?.textContent;
    if (now && now !== before) resolve(now);
    else if (Date.now() > end) reject(new Error('nothing opened'));
    else setTimeout(look, 30);
  };
  %s;
  look();
})"""
_LEVEL: Final = """(() => {
  const own = (name) => document.querySelector(`dialog ${name}`)?.textContent.trim() ?? '';
  return {ground: own('.story-ground .tag'), value: own('.story-value'),
          verdict: own('.story-part h3 .tag.ok'), wrong: own('.story-part h3 .tag.bad'),
          factors: document.querySelectorAll('dialog dl.story-facts').length};
})()"""
_DOWN: Final = """document.querySelector('dialog tbody a[data-opens]').click()"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as opened:
        opened.size(1440, 1000)
        yield opened


@pytest.fixture(scope="module")
def address(
    browser: Chromium, demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve a copy of the demo park to a regulator, who reads everything and changes nothing."""
    root = demo_park.copy(tmp_path_factory.mktemp("auditor") / "park")
    with served(root) as found:
        browser.sign_in(found, park_cookie(root, Role.REGULATOR))
        yield found


def test_auditor__goes_from_a_tonne_to_a_reading_and_verifies_its_proof(
    browser: Chromium, address: str, tmp_path: Path
) -> None:
    # 1. A figure in tonnes on the page Carbon.
    browser.open(f"{address}/carbon/?lang=en")
    card = "[data-figure='carbon.scope2-location']"
    assert "tCO" in browser.run(f'document.querySelector("{card}").textContent')
    key = browser.run(_OPENED % f'document.querySelector("{card} a.opens").click()')
    assert key.startswith("total/scope2-location/")

    # 2. Down, level by level, each of which adds up, until a reading is there.
    levels = [browser.run(_LEVEL)]
    keys = [key]
    while levels[-1]["ground"] != "read from a meter":
        assert len(keys) < _LEVELS_MOST, keys
        keys.append(browser.run(_OPENED % _DOWN))
        levels.append(browser.run(_LEVEL))
    assert [each.partition("/")[0] for each in keys] == [
        "total", "statement", "statement", "meter", "meter", "meter", "reading",
    ]  # fmt: skip
    assert [each["verdict"] for each in levels[:-1]] == ["adds up exactly"] * 6
    assert not any(each["wrong"] for each in levels)
    assert levels[1]["factors"], "emissions name their factor"

    # 3. Its proof as a file, accepted by the page and by the program that runs without it.
    link = "document.querySelector('dialog a[download][href^=\"/figure-proof/\"]')"
    file = browser.download(f"{link}.click()", tmp_path)
    away = browser.run("document.querySelector('dialog a[href^=\"/verify\"]').href")
    browser.open(f"{address}/verify?lang=en")
    assert drop(browser, file.read_bytes()) == "accepted"
    point = keys[-1].split("/")[1]
    assert point in shown(browser)
    alone = subprocess.run(
        [sys.executable, str(_VERIFIER), str(file)], capture_output=True, text=True, check=False
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr

    # 4. The same by the link in the panel, and a file that was changed is refused.
    browser.open(f"{away}&lang=en")
    assert verdict(browser) == "accepted"
    altered, n_altered = re.subn(
        rb'"energy_wh":(\d+)', lambda found: b'"energy_wh":%d' % (int(found[1]) + 1),
        file.read_bytes(), count=1,
    )  # fmt: skip
    assert n_altered == 1
    assert drop(browser, altered) == "refused"
