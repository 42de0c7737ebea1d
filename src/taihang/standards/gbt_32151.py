"""GB/T 32150 and GB/T 32151.x: greenhouse gases of an enterprise 碳排放核算与报告要求.

::

    E_total = E_fuel + E_process + E_power + E_heat − R_recovered                    [tCO2e]
    E_fuel  = Σ FC × NCV × CC × OF × 44/12      FC t or 10⁴Nm³, NCV GJ/…, CC tC/GJ, OF 1
    E_power = (AD_in − AD_out) × EF_e           MWh × tCO2/MWh
    E_heat  = (AH_in − AH_out) × EF_h           GJ × tCO2/GJ
    AH      = m × (h − 83.74) × 10⁻³            steam: t, kJ/kg → GJ
    AH      = m × (T − 20) × 4.1868 × 10⁻³      hot water: t, ℃ → GJ
    CO2e    = Σ m_gas × GWP_gas

Rounding. 44/12 has no end in decimals, so fuel is computed as an exact fraction and rounded
**once**, half to even, to the gram; that is the emission of record. Every other line is exact as it
stands.

Source: GB/T 32150-2025 and the GB/T 32151 series (heat factor: 32150-2025 clause 7.5.6–7.5.7,
verified: K5; formulas of steam and water: from memory); defaults of fuels: the set that is named.
"""

from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Final

from taihang.core.carbon.inventory import Line, Method, Scope
from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.quantities import EXACT, KG_PER_T

CO2_PER_CARBON: Final = Fraction(44, 12)
"""Mass of CO2 over mass of the carbon in it [1]."""
GRAM: Final = Decimal("0.001")
"""The last digit of an emission of record [kgCO2e]."""
PRINTED_EF: Final = Decimal("0.0001")
"""The last digit of an emission factor in print [tCO2 per unit]."""

_WIDE: Final = Context(prec=60)
_PER_THOUSAND: Final = Decimal("0.001")


class ActivityDataError(InputError):
    """Activity data that no formula of the standard can take."""

    code = "input.activity-data"


def fuel_emission(
    fuel: str, amount: Decimal, *, unit: str, book: FactBook, on: date, factor_set: str
) -> Line:
    """Compute the CO2 of a burnt fuel.

    Args:
        fuel: Name in the table, for example ``anthracite``.
        amount: What was burnt, in ``unit``.
        unit: ``t``, or ``10⁴Nm³`` for a gas: the unit of the table.
        book: The facts.
        on: The local day whose facts are in force.
        factor_set: The named set, for example ``guide-2015``; an inventory uses one only.

    Returns:
        A line of scope 1, rounded once to the gram.

    Raises:
        ActivityDataError: If the amount is negative or the unit is not that of the table.
        FactOutOfForceError: If the set does not know the fuel on that day.

    Source:
        GB/T 32150-2025, fuel combustion; the sector guides of 2015 alike.
    """
    _refuse_negative(amount, what=fuel)
    factors = _fuel_facts(fuel, book, on, factor_set)
    _refuse_unit(fuel, unit, factors[0])
    return Line(
        scope=Scope.DIRECT,
        activity=fuel,
        amount=amount,
        unit=unit,
        factors=factors,
        kg_co2e=_to_gram(Fraction(amount) * _emission_factor_t(factors) * KG_PER_T),
    )


def converted_carbon(
    fuel: str, amount: Decimal, *, unit: str, book: FactBook, on: date, factor_set: str
) -> Line:
    """Compute the CO2 that all carbon of a fuel would make: one side of a carbon balance.

    Args:
        fuel: Name in the table.
        amount: What went into, or came out of, the conversion. [``unit``]
        unit: The unit of the table.
        book: The facts.
        on: The local day whose facts are in force.
        factor_set: The named set.

    Returns:
        A line of scope 1, rounded once to the gram; of products the caller takes it off.

    Raises:
        ActivityDataError: If the amount is negative or the unit is not that of the table.
        FactOutOfForceError: If the set does not know calorific value and carbon of the fuel.

    Source:
        Carbon balance of coking (C_in − C_products) × 44/12, GB/T 32151.13 (from memory).
    """
    _refuse_negative(amount, what=fuel)
    ncv, carbon = (
        book.in_force(f"fuel.{fuel}.{part}", on=on, family=factor_set) for part in ("ncv", "carbon")
    )
    _refuse_unit(fuel, unit, ncv)
    factor_t = Fraction(ncv.value) * Fraction(carbon.value) * CO2_PER_CARBON
    return Line(
        scope=Scope.DIRECT,
        activity=fuel,
        amount=amount,
        unit=unit,
        factors=(ncv, carbon),
        kg_co2e=_to_gram(Fraction(amount) * factor_t * KG_PER_T),
    )


