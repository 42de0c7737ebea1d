"""A month of the Xing County template closes in money, at both of its stations, to the fen."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from verify_taihang import verify

import small_park
from command_line import done
from taihang.services.ports import Ports
from taihang.services.prove import prove

MONTH = "2026-08"


def _value(ports: Ports, statement: str) -> Decimal:
    return Decimal(_document(ports, statement)["value"])


def _document(ports: Ports, statement: str) -> dict[str, Any]:
    return dict(json.loads(ports.registry.statement(f"{statement}.{MONTH}").document))


def test_xingxian__a_month_closes_to_the_fen_and_its_bills_are_proven(tmp_path: Path) -> None:
    root = tmp_path / "park"
    done("new", root, "--template", "xingxian")
    done("simulate", root, "--from", f"{MONTH}-01", "--days", "31")
    done("settle", root, "--from", f"{MONTH}-01", "--to", "2026-09-01")
    with small_park.opened(root, writing=False) as ports:
        closure = _document(ports, "bill-closure.park")
        users = [f"bill.E{number:02d}" for number in range(1, 10)]
        paid = sum(_value(ports, user) for user in users)
        gateway = sum(_value(ports, f"gateway-bill.{grid}") for grid in ("G1", "G2"))
        report = verify(prove(f"bill.E01.{MONTH}", ports=ports))
        issued = _value(ports, "bill.E01")
        earned = sum(_value(ports, f"revenue.{plant}") for plant in ports.park.plants)
        operator = _value(ports, "revenue.park")
        sheets = sum(_value(ports, user.replace("bill.", "payments.")) for user in users)
        lines = [
            line
            for user in users
            for line in _document(ports, user)["lines"]
            if line["code"] == "power_factor"
        ]

    assert Decimal(closure["users_cny"]) == paid > 0
    assert Decimal(closure["import_cny"]) == gateway > 0
    margin, plants = Decimal(closure["value"]), Decimal(closure["plants_cny"])
    assert paid == Decimal(closure["gateway_cny"]) + plants + margin
    assert (sheets, earned, operator) == (paid, plants, margin)
    assert Decimal(report["value"]) == issued
    assert len(lines) == 9
    measured = [line for line in lines if line["amount_cny"] is not None]
    assert len(measured) >= 7, "a user with a lost link has a gap and no power factor"
    billed = [line for line in measured if line["state"] == "billed"]
    assert len(billed) >= 7, "what is measured is billed"
    assert all("kvarh" in line["reason"]["en"] for line in billed)
