"""Σ bills = gateway bill + plant payments + margin, seen from every side, in random small parks."""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_case import AUGUST, BOOK, ZONE, month_use, refund, series, steady, supply, tariff, terms
from taihang.core.market.bill import Bill, bill
from taihang.core.market.closure import Closure, UnbilledFlows, close_bills, plant_payments
from taihang.core.market.month_use import GreenPurchase, IntervalPrices
from taihang.core.market.revenue import (
    EXPORT,
    RevenueClosureError,
    RevenueMonth,
    settle_revenue,
)
from taihang.core.market.tariff import BillItem
from taihang.core.park.contract import GreenSupply, PriceBy

N_STEPS = AUGUST.n_steps
PLANTS = ("PV1", "PV2", "W1")
NOTHING = UnbilledFlows(losses_wh=0, storage_wh=0, exported_wh=0, surplus_wh=0, unbilled_wh=0)
SUPPLIES = {
    f"{plant}-{form.value}": replace(
        supply(f"{plant}-{form.value}"),
        plant=plant,
        price_by=form,
        price_cny_per_kwh=Decimal("0.3123") if form is PriceBy.FIXED else None,
        green_premium_cny_per_kwh=Decimal("0.0217") if plant != "PV2" else None,
    )
    for plant in PLANTS
    for form in (PriceBy.FIXED, PriceBy.CURVE)
}


@dataclass(frozen=True)
class SmallPark:
    """Bills of a month, and what export earned."""

    bills: list[Bill]
    gateway: list[Bill]
    closure: Closure


def purchase(contract: GreenSupply, seed: int) -> GreenPurchase:
    """Some energy of a contract, priced in most intervals where it is not at one price."""
    rng = np.random.default_rng(seed)
    wh = rng.integers(0, 400_000, N_STEPS)
    if contract.price_by is PriceBy.FIXED:
        return GreenPurchase(supply=contract, matched=series(wh))
    known = rng.random(N_STEPS) < rng.choice([0.0, 0.9, 1.0])
    prices = IntervalPrices(
        counts=np.where(known, rng.integers(0, 60_000, N_STEPS), 0),
        known=known,
        cny_per_kwh_of_count=Decimal("0.00001"),
    )
    return GreenPurchase(supply=contract, matched=series(wh), prices=prices)


def billed(user: str, contracts: list[str], *, seed: int) -> Bill:
    green = tuple(purchase(SUPPLIES[name], seed + i) for i, name in enumerate(contracts))
    grid_wh = np.random.default_rng(seed).integers(0, 900_000, N_STEPS)
    shares = (refund("losses", f"{seed % 977}.{seed % 97:02d}"),)
    use = replace(month_use(series(grid_wh), green=green), user=user, shares=shares)
    return bill(use, terms=terms(tariff()), book=BOOK, month_name="2026-08", zone=ZONE)


@st.composite
def parks(draw: st.DrawFn) -> SmallPark:
    names = st.lists(st.sampled_from(sorted(SUPPLIES)), max_size=3, unique=True)
    seed = draw(st.integers(0, 10_000))
    users = draw(st.lists(names, min_size=1, max_size=3))
    bills = [billed(f"E{i}", each, seed=seed + 10 * i) for i, each in enumerate(users)]
    gateway = [billed("G1", [], seed=seed + 99)]
    fen = draw(st.lists(st.integers(0, 10**7), min_size=3, max_size=3))
    kept_fen = draw(st.integers(-3, 10**6))
    export_cny = {plant: Decimal(n).scaleb(-2) for plant, n in zip(PLANTS, fen, strict=True)}
    payments = plant_payments(bills, plant_of=plant_of(), export_cny=export_cny)
    earned_cny = Decimal(sum(fen) + kept_fen).scaleb(-2)
    closure = close_bills(
        bills, gateway=gateway, flows=NOTHING, export_cny=earned_cny, payments=payments
    )
    return SmallPark(bills, gateway, closure)


