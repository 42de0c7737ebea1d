from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.facts import load_facts
from taihang.core.carbon.inventory import Line, Method, Scope, printed_t
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.standards.gbt_32151 import (
    ActivityDataError,
    electricity_emission,
    fuel_emission,
    fuel_factor_t,
    gas_emission,
    heat_emission,
    hot_water_gj,
    process_emission,
    steam_gj,
)

BOOK = load_facts()
ON = date(2026, 8, 31)
GUIDE = "guide-2015"
GUIDE_FACTORS = [
    fact
    for fact in BOOK.all()
    if fact.set == GUIDE and fact.code.startswith("fuel.") and fact.code.endswith(".ef")
]


def burn(fuel: str, amount: str, unit: str, factor_set: str = GUIDE) -> Line:
    return fuel_emission(fuel, Decimal(amount), unit=unit, book=BOOK, on=ON, factor_set=factor_set)


def grid(code: str, region: str) -> Fact:
    return BOOK.in_force(code, on=ON, region=region)


def test_fuel_factor_t__reproduces_the_printed_column_of_every_fuel() -> None:
    printed = {fact.code: fact.value for fact in GUIDE_FACTORS}

    computed = {
        code: fuel_factor_t(code.split(".")[1], book=BOOK, on=ON, factor_set=GUIDE)
        for code in printed
    }

    assert len(printed) == 25
    assert printed == computed


# Origin: acceptance facts S22 of the domain handbook, recomputed by hand.
@pytest.mark.parametrize(
    ("fuel", "amount", "unit", "tco2"),
    [
        ("anthracite", "1000", "t", "2322.77"),
        ("natural-gas", "100", "10⁴Nm³", "2162.19"),
        ("diesel", "50", "t", "157.26"),
    ],
)
def test_fuel_emission__gives_the_acceptance_facts(
    fuel: str, amount: str, unit: str, tco2: str
) -> None:
    line = burn(fuel, amount, unit)

    assert Decimal(tco2) == printed_t(line.kg_co2e)
    assert Scope.DIRECT is line.scope
    assert len(line.factor_keys) == 3


@given(st.decimals(0, 10**9, places=3))
def test_fuel_emission__is_rounded_once_to_the_gram(amount: Decimal) -> None:
    exact_kg = (
        Fraction(amount) * Fraction("43.330") * Fraction("0.02020") * Fraction("0.98")
    ) * Fraction(44_000, 12)

    line = burn("diesel", f"{amount}", "t")

    assert abs(Fraction(line.kg_co2e) - exact_kg) <= Fraction(1, 2_000)
    assert line.kg_co2e == line.kg_co2e.quantize(Decimal("0.001"))


def test_fuel_emission__uses_the_bare_factor_of_a_set_that_prints_no_triple() -> None:
    line = burn("anthracite", "1000", "t", "anhui-zcp-2024")

    assert Decimal("1923800.000") == line.kg_co2e
    assert line.factor_keys == ("anhui-zcp-2024/fuel.anthracite.ef/Anhui/2024-01-01=1.9238",)


@pytest.mark.parametrize(
    ("fuel", "amount", "unit"),
    [
        ("natural-gas", "100", "t"),
        ("diesel", "50", "kg"),
        ("diesel", "-1", "t"),
        ("diesel", "NaN", "t"),
    ],
)
def test_fuel_emission__refuses_wrong_units_and_amounts(fuel: str, amount: str, unit: str) -> None:
    with pytest.raises(ActivityDataError):
        burn(fuel, amount, unit)


def test_fuel_emission__refuses_a_fuel_that_the_set_does_not_know() -> None:
    with pytest.raises(FactOutOfForceError):
        burn("kerosene", "1", "t", "anhui-zcp-2024")


# Origin: acceptance facts S22: 20 GWh at three factors of 2023 that must not be mixed.
@pytest.mark.parametrize(
    ("code", "region", "tco2"),
    [
        ("grid.average", "Shanxi", "13268"),
        ("grid.average", "CN", "10612"),
        ("grid.fossil-only", "CN", "16546"),
    ],
)
def test_electricity_emission__gives_the_acceptance_facts(
    code: str, region: str, tco2: str
) -> None:
    line = electricity_emission(Decimal(20_000), out_mwh=Decimal(0), factor=grid(code, region))

    assert Decimal(tco2) * 1_000 == line.kg_co2e
    assert Method.LOCATION is line.method


