"""One amount of an energy in standard coal, by the coefficients and choices of the park."""

from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.energy.account import CoalAmount
from taihang.core.facts import Fact
from taihang.services.ports import Ports
from taihang.standards.gbt_2589 import MEDIUM, Activity, Basis, Choice, CoalLine, standard_coal_tce

FAMILY: Final = "gbt-2589-2020"


def coal_line(item: str, amount: Decimal, unit: str, *, on: date, ports: Ports) -> CoalLine:
    """Return an amount of an energy in standard coal.

    Args:
        item: The energy, as the annex names it.
        amount: How much, in the unit.
        unit: As the table has it, or one that converts.
        on: Day whose coefficients count.
        ports: Facts, and the choices of the park.

    Raises:
        InputError: If a range has no choice, or the unit does not fit.
    """
    value = ports.park.energy_values.get(item)
    activity = Activity(
        energy=item,
        amount=amount,
        unit=unit,
        choice=Choice.REFERENCE if value is None else Choice(value.choice.value),
        family=None if value is not None and value.choice is Choice.MEASURED else FAMILY,
    )
    found = standard_coal_tce([activity], ports.facts, basis=Basis.EQUIVALENT, on=on)
    return found.lines[0]


def coal_amount(item: str, flow: Flow, line: CoalLine, *, sources: list[str]) -> CoalAmount:
    """Return the line of an account."""
    return CoalAmount(
        item=item,
        flow=flow,
        amount=line.activity.amount,
        unit=line.activity.unit,
        equivalent_tce=line.equivalent_tce,
        equal_tce=line.equal_tce,
        is_medium=line.is_medium,
        facts=tuple(facts_of(line)),
        sources=tuple(sources),
    )


def facts_of(line: CoalLine) -> dict[str, Fact]:
    """Return the coefficients that were used, by key."""
    both = (line.equivalent, line.equal)
    return {each.fact.key: each.fact for each in both if each is not None}


def is_energy(item: str, on: date, ports: Ports) -> bool:
    """Say whether annex or park know its heat; products and waste are no energy."""
    codes = [f"coal-equivalent.{item}", f"coal-equivalent.{item}.min"]
    if item in ports.park.energy_values:
        codes.append(f"ncv.{item}.{Choice.MEASURED.value}")
    return any(ports.facts.candidates(each, on=on) for each in codes)


def is_medium(item: str) -> bool:
    """Say whether it stands outside the total: what lacks of it leaves the total whole."""
    return item.startswith(MEDIUM)
