"""Quotas: what was used of the limit, month by month, and the forecast apart."""

from collections.abc import Iterator

import pytest

import small_park
import story_parks
from figure_kit import Walk, stated_only, walked
from taihang.core.figure.story import Ground
from taihang.services.figure_of_quotas import BOOKS
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def year() -> Iterator[Ports]:
    with small_park.opened(story_parks.year_of_accounts(), writing=False) as found:
        yield found


def test_quota__is_what_was_used_over_the_limit_of_the_park_file(year: Ports) -> None:
    assert BOOKS.keys() == {"quota"}
    walk = walked(year, "quota")

    assert not stated_only(walk, "quota") - {"quota/months/01"}
    grounds = Walk(year).down("statement/quota.E01.2026/lines/Q2/limit")
    assert grounds == {Ground.PARAMETER}
    used = walk.open("statement/quota.E01.2026.v1/lines/Q2/used")
    assert used.adds_up
    assert len(used.inputs) == 12
    assert walk.open("statement/quota.E01.2026.v1/lines/Q2/used_ratio").adds_up
