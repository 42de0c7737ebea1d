"""Views of a ledger in which a plant's owner sells to two enterprises."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from lot_park import made
from taihang.adapters.system import FixedClock
from taihang.core.access.scope import Scope
from taihang.core.certificates.order_book import Order
from taihang.services.lot_market import Ask, Payment, buy, list_for_sale, pay
from taihang.services.ports import Ports
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError

NOW_S = int(small_park.NOW.timestamp())


def sold(root: Path) -> Path:
    made(root)
    with small_park.opened(root) as opened:
        ports = replace(opened, clock=FixedClock(small_park.NOW + timedelta(hours=1)))
        ask = Ask(
            id="ask",
            seller="owner",
            energy_wh=2_000_000,
            price_cny_per_mwh=Decimal("8.00"),
            until_s=NOW_S + 86_400,
        )
        list_for_sale(ask, ports=ports)
        for buyer in ("E01", "E02"):
            order = Order(buyer=buyer, energy_wh=700_000, limit_cny_per_mwh=Decimal(9))
            (deal,) = buy(f"buy-{buyer}", order, ports=ports).purchases
            paid = Payment(
                id=f"paid-{buyer}",
                actor="owner",
                deal=deal.deal,
                amount_cny=deal.amount_cny,
                reference=f"bank-{buyer}",
            )
            pay(paid, ports=ports)
    return root


def told(ports: Ports) -> str:
    ledger = ports.registry.certificates
    issues = ledger.issues()
    return repr(
        (
            issues,
            [ledger.certificates(issue.id) for issue in issues],
            [ledger.certificates_of(holder) for holder in ("E01", "E02", "owner", "park")],
            ledger.totals(),
            [*ledger.acts()],
            ledger.acts_named(""),
            ledger.act_roll(),
            [ledger.act(f"{what}-{who}") for what in ("buy", "paid") for who in ("E01", "E02")],
            ledger.owed_wh(),
            ledger.sheets("2026-06"),
        )
    )


def test_ledger__shows_what_one_bought_and_not_what_the_neighbour_did(tmp_path: Path) -> None:
    with small_park.opened(sold(tmp_path / "park"), writing=False) as whole:
        seen = see(whole, Scope(frozenset({"E02"})))
        ledger = seen.registry.certificates

        assert "E01" in told(whole)
        assert "E01" not in told(seen)
        assert sum(one.wh for one in ledger.certificates_of("E02")) == 700_000
        assert ledger.certificates_of("E01") == ledger.certificates_of("owner") == []
        assert [record.id for record in ledger.acts()][:1] == [
            record.id for record in ledger.acts() if "E02" in record.document
        ][:1]
        assert {issue.id for issue in ledger.issues()} == {
            one.issue for one in ledger.certificates_of("E02")
        }


def test_ledger__an_act_of_both_is_nobodys_alone(tmp_path: Path) -> None:
    with small_park.opened(sold(tmp_path / "park"), writing=False) as whole:
        both = see(whole, Scope(frozenset({"E01", "E02"})))
        each = [see(whole, Scope(frozenset({own}))) for own in ("E01", "E02")]

        assert {r.id for r in both.registry.certificates.acts()} >= {
            record.id for ports in each for record in ports.registry.certificates.acts()
        }


def test_ledger__can_change_nothing(tmp_path: Path) -> None:
    with small_park.opened(sold(tmp_path / "park")) as whole:
        seen = see(whole, Scope(frozenset({"E02"})))

        with pytest.raises(PartOfParkError):
            seen.registry.certificates.apply([], parties=frozenset(), services={})
        with pytest.raises(PartOfParkError):
            seen.registry.certificates.sheet("00")
