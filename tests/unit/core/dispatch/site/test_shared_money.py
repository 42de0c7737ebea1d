"""What accounts earn and pay: to the fen, and unknown where a rate is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given

from shared_case import at_rest, store, wish, wishes
from taihang.core.dispatch.site.shared import OWN, Rate, SharedStorage
from taihang.core.dispatch.site.shared_ledger import Wish, settled
from taihang.core.dispatch.site.shared_money import (
    availability_ratio,
    counter_of,
    shaved_wh,
    statements_of,
    station_result,
)

ON = date(2026, 6, 16)


def with_rates(**rates: float) -> SharedStorage:
    shared = store()
    known = tuple(
        Rate(name=one.name, rate_cny=rates[one.name], mark="assumed") if one.name in rates else one
        for one in shared.rates
    )
    return replace(shared, rates=known)


PAID = with_rates(peak_shaving_cny_per_kwh=0.35, order_penalty_cny_per_kwh=0.7)


@given(wishes())
def test_statements_of__trade_and_netting_are_what_the_meter_earned_to_the_fen(
    wished: dict[str, Wish],
) -> None:
    ledger = settled(PAID, wished)

    statements, station = statements_of(ledger, PAID, ON), station_result(ledger, PAID)

    trades = sum((one.trade_cny for one in statements), Decimal(0))
    assert trades + station.netting_cny == station.meter_cny
    # Selling is never dearer than buying here, so netting costs nobody anything.
    assert station.netting_cny >= Decimal("-0.04")


@given(wishes())
def test_shaved_wh__counts_what_the_meter_gave_as_far_as_it_was_ordered(
    wished: dict[str, Wish],
) -> None:
    ledger = settled(PAID, wished)

    ordered = 50_000_000
    counted = sum(min(ledger.meter_out_wh[step], ordered) for step in range(72, 80))
    assert sum(shaved_wh(ledger, PAID)) == counted
    # A quarter that misses less than a kWh misses nothing: accounts are rounded for themselves.
    missed = station_result(ledger, PAID).missed_wh
    assert 0 <= 8 * ordered - counted - missed < 8 * 1000


@given(wishes())
def test_statements_of__what_renters_pay_the_operator_receives(wished: dict[str, Wish]) -> None:
    statements = statements_of(settled(PAID, wished), PAID, ON)

    assert sum((one.rent_cny or Decimal(0) for one in statements), Decimal(0)) == 0
    assert all(one.total_cny is not None for one in statements)


def test_statements_of__by_hand() -> None:
    # 1 MWh bought at 0.28, 0.5 MWh sold at 18:00 for 0.61; the order pays 0.35.
    moves = [1_000_000, *[0] * 71, -500_000]

    one = statements_of(settled(PAID, {**at_rest(), "wind-a": wish(moves)}), PAID, ON)[0]

    assert one.trade_cny == Decimal("25.00")
    assert one.shaving_cny == Decimal("175.00")
    rent = Fraction(100_000 * 320, 365)
    assert one.rent_cny == -Decimal(round(rent * 100)) / 100
    # A day of a leap year is a smaller share of it.
    leap = statements_of(settled(PAID, at_rest()), PAID, date(2028, 6, 16))[0]
    assert leap.rent_cny == -Decimal(round(Fraction(100_000 * 320, 366) * 100)) / 100
    assert one.total_cny == Decimal("200.00") + (one.rent_cny or Decimal(0))


def test_statements_of__an_unknown_rate_is_unknown_and_not_zero() -> None:
    statements = statements_of(settled(store(), at_rest()), store(), ON)

    assert {one.shaving_cny for one in statements} == {None}
    assert {one.total_cny for one in statements} == {None}
    assert station_result(settled(store(), at_rest()), store()).penalty_cny is None


def test_counter_of__adds_the_day_to_the_year_and_says_what_is_due_by_now() -> None:
    moves = [*[0] * 72, -500_000]

    counter = counter_of(settled(PAID, {**at_rest(), OWN: wish(moves)}), PAID, date(2026, 12, 31))

    assert counter.today_wh == 500_000
    assert counter.year_kwh == Decimal("88400500.0")
    assert counter.due_kwh == counter.target_kwh == 200_000_000
    assert counter.cny_per_annual_kwh == Decimal("11.5")


def test_availability_ratio__counts_outages_by_their_length() -> None:
    assert availability_ratio(store()) == 1.0 - 0.5 * 2 / 24
