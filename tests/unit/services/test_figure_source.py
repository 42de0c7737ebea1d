"""Where figures end: factors, forms, parameters."""

from decimal import Decimal
from pathlib import Path

import pytest

import activity_kit
import small_park
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.services.figure_source import (
    SourceName,
    fact_input,
    open_activity,
    open_parameter,
    source_input,
)
from taihang.services.open_figure import open_figure


def test_open_fact__opens_every_fact_of_the_book(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        facts = ports.facts.all()

        stories = [open_figure(fact_input(fact).key, ports=ports) for fact in facts]

        assert len(stories) > 300
        for fact, story in zip(facts, stories, strict=True):
            assert (story.value, story.unit, story.factors) == (fact.value, fact.unit, (fact,))


def test_open_fact__keeps_a_value_of_an_older_edition(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        fact = ports.facts.all()[0]
        older = source_input(f"{fact.key.rpartition('=')[0]}=0.123")

        story = open_figure(older.key, ports=ports)

        assert story.value == Decimal("0.123")
        assert not story.factors
        assert story.notes


def test_open_activity__tells_the_form_and_every_version(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        first = activity_kit.record("gas", amount="12.5")
        second = activity_kit.record("gas", amount="13", version=2, reason="misread")
        activity_kit.put(ports, first, second)

        story = open_activity(("gas.v2",), ports)

        assert story.ground is Ground.ACTIVITY
        assert story.value == 13
        assert [each.value for each in story.inputs] == [Decimal("12.5")]
        assert "misread" in [getattr(note, "en", "") for note in story.notes]
        assert story.facts["origin"] == first.origin.value


def test_open_activity__refuses_a_line_that_nobody_handed_in(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports, pytest.raises(NoSuchFigureError):
        open_activity(("nothing.v1",), ports)


def test_open_parameter__says_where_it_stands(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        story = open_parameter(("tariff", "GT", "agent_price_cny_per_kwh=0.3320"), ports)

        assert story.value == Decimal("0.3320")
        assert story.unit == "CNY/kWh"
        assert story.facts["park_file"] == "[grid_tariffs.GT]"
        assert story.facts["park_sha256"] == ports.park_sha256
        assert story.facts["source"] == "assumed for tests"


def test_source_name__knows_parameters_from_facts() -> None:
    assert SourceName.of("contract/GS1/price_cny_per_kwh=0.31").is_parameter
    assert not SourceName.of("a/b/CN/2025-01-01=0.5").is_parameter
    assert SourceName.of("tariff/GT/line_loss_rule=gross-up").number is None
