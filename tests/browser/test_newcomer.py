"""A newcomer's way in a real browser: from an empty folder to a bill and a certificate that verify.

Nothing is prepared but a folder and a file of readings: every step is done on the pages, where a
person would look for it, and leads to the next one.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
from base64 import b64decode
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from browser.chromium import CHROMIUM, Chromium
from browser.test_accounts import fill, path, press
from browser.test_every_page import SIZES
from browser.test_verify_page import shown, verdict
from command_line import started
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.topology import Direction
from taihang.simulator.park_box import Simulation, simulate
from visitor import PASSWORD

TEMPLATE: Final = "xingxian"
FIRST: Final = date(2026, 9, 1)
LAST: Final = date(2026, 9, 30)
N_DAYS: Final = 30
STEP: Final = timedelta(minutes=15)
ENTERPRISE: Final = "E01"
_WAIT_S: Final = 20.0

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@dataclass(frozen=True)
class Walk:
    """Where a newcomer is: a browser at a server that began with an empty folder."""

    browser: Chromium
    address: str
    link: str

    def open(self, page: str) -> None:
        """Go to a page."""
        self.browser.open(f"{self.address}{page}")

    def follow(self, start: str) -> None:
        """Take a link that stands on the page, and wait for where it leads."""
        found = f"main a[href^={json.dumps(start)}]"
        assert self.browser.run(f"document.querySelector({json.dumps(found)}) !== null"), (
            start,
            self.text("main"),
        )
        self.open(str(self.browser.run(f"document.querySelector({json.dumps(found)}).pathname")))

    def text(self, part: str) -> str:
        """Return what a part of the page says."""
        return str(self.browser.run(f"document.querySelector({json.dumps(part)})?.innerText ?? ''"))

    def value(self, field: str) -> str:
        """Return what stands in a field."""
        return str(self.browser.run(f"document.querySelector({json.dumps(field)}).value"))

    def fetch(self, address: str) -> bytes:
        """Take a file as the browser that is signed in gets it."""
        script = f"""fetch({json.dumps(address)}).then(async (answer) => {{
          if (!answer.ok) throw new Error(String(answer.status));
          const bytes = new Uint8Array(await answer.arrayBuffer());
          return btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(""));
        }})"""
        return b64decode(str(self.browser.run(script)))

    def choose(self, file: Path) -> None:
        """Choose a file, as a person does in the dialog of the browser."""
        document = self.browser.call("DOM.getDocument", {})["root"]["nodeId"]
        found = self.browser.call(
            "DOM.querySelector", {"nodeId": document, "selector": "input[type=file]"}
        )
        self.browser.call(
            "DOM.setFileInputFiles", {"nodeId": found["nodeId"], "files": [str(file)]}
        )


@contextmanager
def begun(root: Path) -> Generator[tuple[str, str]]:
    """Serve an empty folder; yield the address and the link that the terminal shows."""
    with started("serve", root, "--port", "0", "--lang", "en", "--json", group=True) as running:
        try:
            assert running.stdout is not None
            told = json.loads(running.stdout.readline())
            yield str(told["address"]).rstrip("/"), str(told["first_link"])
        finally:
            os.killpg(running.pid, signal.SIGINT)
            try:
                running.communicate(timeout=_WAIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)


@pytest.fixture(scope="module", name="world")
def _world() -> Simulation:
    """What really happened at the meters of the template in a month."""
    park = read_park(template_text(TEMPLATE), source=TEMPLATE)
    return simulate(park, first_day=FIRST, n_days=N_DAYS, seed=7)


@pytest.fixture(scope="module", name="file")
def _file(world: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of a metering system: local times, and a column of kWh for each meter."""
    text = io.StringIO()
    rows = csv.writer(text)
    names = sorted(world.true_wh)
    rows.writerow(["时间", *(f"{name} 电量(kWh)" for name in names)])
    zone = read_park(template_text(TEMPLATE), source=TEMPLATE).zone
    for number in range(world.period.n_steps):
        at = (world.period.start + number * STEP).astimezone(zone)
        cells = (f"{world.true_wh[name][number] / 1_000:.3f}" for name in names)
        rows.writerow([f"{at:%Y-%m-%d %H:%M}", *cells])
    path_of = tmp_path_factory.mktemp("export") / "september.csv"
    path_of.write_text(text.getvalue(), encoding="utf-8-sig")
    return path_of


@pytest.fixture(scope="module", name="walk")
def _walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    root = tmp_path_factory.mktemp("newcomer") / "park"
    root.mkdir()
    with begun(root) as (address, link), Chromium() as browser:
        browser.size(*SIZES["desk"])
        yield Walk(browser, address, link)


