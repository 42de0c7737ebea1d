"""Tables of sums: every cell from the account of its member, every step to the park."""

from collections.abc import Iterator

import pytest

import small_park
import story_parks
from figure_kit import Walk, stated_only, walked
from taihang.core.figure.story import Ground
from taihang.services.figure_of_sums import BOOKS
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with small_park.opened(story_parks.year_of_accounts(), writing=False) as found:
        yield found


@pytest.mark.parametrize(
    ("kind", "stated"),
    [
        ("energy-sums", {"energy-sums/between/amount"}),
        ("carbon-sums", {"carbon-sums/rows/heat-passed-on", "carbon-sums/between/amount"}),
    ],
)
def test_books__explain_every_number(ports: Ports, kind: str, stated: set[str]) -> None:
    assert kind in BOOKS

    walk = walked(ports, kind)

    assert len(walk.stories) > 20
    # Nobody passes heat on but one; what is 0 has no part.
    assert stated_only(walk, kind) <= stated
    for name in ("value", "reached", "difference", "members/total"):
        assert walk.open(f"statement/{kind}.park.2026.v1/{name}").adds_up


@pytest.mark.parametrize("step", ["gases", "public", "electricity.amount", "electricity.factor"])
def test_steps__from_enterprises_to_the_park_follow_by_arithmetic(ports: Ports, step: str) -> None:
    story = Walk(ports).open(f"statement/carbon-sums.park.2026/between/{step}/amount")

    assert story.ground is Ground.FORMULA
    assert story.adds_up
    assert story.value


def test_rows__lead_to_the_lines_of_the_inventory(ports: Ports) -> None:
    story = Walk(ports).open("statement/carbon-sums.park.2026/rows/E02/heat-passed-on")

    assert story.adds_up
    assert {one.key.split("/")[0] for one in story.inputs} == {"activity", "fact"}
