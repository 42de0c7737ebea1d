"""Who is billed and how each is connected."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import money_park
import small_park
from taihang.services.billed_use import billed_grids, billed_users, connection_of, terms_of


def test_billed_users__are_enterprises_and_stations_and_no_grid_connection(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.PARK)
    with money_park.opened(root, writing=False) as ports:
        assert [user.id for user in billed_users(ports.park)] == ["E01", "E02", "CS1"]
        assert [grid.id for grid in billed_grids(ports.park)] == ["G1"]


def test_billed_users__leave_out_a_station_without_its_supply(tmp_path: Path) -> None:
    bare = "".join(
        line
        for line in money_park.STATION.splitlines(keepends=True)
        if line.split()[0] not in {"voltage_kv", "transformer_kva", "centralised"}
    )
    root = small_park.make(tmp_path / "park", money_park.text(station=bare))
    with money_park.opened(root, writing=False) as ports:
        assert [user.id for user in billed_users(ports.park)] == ["E01", "E02"]
        assert connection_of("CS1", ports.park) is None


def test_connection_of__takes_voltage_capacity_and_contract(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.PARK)
    with money_park.opened(root, writing=False) as ports:
        first = replace(ports.park.enterprises["E01"], contract_demand_kw=Decimal(900))
        park = replace(ports.park, enterprises={**ports.park.enterprises, "E01": first})
        user, grid, station = (connection_of(name, park) for name in ("E01", "G1", "CS1"))

    assert user is not None
    assert grid is not None
    assert station is not None
    assert (user.voltage_kv, user.transformer_kva, user.contract_demand_kw) == (10, 2_000, 900)
    assert (grid.voltage_kv, grid.transformer_kva) == (35, 6_300)
    assert (station.charging_station, user.charging_station) == (True, False)


def test_terms_of__a_contract_counts_on_the_demand_basis_only(tmp_path: Path) -> None:
    text = money_park.PARK.replace(
        'sector = "C38"', 'sector = "C38"\ncontract_demand_kw = "900.5"', 1
    )
    by_demand = text.replace('demand_basis = "capacity"', 'demand_basis = "demand"')
    found: list[Decimal | None] = []
    for name, each in (("a", text), ("b", by_demand)):
        root = small_park.make(tmp_path / name, each)
        with money_park.opened(root, writing=False) as ports:
            user = next(billed_users(ports.park))
            found.append(terms_of(user, small_park.AUGUST, ports).contract_demand_kw)

    assert found == [None, Decimal("900.5")]
