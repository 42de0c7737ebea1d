"""An enterprise sees means of its sector and its own place, and nobody's figure."""

from pathlib import Path
from typing import Any, cast

import pytest

from small_park import opened
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.dual_control_account import VALUE_ADDED
from taihang.services.ports import Ports
from taihang.services.sector_standing import WHY_NOT, sector_standing
from year_kit import YEAR, hand_in, lines

SECTOR = ("E08", "E23", "E36", "E41")
"""The four of the demo park in C33; E07 and others are of other sectors."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "park"
    text = template_text("changzhi")
    for name in ("E07", "E20", "E38"):  # Three of C35 join: seven of one sector.
        at = text.index(f"\n{name} = {{")
        text = text[:at] + text[at:].replace('sector = "C35"', 'sector = "C33"', 1)
    wiring.make_park(folder, text=text)
    return folder


def state(ports: Ports, name: str, tce: int) -> None:
    body: dict[str, JsonValue] = {
        "value": str(tce),
        "equivalent_tce": str(tce),
        "feedstock_equivalent_tce": "0",
        "lines": [],
    }
    issue_statements([Draft("energy-account", name, YEAR, body)], period=YEAR, ports=ports)
    hand_in(
        ports,
        lines(VALUE_ADDED, Flow.OUTPUT, "100", unit="10⁴CNY", subject=name, periods=[YEAR]),
    )


def test_sector_standing__says_means_and_the_own_place_only(root: Path) -> None:
    members = [*SECTOR, "E07", "E20", "E38"]
    with opened(root) as ports:
        for i, name in enumerate(members, start=1):
            state(ports, name, 100 + i)
        state(ports, "E01", 9_999)
        found = cast("dict[str, Any]", sector_standing("E08", YEAR, ports=ports))
        assert sector_standing("E02", YEAR, ports=ports) is None
        assert sector_standing("park", YEAR, ports=ports) is None

    assert (found["sector"], found["n_members"]) == ("C33", 7)
    assert (found["own"], found["mean"], found["tenth"]) == ("1.010000", "1.040000", 1)
    others = {f"{(100 + i) / 100:.6f}" for i in range(2, 8)} - {found["mean"]}
    assert not others & {str(value) for value in found.values()}


def test_sector_standing__of_few_is_not_said_and_says_why(root: Path) -> None:
    with opened(root) as ports:
        for name in SECTOR:
            state(ports, name, 100)
        found = cast("dict[str, Any]", sector_standing("E08", YEAR, ports=ports))

    assert (found["mean"], found["tenth"]) == (None, None)
    assert found["why_not"] == WHY_NOT
