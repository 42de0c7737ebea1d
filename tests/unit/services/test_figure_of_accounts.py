"""Accounts of energy: media, standard coal, dual control, waste heat."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import small_park
import story_parks
from figure_kit import Walk, stated_only, walked
from taihang.core.figure.story import Ground
from taihang.services.figure_of_accounts import consumed_lines, made_lines
from taihang.services.figure_stated import Stated
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def june() -> Iterator[Ports]:
    with small_park.opened(story_parks.month_of_accounts(), writing=False) as found:
        yield found


@pytest.fixture(scope="module")
def year() -> Iterator[Ports]:
    with small_park.opened(story_parks.year_of_accounts(), writing=False) as found:
        yield found


@pytest.fixture(scope="module")
def demo() -> Iterator[Ports]:
    with small_park.opened(story_parks.demo_of_accounts(), writing=False) as found:
        yield found


def test_energy__of_a_month_adds_up_and_leads_to_readings(june: Ports) -> None:
    walk = walked(june, "energy-account")

    assert len(walk.stories) > 80
    assert stated_only(walk, "energy-account") <= {
        "energy-account/feedstock_equal_tce",
        "energy-account/feedstock_equivalent_tce",
    }
    down = Walk(june)
    grounds = down.down("statement/energy-account.E01.2026-06/lines/electricity.grid/amount")
    assert not down.faults, down.faults
    assert grounds == {Ground.READING}


def test_energy__of_a_year_takes_off_what_was_made_on_site(year: Ports) -> None:
    story = open_figure("statement/energy-account.E02.2026/equivalent_tce", ports=year)

    assert story.adds_up
    of = Stated.of(year.registry.statement("energy-account.E02.2026"), ports=year)
    sums = [
        sum(one.value or Decimal(0) for one in found)
        for found in (consumed_lines(of, "equivalent_tce"), made_lines(of, "equivalent_tce"))
    ]
    assert sums[1] > 0
    assert story.value == sums[0] - sums[1]


def test_dual_control__rests_on_the_accounts_of_two_years(year: Ports) -> None:
    walk = walked(year, "dual-control")

    assert not stated_only(walk, "dual-control")
    value = walk.open("statement/dual-control.E01.2026.v1/value")
    before = walk.open("statement/dual-control.E01.2026.v1/renewable_before_tce")
    change = walk.open("statement/dual-control.E01.2026.v1/change_percent")
    assert value.adds_up
    assert [one.key for one in before.inputs] == [
        "statement/energy-account.E01.2025.v1/lines/electricity.green/equivalent_tce"
    ]
    assert change.adds_up
    assert change.value is not None


def test_waste_heat__leads_to_forms(demo: Ports) -> None:
    walk = walked(demo, "waste-heat")

    assert len(walk.stories) > 200
    assert not stated_only(walk, "waste-heat")
    saved = walk.open("statement/waste-heat.E02.2026.v1/avoided_tco2")
    assert saved.adds_up
    assert len(saved.inputs) == 7
