"""The verifier's page in a real browser: accepts, refuses, and says where it cannot tell."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import certificate_kit
import certified_park
import small_park
from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from evidence_kit import LOG_KEY
from taihang.services.act_log import log_acts

_ROOT: Final = Path(__file__).parents[2]
_GOLDEN: Final = _ROOT / "tests/golden/proofs"
_START: Final = """
import sys
from functools import partial
from pathlib import Path
from taihang.config.django_settings import ensure_django
ensure_django()
from taihang.interfaces.web.park_source import open_source
from taihang.interfaces.web.serve import serve
serve(partial(open_source, Path({root!r})), bind="127.0.0.1", port=0,
      announce=partial(print, flush=True))
"""
_NO_ED25519: Final = """
const old = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (form, key, how, ...rest) {
  return how.name === "Ed25519"
    ? Promise.reject(new DOMException("no", "NotSupportedError"))
    : old.call(this, form, key, how, ...rest);
};
"""
_ISSUE: Final = "2026-08.pool.E02"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A park with certificates, and the id of one."""
    root = small_park.make(tmp_path_factory.mktemp("verify") / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        log_acts(ports=ports)
        return root, ports.registry.certificates.certificates(_ISSUE)[0].id


@pytest.fixture(scope="module")
def address(park: tuple[Path, str]) -> Iterator[str]:
    """The address at which the park is served."""
    script = _START.format(root=str(park[0]))
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        yield served.stdout.readline().strip().rstrip("/")
        served.terminate()


@pytest.fixture
def browser() -> Iterator[Chromium]:
    """A browser of its own: what one test changes another does not see."""
    with Chromium() as opened:
        opened.size(1440, 1000)
        yield opened


def verdict(browser: Chromium) -> str:
    """What the page says, as soon as it says it."""
    wait = """new Promise((done, fail) => {
      const end = Date.now() + 20000;
      const look = () => {
        const found = document.documentElement.dataset.verdict;
        if (found) done(found);
        else if (Date.now() > end) fail(new Error('no verdict'));
        else setTimeout(look, 30);
      };
      look();
    })"""
    return str(browser.run(wait))


def drop(browser: Chromium, data: bytes) -> str:
    """Drop a file onto the page."""
    return_file = f"""(() => {{
      const bytes = Uint8Array.from(atob({json.dumps(b64encode(data).decode())}),
        (each) => each.charCodeAt(0));
      const moved = new DataTransfer();
      moved.items.add(new File([bytes], "proof.json"));
      delete document.documentElement.dataset.verdict;
      document.dispatchEvent(new DragEvent("drop", {{ dataTransfer: moved, cancelable: true }}));
    }})()"""
    browser.run(return_file)
    return verdict(browser)


def shown(browser: Chromium) -> str:
    return str(browser.run("document.querySelector('[data-results]').innerText"))


def fill(browser: Chromium, field: str, value: str) -> None:
    browser.run(f"document.querySelector('[data-{field}]').value = {json.dumps(value)}; 0")


def test_certificate__is_verified_where_it_is_shown(
    browser: Chromium, address: str, park: tuple[Path, str]
) -> None:
    browser.open(f"{address}/c/{park[1]}?lang=en")
    link = browser.run("document.querySelector('a[href^=\"/verify\"]').getAttribute('href')")

    browser.open(f"{address}{link}")

    assert verdict(browser) == "accepted"
    said = shown(browser)
    assert re.search(r"place, history, lots and generation of the certificate fit", said)
    assert "the one that this server names" in said
    assert "its lots, by interval and plant" in said, "what the file does not show is named"
    assert violations(browser) == []
    assert browser.console == []


@pytest.mark.parametrize(("lang", "theme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("width", [1440, 390])
def test_bill__is_shown_line_by_line(
    browser: Chromium, address: str, lang: str, theme: str, width: int
) -> None:
    browser.size(width, 900)
    browser.open(f"{address}/verify?lang={lang}&theme={theme}")

    assert drop(browser, (_GOLDEN / "bill_v2.json").read_bytes()) == "accepted"

    said = shown(browser)
    assert "397927.69" in said
    assert {"zh": "电能量电费(尖峰)", "en": "derived"}[lang] in said
    assert violations(browser) == []
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.console == []


def test_altered_file__is_refused_with_the_place(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/verify?lang=en")
    data = (_GOLDEN / "bill_v2.json").read_bytes()

    assert drop(browser, data.replace(b'"energy_wh":657635200', b'"energy_wh":657635201')) == (
        "refused"
    )
    assert "statements[0].value" in shown(browser)
    assert "397927" not in shown(browser), "of a refused file no number is shown"
    assert drop(browser, data) == "accepted"
    assert drop(browser, b"<html>") == "refused"
    assert violations(browser) == []


def test_keys_from_elsewhere__have_to_fit(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/verify?lang=en")
    data = certificate_kit.pool_file()
    assert drop(browser, data) == "accepted"
    assert "not the log of this server" in shown(browser)

    fill(browser, "log-key", LOG_KEY.hex())
    assert drop(browser, data) == "accepted"
    assert "the one that you gave" in shown(browser)
    fill(browser, "log-key", "ab" * 32)
    assert drop(browser, data) == "refused"
    fill(browser, "log-key", "nonsense")
    browser.run("document.querySelector('[data-drop]').requestSubmit(); 0")
    assert "nonsense" in shown(browser)


@pytest.mark.parametrize(
    ("lack", "says"),
    [
        ("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})", "plain http"),
        (
            _NO_ED25519,
            "has no Ed25519",
        ),
    ],
)
def test_browser_without_cryptography__passes_nothing(
    browser: Chromium, address: str, lack: str, says: str
) -> None:
    browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": lack})
    browser.open(f"{address}/verify?lang=en")

    assert drop(browser, (_GOLDEN / "hour.json").read_bytes()) == "unable"
    assert says in shown(browser)
    assert "Accepted" not in shown(browser)


def test_nothing_of_a_file_is_sent(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/verify?lang=en")

    assert drop(browser, (_GOLDEN / "lot.json").read_bytes()) == "accepted"

    asked = browser.run("performance.getEntriesByType('resource').map((each) => each.name)")
    assert asked
    assert all(str(each).startswith(f"{address}/static/") for each in asked)


@pytest.mark.parametrize("there", ["//evil.example/x/file", "https://evil.example/file", "/logout"])
def test_address_names_files_of_this_server_only(
    browser: Chromium, address: str, there: str
) -> None:
    browser.open(f"{address}/verify?lang=en&from={there}")

    assert "could not be fetched" in shown(browser)
    asked = browser.run("performance.getEntriesByType('resource').map((each) => each.name)")
    assert all(str(each).startswith(f"{address}/static/") for each in asked)


def test_file_that_disguises_its_words__is_shown_as_it_is(browser: Chromium, address: str) -> None:
    browser.open(f"{address}/verify?lang=en")
    document = json.loads((_GOLDEN / "statement.json").read_bytes())
    document["\u202egpj<img src=x onerror=alert(1)>"] = 1
    data = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert drop(browser, data.encode()) == "refused"

    assert "\u202e" not in shown(browser)
    assert browser.run("document.querySelectorAll('[data-results] img').length") == 0
    assert browser.console == []
