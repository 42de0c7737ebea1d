from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from market_case import AUGUST, BOOK, ZONE, month_use, steady, supply, tariff, terms, with_quality
from taihang.core.market.bill import bill
from taihang.core.market.bill_charges import DemandUnknownError
from taihang.core.market.bill_line import BillLine, LineState
from taihang.core.market.month_use import GreenPurchase, MonthUse, ReactiveReading
from taihang.core.market.tariff import BillItem, BillTerms, TariffParts, TariffTermError
from taihang.core.park.contract import DemandBasis
from taihang.core.series import Quality
from taihang.standards import ndrc_2025_1192

ON_DEMAND = terms(tariff(basis=DemandBasis.DEMAND))
DISCOUNT_WH = 26_000_000 * 1000 // AUGUST.n_steps + 1
"""Just above 260 kWh for each of 100 000 kVA, over the intervals of August."""


def line(use: MonthUse, one: BillTerms, item: BillItem) -> BillLine | None:
    found = bill(use, terms=one, book=BOOK, month_name="2026-08", zone=ZONE)
    lines = [entry for entry in found.lines if entry.item is item]
    assert len(lines) <= 1
    return lines[0] if lines else None


def capacity(use: MonthUse, one: BillTerms) -> BillLine:
    found = line(use, one, BillItem.CAPACITY)
    assert found is not None
    return found


def power_factor(use: MonthUse, one: BillTerms) -> BillLine:
    found = line(use, one, BillItem.POWER_FACTOR)
    assert found is not None
    return found


def test_capacity__on_transformers() -> None:
    found = capacity(month_use(steady(1_000)), terms())

    assert ("kVA", Decimal("18.8"), Decimal("1880000.00")) == (
        found.unit,
        found.price,
        found.amount_cny,
    )


@pytest.mark.parametrize(
    ("wh", "price", "amount"),
    [(1_000, "30.0", "1260000.00"), (DISCOUNT_WH, "27.00", "1134000.00")],
)
def test_demand__costs_a_tenth_less_from_260_kwh_per_kva(wh: int, price: str, amount: str) -> None:
    found = capacity(month_use(steady(wh)), ON_DEMAND)

    assert (Decimal(42_000), Decimal(price), Decimal(amount)) == (
        found.quantity,
        found.price,
        found.amount_cny,
    )


@pytest.mark.parametrize(("pays", "price"), [(("transmission",), "27.00"), (("funds",), "30.0")])
def test_demand__green_energy_counts_only_if_it_comes_through_the_connection(
    pays: tuple[str, ...], price: str
) -> None:
    matched = GreenPurchase(supply=supply(), matched=steady(DISCOUNT_WH - 1_000))
    one = terms(tariff(basis=DemandBasis.DEMAND, green_pays=pays))

    found = capacity(month_use(steady(1_000), green=(matched,)), one)

    assert Decimal(price) == found.price


@pytest.mark.parametrize(
    ("contract_kw", "charged_kw"), [("30000", 40_000), ("40000", 40_000), ("50000", 50_000)]
)
def test_demand__within_the_contract_charges_the_contract(
    contract_kw: str, charged_kw: int
) -> None:
    # 42 000 kW metered is 105 % of the floor of 40 % of 100 000 kVA
    one = replace(ON_DEMAND, contract_demand_kw=Decimal(contract_kw))

    found = capacity(month_use(steady(1_000)), one)

    assert Decimal(charged_kw) == found.quantity
    assert f"tariff/agent-110kv/contract_demand_kw={contract_kw}" in found.fact_keys


def test_demand__above_the_contract_is_charged_again() -> None:
    one = replace(ON_DEMAND, contract_demand_kw=Decimal(40_000))
    use = replace(month_use(steady(1_000)), max_demand_kw=Decimal(50_000))

    found = capacity(use, one)

    assert Decimal(42_000 + 2 * 8_000) == found.quantity


def test_demand__is_partial_where_readings_are_missing() -> None:
    hole = with_quality(steady(1_000), Quality.MISSING, at=slice(0, 1))

    assert capacity(month_use(hole), ON_DEMAND).state is LineState.PARTIAL
    assert capacity(month_use(hole), terms()).state is LineState.BILLED


def test_capacity__refuses_what_it_does_not_know() -> None:
    use = month_use(steady(1_000))

    with pytest.raises(DemandUnknownError, match="maximum demand"):
        capacity(replace(use, max_demand_kw=None), ON_DEMAND)
    with pytest.raises(DemandUnknownError, match="transformer capacity"):
        capacity(replace(use, transformer_kva=None), terms())


