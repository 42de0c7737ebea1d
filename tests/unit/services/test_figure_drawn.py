"""Accounts that are drawn up when somebody asks: as they would be issued, or none."""

from collections.abc import Iterator

import pytest

import small_park
import story_parks
from taihang.core.seal.canonical import load_canonical
from taihang.services.figure_drawn import DRAFT_VERSION, can_be_drawn, drawn
from taihang.services.figure_kinds import known_kinds
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with small_park.opened(story_parks.month_of_accounts(), writing=False) as found:
        yield found


@pytest.mark.parametrize(
    "series",
    ["inventory.E01.2026-06", "product-footprint.AL1.2026-06", "cbam.AL1.2026-06",
     "cfe.E01.2026-06", "energy-account.E01.2026-06", "quota.E01.2026"],
)  # fmt: skip
def test_drawn__is_what_was_issued_but_for_its_version(ports: Ports, series: str) -> None:
    found = drawn(series, ports=ports)

    assert found is not None
    assert (found.series, found.version) == (series, DRAFT_VERSION)
    issued = load_canonical(ports.registry.statement(series).document.encode())
    body = load_canonical(found.document.encode())
    assert isinstance(issued, dict)
    assert isinstance(body, dict)
    assert body.items() <= issued.items()


@pytest.mark.parametrize(
    "series", ["bill.E01.2026-06", "inventory.E99.2026", "inventory", "", "a.b"]
)
def test_drawn__of_nothing_is_none(ports: Ports, series: str) -> None:
    assert drawn(series, ports=ports) is None


def test_can_be_drawn__are_kinds_with_a_rule_book() -> None:
    kinds = {kind for kind in known_kinds() if can_be_drawn(kind)}

    assert len(kinds) == 14
    assert not can_be_drawn("report")
