"""Words around the flows: the way to here, and the ways from here."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

import flow_park
import small_park
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.flows.build import ELECTRICITY, build_energy, build_power
from taihang.interfaces.web.pages.flows.page import (
    energy_context,
    medium_name,
    power_context,
)
from taihang.interfaces.web.stretch_choice import Choice
from taihang.services.ports import Ports

LOOK = replace(PLAIN, lang="en", path="/flows/", words={"period": "2026-07", "of": "F1"})


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = flow_park.make(tmp_path_factory.mktemp("flows") / "p")
    with small_park.opened(root, writing=False) as opened:
        yield opened


def test_energy_context__other_media_lead_from_a_feeder_to_the_park(ports: Ports) -> None:
    context = energy_context(build_energy(ports, "2026-07", ELECTRICITY, "F1"), look=LOOK)

    electricity, every = cast("tuple[Choice, ...]", context["media"])
    assert (electricity.is_here, every.href) == (True, "/flows/?period=2026-07&medium=all")
    assert context["csv"] == "/flows/flows.csv?period=2026-07&of=F1"


def test_energy_context__keeps_the_subject_from_stretch_to_stretch(ports: Ports) -> None:
    context = energy_context(build_energy(ports, "2026-07", ELECTRICITY, "F1"), look=LOOK)

    choices = cast("dict[str, object]", context["choices"])
    assert choices["before"] == "/flows/?period=2026-06&of=F1"
    assert choices["after"] == "/flows/?period=2026-08&of=F1"
    kinds = cast("tuple[Choice, ...]", choices["kinds"])
    assert [each.label for each in kinds] == ["day", "week", "month", "year"]


def test_power_context__steps_by_quarters(ports: Ports) -> None:
    look = replace(LOOK, path="/flows/now/", words={"at": "2026-07-11T12:00"})

    context = power_context(build_power(ports, "2026-07-11T12:00", "park"), look=look)

    assert context["before"] == "/flows/now/?at=2026-07-11T11%3A45"
    assert context["after"] == "/flows/now/?at=2026-07-11T12%3A15"
    assert context["newest"] == "/flows/now/"
    assert context["at_value"] == "2026-07-11T12:00"


def test_medium_name__is_that_of_the_accounts() -> None:
    assert medium_name("all", "en") == "all media (tce)"
    assert medium_name("natural-gas", "zh") == "天然气"
