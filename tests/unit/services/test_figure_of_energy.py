"""Monthly statements: energy, coal, scope 2, ratios."""

from collections.abc import Iterator

import pytest

import money_park
from figure_kit import Walk, closed_park
from taihang.core.figure.story import Ground
from taihang.services.figure_of_energy import BOOKS, ENERGIES
from taihang.services.open_figure import figures_of, open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


@pytest.mark.parametrize("kind", sorted(BOOKS))
def test_books__explain_every_number_of_the_kind(ports: Ports, kind: str) -> None:
    walk = Walk(ports)
    named = [each.id for each in ports.registry.latest_statements("2026-08", {kind})]

    n = walk.statements(named)

    assert n >= 4
    assert not walk.faults, walk.faults
    stated = {key for key, story in walk.stories.items() if story.ground is Ground.STATED}
    assert {key.rpartition("/")[2] for key in stated} <= {"curtailed_wh"}


def test_books__the_value_of_the_park_is_the_sum_of_its_meters(ports: Ports) -> None:
    story = open_figure("statement/energy.park.2026-08/energy_wh", ports=ports)

    meters = {each.key.split("/")[1] for each in story.inputs}

    assert meters == {"M-E01", "M-E02", "M-CS1"}
    assert story.adds_up


@pytest.mark.parametrize("name", ENERGIES)
def test_flows_of_month__are_those_of_the_balance(ports: Ports, name: str) -> None:
    walk = Walk(ports)

    walk.down(f"statement/ratios-650.park.2026-08/{name}")

    assert not walk.faults, walk.faults


def test_figures_of__are_as_many_as_the_statement_says(ports: Ports) -> None:
    assert len([*figures_of("scope2-physical.E01.2026-08", ports=ports)]) == 9