def plant_of() -> dict[str, str]:
    return {name: each.plant for name, each in SUPPLIES.items()}


def settled(park: SmallPark) -> RevenueMonth:
    return settle_revenue(park.closure, bills=park.bills, gateway=park.gateway, plant_of=plant_of())


@settings(max_examples=40, deadline=None)
@given(park=parks())
def test_settle_revenue__conserves_money_to_the_fen_from_every_side(park: SmallPark) -> None:
    found = settled(park)

    bills_cny = sum(each.total_cny for each in park.bills)
    gateway_cny = sum(each.total_cny for each in park.gateway)
    plants_cny = sum(each.total_cny for each in park.closure.payments)
    # S10 (c): what everybody earned is what everybody was billed, and what the grid paid.
    earned_cny = plants_cny + gateway_cny + park.closure.margin_cny
    assert earned_cny == bills_cny + park.closure.export_cny
    assert [each.total_cny for each in found.payments] == [each.total_cny for each in park.bills]
    for paid in park.closure.payments:
        sold = sum((sale.total_cny for sale in found.sales_of(paid.plant)), Decimal(0))
        assert sold == paid.green_cny
    assert sum(each.kept_cny for each in found.passages) == park.closure.margin_cny


@settings(max_examples=20, deadline=None)
@given(park=parks())
def test_settle_revenue__tells_energy_and_environmental_value_apart(park: SmallPark) -> None:
    found = settled(park)

    for payment, each in zip(found.payments, park.bills, strict=True):
        lines = {line.code: line for line in each.lines}
        green = [line for line in each.lines if line.item is BillItem.GREEN]
        assert [sale.contract for sale in payment.sales] == [
            line.code.removeprefix("green.") for line in green
        ]
        for sale in payment.sales:
            assert sale.energy_cny == lines[f"green.{sale.contract}"].amount_cny
            priced_apart = SUPPLIES[sale.contract].green_premium_cny_per_kwh is not None
            assert (sale.value_cny is not None) == priced_apart
    items = {each.item: each for each in found.passages}
    assert items[EXPORT].collected_cny == park.closure.export_cny
    assert all(items[item].kept_cny == 0 for item in ("green", "green_value") if item in items)


def test_settle_revenue__of_bills_that_are_not_those_of_the_closure_is_refused() -> None:
    bills = [billed("E1", ["PV1-fixed"], seed=3)]
    gateway = [replace(billed("G1", [], seed=5), lines=())]
    payments = plant_payments(bills, plant_of=plant_of(), export_cny={"PV1": Decimal(0)})
    closure = close_bills(
        bills, gateway=gateway, flows=NOTHING, export_cny=Decimal(0), payments=payments
    )
    others = [billed("E1", ["PV1-fixed"], seed=4)]

    with pytest.raises(RevenueClosureError, match="sales of plants"):
        settle_revenue(closure, bills=others, gateway=gateway, plant_of=plant_of())


def test_settle_revenue__of_an_unpriced_month_has_no_amount_and_not_zero() -> None:
    one = purchase(SUPPLIES["W1-curve"], 1)
    unpriced = replace(one, prices=IntervalPrices.none(N_STEPS))
    use = month_use(steady(1_000), green=(unpriced,))
    each = bill(use, terms=terms(tariff()), book=BOOK, month_name="2026-08", zone=ZONE)
    payments = plant_payments([each], plant_of=plant_of(), export_cny={"W1": Decimal(0)})
    closure = close_bills(
        [each], gateway=[], flows=NOTHING, export_cny=Decimal(0), payments=payments
    )

    found = settle_revenue(closure, bills=[each], gateway=[], plant_of=plant_of())

    (sale,) = found.sales_of("W1")
    assert (sale.energy_cny, sale.priced_wh, sale.is_whole) == (None, None, False)
    assert sale.value_cny is not None
    assert each.grid.wh == 1_000 * N_STEPS, "green energy without a price is green all the same"
