"""A trace tells every watt-hour of a plant or a user, over its route, with its lots."""

from collections.abc import Generator
from datetime import UTC, datetime

import pytest

import small_park
import topology_park
from small_park import JUNE
from taihang.core.periods import STEP_S, Period
from taihang.services.account import UnsettledMonthError
from taihang.services.ports import Ports
from taihang.services.settle import settle
from taihang.services.trace import NOT_GREEN, RELEASED, NoTraceSubjectError, Traced, trace
from topology_park import TWO_MONTHS


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    with topology_park.made(tmp_path_factory.mktemp("trace") / "park") as opened:
        topology_park.fill(opened, TWO_MONTHS)
        settle(JUNE, ports=opened)
        yield opened


def quarter(day: int, hour: int) -> Period:
    """A quarter of an hour of June in UTC."""
    start_s = int(datetime(2026, 6, day, hour, 15, tzinfo=UTC).timestamp())
    return Period.of_s(start_s, start_s + STEP_S)


def one(rows: tuple[Traced, ...], state: str) -> Traced:
    (row,) = [row for row in rows if row.state == state]
    return row


def test_trace__of_a_plant_sums_to_what_it_could_have_generated(ports: Ports) -> None:
    found = trace("PV01", JUNE, ports=ports)

    points = ("M-PV01", "M-CUT")
    wh = sum(int(small_park.step_wh(point, JUNE).sum()) for point in points)
    assert found.total_wh == sum(row.wh for row in found.rows) == wh
    assert found.meters == points
    assert found.rule == "topology-contract/v2"
    assert found.settlement == ports.registry.settlements()[-1]


@pytest.mark.parametrize("user", ["E01", "E02"])
def test_trace__of_a_user_sums_to_its_load(ports: Ports, user: str) -> None:
    found = trace(user, JUNE, ports=ports)

    assert found.total_wh == int(small_park.step_wh(f"M-{user}", JUNE).sum())


def test_trace__of_both_sides_tells_the_same_pairs(ports: Ports) -> None:
    at_noon = quarter(9, 4)

    given = trace("PV01", at_noon, ports=ports).rows
    received = [row for user in ("E01", "E02") for row in trace(user, at_noon, ports=ports).rows]

    pairs = [row for row in given if row.taker in {"E01", "E02"}]
    assert sorted(pairs, key=repr) == sorted(
        (r for r in received if r.state != NOT_GREEN), key=repr
    )
    assert {row.route for row in pairs} == {"line", "contract"}
    assert {row.contract for row in pairs} == {"GS1"}
    assert {row.lots for row in pairs} == {("PV01@2026-06-09T04:15:00Z",)}


def test_trace__of_stored_energy_names_the_lots_that_were_charged(ports: Ports) -> None:
    found = trace("E02", quarter(29, 15), ports=ports)

    row = one(found.rows, RELEASED)
    assert (row.plant, row.route, row.route_id) == ("PV01", "storage", "B1")
    assert row.lots
    for lot in row.lots:
        plant, _, at = lot.partition("@")
        assert plant == "PV01"
        assert at < "2026-06-29T15:15:00Z"
    charged = trace("PV01", quarter(9, 4), ports=ports)
    assert one(charged.rows, "charged").taker == "B1"


def test_trace__of_an_interval_is_the_same_as_in_its_month(ports: Ports) -> None:
    """Lots of a battery reach back over days; a single interval must still find them."""
    day = topology_park.day(29)
    quarters = [Period.of_s(at, at + STEP_S) for at in day.grid_s().tolist()[84:]]

    single = sum(
        row.wh
        for each in quarters
        for row in trace("E02", each, ports=ports).rows
        if row.state == RELEASED
    )

    assert single == one(trace("E02", day, ports=ports).rows, RELEASED).wh > 0


def test_trace__refuses_what_the_park_has_not_and_what_is_not_settled(ports: Ports) -> None:
    with pytest.raises(NoTraceSubjectError, match="PV09"):
        trace("PV09", JUNE, ports=ports)
    with pytest.raises(UnsettledMonthError, match="nobody settled"):
        trace("PV01", topology_park.JULY, ports=ports)
