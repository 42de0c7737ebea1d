"""Settled flows and matching as figures."""

from collections.abc import Iterator

import pytest

import money_park
from figure_kit import Walk, closed_park
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.services.figure_matching import open_flow, open_matched, open_pair
from taihang.services.ports import Ports

NOON = "2026-08-05T04:00Z"
"""12:00 in Shanghai, when the sun shines on the plant."""


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


@pytest.mark.parametrize("role", ["plant:PV01", "user:E01", "user:E02", "user:CS1"])
@pytest.mark.parametrize("column", ["total_wh", "line_wh", "pool_wh"])
def test_open_matched__adds_up_at_every_level(ports: Ports, role: str, column: str) -> None:
    walk = Walk(ports)

    walk.down(f"matched/{role.replace(':', '/')}/{column}/2026-08")

    assert not walk.faults, walk.faults


def test_open_matched__what_users_received_is_what_the_plant_gave(ports: Ports) -> None:
    for column in ("line_wh", "pool_wh"):
        gave = open_matched(("plant", "PV01", column, NOON), ports)
        took = [open_matched(("user", u, column, NOON), ports) for u in ports.park.users]

        assert gave.value
        assert gave.value == sum(each.value or 0 for each in took)


def test_open_pair__is_worked_out_again_beside_what_both_sides_had(ports: Ports) -> None:
    line = open_matched(("user", "E01", "line_wh", NOON), ports)

    (each,) = line.inputs
    story = open_pair(tuple(each.key.split("/")[1:]), ports)

    assert story.value == line.value
    assert story.ground is Ground.MATCHING
    assert {one.key.split("/")[1] for one in story.inputs} == {"M-PV01", "M-E01"}
    assert story.facts == {"contract": "GS1"}


@pytest.mark.parametrize(
    "flow", ["generation", "import", "discharge", "load", "export", "charge", "losses"]
)
def test_open_flow__adds_up_to_its_meters(ports: Ports, flow: str) -> None:
    walk = Walk(ports)

    grounds = walk.down(f"flow/{flow}/2026-08")

    assert not walk.faults, walk.faults
    assert grounds == {Ground.READING}


def test_open_flow__of_an_unmetered_connection_follows_from_the_law(ports: Ports) -> None:
    story = open_flow(("losses", NOON), ports)

    assert story.adds_up
    assert len(story.inputs) == 6


@pytest.mark.parametrize(
    "parts",
    [
        ("nobody", "E01", "total_wh", "2026-08"),
        ("user", "E99", "total_wh", "2026-08"),
        ("user", "E01", "secret", "2026-08"),
        ("user", "E01", "total_wh", "2025-08"),
        ("user", "E01"),
    ],
)
def test_open_matched__refuses_what_is_not_there(ports: Ports, parts: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchFigureError):
        open_matched(parts, ports)


def test_open_pair__refuses_a_way_that_nothing_went(ports: Ports) -> None:
    with pytest.raises(NoSuchFigureError):
        open_pair(("PV01", "E02", "line", "DL1", NOON), ports)


def test_open_flow__refuses_what_nobody_settled(ports: Ports) -> None:
    with pytest.raises(NoSuchFigureError):
        open_flow(("import", "2025-08"), ports)
