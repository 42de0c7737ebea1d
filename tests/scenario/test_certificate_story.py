"""A story: a plant feeds in, its certificates are sold, paid and claimed; every view agrees.

The park exports at noon. What the registers say, what the ledger holds, what the GEC view counts
and what the EnergyTag table lists are four ways to the same watt-hours.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import certified_park
import small_park
from small_park import AUGUST, Steps
from taihang.core.certificates.act import Claim
from taihang.core.certificates.order_book import Order
from taihang.exchange_wiring import certificate_table, exchange_map
from taihang.services import lot_market as market
from taihang.services.certificate_records import Wanted, gec_view, granular_view
from taihang.services.ledger import act_once
from taihang.services.ports import Ports
from taihang.standards.energytag import Configuration, record_texts
from taihang.standards.nea_2024_67 import GecKind

NOW_S = int(small_park.NOW.timestamp())
RULES = """[certificate_market]
price_low_cny_per_mwh = "1.00"
price_high_cny_per_mwh = "50.00"
minimum_wh = 1000
pay_within_h = 72
[matching_rules.R2]
since = 2026-01-01
rule = "topology-contract/v2"
steps = ["line", "pool"]
feeder_limits = false
losses = "pro-rata"
storage_charge = "after-load"
storage_origin = "none"
source = "test"
"""
TEXT = certified_park.text(more=RULES, base=small_park.GRID_METERED).replace(
    "capacity_kw = 1500 }", "capacity_kw = 1500, commissioned = 2024-12-20 }"
)


def _net(step: Steps) -> Steps:
    """What the plant makes beyond both loads; below 0 what they draw."""
    counts = small_park.COUNTS
    return counts["M-PV01"](step) - counts["M-E01"](step) - counts["M-E02"](step)


def _exported(step: Steps) -> Steps:
    return np.maximum(_net(step), 0)


def _imported(step: Steps) -> Steps:
    return np.maximum(-_net(step), 0)


COUNTS: dict[str, Callable[[Steps], Steps]] = {
    **small_park.COUNTS,
    "M-EXP": _exported,
    "M-IMP": _imported,
}


def _claimed(ports: Ports, wh: int) -> None:
    act_once(
        Claim(
            id="claim-1",
            actor="OUT",
            at_s=NOW_S,
            purpose="100 % green August",
            beneficiary="Outside buyer",
            period="2026-08",
            wh=wh,
            pieces=(),
        ),
        ports=ports,
    )


def _sold(ports: Ports) -> None:
    """The plant lists 7 MWh; the buyer takes 5 of them, pays, and claims 4."""
    ask = market.Ask(
        id="sale",
        seller="PV01",
        energy_wh=7_000_000,
        price_cny_per_mwh=Decimal("8.00"),
        until_s=NOW_S + 86_400,
    )
    market.list_for_sale(ask, ports=ports)
    order = Order(buyer="OUT", energy_wh=5_000_000, limit_cny_per_mwh=Decimal(9))
    (due,) = market.buy("order", order, ports=ports).purchases
    assert due.amount_cny == Decimal("40.00")
    paid = market.Payment(
        id="pay", actor="PV01", deal=due.deal, amount_cny=due.amount_cny, reference="ICBC-1"
    )
    market.pay(paid, ports=ports)
    _claimed(ports, 4_000_000)


def _demand_gec(ports: Ports, *, exported_wh: int, generated_wh: int) -> None:
    """The GEC view has the energy of the ledger by state; the remainder goes to September."""
    lines = {line.energy.kind: line for line in gec_view(ports=ports)}
    sold, used = lines[GecKind.TRADABLE], lines[GecKind.NON_TRADABLE]
    assert sold.energy.by_state_wh == {
        "claimed": 4_000_000,
        "held": 1_000_000 + exported_wh - 7_000_000,
        "listed": 2_000_000,
    }
    assert sold.n_certificates * 1_000_000 + sold.carried_out_wh == exported_wh
    assert used.energy.energy_wh + exported_wh == generated_wh


def _demand_records(ports: Ports, *, generated_wh: int) -> None:
    """So have the EnergyTag records, hour by hour, and the table of them."""
    wanted = Wanted(
        month="2026-08", holder=None, configuration=Configuration.SIDE_BY_SIDE, step_s=3600
    )
    records = granular_view(wanted, ports=ports)
    assert len({one.id for one in records}) == len(records)
    held = granular_view(replace(wanted, holder="OUT"), ports=ports)
    assert sum(one.energy_wh for one in held) == 5_000_000
    by_hour = np.zeros(AUGUST.n_steps // 4, np.int64)
    for one in records:
        by_hour[(one.start_s - AUGUST.start_s) // 3600] += one.energy_wh
    counted = small_park.step_wh("M-PV01", AUGUST).reshape(-1, 4).sum(axis=1)
    assert by_hour.tolist() == counted.tolist()
    texts = [record_texts(one) for one in records]
    table = certificate_table(exchange_map("energytag"), texts, kind="csv").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(table, newline=""))
    assert sum(int(row["energy_wh"]) for row in rows) == generated_wh


def test_story__fed_in_sold_paid_claimed_and_every_view_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_park, "COUNTS", COUNTS)
    exported_wh = int(small_park.step_wh("M-EXP", AUGUST).sum())
    generated_wh = int(small_park.step_wh("M-PV01", AUGUST).sum())
    assert exported_wh > 7_000_000
    root = small_park.make(tmp_path / "park", text=TEXT)
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        made = [one for one in ports.registry.certificates.issues() if one.kind == "tradable"]
        assert sum(one.total_wh for one in made) == exported_wh

        _sold(ports)

        _demand_gec(ports, exported_wh=exported_wh, generated_wh=generated_wh)
        _demand_records(ports, generated_wh=generated_wh)
