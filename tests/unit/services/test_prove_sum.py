"""Lots and inventories: the sum of statements that a stranger works out, and nothing beside."""

import json
from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from verify_taihang import Refused, verify

import small_park
from small_park import JUNE
from taihang.core.certificates.lot import Lots, lot_id
from taihang.core.certificates.lot_tree import lot_places, lot_tree
from taihang.core.periods import Period, month
from taihang.core.seal.act import LOTS
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.account import account
from taihang.services.certify import certify
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY, prove
from taihang.services.prove_sum import NoInventoryError, NoLotError
from taihang.services.replay import catch_up
from taihang.services.settle import settle

Doc: TypeAlias = dict[str, Any]
JULY = month("2026-07", small_park.ZONE)
NOON_S = 1_780_977_600
"""2026-06-09 12:00 in Shanghai."""


def filled(ports: Ports, *periods: Period) -> None:
    for gateway in ports.park.gateways.values():
        for period in periods:
            blocks = [small_park.registers(point, period) for point in gateway.meters]
            small_park.store(ports, small_park.daily(blocks, gateway.id))
    for period in periods:
        settle(period, ports=ports)
        account(period, ports=ports)
        certify(period, ports=ports)


def log_lots(ports: Ports) -> list[tuple[str, int, int]]:
    """Log the issue of June as the park does when it is opened for writing."""
    rows = ports.lake.read("lots", JUNE)
    issued = [Lots(plant, each["time_s"], each["wh"]) for (plant,), each in sorted(rows.items())]
    places = lot_places(issued)
    salts = ports.keys.salts(f"lots/2026-06/{len(places)}", len(places))
    root = lot_tree(issued, salts=salts).root().hex()
    log_event(LOTS, {"n": len(places), "period": "2026-06", "root": root}, ports=ports)
    catch_up(ports)
    return places


def resealed(data: bytes, ports: Ports, change: Callable[[Doc], None]) -> bytes:
    document = json.loads(data)
    change(document)
    del document["seal"]
    message = b"taihang/proof/v2\n" + canonical_bytes(document)
    seal = b64encode(ports.keys.signing_key(LOG_KEY).sign(message)).decode()
    return canonical_bytes(document | {"seal": seal})


def test_lot_bundle__shows_what_was_measured_and_that_it_was_issued(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports, JUNE)
        places = log_lots(ports)
        plant, start_s, wh = next(place for place in places if place[1] == NOON_S)
        data = prove(lot_id(plant, start_s), ports=ports)

        report = verify(data, ports.keys.signing_key(LOG_KEY).public)

        assert (report["value"], report["unit"]) == (str(wh), "Wh")
        assert report["statements"][0]["subject"] == plant
        lies: list[Callable[[Doc], None]] = [
            lambda proof: proof["claim"]["lot"].update(wh=wh + 1),
            lambda proof: proof["claim"]["lot"].update(id=lot_id(plant, start_s + 900)),
            lambda proof: proof["claim"].update(index=0),
            lambda proof: proof["events"][0]["event"]["body"].update(n=1),
            lambda proof: proof["statements"][0].update(subject="PV02"),
            lambda proof: proof.update(events=[]),
        ]
        for lie in lies:
            with pytest.raises(Refused):
                verify(resealed(data, ports, lie))


def test_lot_bundle__refuses_a_lot_that_was_not_issued_or_not_logged(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports, JUNE)
        with pytest.raises(NoLotError, match="in the log"):
            prove(lot_id("PV01", NOON_S), ports=ports)
        log_lots(ports)
        with pytest.raises(NoLotError):
            prove("PV01@2026-06-09T16:00:00Z", ports=ports)


def test_inventory_bundle__is_the_sum_of_its_months(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports, JUNE, JULY)
        values = [
            Decimal(
                json.loads(ports.registry.statement(f"scope2-location.E01.{name}").document)[
                    "value"
                ]
            )
            for name in ("2026-06", "2026-07")
        ]
        of_year = prove("inventory.E01.2026", ports=ports)
        report = verify(of_year)

        assert Decimal(report["value"]) == sum(values)
        assert len(report["statements"]) == 2
        assert Decimal(verify(prove("inventory.E01.2026-07", ports=ports))["value"]) == values[1]
        lies: list[tuple[Callable[[Doc], None], str]] = [
            (lambda proof: proof["claim"].update(value="1"), "claim.value"),
            (lambda proof: proof["claim"].update(subject="E02"), "statements[0].subject"),
            (lambda proof: proof["statements"].pop(), "claim.period"),
            (
                lambda proof: proof["claim"]["period"].update(end="2026-09-30T16:00:00Z"),
                "claim.period",
            ),
        ]
        for lie, where in lies:
            with pytest.raises(Refused) as refused:
                verify(resealed(of_year, ports, lie))
            assert where in refused.value.where


def test_inventory_bundle__marks_a_part_that_is_proven_elsewhere(root: Path) -> None:
    def outsource(proof: Doc) -> None:
        proof["claim"]["parts"] = [
            {
                "id": "scope2-location.E01.2026-07.v1",
                "period": {"start": "2026-06-30T16:00:00Z", "end": "2026-07-31T16:00:00Z"},
                "value": "1.5",
                "proof_sha256": "ab" * 32,
            }
        ]
        proof["claim"]["period"]["end"] = "2026-07-31T16:00:00Z"
        total = Decimal(proof["claim"]["value"]) + Decimal("1.5")
        proof["claim"]["value"] = format(total.normalize(), "f")

    with small_park.opened(root) as ports:
        filled(ports, JUNE)
        report = verify(resealed(prove("inventory.E01.2026", ports=ports), ports, outsource))

    assert "purchased electricity, by place" in report["shown"]["title"][0]
    (row,) = report["shown"]["stated"]
    assert row.startswith("scope2-location.E01.2026-07.v1 = 1.5: verify its own proof abab")


def test_inventory_bundle__refuses_what_has_no_statements(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports, JUNE)
        for name in ("inventory.E01.2025", "inventory.E09.2026", "inventory.E01"):
            with pytest.raises(NoInventoryError):
                prove(name, ports=ports)