def test_newcomer__gets_from_an_empty_folder_to_a_bill_and_a_certificate_that_verify(
    walk: Walk, world: Simulation, file: Path
) -> None:
    enters_and_makes_the_park(walk)
    imports_readings(walk, file, n_readings=len(world.true_wh) * world.period.n_steps)
    settles_the_month(walk)
    sees_the_overview(walk, world)
    downloads_a_bill(walk)
    verifies_a_certificate(walk)


def enters_and_makes_the_park(walk: Walk) -> None:
    """The link of the terminal makes the first member, who makes the park."""
    browser = walk.browser
    browser.open(f"{walk.link}?lang=en")
    fill(browser, name="wang.lei", full_name="王磊", password=PASSWORD, again=PASSWORD)
    press(browser, "form .button")
    assert path(browser) == "/setup/"

    browser.run(f"document.querySelector('[value={TEMPLATE}]').click(); true")
    fill(browser, name_zh="晨光铝业园", name_en="Morning Light Park", reason="a trial")
    press(browser, "main form .button")

    assert path(browser) == "/setup/"
    assert "Morning Light Park" in walk.text("h1")
    assert "no readings yet" in walk.text("main")


def imports_readings(walk: Walk, file: Path, *, n_readings: int) -> None:
    """The page of what comes next leads to the import, which recognises the file by itself."""
    walk.follow("/import/")
    walk.choose(file)
    press(walk.browser, "#send form .button")

    assert re.fullmatch(r"/import/[0-9a-f]{32}/", path(walk.browser))
    assert walk.browser.run("document.querySelectorAll('tr.look').length") == 0, "all recognised"
    assert f"{n_readings:,}" in walk.text(".totals")
    fill(walk.browser, reason="the first month")
    press(walk.browser, "form[action$='/take/'] .button")

    assert path(walk.browser) == "/import/"
    assert f"{n_readings:,}" in walk.text(".note.ok")


def settles_the_month(walk: Walk) -> None:
    """The import leads to settling, which offers the month that came in."""
    walk.follow("/reports/")
    days = (walk.value("[name=first]"), walk.value("[name=last]"))
    assert days == (FIRST.isoformat(), LAST.isoformat())

    fill(walk.browser, reason="September is complete")
    press(walk.browser, "form[action='/reports/settle'] button")

    said = walk.text(".notice.ok")
    assert "22 meters" in said
    assert re.search(r"2,880 intervals: 0 missing", said), said
    assert f"settled up to {LAST}" in walk.text("#settle")


def sees_the_overview(walk: Walk, world: Simulation) -> None:
    """The overview carries the energy that stood in the file."""
    walk.open("/")
    overview = json.loads(walk.fetch("/overview.json"))
    used_mwh = world.total_wh(Direction.CONSUMPTION).sum() / 1e6

    assert overview["month"] == "2026-09"
    assert overview["kpis"]["load_mwh"] == pytest.approx(used_mwh, rel=0.02)
    assert f"{overview['kpis']['load_mwh']:,.0f}" in walk.text("main").replace(" ", ",")


def downloads_a_bill(walk: Walk) -> None:
    """The page of an enterprise shows its bill and leads to the report that carries it."""
    walk.open(f"/companies/{ENTERPRISE}/")
    total = re.search(r"[\d,]+\.\d\d", walk.text(".bill-panel .total"))
    assert total, walk.text(".bill-panel")
    walk.follow("/reports/")
    form = "form[action='/reports/issue']"
    walk.browser.run(
        f"""(() => {{
          const form = document.querySelector({json.dumps(form)});
          form.querySelector('[name=subject]').value = {json.dumps(ENTERPRISE)};
          form.querySelector('[name=period]').value = '2026-09';
          form.querySelector('[name=reason]').value = 'the bill of the month';
          for (const each of form.querySelectorAll('[name=form]'))
            each.checked = each.value === 'html';
        }})()"""
    )
    press(walk.browser, f"{form} button.primary")

    assert path(walk.browser) == f"/reports/report.{ENTERPRISE}.2026-09.v1/"
    name = str(walk.browser.run("document.querySelector('a[href^=\"/reports/file/\"]').pathname"))
    paper = re.sub(r"<[^>]+>", "", walk.fetch(name).decode())
    assert total[0] in paper


def verifies_a_certificate(walk: Walk) -> None:
    """Green power lists the certificates; the file of one is verified in the browser."""
    walk.open("/green/certificates/?lang=en")
    walk.follow("/c/")
    certificate = path(walk.browser)
    data = json.loads(walk.fetch(f"{certificate}/file"))
    assert data["format"].startswith("taihang-proof")

    walk.browser.open(str(walk.browser.run("document.querySelector('a[href^=\"/verify\"]').href")))

    assert verdict(walk.browser) == "accepted"
    assert certificate.removeprefix("/c/") in shown(walk.browser)
    assert "the one that this server names" in shown(walk.browser)