def fuel_factor_t(fuel: str, *, book: FactBook, on: date, factor_set: str) -> Decimal:
    """Return the emission factor of a fuel as tables print it.

    Args:
        fuel: Name in the table.
        book: The facts.
        on: The local day whose facts are in force.
        factor_set: The named set.

    Returns:
        NCV × CC × OF × 44/12 to four decimals, half to even [tCO2/t or tCO2/10⁴Nm³].
    """
    exact_t = _emission_factor_t(_fuel_facts(fuel, book, on, factor_set))
    return _rounded(exact_t, PRINTED_EF)


def process_emission(
    material: str, mass_t: Decimal, *, book: FactBook, on: date, factor_set: str
) -> Line:
    """Compute what a material gives off in a process.

    Args:
        material: ``limestone``, ``dolomite``, ``aluminium-anode`` …: a table prints
            ``process.MATERIAL.ef``.
        mass_t: Mass of the pure carbonate, or of the product that the factor is per. [t]
        book: The facts.
        on: The local day whose facts are in force.
        factor_set: The named set.

    Returns:
        A line of scope 1, exact.

    Raises:
        ActivityDataError: If the mass is negative.
        FactOutOfForceError: If the set does not know the material on that day.
    """
    _refuse_negative(mass_t, what=material)
    factor = book.in_force(f"process.{material}.ef", on=on, family=factor_set)
    with localcontext(EXACT):
        kg_co2e = mass_t * factor.value * KG_PER_T
    return Line(
        scope=Scope.DIRECT,
        activity=material,
        amount=mass_t,
        unit="t",
        factors=(factor,),
        kg_co2e=kg_co2e,
    )


def electricity_emission(in_mwh: Decimal, *, out_mwh: Decimal, factor: Fact) -> Line:
    """Compute the CO2 behind net purchased electricity, as the statutory report counts it.

    Args:
        in_mwh: Electricity bought. [MWh]
        out_mwh: Electricity sold. [MWh]
        factor: The factor that the sector's part of the standard names. [kgCO2/kWh]

    Returns:
        A location-based line of scope 2, exact; negative when more was sold than bought.

    Raises:
        ActivityDataError: If an amount is negative or the factor has another unit.
    """
    return _net_line("net electricity", (in_mwh, out_mwh), "MWh", factor)


def heat_emission(in_gj: Decimal, *, out_gj: Decimal, factor: Fact) -> Line:
    """Compute the CO2 behind net purchased heat.

    Args:
        in_gj: Heat bought. [GJ]
        out_gj: Heat sold. [GJ]
        factor: ``heat.ef`` of a named set. [tCO2/GJ]

    Returns:
        A line of scope 2 that counts in every view, exact.

    Raises:
        ActivityDataError: If an amount is negative or the factor has another unit.

    Source:
        GB/T 32150-2025 clause 7.5.6–7.5.7 (verified: K5).
    """
    return _net_line("net heat", (in_gj, out_gj), "GJ", factor)


def steam_gj(mass_t: Decimal, *, enthalpy_kj_per_kg: Decimal, book: FactBook, on: date) -> Decimal:
    """Turn steam into heat above feed water of 20 ℃.

    Args:
        mass_t: Mass of steam. [t]
        enthalpy_kj_per_kg: Enthalpy at its pressure and temperature. [kJ/kg]
        book: The facts, which hold the reference enthalpy.
        on: The local day whose facts are in force.

    Returns:
        Heat, exact [GJ].

    Raises:
        ActivityDataError: If the mass is negative or the steam is colder than the reference.
    """
    reference = book.in_force("heat.reference-enthalpy", on=on)
    with localcontext(EXACT):
        rise_kj_per_kg = enthalpy_kj_per_kg - reference.value
        _refuse_negative(mass_t, what="mass of steam")
        _refuse_negative(rise_kj_per_kg, what="enthalpy above the reference")
        return mass_t * rise_kj_per_kg * _PER_THOUSAND


def hot_water_gj(mass_t: Decimal, *, temperature_c: Decimal, book: FactBook, on: date) -> Decimal:
    """Turn hot water into heat above 20 ℃.

    Args:
        mass_t: Mass of water. [t]
        temperature_c: Its temperature. [℃]
        book: The facts, which hold reference temperature and specific heat.
        on: The local day whose facts are in force.

    Returns:
        Heat, exact [GJ].

    Raises:
        ActivityDataError: If the mass is negative or the water is colder than the reference.
    """
    reference = book.in_force("heat.reference-temperature", on=on)
    specific = book.in_force("heat.water-specific-heat", on=on)
    with localcontext(EXACT):
        rise_c = temperature_c - reference.value
        _refuse_negative(mass_t, what="mass of water")
        _refuse_negative(rise_c, what="temperature above the reference")
        return mass_t * rise_c * specific.value * _PER_THOUSAND


