"""Money behind the bills: payments, revenue, closure, corrections."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import money_park
import restated_park
import small_park
from figure_kit import Walk, closed_park
from taihang.core.figure.story import Ground
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.restate import restate

ONLY_STATED = frozenset(
    (
        "bill-closure/export_cny",
        "bill-closure/lines/amount_cny",
        "bill-closure/lines/wh",
        "bill-closure/plants/export_cny",
        "payments/lines/environmental_cny",
        "revenue/export/fed_in_wh",
        "revenue/export/priced_wh",
        "revenue/export_cny",
        "revenue/lines/environmental_cny",
    )
)
"""What stands in these statements and cannot be opened further yet; it may only grow shorter."""


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


@pytest.mark.parametrize("kind", ["payments", "revenue", "bill-closure"])
def test_books__explain_every_number_but_those_that_are_named(ports: Ports, kind: str) -> None:
    walk = Walk(ports)
    named = [each.id for each in ports.registry.latest_statements("2026-08", {kind})]

    n = walk.statements(named)

    assert n >= 20
    assert not walk.faults, walk.faults
    mine = [story for key, story in walk.stories.items() if key.startswith(f"statement/{kind}.")]
    stated = {_place(story.key) for story in mine if story.ground is Ground.STATED}
    assert stated <= ONLY_STATED


def _place(key: str) -> str:
    _, name, *path = key.split("/")
    shown = (path[0], *path[2:]) if len(path) > 2 else path
    return "/".join((name.partition(".")[0], *shown))


def test_value__of_the_operator_is_what_the_closure_leaves(ports: Ports) -> None:
    margin = open_figure("statement/revenue.park.2026-08/value", ports=ports)
    closure = open_figure("statement/bill-closure.park.2026-08/value", ports=ports)

    assert margin.value == closure.value
    assert margin.adds_up
    assert closure.adds_up


def test_energy_of_closure__unread_is_what_is_left(ports: Ports) -> None:
    story = open_figure("statement/bill-closure.park.2026-08/lines/quantity.unread/wh", ports=ports)

    assert story.adds_up
    assert len(story.inputs) == 7


def test_correction__is_what_the_bill_says_now_less_what_it_said(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        restated_park.settled(ports)
        restated_park.corrected(ports, 7)
        restate(ports=ports)
        walk = Walk(ports)
        issued = ports.registry.latest_statements("2026-08", {"bill-correction"})
        named = [each.id for each in issued]

        n = walk.statements(named)

        assert n > 10
        assert not walk.faults, walk.faults
