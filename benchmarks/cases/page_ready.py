"""How soon the overview is ready in a browser, beside the prototype that set the mark."""

import statistics
import time
from typing import Final

from benchmarks.case import NotHereError, Room, Sample
from benchmarks.cases.pages import member_cookie, serve_park
from benchmarks.prototype_page import serve_prototype
from tests.browser.chromium import CHROMIUM, Chromium

ROUNDS: Final = 15
"""Each page is opened so often, in turn with the other."""
_NOTE: Final = """
new MutationObserver((_, watch) => {
  const root = document.documentElement;
  if (!root?.dataset.ready) return;
  // What was drawn counts when it is on the screen.
  requestAnimationFrame(() => requestAnimationFrame(() => { window.readyMs = performance.now(); }));
  watch.disconnect();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
"""
_READY: Final = """new Promise(done => {
  const look = () => window.readyMs ? done(window.readyMs) : setTimeout(look, 10);
  look();
})"""


def page_ready(room: Room) -> Sample:
    """Open the overview of a park-year and the prototype in turn, nothing kept by the browser."""
    if not CHROMIUM.exists():
        raise NotHereError(f"{CHROMIUM} is not installed")
    cookie = member_cookie(room.park)
    started_s = time.perf_counter()
    with (
        serve_prototype() as prototype,
        serve_park(room.park) as pages,
        Chromium() as browser,
    ):
        ours = f"http://127.0.0.1:{pages.port}/"
        browser.sign_in(ours, cookie)
        browser.size(1_440, 1_000)
        browser.call("Network.enable", {})
        browser.call("Network.setCacheDisabled", {"cacheDisabled": True})
        browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": _NOTE})
        for address in (ours, prototype):
            _ready_ms(browser, address)
        before_s = pages.cpu_s()
        rounds = [(_ready_ms(browser, ours), _ready_ms(browser, prototype)) for _ in range(ROUNDS)]
        cpu_s = pages.cpu_s() - before_s
        peak_mb = pages.peak_rss_mb()
    ours_ms, prototype_ms = (statistics.median(each) for each in zip(*rounds, strict=True))
    return Sample(
        cpu_s=cpu_s,
        wall_s=time.perf_counter() - started_s,
        peak_rss_mb=peak_mb,
        items=ROUNDS,
        figures={
            "ready_ms": ours_ms,
            "prototype_ready_ms": prototype_ms,
            "ready_over_prototype_ratio": ours_ms / prototype_ms,
            "ready_over_prototype_least_ratio": min(ours / theirs for ours, theirs in rounds),
        },
    )


def _ready_ms(browser: Chromium, address: str) -> float:
    """Open a page and return how long after its start it said that it was ready, and was drawn."""
    browser.open(address)
    if browser.console:
        raise AssertionError(browser.console)
    return float(browser.run(_READY))
