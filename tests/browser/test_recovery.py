"""A server that goes, comes back, or no longer knows the member: the page says so and recovers."""

from pathlib import Path

import pytest

from browser.chromium import CHROMIUM, Chromium
from browser.test_every_page import served
from command_line import DemoPark
from members import open_accounts, park_cookie
from taihang.core.access.role import Role
from taihang.interfaces.accounts.sessions import SignedIn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


def told(browser: Chromium, condition: str) -> str:
    """Wait until the head of the page is in a state; return what it says beside."""
    return str(
        browser.run(f"""new Promise((done, fail) => {{
          const end = performance.now() + 20000;
          const box = () => document.querySelector('[data-live]');
          const look = () => {{
            if ({condition}) done(box().querySelector('[data-note]').textContent);
            else if (performance.now() > end) fail(new Error(box().outerHTML));
            else setTimeout(look, 50);
          }};
          look();
        }})""")
    )


def end_sessions(root: Path) -> int:
    """Throw every session of a park away, as an administrator may."""
    accounts = open_accounts(root)
    with accounts.served():
        found, _ = SignedIn.objects.all().delete()
    accounts.close()
    return found


def test_page__says_that_the_server_is_gone_and_comes_back_by_itself(
    demo_park: DemoPark, tmp_path: Path
) -> None:
    root = demo_park.copy(tmp_path / "park")
    with Chromium() as browser:
        with served(root) as address:
            browser.sign_in(address, park_cookie(root, Role.REGULATOR))
            browser.open(address + "/?lang=en")
            told(browser, "document.documentElement.dataset.ticks > 0")
        # The silence of half a minute, without waiting for it.
        browser.run("window.realNow = Date.now; Date.now = () => window.realNow() + 31000; 0")
        gone = told(browser, "box().dataset.link === 'lost'")
        browser.run("Date.now = window.realNow; document.documentElement.dataset.ticks = 0; 0")
        with served(root, port=int(address.rpartition(":")[2])):
            back = told(browser, "document.documentElement.dataset.ticks > 0")
        assert end_sessions(root) >= 1
        with served(root, port=int(address.rpartition(":")[2])):
            ended = told(browser, "box().querySelector('[data-note] a') !== null")

    assert "Server not reached since" in gone
    assert back == ""
    assert "sign in again" in ended