def test_capacity__of_a_charging_station_is_exempt_by_a_dated_rule() -> None:
    station = replace(month_use(steady(1_000)), transformer_kva=None, max_demand_kw=None)

    found = capacity(station, terms(charging_station=True))

    assert found.state is LineState.EXEMPT
    assert Decimal("0.00") == found.amount_cny
    assert found.fact_keys == (
        "ndrc-2026-1077/td.charging-station.capacity-share/Shanxi/2026-08-01=0",
    )


def test_capacity__of_a_one_part_user_is_no_line() -> None:
    one = terms(parts=TariffParts.ONE_PART)

    assert line(month_use(steady(1_000)), one, BillItem.CAPACITY) is None


@pytest.mark.parametrize(
    ("reactive", "reason"),
    [
        (None, "无无功电量读数"),
        (ReactiveReading(active_kwh=Decimal(0), reactive_kvarh=Decimal(5)), "当月无有功电量"),
    ],
)
def test_power_factor__is_not_assessed_rather_than_zero(
    reactive: ReactiveReading | None, reason: str
) -> None:
    found = power_factor(month_use(steady(1_000), reactive=reactive), terms())

    assert found.state is LineState.NOT_ASSESSED
    assert found.amount_cny is None
    assert found.price is None
    assert found.reason is not None
    assert found.reason.zh == reason


def test_power_factor__is_a_share_of_energy_transmission_and_capacity() -> None:
    # unity power factor: the greatest credit, −0.75 %
    unity = ReactiveReading(active_kwh=Decimal(1_000), reactive_kvarh=Decimal(0))
    use = month_use(steady(1_000_000), reactive=unity)

    found = bill(use, terms=terms(), book=BOOK, month_name="2026-08", zone=ZONE)

    base = sum(
        entry.amount_cny
        for entry in found.lines
        if entry.amount_cny is not None
        and entry.item in {BillItem.ENERGY, BillItem.TRANSMISSION, BillItem.CAPACITY}
    )
    adjustment = power_factor(use, terms())
    assert base == adjustment.quantity
    assert Decimal("-0.0075") == adjustment.price
    assert (base * Decimal("-0.0075")).quantize(Decimal("0.01")) == adjustment.amount_cny


def test_power_factor__is_partial_where_its_base_is() -> None:
    unity = ReactiveReading(active_kwh=Decimal(1_000), reactive_kvarh=Decimal(0))
    hole = with_quality(steady(1_000), Quality.MISSING, at=slice(0, 1))

    found = power_factor(month_use(hole, reactive=unity), terms())

    assert found.state is LineState.PARTIAL


def test_near_site__bills_by_connected_capacity_as_the_example_of_the_rule() -> None:
    """Vector 9: 110 kV, 50 MVA, load factor 0.60: 940 000 + 635 100 = 1 575 100 CNY a month."""
    on = date(2026, 8, 1)
    load_factor = Decimal("0.60")
    case = replace(
        terms(),
        tariff=replace(tariff(), near_site_load_factor_ratio=load_factor),
        near_site_hours=BOOK.in_force("near-site.hours-per-month", on=on),
    )
    use = replace(month_use(steady(1_000_000)), transformer_kva=Decimal(50_000))

    found = bill(use, terms=case, book=BOOK, month_name="2026-08", zone=ZONE)

    fees = {
        line.code: line.amount_cny
        for line in found.lines
        if line.code.startswith(("transmission", "capacity"))
    }
    assert fees == {
        "transmission.grid.near-site": Decimal("635100.00"),
        "capacity.kva": Decimal("940000.00"),
    }
    by_rule = ndrc_2025_1192.near_site_fee(
        ndrc_2025_1192.NearSiteProject(
            connected_kva=Decimal(50_000),
            basis=DemandBasis.CAPACITY,
            demand_kw=None,
            average_load_factor_ratio=load_factor,
        ),
        tariff=case.transmission,
        book=BOOK,
        on=on,
    )
    assert by_rule.total_cny == sum(amount or 0 for amount in fees.values()) == 1_575_100


def test_near_site__needs_the_hours_with_the_load_factor() -> None:
    with pytest.raises(TariffTermError, match="both or neither"):
        terms(replace(tariff(), near_site_load_factor_ratio=Decimal("0.60")))
