"""A dispatcher at a browser: sees the plan, approves it with a reason, orders otherwise by two."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.hands import until, until_ready
from browser.test_every_page import served
from command_line import DemoPark
from members import park_cookie
from taihang.core.access.role import Role
from taihang.interfaces.catalogue import text

REASON: Final = "值班会议同意 <按计划>"
ORDER_REASON: Final = "检修变压器，储能停一天"
AGREED: Final = "第二人同意"
_FORM: Final = "document.querySelector('form[data-keep=plan]')"
_OVERRIDE: Final = "document.querySelector('form[data-keep=override]')"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@dataclass(frozen=True)
class Served:
    """A park that is served, and the browser of whoever looks."""

    root: Path
    address: str
    browser: Chromium

    def signed_in(self, *roles: Role) -> None:
        """Let somebody else sit down."""
        self.browser.sign_in(self.address, park_cookie(self.root, *roles))

    def open(self, path: str) -> None:
        """Open a page in Chinese."""
        self.browser.open(f"{self.address}{path}{'&' if '?' in path else '?'}lang=zh&theme=light")


@pytest.fixture(scope="module")
def desk(demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the demo park, whose next day is planned."""
    root = demo_park.copy(tmp_path_factory.mktemp("operator") / "park")
    with served(root) as address, Chromium() as browser:
        browser.size(1440, 1000)
        yield Served(root, address, browser)


def words(browser: Chromium, selector: str) -> list[str]:
    """Return the words of everything that a selector finds."""
    script = f"[...document.querySelectorAll({selector!r})].map(e => e.textContent.trim())"
    return list(browser.run(script))


def fill(browser: Chromium, form: str, reason: str) -> None:
    """Type a reason into a form."""
    browser.run(f"{form}.elements.reason.value = {reason!r}")


def fields_of(browser: Chromium, form: str, act: str) -> dict[str, str]:
    """Return what a form sends when a button is pressed."""
    entries = browser.run(f"[...new FormData({form}).entries()]")
    return {**dict(entries), "act": act}


def sent(browser: Chromium, fields: Mapping[str, str]) -> int:
    """Send a form by itself, as a second press of the button would, and return the status."""
    body = json.dumps(dict(fields))
    return int(
        browser.run(
            f"fetch('/dispatch/decide', {{method: 'POST', body: new URLSearchParams({body})}})"
            ".then(answer => answer.status)"
        )
    )


def approved(desk: Served) -> tuple[dict[str, str], str]:
    """Approve the plan and return what was sent, and what the page says of it."""
    browser = desk.browser
    fill(browser, _FORM, REASON)
    fields = fields_of(browser, _FORM, "approve")
    browser.run(f"{_FORM}.querySelector('[value=approve]').click()")
    until(browser, "document.querySelector('.decisions li')")
    until_ready(browser, "/dispatch/")
    (line,) = words(browser, ".decisions li")
    return fields, line


def test_operator__approves_the_plan_of_the_next_day_once_and_with_a_reason(desk: Served) -> None:
    browser = desk.browser
    desk.signed_in(Role.DISPATCHER)

    # 1. The plan is there, with its reasons, and nobody has decided.
    desk.open("/dispatch/")
    day = re.search(r"\d{4}-\d\d-\d\d", words(browser, ".day-head h2")[0])
    assert day is not None
    assert browser.run("document.querySelector('[data-panel=plan] canvas') !== null")
    assert len(words(browser, ".reasons li")) >= 3
    assert words(browser, ".decisions li") == []

    # 2. Without a reason the form does not go.
    browser.run(f"{_FORM}.querySelector('[value=approve]').click()")
    assert browser.run(f"{_FORM}.checkValidity()") is False
    assert words(browser, ".decisions li") == []

    # 3. With one it does, and the page says who, when and why.
    fields, line = approved(desk)
    assert REASON in line
    assert f"dispatcher（{text('role.dispatcher', 'zh')}）" in line
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", line)
    assert words(browser, ".decide-plan .tag.ok")
    assert browser.console == []
    assert violations(browser) == []

    # 4. The same form sent again is the same act; one without a reason is none.
    assert sent(browser, fields) == 200
    assert sent(browser, {**fields, "id": "another", "reason": ""}) == 422
    desk.open(f"/dispatch/?day={day[0]}")
    assert words(browser, ".decisions li") == [line]


def test_operator__orders_otherwise_with_a_second_person(desk: Served) -> None:
    browser = desk.browser
    desk.signed_in(Role.DISPATCHER)
    desk.open("/dispatch/")
    store = browser.run("document.querySelector('form.try').elements.battery.value")

    # 1. An order is priced before it is given.
    order = {"from": "12:00", "to": "14:00", "way": "rest"}
    for name, value in order.items():
        browser.run(f"document.querySelector('form.try').elements[{name!r}].value = {value!r}")
    browser.run("document.querySelector('form.try').requestSubmit()")
    until(browser, _OVERRIDE)
    until_ready(browser, "/dispatch/")
    assert len(words(browser, ".effect li")) >= 1

    # 2. It needs a reason, and waits for somebody else.
    assert browser.run(f"{_OVERRIDE}.checkValidity()") is False
    fill(browser, _OVERRIDE, ORDER_REASON)
    browser.run(f"{_OVERRIDE}.querySelector('[value=override]').click()")
    until(browser, "document.querySelector('.orders.waits')")
    until_ready(browser, "/dispatch/")
    assert any(store in each for each in words(browser, ".orders.waits li"))
    assert any(ORDER_REASON in each for each in words(browser, ".decisions li"))
    assert browser.run("document.querySelector('[value=confirm]') === null")

    # 3. A second dispatcher confirms, and the order stands.
    desk.signed_in(Role.DISPATCHER, Role.REGULATOR)
    desk.open("/dispatch/")
    fill(browser, _FORM, AGREED)
    browser.run(f"{_FORM}.querySelector('[value=confirm]').click()")
    until(browser, "document.querySelector('.orders:not(.waits)')")
    until_ready(browser, "/dispatch/")
    assert any(store in each for each in words(browser, ".orders li"))
    assert words(browser, ".orders.waits") == []
    assert len([each for each in words(browser, ".decisions li") if AGREED in each]) == 1
    assert violations(browser) == []


def test_trail__has_every_act_of_the_operators_once(desk: Served) -> None:
    browser = desk.browser
    desk.signed_in(Role.AUDIT_ADMIN)

    desk.open("/trust")

    rows = words(browser, "[data-panel=trail] tbody tr")
    done = [row for row in rows if row.endswith(text("trail.outcome.done", "zh"))]
    decided = [row for row in done if text("trail.kind.plan-decision", "zh") in row]
    assert len(decided) == 3, "approved, ordered, agreed to; what was sent twice stands once"
    assert all("day-plan.park." in row for row in decided)
    assert all(text("role.dispatcher", "zh") in row for row in decided)
