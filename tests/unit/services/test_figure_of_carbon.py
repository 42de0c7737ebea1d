"""Inventories and hourly scores: every number adds up, and a tonne leads to a reading."""

from collections.abc import Iterator

import pytest

import money_park
import small_park
import story_parks
from figure_kit import Walk, stated_only, walked
from taihang.core.figure.formula import Rounded
from taihang.core.figure.story import Ground
from taihang.services.figure_of_carbon import BOOKS
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with small_park.opened(story_parks.month_of_accounts(), writing=False) as found:
        yield found


def test_inventory__explains_every_number(ports: Ports) -> None:
    walk = walked(ports, "inventory")

    assert len(walk.stories) >= 30
    assert not stated_only(walk, "inventory")


@pytest.mark.parametrize("subject", ["E01", "AL1", "park"])
def test_score__is_what_was_matched_over_the_load(ports: Ports, subject: str) -> None:
    walk = Walk(ports)
    base = f"statement/cfe.{subject}.2026-06.v1"
    names = (
        "value",
        "volumetric_ratio",
        "load_wh",
        "matched_wh",
        "location_t",
        "hours_missing",
    )

    told = {name: walk.level(f"{base}/{name}") for name in names}

    assert not walk.faults, walk.faults
    assert told["value"].adds_up
    assert told["volumetric_ratio"].adds_up
    assert told["load_wh"].adds_up
    if subject != "AL1":  # Of a product the watt-hours are rounded before the hours are.
        emissions = walk.level(f"{base}/market_hourly_t")
        assert emissions.adds_up
        assert emissions.derivation.operands
    assert BOOKS.keys() == {"inventory", "park-inventory", "cfe"}


def test_tonnes__of_an_enterprise_lead_to_readings_forms_and_facts(ports: Ports) -> None:
    walk = Walk(ports)

    grounds = walk.down("statement/inventory.E01.2026-06/assessed_t")

    assert not walk.faults, walk.faults
    assert grounds == {Ground.READING, Ground.ACTIVITY, Ground.FACT}
    batches = {one.source for story in walk.stories.values() for one in story.readings}
    assert batches


def test_tonnes__of_the_park_lead_to_the_meters_of_the_connection() -> None:
    with money_park.opened(story_parks.metered_month(), writing=False) as ports:
        assert not stated_only(walked(ports, "park-inventory"), "park-inventory")
        walk = Walk(ports)

        grounds = walk.down("statement/park-inventory.park.2026-08/assessed_t")

    assert not walk.faults, walk.faults
    assert {Ground.READING, Ground.ACTIVITY, Ground.FACT} <= grounds
    meters = {key.split("/")[1] for key in walk.stories if key.startswith("reading/")}
    assert len(meters) == 2


def test_line__of_what_burns_is_of_record_to_the_gram(ports: Ports) -> None:
    story = open_figure("statement/inventory.E01.2026-06/lines/diesel/t_co2e", ports=ports)

    assert story.adds_up
    assert isinstance(story.derivation.formula, Rounded)
    assert len(story.factors) == 3
    assert [one.value is not None for one in story.inputs] == [True] * 4


def test_value__is_proven_by_the_claim_of_its_inventory(ports: Ports) -> None:
    story = open_figure(
        "statement/inventory.E01.2026-06/electricity/views/location/scope2_t", ports=ports
    )

    assert story.proof is not None
    assert story.proof.claim == "inventory.E01.2026-06"
    assert story.adds_up
