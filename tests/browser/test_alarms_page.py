"""The alarms on a phone: what is seen to leaves the list and the menu; what was written is kept."""

from pathlib import Path

import pytest

from browser.chromium import CHROMIUM, BrowserError, Chromium
from browser.test_every_page import SIZES, served
from command_line import DemoPark
from members import park_cookie
from taihang.core.access.role import Role

REASON = "电话问过，网关在检修"
_PAGES_MOST = 4
"""A form leads over one redirect: so many pages may come before the last one."""
_FORM = "document.querySelector('.needs form')"
_NEEDS = "document.querySelectorAll('.needs article').length"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


def write_reason(browser: Chromium) -> None:
    """Write a reason into the first alarm, as a person does."""
    browser.run(
        f"{_FORM}.closest('details').open = true; const field = {_FORM}.elements.reason; "
        f"field.value = '{REASON}'; field.dispatchEvent(new Event('input', {{bubbles: true}})); 0"
    )


def arrived(browser: Chromium, condition: str) -> None:
    """Wait until something holds, on this page or on the one that comes after it."""
    script = f"""new Promise((done, fail) => {{
      const end = performance.now() + 20000;
      const look = () => {{
        if ({condition}) done(true);
        else if (performance.now() > end) fail(new Error('never came'));
        else setTimeout(look, 50);
      }};
      look();
    }})"""
    for _ in range(_PAGES_MOST):
        try:
            browser.run(script)
        except BrowserError as error:
            if "navigated" not in str(error):
                raise
        else:
            return
    pytest.fail("the page never settled")


def test_alarm__is_acknowledged_on_a_phone_and_leaves_what_needs_a_person(
    demo_park: DemoPark, tmp_path: Path
) -> None:
    root = demo_park.copy(tmp_path / "park")
    with Chromium() as browser, served(root) as address:
        browser.size(*SIZES["phone"])
        browser.sign_in(address, park_cookie(root, Role.DISPATCHER))
        browser.open(f"{address}/alarms/")
        before = browser.run(_NEEDS)
        alarm = browser.run(f"{_FORM}.elements.alarm.value")
        write_reason(browser)
        browser.run(f"window.old = 1; {_FORM}.querySelector('[value=acknowledge]').click(); 0")
        arrived(browser, "window.old === undefined && document.documentElement.dataset.ready")
        after = browser.run(_NEEDS)
        told = browser.run(f"document.getElementById({alarm!r}).textContent")

    assert before >= 1
    assert after == before - 1
    assert REASON in told


def test_form__keeps_its_text_while_the_server_is_away(demo_park: DemoPark, tmp_path: Path) -> None:
    root = demo_park.copy(tmp_path / "park")
    with Chromium() as browser:
        with served(root) as address:
            browser.sign_in(address, park_cookie(root, Role.DISPATCHER))
            browser.open(f"{address}/alarms/")
            arrived(browser, "document.documentElement.dataset.ticks > 0")
            write_reason(browser)
        browser.run("window.realNow = Date.now; Date.now = () => window.realNow() + 31000; 0")
        arrived(browser, "document.querySelector('[data-live]').dataset.link === 'lost'")
        browser.run(f"{_FORM}.querySelector('[value=acknowledge]').click(); 0")
        held = browser.run(f"{_FORM}.querySelector('[data-form-note]').textContent")
        with served(root, port=int(address.rpartition(":")[2])):
            browser.call("Page.reload", {})
            arrived(browser, f"document.readyState === 'complete' && {_FORM}")
            arrived(browser, "document.documentElement.dataset.ready")
            kept = browser.run(f"{_FORM}.elements.reason.value")

    assert "尚未提交" in held
    assert kept == REASON
