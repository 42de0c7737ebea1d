"""The money of a design: cases computed by hand, and the laws of worth, return and cost."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taihang.config.study_file import read_study
from taihang.core.dispatch.cash_flow import (
    Built,
    CashFlow,
    Growth,
    OperatingYear,
    ReturnState,
    annuity_factor,
    cash_flow_of,
    internal_return,
    payback_years,
    present_worth,
)
from taihang.core.dispatch.study import Investment

STILL = Growth(import_ratio=0.0, export_ratio=0.0, upkeep_ratio=0.0)
SUMS = st.lists(st.floats(-1e6, 1e6).map(lambda cny: round(cny, 2)), min_size=2, max_size=41)
RATES = st.floats(0.0, 0.3)
LIVES = st.integers(1, 30).map(float)


def pv(*, size: float = 1.0, life_years: float = 2.0) -> Built:
    return Built(
        id="pv",
        size=size,
        capex_cny_per_unit=1000.0,
        upkeep_ratio=0.02,
        life_years=life_years,
        fade_ratio=0.01,
    )


def operating(*, import_cny: float = 100.0, export_cny: float = 50.0) -> OperatingYear:
    return OperatingYear(
        import_cny=import_cny,
        demand_cny=10.0,
        export_cny=export_cny,
        wear_cny=5.0,
        used_kwh=800.0,
        load_kwh=2000.0,
        holds_ratios=True,
    )


ALONE = replace(operating(import_cny=700.0, export_cny=0.0), demand_cny=40.0, wear_cny=0.0)


def flow(built: Sequence[Built], n_years: int = 3, *, rate: float = 0.1) -> CashFlow:
    years = [operating()] * n_years
    return cash_flow_of(built, years, without=ALONE, growth=STILL, discount_ratio=rate)


def test_cash_flow_of__three_years_by_hand() -> None:
    # 1000 CNY for 2 years: bought again at the end of year 2; 1 of 2 years is left after year 3.
    # A year: upkeep 20, wear 5, purchases 700 - 100, demand 40 - 10, fed back 50: 655.
    found = flow([pv()])

    assert found.net_cny == pytest.approx((-1000.0, 655.0, -345.0, 1155.0))
    # -1000 + 655/1.1 - 345/1.21 + 1155/1.331
    assert found.npv_cny == pytest.approx(178.0991736, abs=1e-6)
    # 1/1.1 + 1/1.21 + 1/1.331 = 2.4868520
    assert found.annuity_cny == pytest.approx(178.0991736 / 2.4868519910, abs=1e-6)
    # Below nothing at the end of year 2 by 690, of the 1155 that come in year 3.
    assert found.payback_years == pytest.approx(2.0 + 690.0 / 1155.0)
    # Discounted: -1000 + 595.4545 - 285.1240 = -689.6694 of the 867.7686 that come in year 3.
    assert found.discounted_payback_years == pytest.approx(2.0 + 689.6694215 / 867.7685950)
    # Built: 1000 + 25/1.1 + 1025/1.21 - 475/1.331 by 800 kWh a year.
    built = 1000.0 + 22.7272727 + 847.1074380 - 356.8745304
    assert found.lcoe_cny_per_kwh == pytest.approx(built / (800.0 * 2.4868519910))
    # Everything: 740 a year without, less what is left of it.
    assert found.without_cny_per_kwh == pytest.approx(740.0 / 2000.0)
    assert found.load_cny_per_kwh == pytest.approx((740.0 * 2.4868519910 - 178.0991736) / 4973.7039)


def test_cash_flow_of__lets_prices_grow_from_the_second_year_on() -> None:
    growth = Growth(import_ratio=0.1, export_ratio=-0.1, upkeep_ratio=0.05)

    found = cash_flow_of(
        [pv()], [operating()] * 3, without=ALONE, growth=growth, discount_ratio=0.1
    )

    assert [one.import_cny for one in found.years] == pytest.approx([0.0, 600.0, 660.0, 726.0])
    assert [one.demand_cny for one in found.years] == pytest.approx([0.0, 30.0, 33.0, 36.3])
    assert [one.export_cny for one in found.years] == pytest.approx([0.0, 50.0, 45.0, 40.5])
    assert [one.upkeep_cny for one in found.years] == pytest.approx([0.0, -20.0, -21.0, -22.05])


def test_built__is_new_when_it_is_replaced() -> None:
    one = pv(life_years=2.0)

    assert [one.left_ratio(year, 5) for year in range(1, 6)] == [1.0, 0.99, 1.0, 0.99, 1.0]
    assert one.replaced_in(5) == [2, 4]
    assert one.unused_ratio(5) == 0.5


def test_built__whose_life_ends_within_a_year_is_replaced_in_that_year() -> None:
    one = pv(life_years=1.5)

    assert one.replaced_in(4) == [2, 3]
    assert one.unused_ratio(4) == pytest.approx(0.5 / 1.5)
    assert [one.left_ratio(year, 4) for year in range(1, 5)] == [1.0, 0.99, 1.0, 1.0]


@given(life=LIVES, upkeep=st.floats(0.0, 0.1), rate=RATES)
def test_cash_flow_of__costs_what_the_annuity_of_the_study_says(
    life: float, upkeep: float, rate: float
) -> None:
    terms = replace(read_study("xingxian").terms, discount_ratio=rate)
    invested = Investment(
        id="x",
        least=0.0,
        most=1.0,
        capex_cny_per_unit=1000.0,
        upkeep_ratio=upkeep,
        life_years=life,
        fade_ratio=0.0,
        unit=None,
    )
    built = replace(pv(life_years=life), upkeep_ratio=upkeep)
    nothing = replace(ALONE, import_cny=0.0, demand_cny=0.0)

    found = cash_flow_of(
        [built], [nothing] * 20, without=nothing, growth=STILL, discount_ratio=rate
    )

    assert -found.annuity_cny == pytest.approx(invested.annuity_cny_per_unit(terms), rel=1e-9)


@given(sums=SUMS, rate=RATES)
def test_present_worth__is_the_sum_year_by_year(sums: list[float], rate: float) -> None:
    expected = math.fsum(cny * (1.0 + rate) ** -year for year, cny in enumerate(sums))

    assert present_worth(sums, rate) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(rate=RATES, n_years=st.integers(1, 60), life=LIVES)
def test_annuity__times_its_factor_is_the_worth(rate: float, n_years: int, life: float) -> None:
    found = flow([pv(life_years=life)], n_years, rate=rate)

    assert found.annuity_cny * annuity_factor(rate, n_years) == pytest.approx(found.npv_cny)


@given(sums=SUMS)
def test_internal_return__makes_the_worth_nothing(sums: list[float]) -> None:
    found = internal_return(sums)

    for rate in found.rates_ratio:
        terms = [cny * (1.0 + rate) ** -year for year, cny in enumerate(sums)]
        assert abs(math.fsum(terms)) <= 1e-9 * max(map(abs, terms))
    assert (found.state is ReturnState.ONE) == (len(found.rates_ratio) == 1)


@given(rate=st.floats(-0.5, 5.0), sums=st.lists(st.floats(1.0, 1e6), min_size=1, max_size=40))
def test_internal_return__finds_the_one_rate_of_an_investment(
    rate: float, sums: list[float]
) -> None:
    flow_cny = [-present_worth([0.0, *sums], rate), *sums]

    found = internal_return(flow_cny)

    assert found.state is ReturnState.ONE
    assert found.is_sure
    assert found.rate_ratio == pytest.approx(rate, rel=1e-9, abs=1e-9)


@given(
    rates=st.lists(st.integers(-8, 60), min_size=2, max_size=4, unique=True),
    scale=st.floats(-1e6, 1e6),
)
def test_internal_return__finds_every_rate_of_a_flow_that_has_several(
    rates: list[int], scale: float
) -> None:
    assume(abs(scale) > 1.0)
    wanted = sorted(rate / 10.0 for rate in rates)
    # A polynomial in 1 / (1 + r) that has its zeros there: lowest power first.
    flow_cny = np.poly([1.0 / (1.0 + rate) for rate in wanted])[::-1] * scale

    found = internal_return([float(each) for each in flow_cny])

    assert found.state is ReturnState.SEVERAL
    assert found.rate_ratio is None
    assert found.rates_ratio == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("sums", [[0.0, 0.0], [1.0, 2.0], [-1.0, -2.0], [-100.0, 250.0, -200.0]])
def test_internal_return__says_that_there_is_none(sums: list[float]) -> None:
    found = internal_return(sums)

    assert (found.state, found.rates_ratio, found.rate_ratio) == (ReturnState.NONE, (), None)


def test_internal_return__out_of_the_bracket_is_none_and_not_sure() -> None:
    found = internal_return([-1.0, 20.0])  # 1900 % a year.

    assert found.state is ReturnState.NONE
    assert not found.is_sure


def test_internal_return__is_sure_where_a_replacement_is_paid_from_what_came_in() -> None:
    # Three changes of sign, but what adds up changes once.
    found = internal_return([-100.0, 120.0, -10.0, 30.0])

    assert (found.state, found.is_sure) == (ReturnState.ONE, True)


def test_internal_return__is_not_sure_where_what_adds_up_changes_often() -> None:
    found = internal_return([-100.0, 160.0, -70.0, 50.0])

    assert (found.state, found.is_sure) == (ReturnState.ONE, False)


@given(sums=SUMS)
def test_payback__is_where_what_adds_up_crosses_nothing_for_good(sums: list[float]) -> None:
    found = payback_years(sums)
    added = np.cumsum(sums)

    if found is None:
        assert added[-1] < 0.0
    else:
        assert (added[math.ceil(found) :] >= 0.0).all()
        assert found == 0.0 or added[math.ceil(found) - 1] < 0.0


@given(factor=st.floats(0.01, 100.0), life=LIVES, rate=RATES)
def test_lcoe__is_of_the_kwh_and_not_of_how_many(factor: float, life: float, rate: float) -> None:
    one = flow([pv(life_years=life)], 20, rate=rate)
    years = [
        replace(operating(), used_kwh=800.0 * factor, wear_cny=5.0 * factor) for _ in range(20)
    ]

    many = cash_flow_of(
        [pv(life_years=life, size=factor)], years, without=ALONE, growth=STILL, discount_ratio=rate
    )

    assert many.lcoe_cny_per_kwh == pytest.approx(one.lcoe_cny_per_kwh, rel=1e-9)


@given(bought=st.floats(0.0, 1e6), sold=st.floats(0.0, 1e6))
def test_lcoe__knows_nothing_of_the_grid(bought: float, sold: float) -> None:
    years = [operating(import_cny=bought, export_cny=sold)] * 3

    found = cash_flow_of([pv()], years, without=ALONE, growth=STILL, discount_ratio=0.1)

    assert found.lcoe_cny_per_kwh == flow([pv()]).lcoe_cny_per_kwh


def test_lcoe__is_none_where_nothing_is_used() -> None:
    years = [replace(operating(), used_kwh=0.0, load_kwh=0.0)] * 3

    found = cash_flow_of([pv()], years, without=ALONE, growth=STILL, discount_ratio=0.1)

    assert found.lcoe_cny_per_kwh is None
    assert found.load_cny_per_kwh is None
    assert found.without_cny_per_kwh is None
