"""The closure of a month as a statement: users = gateway + plants + margin, each part in words."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import money_park
import small_park
from restated_park import AT
from small_park import AUGUST, STEP_S
from taihang.core.periods import Period
from taihang.core.series import Quality
from taihang.services.audit import audit
from taihang.services.close_period import close_period
from taihang.services.ports import Ports

USERS = money_park.BILLING.replace('"operator"', '"users"')
KEPT = money_park.BILLING.replace('"plants"', '"operator"')


def document(ports: Ports, series: str) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(ports.registry.statement(series).document))


def closure(ports: Ports) -> dict[str, object]:
    return document(ports, "bill-closure.park.2026-08")


def parts(found: dict[str, object]) -> dict[str, Decimal]:
    lines = cast("list[dict[str, str]]", found["lines"])
    return {line["code"]: Decimal(line["amount_cny"]) for line in lines}


def money(found: dict[str, object], name: str) -> Decimal:
    return Decimal(str(found[name]))


@pytest.mark.parametrize("billing", [money_park.BILLING, USERS, KEPT])
def test_closure__is_of_the_bills_as_issued_and_sums(tmp_path: Path, billing: str) -> None:
    root = small_park.make(tmp_path / "park", money_park.text(billing=billing))
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        found = closure(ports)
        bills = [document(ports, f"bill.{user}.2026-08") for user in ("E01", "E02", "CS1")]
        gateway = document(ports, "gateway-bill.G1.2026-08")
        findings = audit(ports=ports).findings

    assert money(found, "users_cny") == sum(money(bill, "value") for bill in bills)
    assert money(found, "import_cny") == money(gateway, "value")
    assert money(found, "users_cny") == (
        money(found, "gateway_cny") + money(found, "plants_cny") + money(found, "value")
    )
    assert money(found, "value") == sum(parts(found).values())
    inputs = cast("dict[str, list[str]]", found["inputs"])["statements"]
    assert inputs == sorted(str(each["id"]) for each in (*bills, gateway))
    assert findings == []


def test_closure__losses_borne_by_users_leave_the_margin(tmp_path: Path) -> None:
    found: list[dict[str, Decimal]] = []
    for name, billing in (("a", money_park.BILLING), ("b", USERS)):
        root = small_park.make(tmp_path / name, money_park.text(billing=billing))
        with money_park.opened(root) as ports:
            money_park.closed(ports)
            found.append(parts(closure(ports)))
            bill = document(ports, "bill.E01.2026-08")
            lines = [
                line
                for line in cast("list[dict[str, str]]", bill["lines"])
                if line["code"].startswith("share.")
            ]
            assert len(lines) == (2 if billing is USERS else 0)

    borne, shared = found
    lost_cny = borne["quantity.losses"] + borne["quantity.storage"]
    assert borne["share"] == 0 > lost_cny
    assert abs(shared["share"] + lost_cny) <= Decimal("0.02"), "to rounding, what was lost"


def test_closure__export_goes_where_the_park_says(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.text(billing=KEPT))
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        found = closure(ports)

    (plant,) = cast("list[dict[str, str]]", found["plants"])
    assert Decimal(plant["export_cny"]) == 0
    assert parts(found)["export-kept"] == money(found, "export_cny") > 0


def test_closure__names_gaps_and_users_without_a_bill(tmp_path: Path) -> None:
    bare = money_park.STATION.replace("voltage_kv = 10\n", "")
    bare = bare.replace("transformer_kva = 400\ncentralised = true\n", "")
    root = small_park.make(tmp_path / "park", money_park.text(station=bare))
    with money_park.opened(root) as ports:
        money_park.fill(ports)
        hour = Period.of_s(AUGUST.start_s + AT * STEP_S, AUGUST.start_s + (AT + 4) * STEP_S)
        block = small_park.registers("M-E02", hour)
        gap = small_park.but(block, range(len(block.times_s)))
        assert (gap.quality == Quality.MISSING).all()
        small_park.revise(ports, gap, sent_at_s=AUGUST.end_s + 9_999)
        close_period(AUGUST, ports=ports)
        found = closure(ports)

    said = {each["what"] for each in cast("list[dict[str, str]]", found["not_assessed"])}
    assert said >= {"CS1", "E02", "power_factor"}
    wh = {line["code"]: line["wh"] for line in cast("list[dict[str, Any]]", found["lines"])}
    assert wh["quantity.unread"] != 0
    assert wh["quantity.unbilled"] > 0
    assert money(found, "value") == sum(parts(found).values())


def test_closure__of_a_park_without_rules_is_not_stated(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.text(billing=""))
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        kinds = {issued.kind for issued in ports.registry.latest_statements("2026-08")}

    assert "bill" in kinds
    assert not kinds & {"bill-closure", "gateway-bill"}
