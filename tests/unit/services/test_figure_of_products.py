"""Footprints and CBAM sheets: what a product bears, of which process, by which electricity."""

from collections.abc import Iterator

import pytest

import small_park
import story_parks
from figure_kit import Walk, stated_only, walked
from taihang.core.figure.story import Ground
from taihang.services.figure_of_products import BOOKS
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with small_park.opened(story_parks.month_of_accounts(), writing=False) as found:
        yield found


@pytest.mark.parametrize("kind", sorted(BOOKS))
def test_books__explain_every_number(ports: Ports, kind: str) -> None:
    walk = walked(ports, kind)

    assert len(walk.stories) > 40
    assert stated_only(walk, kind) == set()


@pytest.mark.parametrize(
    "key",
    ["statement/product-footprint.AL1.2026-06/assessed_kg_per_unit",
     "statement/cbam.AL1.2026-06/counted_g"],
)  # fmt: skip
def test_kilograms__lead_to_forms_and_facts(ports: Ports, key: str) -> None:
    walk = Walk(ports)

    grounds = walk.down(key)

    assert not walk.faults, walk.faults
    assert {Ground.ACTIVITY, Ground.FACT} <= grounds


def test_electricity__of_the_process_is_its_share_of_what_was_read(ports: Ports) -> None:
    walk = Walk(ports)

    grounds = walk.down("statement/cbam.AL1.2026-06/electricity/rest_wh")

    assert not walk.faults, walk.faults
    assert {Ground.READING, Ground.PARAMETER} <= grounds


def test_grams__by_mark_are_all_of_them(ports: Ports) -> None:
    base = "statement/product-footprint.AL1.2026-06"
    total = open_figure(f"{base}/total_g", ports=ports).value
    marks = ("verified", "calc", "from-memory", "uncertain", "declared")
    found = [open_figure(f"{base}/data_quality/by_factor_g/{mark}", ports=ports) for mark in marks]

    assert sum(story.value or 0 for story in found) == total
    assert all(story.adds_up in {True, None} for story in found)
