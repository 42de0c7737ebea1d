"""Lines of bills: quantity, price and amount of every kind of line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import money_park
import reactive_park
import small_park
from figure_kit import Walk, closed_park
from small_park import AUGUST
from taihang.core.figure.story import Ground
from taihang.services.collect import Collected
from taihang.services.figure_of_bills import BOOKS
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports

LATE = "statement/bill.E01.2026-08/lines"


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


@pytest.mark.parametrize("kind", sorted(BOOKS))
def test_books__explain_every_line(ports: Ports, kind: str) -> None:
    walk = Walk(ports)
    named = [each.id for each in ports.registry.latest_statements("2026-08", {kind})]

    walk.statements(named)

    assert named
    assert not walk.faults, walk.faults
    stated = [story for story in walk.stories.values() if story.ground is Ground.STATED]
    assert {story.key.split("/")[-2] for story in stated} == {"power_factor"}


def test_price__of_a_peak_hour_is_the_agent_price_times_its_ratio(ports: Ports) -> None:
    story = open_figure(f"{LATE}/energy.grid.peak/price", ports=ports)

    assert [each.key.partition("/")[0] for each in story.inputs] == ["parameter", "fact"]
    assert story.adds_up


def test_price__of_line_loss_says_by_which_formula(ports: Ports) -> None:
    story = open_figure(f"{LATE}/line_loss.grid/price", ports=ports)

    assert [getattr(note, "code", "") for note in story.notes] == ["line_loss_gross_up"]
    assert story.adds_up


def test_quantity__of_demand_is_the_highest_quarter_of_an_hour(ports: Ports) -> None:
    story = open_figure("statement/gateway-bill.G1.2026-08/lines/capacity.kw/quantity", ports=ports)

    assert [each.key for each in story.inputs] == ["demand/G1/2026-08"]
    assert story.adds_up


def test_amount__of_a_power_factor_is_a_share_of_the_lines_that_bear_it(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", reactive_park.PARK)
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        block = reactive_park.registers(20_000)
        small_park.store(ports, [Collected("GW3", AUGUST.end_s + 60, (block,))])
        small_park.settle_month(ports, AUGUST)
        walk = Walk(ports)

        base = walk.level(f"{LATE}/power_factor/quantity")
        amount = walk.level(f"{LATE}/power_factor/amount_cny")

        assert not walk.faults, walk.faults
        assert amount.value is not None
        codes = {each.key.split("/")[3].partition(".")[0] for each in base.inputs}
        assert "funds" not in codes
        assert "energy" in codes
