"""GB/T 24067-2024 and ISO 14067:2018: carbon footprint of a product 产品碳足迹, cradle to gate.

::

    CFP = Σ_stages Σ_inputs (activity × factor) / declared unit                [kgCO2e per unit]

Cradle to gate: what was bought (upstream of the gate), what was burnt and lost in the process, heat
and electricity. Electricity counts by its life cycle: energy that came over a line from a plant of
proven origin by the factor of its kind, as long as no attribute of it was sold; the rest by the
footprint factor of the grid. CO2 factors of scope 2 are refused.

Fossil emissions, biogenic emissions, land use and aircraft are reported apart. Activity data tell
fossil emissions only; the others are named as not examined.

Source: GB/T 24067-2024 and ISO 14067:2018 (from memory; texts not opened); factors: MEE, footprint
factors of electricity (national average: verified K8; by source: from memory).
"""

from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.quantities import EXACT, WH_PER_KWH

RULE: Final = "gbt-24067/v1"
GRID: Final = "grid.footprint"
UNIT: Final = "kgCO2e/kWh"
NOT_EXAMINED: Final = ("biogenic", "land-use", "aircraft")
"""Kinds of emissions that the standard reports apart and no activity data tells."""
DIGITS: Final = 3
"""Decimals of a footprint in print [kgCO2e per unit]."""


class Stage(StrEnum):
    """Where in the life cycle, up to the gate."""

    MATERIALS = "materials"
    """原材料获取: what was bought, its own life up to the gate."""
    DIRECT = "direct"
    """生产过程直接排放: fuel, processes, gases."""
    HEAT = "heat"
    ELECTRICITY = "electricity"


class FootprintFactorError(InputError):
    """A factor that is none of the life cycle, or an input whose upstream nobody stated."""

    code = "input.footprint-factor"


def grid_factor(book: FactBook, *, data_year: int) -> Fact:
    """Return the footprint factor of the grid of a data year [kgCO2e/kWh].

    Example:
        >>> from taihang.adapters.facts import load_facts
        >>> str(grid_factor(load_facts(), data_year=2024).value)
        '0.5777'
    """
    return book.of_data_year(GRID, data_year=data_year)


def source_factor(book: FactBook, *, kind: str, data_year: int) -> Fact:
    """Return the footprint factor of a kind of generation [kgCO2e/kWh].

    Args:
        book: The facts.
        kind: ``wind``, ``pv`` and others of the table.
        data_year: The edition, by the year of its data; no other edition is put in its place.

    Raises:
        FactOutOfForceError: If the edition has no factor of the kind.
    """
    return book.of_data_year(f"{GRID}.{kind}", data_year=data_year)


def electricity_kg(wh: int, factor: Fact) -> Decimal:
    """Return the life-cycle emission of electricity, exact [kgCO2e].

    Args:
        wh: Energy used. [Wh]
        factor: A footprint factor.

    Raises:
        FootprintFactorError: If the factor is a CO2 factor of scope 2.
    """
    if factor.unit != UNIT:
        raise FootprintFactorError(
            given=f"{factor.key} in {factor.unit}",
            expected=UNIT,
            remedy="take a footprint factor; CO2 factors are for organisations",
        )
    with localcontext(EXACT):
        return Decimal(wh) / WH_PER_KWH * factor.value


def upstream_kg(amount: Decimal, kg_per_unit: Decimal | None, *, parameter: str) -> Decimal:
    """Return what an input emitted before the gate, exact [kgCO2e].

    Args:
        amount: How much of it was used.
        kg_per_unit: Its footprint up to the gate; None if nobody stated it. [kgCO2e per unit]
        parameter: Name under which it is to be stated, for the refusal.

    Raises:
        FootprintFactorError: If nobody stated it.
    """
    if kg_per_unit is None:
        raise FootprintFactorError(
            given=f"{parameter} = nothing",
            expected="the footprint of the input up to the gate, in kgCO2e per unit",
            remedy="state it with its source, or leave the input out by name and say why",
        )
    with localcontext(EXACT):
        return amount * kg_per_unit
