from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.carbon.inventory import (
    Inventory,
    InventoryError,
    Line,
    Method,
    Scope,
    printed_t,
)
from taihang.core.facts import Fact
from taihang.core.periods import year

FUEL = Fact(
    code="fuel.diesel.ef",
    value=Decimal("3.1451"),
    unit="tCO2/t",
    region="CN",
    valid_from=date(2015, 1, 1),
    valid_to=None,
    data_year=None,
    document="guides",
    clause="appendix",
    source="K7",
    status="calc",
    set="guide-2015",
)
GWP = replace(FUEL, code="gwp.CH4", value=Decimal("27.9"), unit="kgCO2e/kg", set="AR6")
GRID = replace(FUEL, code="grid.average", value=Decimal("0.6634"), unit="kgCO2/kWh", set="grid")


def line(
    kg: str, *, scope: Scope = Scope.DIRECT, method: Method | None = None, fact: Fact = FUEL
) -> Line:
    return Line(
        scope=scope,
        activity="activity",
        amount=Decimal(1),
        unit="t",
        factors=(fact,),
        kg_co2e=Decimal(kg),
        method=method,
    )


def electricity(kg: str, method: Method) -> Line:
    return line(kg, scope=Scope.ENERGY, method=method, fact=GRID)


def inventory(*lines: Line, examined: frozenset[Scope] | None = None) -> Inventory:
    return Inventory(
        enterprise="works",
        period=year("2022", ZoneInfo("Asia/Shanghai")),
        fuel_factor_set="guide-2015",
        gwp_set="AR6",
        examined=frozenset({Scope.DIRECT, Scope.ENERGY}) if examined is None else examined,
        lines=lines,
    )


def test_total_kg__adds_one_view_of_electricity_and_never_two() -> None:
    held = inventory(
        line("100"), electricity("20", Method.LOCATION), electricity("5", Method.MARKET)
    )

    assert Decimal(120) == held.total_kg(method=Method.LOCATION)
    assert Decimal(105) == held.total_kg(method=Method.MARKET)


def test_total_kg__heat_counts_in_every_view() -> None:
    heat = line("7", scope=Scope.ENERGY, fact=GRID)
    held = inventory(heat, electricity("20", Method.LOCATION), electricity("5", Method.MARKET))

    assert Decimal(27) == held.scope_kg(Scope.ENERGY, method=Method.LOCATION)
    assert Decimal(12) == held.scope_kg(Scope.ENERGY, method=Method.MARKET)


def test_scope_kg__refuses_a_view_that_was_not_drawn_up() -> None:
    held = inventory(electricity("20", Method.LOCATION))

    with pytest.raises(InventoryError, match="interval-market-based"):
        held.scope_kg(Scope.ENERGY, method=Method.INTERVAL_MARKET)


def test_scope_kg__an_examined_scope_without_lines_is_a_true_zero() -> None:
    held = inventory()

    assert Decimal(0) == held.scope_kg(Scope.DIRECT, method=Method.LOCATION)


def test_scope_kg__an_unexamined_scope_is_unknown_and_not_zero() -> None:
    held = inventory()

    with pytest.raises(InventoryError, match="what is unknown is not zero"):
        held.scope_kg(Scope.CHAIN, method=Method.LOCATION)


def test_inventory__refuses_a_line_of_an_unexamined_scope() -> None:
    with pytest.raises(InventoryError, match="examined scope"):
        inventory(line("1", scope=Scope.CHAIN))


def test_inventory__refuses_a_scope_2_method_on_another_scope() -> None:
    with pytest.raises(InventoryError, match="scope-2 lines only"):
        inventory(line("1", method=Method.MARKET))


@pytest.mark.parametrize("stranger", [replace(FUEL, set="anhui-zcp-2024"), replace(GWP, set="AR5")])
def test_inventory__refuses_facts_of_another_set(stranger: Fact) -> None:
    with pytest.raises(InventoryError, match=stranger.set):
        inventory(line("1"), line("1", fact=stranger))


def test_inventory__takes_facts_of_its_own_sets() -> None:
    held = inventory(line("1"), line("2", fact=GWP), electricity("3", Method.LOCATION))

    assert Decimal(6) == held.total_kg(method=Method.LOCATION)


exact_kg = st.decimals(-(10**12), 10**12, places=7)


@given(st.lists(exact_kg, max_size=40))
def test_total_kg__is_the_exact_sum_in_any_order(amounts: list[Decimal]) -> None:
    lines = [line(f"{kg}") for kg in amounts]

    forward, backward = inventory(*lines), inventory(*reversed(lines))

    assert sum(amounts, start=Decimal(0)) == forward.total_kg(method=Method.MARKET)
    assert forward.total_kg(method=Method.MARKET) == backward.total_kg(method=Method.MARKET)


def test_line__names_its_factors_in_the_order_of_the_formula() -> None:
    held = replace(line("1"), factors=(GWP, FUEL))

    assert (GWP.key, FUEL.key) == held.factor_keys


@pytest.mark.parametrize(
    ("kg", "printed"), [("2322774.5", "2322.77"), ("5", "0.00"), ("15", "0.02"), ("-25", "-0.02")]
)
def test_printed_t__rounds_half_to_even(kg: str, printed: str) -> None:
    assert printed == str(printed_t(Decimal(kg)))
