"""Data and trust in a real browser: the map is read with keys, and the chain is checked here."""

import json
from collections.abc import Iterator
from typing import Final

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.test_every_page import served
from members import park_cookie
from taihang import wiring
from taihang.core.access.role import Role
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.services.act_log import log_acts
from trail_kit import entries
from watched_park import Watched

_FLIPPED: Final = """
const old = window.fetch;
window.fetch = async (address, ...rest) => {
  const answer = await old(address, ...rest);
  if (!String(address).includes("tile/0/")) return answer;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  bytes[5] ^= 1;
  return new Response(bytes, { status: answer.status });
};
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A park whose log three witnesses follow: 300 entries are published, and three later ones."""
    park = Watched(tmp_path_factory.mktemp("trust"), quorum=2)
    park.grow(190)
    with park.opened() as ports:
        log_acts(ports=ports)
    park.grow(200)
    park.publish()
    park.grow(300)
    park.publish()
    park.grow(303)
    for each in entries(3):
        wiring.trail_of(park.root).append(each)
    return park


@pytest.fixture(scope="module")
def address(watched: Watched) -> Iterator[str]:
    """Where it is served."""
    with served(watched.root) as found:
        yield found


@pytest.fixture
def browser(address: str, watched: Watched) -> Iterator[Chromium]:
    """A browser of its own, signed in: what one test keeps in it no other sees."""
    with Chromium() as opened:
        opened.size(1440, 1000)
        cookie = park_cookie(watched.root, Role.AUDIT_ADMIN, Role.DISPATCHER)
        opened.sign_in(address, cookie)
        yield opened


def checked(browser: Chromium) -> tuple[str, str]:
    """Check the chain; return the verdict and what the page says."""
    wait = """new Promise((done, fail) => {
      delete document.documentElement.dataset.chain;
      document.querySelector("[data-chain]").click();
      const end = Date.now() + 20000;
      const look = () => {
        const found = document.documentElement.dataset.chain;
        if (found) done(found);
        else if (Date.now() > end) fail(new Error("no verdict"));
        else setTimeout(look, 30);
      };
      look();
    })"""
    verdict = str(browser.run(wait))
    return verdict, str(browser.run("document.querySelector('[data-chain-steps]').innerText"))


def test_chain__of_a_published_log_is_checked_with_its_witnesses(
    browser: Chromium, address: str
) -> None:
    browser.open(f"{address}/trust?lang=en")

    verdict, said = checked(browser)

    assert verdict == "accepted"
    assert "300 entries" in said
    assert "cosigned by 3 witnesses" in said
    assert "it continues 1 checkpoints signed before, the earliest of 200 entries" in said
    assert "8 entries drawn by lot" in said or "drawn by lot are in the tree" in said
    assert browser.run("document.querySelectorAll('[data-leaf] .tag.ok').length") > 0
    assert browser.console == []
    assert violations(browser) == []


def test_chain__is_compared_with_what_this_browser_kept(
    browser: Chromium, address: str, watched: Watched
) -> None:
    browser.open(f"{address}/trust?lang=en")
    assert "an earlier visit" not in checked(browser)[1]
    browser.open(f"{address}/trust?lang=en")
    verdict, said = checked(browser)
    assert (verdict, "what this browser kept from an earlier visit" in said) == ("accepted", True)

    with watched.opened(writing=False) as ports:
        key = ports.keys.signing_key("log")
        other = Checkpoint("taihang/small", 150, bytes(32))
        forged = sign_checkpoint(other, public_key=key.public, sign=key.sign)
    browser.run(f"localStorage.setItem('taihang-checkpoint:taihang/small', {json.dumps(forged)})")

    verdict, said = checked(browser)
    assert verdict == "refused"
    assert "history was changed" in said


def test_chain__tiles_that_do_not_fit_are_refused(browser: Chromium, address: str) -> None:
    browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": _FLIPPED})
    browser.open(f"{address}/trust?lang=en")

    verdict, said = checked(browser)

    assert verdict == "refused"
    assert "root" in said
    assert browser.run("document.querySelectorAll('[data-leaf] .tag.ok').length") == 0


def test_chain__without_cryptography_nothing_is_said_to_fit(
    browser: Chromium, address: str
) -> None:
    lack = "Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})"
    browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": lack})
    browser.open(f"{address}/trust?lang=en")

    verdict, said = checked(browser)

    assert verdict == "unable"
    assert "nothing was checked" in said


def test_map__is_read_with_the_arrow_keys(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/trust?lang=en")
    said = "document.querySelector('.heat-said').textContent"
    browser.run("document.querySelector('.heat-scroll').focus(); 0")

    def press(key: str) -> str:
        browser.run(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
            f"{{key: {json.dumps(key)}, bubbles: true, cancelable: true}})); 0"
        )
        return str(browser.run(said))

    first, left = press("ArrowRight"), press("ArrowLeft")
    assert first.startswith("M-")
    assert first != left
    assert press("PageUp") != left
    dark = browser.run(
        "document.querySelector('.heat-cells').getContext('2d')"
        ".getImageData(0, 0, 2000, 40).data.some((value) => value !== 0)"
    )
    assert dark, "something is drawn"


@pytest.mark.parametrize(("lang", "theme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("width", [1440, 390])
def test_page__fits_and_can_be_used_by_all(
    browser: Chromium, address: str, lang: str, theme: str, width: int
) -> None:
    browser.size(width, 900)
    browser.open(f"{address}/trust?lang={lang}&theme={theme}")

    assert violations(browser) == []
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.console == []