def gas_emission(gas: str, mass_kg: Decimal, *, book: FactBook, on: date, gwp_set: str) -> Line:
    """Weigh a greenhouse gas by its warming potential.

    Args:
        gas: Name in the table, for example ``CH4`` or ``CF4``.
        mass_kg: Mass given off. [kg]
        book: The facts.
        on: The local day whose facts are in force.
        gwp_set: ``AR5`` or ``AR6``; an inventory uses one only.

    Returns:
        A line of scope 1, exact.

    Raises:
        ActivityDataError: If the mass is negative.
        FactOutOfForceError: If the set does not know the gas.
    """
    _refuse_negative(mass_kg, what=gas)
    potential = book.in_force(f"gwp.{gas}", on=on, family=gwp_set)
    with localcontext(EXACT):
        kg_co2e = mass_kg * potential.value
    return Line(
        scope=Scope.DIRECT,
        activity=gas,
        amount=mass_kg,
        unit="kg",
        factors=(potential,),
        kg_co2e=kg_co2e,
    )


def anode_effect_emission(
    gas: str, aluminium_t: Decimal, *, book: FactBook, on: date, gwp_set: str
) -> Line:
    """Weigh a perfluorocarbon that anode effects of a smelter give off.

    Args:
        gas: ``CF4`` or ``C2F6``.
        aluminium_t: Aluminium made. [t]
        book: The facts.
        on: The local day whose facts are in force.
        gwp_set: ``AR5`` or ``AR6``; an inventory uses one only.

    Returns:
        A line of scope 1, exact: mass of aluminium × kg of gas per tonne × GWP.

    Raises:
        ActivityDataError: If the mass is negative.
        FactOutOfForceError: If a factor is not known on that day.

    Source:
        Sector guide of aluminium smelting: m_Al × EF_gas × GWP_gas (from memory).
    """
    _refuse_negative(aluminium_t, what="aluminium")
    per_tonne = book.in_force(f"aluminium-pfc.{gas}", on=on)
    potential = book.in_force(f"gwp.{gas}", on=on, family=gwp_set)
    with localcontext(EXACT):
        kg_co2e = aluminium_t * per_tonne.value * potential.value
    return Line(
        scope=Scope.DIRECT,
        activity=gas,
        amount=aluminium_t,
        unit="t",
        factors=(per_tonne, potential),
        kg_co2e=kg_co2e,
    )


def _refuse_unit(fuel: str, unit: str, factor: Fact) -> None:
    per = factor.unit.partition("/")[2]
    if unit != per:
        raise ActivityDataError(
            given=f"{fuel} in {unit}",
            expected=f"{per}, the unit of {factor.key}",
            remedy="convert the amount to the unit of the table",
        )


def _fuel_facts(fuel: str, book: FactBook, on: date, factor_set: str) -> tuple[Fact, ...]:
    """NCV, CC and OF; or the bare factor of a set that prints nothing else."""
    if book.candidates(f"fuel.{fuel}.ncv", on=on, family=factor_set):
        return tuple(
            book.in_force(f"fuel.{fuel}.{part}", on=on, family=factor_set)
            for part in ("ncv", "carbon", "oxidation")
        )
    return (book.in_force(f"fuel.{fuel}.ef", on=on, family=factor_set),)


def _emission_factor_t(factors: tuple[Fact, ...]) -> Fraction:
    if len(factors) == 1:
        return Fraction(factors[0].value)
    ncv, carbon, oxidation = (Fraction(fact.value) for fact in factors)
    return ncv * carbon * oxidation * CO2_PER_CARBON


# What a line of electricity or heat needs: unit of the factor → unit of the amount, kg per product.
_NET_UNITS: Final = {
    "kgCO2/kWh": ("MWh", KG_PER_T),
    "tCO2/MWh": ("MWh", KG_PER_T),
    "tCO2/GJ": ("GJ", KG_PER_T),
}


def _net_line(activity: str, amounts: tuple[Decimal, Decimal], unit: str, factor: Fact) -> Line:
    bought, sold = amounts
    _refuse_negative(bought, what=f"{activity} bought")
    _refuse_negative(sold, what=f"{activity} sold")
    fitting, kg_per_product = _NET_UNITS.get(factor.unit, ("", 0))
    if fitting != unit:
        raise ActivityDataError(
            given=f"{activity} in {unit} with {factor.key} in {factor.unit}",
            expected=f"a factor of CO2 per {unit}",
            remedy="choose the factor of this energy; life-cycle factors do not belong here",
        )
    with localcontext(EXACT):
        net = bought - sold
        kg_co2e = net * factor.value * kg_per_product
    return Line(
        scope=Scope.ENERGY,
        activity=activity,
        amount=net,
        unit=unit,
        factors=(factor,),
        kg_co2e=kg_co2e,
        method=Method.LOCATION if unit == "MWh" else None,
    )


def _to_gram(exact_kg: Fraction) -> Decimal:
    return _rounded(exact_kg, GRAM)


def _rounded(exact: Fraction, digit: Decimal) -> Decimal:
    """Round a fraction half to even, once: the quotient in whole steps of the digit is exact."""
    steps = round(exact / Fraction(digit))
    return _WIDE.multiply(Decimal(steps), digit)


def _refuse_negative(amount: Decimal, *, what: str) -> None:
    if not amount.is_finite() or amount < 0:
        raise ActivityDataError(
            given=f"{what}: {amount}",
            expected="0 or more",
            remedy="give what was bought and what was sold apart, and leave out what is unknown",
        )
