"""Judgements of a year: annual ratios, indicators of a zero-carbon park, the way to the peak."""

from collections.abc import Iterator

import pytest

import money_park
import small_park
import story_parks
from figure_kit import Walk, stated_only, walked
from taihang.core.figure.story import Ground
from taihang.services.figure_of_years import BOOKS
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def august() -> Iterator[Ports]:
    with money_park.opened(story_parks.metered_month(), writing=False) as found:
        yield found


@pytest.fixture(scope="module")
def year() -> Iterator[Ports]:
    with small_park.opened(story_parks.year_of_accounts(), writing=False) as found:
        yield found


@pytest.fixture(scope="module")
def demo() -> Iterator[Ports]:
    with small_park.opened(story_parks.demo_of_accounts(), writing=False) as found:
        yield found


def test_ratios__of_every_window_lead_to_the_meters_of_the_balance(august: Ports) -> None:
    walk = walked(august, "ratios")

    assert stated_only(walk, "ratios") <= {
        "ratios/windows/requirements/R_exp/shortfall_wh",
        "ratios/windows/requirements/R_green/shortfall_wh",
        "ratios/windows/requirements/R_self/shortfall_wh",
        "ratios/windows/curtailed_wh",
    }
    down = Walk(august)
    base = "statement/ratios.park.2026-08/windows/year-to-date/requirements/R_green"
    assert Ground.READING in down.down(f"{base}/percent")
    assert not down.faults, down.faults
    assert Walk(august).down(f"{base}/threshold") == {Ground.FACT}


def test_indicators__are_shares_of_what_statements_and_forms_say(year: Ports) -> None:
    walk = walked(year, "zero-carbon")

    base = "statement/zero-carbon.park.2026.v1"
    assert walk.open(f"{base}/value").adds_up
    for name in ("I1", "I4", "I5", "I6"):
        share = walk.open(f"{base}/lines/{name}/value")
        assert share.adds_up, name
        for one in share.inputs:
            assert walk.level(one.key).adds_up, one.key
    assert not walk.faults, walk.faults


def test_pathway__is_the_plan_less_the_wedges_of_its_projects(demo: Ports) -> None:
    walk = walked(demo, "peak-pathway")

    assert not stated_only(walk, "peak-pathway") - {
        "peak-pathway/lines/actual_t",
        "peak-pathway/targets/actual",
    }
    base = "statement/peak-pathway.park.2026.v1"
    for name in ("value", "gap_t", "peak_t", "actual_t", "lines/2030/path_t"):
        assert walk.open(f"{base}/{name}").adds_up, name
    assert walk.open(f"{base}/lines/2030/bau_t").ground is Ground.PARAMETER


def test_books__are_of_three_kinds() -> None:
    assert BOOKS.keys() == {"ratios", "zero-carbon", "peak-pathway"}
