"""Who is billed and how each is connected."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from verify_taihang import verify

import market_park
import money_park
import small_park
from small_park import AUGUST
from taihang.core.quantities import to_fen
from taihang.services.audit import audit
from taihang.services.billed_use import billed_grids, billed_users, connection_of, terms_of
from taihang.services.close_period import close_period
from taihang.services.prove import prove


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


def test_bill__of_a_market_user_takes_the_prices_that_were_read(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", market_park.PARK)
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        steps = range(AUGUST.n_steps)
        market_park.send_prices(ports, [30_000 + n for n in steps], steps=steps)
        close_period(AUGUST, ports=ports)
        document = json.loads(ports.registry.statement("bill.E02.2026-08").document)
        rows = ports.lake.read("matching", AUGUST)["user", "E02"]
        findings = audit(ports=ports).findings
        report = verify(prove("bill.E02.2026-08", ports=ports))

    assert report["value"] == document["value"]
    grid_wh = (rows["total_wh"] - rows["line_wh"] - rows["pool_wh"]).tolist()
    exact_cny = sum(Decimal(wh) * (30_000 + n) for n, wh in enumerate(grid_wh)) / 100 / 1_000_000
    lines = {line["code"]: line for line in document["lines"]}
    assert lines["energy.grid.market"]["amount_cny"] == str(to_fen(Decimal(exact_cny)))
    assert lines["energy.grid.fee"]["price"] == "0.0050"
    assert findings == []
