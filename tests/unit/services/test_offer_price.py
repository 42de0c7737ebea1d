"""Prices of offers: the bill engine's own bills, added up, beside the same load from the grid."""

from decimal import Decimal
from pathlib import Path

import pytest

import offer_kit
import small_park
from taihang.core.market.tariff import BillItem
from taihang.services.offer import offers
from taihang.services.offer_price import OfferPrice, Unpriced


def price(root: Path, *changes: tuple[str, str]) -> OfferPrice | Unpriced:
    with small_park.opened(root, writing=False) as ports:
        project = offer_kit.project(*changes)
        found = offers([project], plans=offer_kit.plans(), label=offer_kit.YEAR, ports=ports)
    return found.each[0].price


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return offer_kit.make(tmp_path_factory.mktemp("price") / "park")


def test_offer_prices__bill_the_energy_of_the_offer(root: Path) -> None:
    found = price(root)

    assert isinstance(found, OfferPrice)
    assert found.grid_wh + found.green_wh == 1_200_000_000
    # The one contract of the small park, 0.3100 CNY/kWh, billed in twelve months.
    green_cny = found.by_item_cny[BillItem.GREEN]
    assert abs(green_cny - Decimal(found.green_wh) / 1_000 * Decimal("0.31")) < Decimal("0.2")
    # System operation is paid for all energy, 0.0400 CNY/kWh.
    operation_cny = found.by_item_cny[BillItem.SYSTEM_OPERATION]
    assert abs(operation_cny - 1_200_000 * Decimal("0.04")) < Decimal("0.5")
    assert found.total_cny == sum(found.by_item_cny.values())


def test_offer_prices__stand_beside_the_same_load_from_the_grid(root: Path) -> None:
    found = price(root)

    assert isinstance(found, OfferPrice)
    # Green energy of this park is cheaper than the grid by day, line loss included.
    assert found.all_grid_cny > found.total_cny
    assert str(found.stand_in) == "2026-08-01"
    assert found.not_assessed == (BillItem.POWER_FACTOR,)


def test_offer_prices__without_prices_tell_why(tmp_path: Path) -> None:
    billing = offer_kit.BILLING.replace("td_prices_of = 2026-08-01\n", "")
    root = offer_kit.make(tmp_path / "park", billing)

    found = price(root)

    assert isinstance(found, Unpriced)
    assert "2025" in found.reason


def test_offer_prices__without_a_contract_for_all_tell_why(tmp_path: Path) -> None:
    root = offer_kit.make(tmp_path / "park")
    file = root / "park.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('buyers = "all"', 'buyers = ["E01"]'), encoding="utf-8")

    found = price(root)

    assert isinstance(found, Unpriced)
    assert "PJ1" in found.reason


def test_mean_cny_per_kwh__of_nothing_is_nothing() -> None:
    found = OfferPrice(
        by_item_cny={},
        all_grid_cny=Decimal(0),
        grid_wh=0,
        green_wh=0,
        not_assessed=(),
        stand_in=None,
    )

    assert found.mean_cny_per_kwh(Decimal(5)) is None
    assert found.mean_cny_per_kwh(Decimal(5), wh=10_000) == Decimal("0.5")
