"""Certificates are income when paid, of the plant that fed in, and not of whoever resells."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from tests.ledger_books import fed_in, issuance

import asset_park
import money_park
import small_park
from small_park import AUGUST
from taihang.core.certificates.act import Act, Buy, List, Pay
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.holdings import Service
from taihang.services.asset_account import drafts
from taihang.services.certificate_sales import certificate_sales
from taihang.services.ports import Ports

PARTIES: Final = frozenset(("owner", "buyer", "E01"))
MWH: Final = 10**6


@dataclass(frozen=True)
class Sale:
    """One listing, bought and paid."""

    name: str
    seller: str
    buyer: str
    price: int
    pieces: tuple[Piece, ...]
    at_s: int

    def acts(self, *, is_paid: bool = True) -> list[Act]:
        wh = sum(piece.wh for piece in self.pieces)
        listed = List(
            id=f"l-{self.name}",
            actor=self.seller,
            at_s=self.at_s,
            price_cny_per_mwh=Decimal(self.price),
            open_until_s=self.at_s + 9_000,
            pay_within_s=5_000,
            wh=None,
            pieces=self.pieces,
        )
        bought = Buy(
            id=f"b-{self.name}",
            actor=self.buyer,
            at_s=self.at_s + 10,
            listing=listed.id,
            wh=wh,
        )
        paid = Pay(
            id=f"p-{self.name}",
            actor=self.seller,
            at_s=self.at_s + 20,
            deal=bought.id,
            amount_cny=(Decimal(self.price) * wh / MWH).quantize(Decimal("0.01")),
            reference="bank",
        )
        return [listed, bought, *([paid] if is_paid else [])]


def applied(ports: Ports, acts: Sequence[Act]) -> None:
    services: dict[str, Service] = {plant: Service(None, None) for plant in ("PV01", "W01")}
    found = ports.registry.certificates.apply(acts, parties=PARTIES, services=services)
    assert len(found) == len(acts)
    assert [each.refusal for each in found if each.refusal is not None] == []


def test_certificate_sales__are_of_the_plant_in_the_month_of_payment(tmp_path: Path) -> None:
    sun, wind = fed_in([3 * MWH, 2 * MWH]), fed_in([4 * MWH], plant="W01")
    first_s = AUGUST.start_s + 3_600
    both = Sale(
        "a", "owner", "buyer", 30, (Piece(sun.id, 0, MWH), Piece(wind.id, 0, 2 * MWH)), first_s
    )
    resold = Sale("b", "buyer", "E01", 90, (Piece(sun.id, 0, MWH),), first_s + 1_000)
    open_ = Sale("c", "owner", "buyer", 50, (Piece(sun.id, 2 * MWH, 3 * MWH),), first_s + 2_000)
    later = Sale("d", "owner", "buyer", 11, (Piece(sun.id, MWH, 2 * MWH),), AUGUST.end_s)
    root = small_park.make(tmp_path / "park", asset_park.text(position=False))
    with money_park.opened(root) as ports:
        assert certificate_sales(ports) == {}
        applied(ports, [issuance(sun), issuance(wind)])
        assert certificate_sales(ports) == {}
        for sale in (both, resold):
            applied(ports, sale.acts())
        applied(ports, open_.acts(is_paid=False))
        applied(ports, later.acts())
        found = certificate_sales(ports)
        asset_park.closed(ports)
        (plant,) = drafts("2026-08", ports=ports, subjects=["PV01"])

    assert found == {
        ("PV01", "2026-08"): Decimal("30.00"),
        ("W01", "2026-08"): Decimal("60.00"),
        ("PV01", "2026-09"): Decimal("11.00"),
    }
    lines = cast("list[dict[str, Any]]", plant.body["lines"])
    (line,) = [line for line in lines if line["part"] == "certificates"]
    assert line["amount_cny"] == "30.00"
