"""Flows of electricity: every level adds up to the one above, over the same closed intervals."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import flow_park
import roof_park
import small_park
from taihang.core.access.scope import Scope
from taihang.services.electric_flows import (
    ElectricFlows,
    NoFlowSubjectError,
    electric_flows,
)
from taihang.services.flow_table import EndKind, total_of
from taihang.services.ports import Ports
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError

WHOLE = roof_park.asked(0, 30)
"""Every meter was read."""


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = flow_park.make(tmp_path_factory.mktemp("flows") / "p")
    with small_park.opened(root) as opened:
        yield opened


def flows(ports: Ports, of: str, first: int = 0, end: int = 30) -> ElectricFlows:
    found = electric_flows(roof_park.asked(first, end), of=of, ports=ports)
    assert found is not None
    return found


def amounts(found: ElectricFlows) -> dict[tuple[EndKind, str], float]:
    ends = (*found.table.sources, *found.table.sinks)
    return {(each.kind, each.id): each.amount or 0.0 for each in ends}


@pytest.mark.parametrize("of", ["park", "F1", "F2", "E01", "E02", "CS1"])
def test_electric_flows__both_sides_are_the_same(of: str, ports: Ports) -> None:
    table = flows(ports, of).table

    assert table.total == pytest.approx(total_of(table.sinks))
    assert table.total is not None
    assert table.total > 0.0


def test_electric_flows__feeders_and_users_add_up_to_the_park(ports: Ports) -> None:
    park, east, west = (amounts(flows(ports, of)) for of in ("park", "F1", "F2"))

    assert park[EndKind.FEEDER, "F1"] == east[EndKind.ENTERPRISE, "E01"]
    assert park[EndKind.STATION, ""] == east[EndKind.STATION, "CS1"]
    roofs = [
        each for side in (east, west) for (kind, _), each in side.items() if kind is EndKind.PV
    ]
    assert sum(roofs) == pytest.approx(park[EndKind.PV, ""])
    assert park[EndKind.CHARGE, ""] == east[EndKind.CHARGE, "B1"] == 30 * 800.0
    assert park[EndKind.DISCHARGE, ""] == east[EndKind.DISCHARGE, "B1"] == 30 * 722.0
    assert park[EndKind.WIND, ""] == west[EndKind.WIND, "W01"]


def test_electric_flows__a_feeder_gets_the_rest_from_the_park_or_gives_it(ports: Ports) -> None:
    east = amounts(flows(ports, "F1"))

    given = sum(each for (kind, _), each in east.items() if kind in {EndKind.PV, EndKind.DISCHARGE})
    used = (
        east[EndKind.ENTERPRISE, "E01"] + east[EndKind.STATION, "CS1"] + east[EndKind.CHARGE, "B1"]
    )
    assert east[EndKind.REST_IN, ""] == pytest.approx(used - given)
    assert (EndKind.REST_OUT, "") not in east


def test_electric_flows__a_user_is_told_by_source_and_meter(ports: Ports) -> None:
    user = amounts(flows(ports, "E01"))

    assert user[EndKind.METER, "M-E01"] == pytest.approx(30 * 24 * 1_600.0)
    green = user[EndKind.LINE, ""] + user[EndKind.POOL, ""]
    assert green + user[EndKind.GRID, ""] == pytest.approx(user[EndKind.METER, "M-E01"])
    assert user[EndKind.LINE, ""] > 0.0, "PV01 hangs on its line"


def test_electric_flows__tell_how_many_intervals_stayed_open(ports: Ports) -> None:
    # From day 34 on nothing comes from PV04, so no balance closes.
    part = flows(ports, "park", first=30, end=60)

    assert (part.n_intervals, part.n_settled) == (30 * 96, 15 * 96)
    assert (part.n_closed, part.n_open) == (4 * 96, 11 * 96)
    assert part.n_estimated == 0
    assert electric_flows(roof_park.asked(60, 61), of="park", ports=ports) is None


def test_electric_flows__negative_losses_stand_on_the_other_side(ports: Ports) -> None:
    rows = ports.lake.read("balance", WHOLE)
    changed = {
        key: {name: column.copy() for name, column in of.items()} for key, of in rows.items()
    }
    changed["import",]["wh"] -= 200_000
    changed["losses",]["wh"] -= 200_000
    ports.lake.replace("balance", WHOLE, changed)
    found = amounts(flows(ports, "park"))
    ports.lake.replace("balance", WHOLE, rows)

    assert found[EndKind.SURPLUS, ""] == pytest.approx(30 * 96 * 200.0)
    assert (EndKind.LOSSES, "") not in found


def test_electric_flows__refuse_what_has_no_flows_and_who_sees_a_part(ports: Ports) -> None:
    with pytest.raises(NoFlowSubjectError):
        electric_flows(WHOLE, of="PV01", ports=ports)
    with pytest.raises(PartOfParkError):
        electric_flows(WHOLE, of="E01", ports=see(ports, Scope(frozenset({"E01"}))))


def test_electric_flows__a_park_without_feeders_shows_its_enterprises(ports: Ports) -> None:
    bare = replace(ports, park=replace(ports.park, feeders={}))

    found = amounts(flows(bare, "park"))

    assert {id_ for kind, id_ in found if kind is EndKind.ENTERPRISE} == {"E01", "E02"}
