"""Asks axe-core what keeps people from using a page."""

from pathlib import Path
from typing import Final

import pytest

from browser.chromium import Chromium

AXE: Final = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
PASSES_LEAST: Final = 15
"""Checks that any of our pages passes; fewer would mean that nothing was looked at."""


def violations(browser: Chromium) -> list[str]:
    """Return what axe-core finds on the page that is open."""
    if not AXE.exists():
        pytest.skip("needs axe-core: cd web && npm ci --ignore-scripts")
    browser.run(AXE.read_text(encoding="utf-8") + ";0")
    found = browser.run(
        "axe.run().then(({violations, passes}) => ({passes: passes.length, violations: "
        "violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).slice(0, 3).join(' ')}`)}))"
    )
    assert found["passes"] > PASSES_LEAST
    return list(found["violations"])
