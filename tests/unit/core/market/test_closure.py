from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_case import (
    AUGUST,
    BOOK,
    ZONE,
    august,
    month_use,
    refund,
    series,
    steady,
    supply,
    tariff,
    terms,
)
from taihang.core.market.bill import Bill, bill
from taihang.core.market.closure import (
    Closure,
    ClosureInputError,
    UnbilledFlows,
    close_bills,
    mean_price_cny_per_kwh,
    plant_payments,
)
from taihang.core.market.month_use import GreenPurchase, MonthUse

NOTHING = UnbilledFlows(losses_wh=0, storage_wh=0, exported_wh=0, surplus_wh=0, unbilled_wh=0)


def billed(use: MonthUse, *, sharp_applies: bool = True) -> Bill:
    return bill(
        use,
        terms=terms(tariff(sharp_applies=sharp_applies)),
        book=BOOK,
        month_name="2026-08",
        zone=ZONE,
    )


def user_bill(name: str = "E1", *, factor: int = 1) -> Bill:
    case = august()
    purchase = GreenPurchase(supply=supply(), matched=series(case.green.wh * factor))
    use = month_use(series(case.grid.wh * factor), green=(purchase,))
    return billed(replace(use, user=name))


def gateway_bill(wh: int = 12_000_000) -> Bill:
    return billed(replace(month_use(steady(wh)), user="G1"), sharp_applies=False)


def closed(
    bills: list[Bill], gateway: Bill, flows: UnbilledFlows, export_cny: Decimal = Decimal(0)
) -> Closure:
    payments = plant_payments(bills, plant_of={"pv-line": "PV1"}, export_cny={"PV1": export_cny})
    return close_bills(
        bills, gateway=[gateway], flows=flows, export_cny=export_cny, payments=payments
    )


@settings(max_examples=60, deadline=None)
@given(
    factor=st.integers(0, 3),
    gateway_wh=st.integers(0, 40_000_000),
    flows=st.builds(
        UnbilledFlows,
        losses_wh=st.integers(-(10**10), 10**11),
        storage_wh=st.integers(-(10**10), 10**10),
        exported_wh=st.integers(0, 10**11),
        surplus_wh=st.integers(0, 10**11),
        unbilled_wh=st.integers(0, 10**10),
    ),
    export_fen=st.integers(0, 10**8),
)
def test_close_bills__closes_to_the_fen_whatever_the_flows(
    factor: int, gateway_wh: int, flows: UnbilledFlows, export_fen: int
) -> None:
    export_cny = Decimal(export_fen).scaleb(-2)
    bills = [user_bill(), user_bill("E2", factor=factor)]

    found = closed(bills, gateway_bill(gateway_wh), flows, export_cny)

    assert found.users_cny == found.gateway_cny + found.plants_cny + found.margin_cny
    assert found.margin_cny == sum(part.amount_cny for part in found.parts)
    assert found.users_cny == sum(each.total_cny for each in bills)
    causes = [part.wh or 0 for part in found.parts if part.code.startswith("quantity.")]
    grid_wh = int(august().grid.wh.sum()) * (1 + factor)
    assert sum(causes) == gateway_wh * AUGUST.n_steps - grid_wh


def test_close_bills__of_one_user_behind_one_equal_gateway_leaves_nothing() -> None:
    use = month_use(august().grid)

    found = closed([billed(use)], billed(replace(use, user="G1")), NOTHING)

    assert found.margin_cny == 0
    assert {part.amount_cny for part in found.parts} == {Decimal(0)}


def test_close_bills__values_losses_at_the_mean_price_of_the_gateway() -> None:
    use, gateway = month_use(steady(1_000_000)), gateway_bill(1_010_000)
    losses_wh = 10_000 * AUGUST.n_steps

    found = closed(
        [billed(use, sharp_applies=False)], gateway, replace(NOTHING, losses_wh=losses_wh)
    )

    parts = {part.code: part.amount_cny for part in found.parts}
    exact = -mean_price_cny_per_kwh([gateway]) * losses_wh / 1_000
    assert parts["quantity.losses"] == Decimal(round(exact * 100)).scaleb(-2)
    assert parts["quantity.unread"] == 0
    # Same tariff, steady load: no price difference but the rounding of lines.
    prices = [amount for code, amount in parts.items() if code.startswith("price.")]
    assert all(abs(amount) <= Decimal("0.05") for amount in prices)


def test_close_bills__names_what_no_reading_explains() -> None:
    found = closed([billed(month_use(steady(1_000_000)))], gateway_bill(1_010_000), NOTHING)

    (unread,) = (part for part in found.parts if part.code == "quantity.unread")
    assert unread.wh == 10_000 * AUGUST.n_steps


def test_close_bills__counts_shares_and_corrections_once() -> None:
    use = replace(
        month_use(august().grid, corrections=(refund("K1", "-7.01"),)),
        shares=(refund("losses", "12.34"),),
    )

    found = closed([billed(use)], billed(replace(month_use(august().grid), user="G1")), NOTHING)

    parts = {part.code: part.amount_cny for part in found.parts}
    assert (parts["share"], parts["correction"]) == (Decimal("12.34"), Decimal("-7.01"))
    assert found.margin_cny == Decimal("5.33")


def test_close_bills__refuses_two_months_and_none() -> None:
    other = replace(gateway_bill(), month="2026-09")

    with pytest.raises(ClosureInputError, match="2026-09"):
        closed([user_bill()], other, NOTHING)
    with pytest.raises(ClosureInputError):
        close_bills([], gateway=[], flows=NOTHING, export_cny=Decimal(0), payments=())


def test_plant_payments__are_the_green_lines_and_what_export_earned() -> None:
    bills = [user_bill(), user_bill("E2", factor=2)]

    first, second = plant_payments(
        bills,
        plant_of={"pv-line": "PV1"},
        export_cny={"PV1": Decimal("3.33"), "PV2": Decimal("6.67")},
    )

    lines = [ln for each in bills for ln in each.lines if ln.code == "green.pv-line"]
    assert first.green_cny == sum(line.amount_cny or 0 for line in lines) > 0
    assert (first.export_cny, second.export_cny) == (Decimal("3.33"), Decimal("6.67"))
    assert second.total_cny == Decimal("6.67")


def test_plant_payments__refuse_a_supply_of_no_plant() -> None:
    with pytest.raises(ClosureInputError, match="pv-line"):
        plant_payments([user_bill()], plant_of={}, export_cny={"PV1": Decimal(0)})


def test_mean_price__of_nothing_imported_is_zero() -> None:
    assert mean_price_cny_per_kwh([gateway_bill(0)]) == Fraction(0)
    assert np.isclose(float(mean_price_cny_per_kwh([gateway_bill()])), 0.62, atol=0.2)
