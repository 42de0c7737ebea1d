"""Statements of plants, users and operator: as the bills say, to the fen and to the watt-hour."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pytest

import money_park
import small_park
from restated_park import AT
from small_park import AUGUST, STEP_S
from taihang.core.periods import Period
from taihang.core.series import Quantity
from taihang.services.audit import audit
from taihang.services.close_period import close_period
from taihang.services.collect import IMPORT_GATEWAY, Collected
from taihang.services.ports import Ports

Doc: TypeAlias = dict[str, Any]
USERS: Final = ("E01", "E02", "CS1")
FIXED: Final = 'price_cny_per_kwh = "0.3100"'
CURVE: Final = ", ".join(f'"0.{20 + hour}"' for hour in range(24))
SPOT: Final = 'price_by = "market", price_series = "PRICE", discount_cny_per_kwh = "0.02"'
PREMIUM: Final = ', green_premium_cny_per_kwh = "0.0230"'
NODE: Final = money_park.GATEWAY_TARIFF + 'export_price_series = "PRICE"\n'
SHARED: Final = money_park.BILLING.replace('"operator"', '"users"')
KEPT: Final = money_park.BILLING.replace('"plants"', '"operator"')


def text(*, green: str = FIXED, billing: str = money_park.BILLING, node: bool = False) -> str:
    gateway = NODE if node else money_park.GATEWAY_TARIFF
    return money_park.text(billing=billing, gateway=gateway).replace(FIXED, green)


def price(ports: Ports, *, but: frozenset[int] = frozenset()) -> None:
    """Prices between 0 and 449 CNY/MWh in every interval but some."""
    at = [n for n in range(AUGUST.n_steps) if n not in but]
    block = replace(
        small_park.block_of("PRICE", AUGUST.start_s, [n * 37 % 45_000 for n in at]),
        times_s=AUGUST.start_s + STEP_S * np.array(at, np.int64),
        quantity=Quantity.SAMPLE,
        unit="CNY/MWh",
        scale="0.01",
        modulus=0,
    )
    small_park.store(ports, [Collected(IMPORT_GATEWAY, AUGUST.end_s + 60, (block,))])


def document(ports: Ports, series: str) -> Doc:
    return dict(json.loads(ports.registry.statement(series).document))


def cny(found: Doc, name: str = "value") -> Decimal:
    return Decimal(found[name])


VARIANTS: Final = {
    "fixed": text(),
    "premium": text(green=FIXED + PREMIUM),
    "curve": text(green=f'price_by = "curve", curve_cny_per_kwh = [{CURVE}]{PREMIUM}'),
    "spot": text(green=SPOT + PREMIUM, node=True),
    "shared": text(billing=SHARED, node=True),
    "kept": text(billing=KEPT, node=True),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_revenue__of_a_month_is_what_the_bills_say_from_every_side(
    tmp_path: Path, variant: str
) -> None:
    root = small_park.make(tmp_path / "park", VARIANTS[variant])
    with money_park.opened(root) as ports:
        price(ports, but=frozenset(range(700, 760)))
        money_park.closed(ports)
        plant = document(ports, "revenue.PV01.2026-08")
        operator = document(ports, "revenue.park.2026-08")
        paid = {user: document(ports, f"payments.{user}.2026-08") for user in USERS}
        bills = {user: document(ports, f"bill.{user}.2026-08") for user in USERS}
        gateway = document(ports, "gateway-bill.G1.2026-08")
        closure = document(ports, "bill-closure.park.2026-08")
        findings = audit(ports=ports).findings

    # Σ bills = gateway bill − export + plants + margin (S10 c), statement by statement.
    assert sum(map(cny, bills.values())) == (
        cny(gateway) - cny(closure, "export_cny") + cny(plant) + cny(operator)
    )
    assert {user: cny(each) for user, each in paid.items()} == {
        user: cny(each) for user, each in bills.items()
    }
    lines = {line["payer"]: line for line in plant["lines"]}
    for user, each in paid.items():
        (line,) = each["lines"]
        assert {key: lines[user][key] for key in line if key != "payee"} == {
            key: said for key, said in line.items() if key != "payee"
        }
    assert sum(Decimal(each["kept_cny"]) for each in operator["items"]) == cny(operator)
    assert sum(Decimal(each["amount_cny"]) for each in operator["lines"]) == cny(operator)
    assert sum(Decimal(each["amount_cny"]) for each in plant["payers"]) == cny(plant)
    assert findings == []


def test_revenue__of_a_plant_tells_where_every_watt_hour_went(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text())
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        plant = document(ports, "revenue.PV01.2026-08")
        sold_wh = sum(line["delivered_wh"] for line in plant["lines"])

    energy = plant["energy"]
    routes = {each["route"]: each["wh"] for each in energy["routes"]}
    counted_wh = int(money_park.counts("M-PV01", AUGUST).sum()) * small_park.SCALE_WH
    assert energy["generated_wh"] - energy["own_use_wh"] == counted_wh
    assert {"line", "pool"} <= routes.keys()
    assert sum(routes.values()) == sold_wh > 0
    assert energy["generated_wh"] == sold_wh + energy["fed_in_wh"] + energy["other_wh"]
    assert (energy["lost_wh"], energy["curtailed_wh"]) == (0, None)
    assert min(*routes.values(), energy["fed_in_wh"], energy["other_wh"]) >= 0
    (export,) = plant["export"]
    assert export["fed_in_wh"] == energy["fed_in_wh"] > 0


def test_revenue__at_a_nodal_price_leaves_unpriced_intervals_unpriced(tmp_path: Path) -> None:
    exported = money_park.counts("M-EXP", AUGUST) * small_park.SCALE_WH
    at = np.flatnonzero(exported)[:40].tolist()
    root = small_park.make(tmp_path / "park", text(node=True))
    with money_park.opened(root) as ports:
        price(ports, but=frozenset(at))
        money_park.closed(ports)
        plant = document(ports, "revenue.PV01.2026-08")
        closure = document(ports, "bill-closure.park.2026-08")

    counts = np.arange(AUGUST.n_steps) * 37 % 45_000
    counts[at] = 0
    exact = Decimal(int((counts * exported).sum())) / 10**8
    assert cny(closure, "export_cny") == exact.quantize(Decimal("0.01"))
    (export,) = plant["export"]
    assert export["priced_wh"] < export["fed_in_wh"]
    assert export["price"] == "series/PRICE"
    (words,) = plant["not_assessed"]
    assert words["en"].startswith("40 intervals fed in")


def test_revenue__of_a_plant_shows_nothing_of_a_payer_but_its_own_contracts(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", text())
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        plant = ports.registry.statement("revenue.PV01.2026-08").document
        totals = [document(ports, f"bill.{user}.2026-08")["value"] for user in USERS]
        energies = [document(ports, f"bill.{user}.2026-08")["energy_wh"] for user in USERS]

    assert "operator" not in json.loads(plant)
    assert not [each for each in (*totals, *map(str, energies)) if each in plant]


def test_revenue__is_restated_with_the_bills(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text())
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        first = document(ports, "revenue.PV01.2026-08")
        hour = Period.of_s(AUGUST.start_s + AT * STEP_S, AUGUST.start_s + (AT + 4) * STEP_S)
        block = small_park.registers("M-E02", hour)
        gap = small_park.but(block, range(len(block.times_s)))
        small_park.revise(ports, gap, sent_at_s=AUGUST.end_s + 9_999)
        close_period(AUGUST, ports=ports)
        again = document(ports, "revenue.PV01.2026-08")
        closure = document(ports, "bill-closure.park.2026-08")

    assert again["supersedes"] == first["id"] == "revenue.PV01.2026-08.v1"
    assert again["reason"] != first["reason"]
    assert [each for each in again["lines"] if not each["whole"]]
    assert cny(again) == cny(closure, "plants_cny")


def test_revenue__names_the_rules_of_the_park_with_their_version(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text(billing=SHARED))
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        operator = document(ports, "revenue.park.2026-08")

    assert operator["rules"][1:] == [
        "export-to-plants-by-fed-in/v1",
        "losses-shared-by-load/v1",
        "storage-shared-by-load/v1",
        "capacity-by-own-connection/v1",
    ]


TOPOLOGY: Final = """[matching_rules.R2]
since = 2026-01-01
rule = "topology-contract/v2"
steps = ["line", "pool"]
feeder_limits = false
losses = "pro-rata"
storage_charge = "after-load"
storage_origin = "fifo"
source = "assumed for tests"
"""


def test_revenue__under_the_rule_of_topology_tells_losses_storage_and_export(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", text(node=True) + TOPOLOGY)
    with money_park.opened(root) as ports:
        price(ports)
        money_park.closed(ports)
        plant = document(ports, "revenue.PV01.2026-08")
        operator = document(ports, "revenue.park.2026-08")
        closure = document(ports, "bill-closure.park.2026-08")

    energy = plant["energy"]
    routes = {each["route"]: each["wh"] for each in energy["routes"]}
    direct_wh = sum(routes[kind] for kind in ("line", "pool"))
    charged_wh = routes.get("charge", 0)
    assert plant["rules"][0].startswith("topology-contract/v2")
    assert energy["lost_wh"] > 0
    assert energy["fed_in_wh"] > 0
    assert energy["generated_wh"] == (
        direct_wh + charged_wh + energy["fed_in_wh"] + energy["lost_wh"] + energy["other_wh"]
    )
    assert sum(line["delivered_wh"] for line in plant["lines"]) == direct_wh
    assert cny(closure, "plants_cny") == cny(plant)
    assert cny(operator) == cny(closure)