def test_electricity_emission__counts_what_was_sold_against_what_was_bought() -> None:
    factor = grid("grid.average", "CN")

    line = electricity_emission(Decimal(10), out_mwh=Decimal(12), factor=factor)

    assert Decimal("-1061.2") == line.kg_co2e


@pytest.mark.parametrize("code", ["grid.footprint", "ncv.diesel"])
def test_electricity_emission__refuses_factors_of_another_kind(code: str) -> None:
    factor = BOOK.in_force(code, on=ON)

    with pytest.raises(ActivityDataError):
        electricity_emission(Decimal(1), out_mwh=Decimal(0), factor=factor)


@pytest.mark.parametrize("factor_set", ["gbt-32150-2025", "guide-2015", "anhui-zcp-2024"])
def test_heat_emission__gives_the_acceptance_fact_in_every_set(factor_set: str) -> None:
    factor = BOOK.in_force("heat.ef", on=ON, family=factor_set)

    line = heat_emission(Decimal(5_000), out_gj=Decimal(0), factor=factor)

    assert Decimal(550_000) == line.kg_co2e
    assert line.method is None


def test_heat_emission__refuses_a_factor_of_electricity() -> None:
    with pytest.raises(ActivityDataError):
        heat_emission(Decimal(1), out_gj=Decimal(0), factor=grid("grid.average", "CN"))


def test_steam_gj__counts_heat_above_the_reference() -> None:
    # 15 600 t at 2 763.2 kJ/kg: 15 600 × (2 763.2 − 83.74) / 1 000, by hand
    heat = steam_gj(Decimal(15_600), enthalpy_kj_per_kg=Decimal("2763.2"), book=BOOK, on=ON)

    assert Decimal("41799.576") == heat


def test_hot_water_gj__counts_heat_above_twenty_degrees() -> None:
    # 1 000 t at 70 ℃: 1 000 × 50 × 4.1868 / 1 000, by hand
    heat = hot_water_gj(Decimal(1_000), temperature_c=Decimal(70), book=BOOK, on=ON)

    assert Decimal("209.34") == heat


@pytest.mark.parametrize(("mass", "enthalpy"), [("-1", "2763"), ("1", "83.73")])
def test_steam_gj__refuses_less_than_nothing(mass: str, enthalpy: str) -> None:
    with pytest.raises(ActivityDataError):
        steam_gj(Decimal(mass), enthalpy_kj_per_kg=Decimal(enthalpy), book=BOOK, on=ON)


@pytest.mark.parametrize(("mass", "degrees"), [("-1", "70"), ("1", "19.9")])
def test_hot_water_gj__refuses_less_than_nothing(mass: str, degrees: str) -> None:
    with pytest.raises(ActivityDataError):
        hot_water_gj(Decimal(mass), temperature_c=Decimal(degrees), book=BOOK, on=ON)


def test_process_emission__of_limestone() -> None:
    line = process_emission("limestone", Decimal("2.5"), book=BOOK, on=ON, factor_set=GUIDE)

    assert Decimal(1_100) == line.kg_co2e


@pytest.mark.parametrize(("gwp_set", "kg"), [("AR5", "280"), ("AR6", "279")])
def test_gas_emission__weighs_by_the_named_set(gwp_set: str, kg: str) -> None:
    line = gas_emission("CH4", Decimal(10), book=BOOK, on=ON, gwp_set=gwp_set)

    assert Decimal(kg) == line.kg_co2e
    assert gwp_set == line.factors[0].set


def test_gas_emission__does_not_guess_a_potential_that_a_set_does_not_print() -> None:
    with pytest.raises(FactOutOfForceError):
        gas_emission("CH4-fossil", Decimal(1), book=BOOK, on=ON, gwp_set="AR5")


def test_electricity_emission__is_the_same_in_both_spellings_of_the_unit() -> None:
    factor = grid("grid.average", "Shanxi")

    one = electricity_emission(Decimal(7), out_mwh=Decimal(0), factor=factor)
    other = electricity_emission(
        Decimal(7), out_mwh=Decimal(0), factor=replace(factor, unit="tCO2/MWh")
    )

    assert one.kg_co2e == other.kg_co2e
