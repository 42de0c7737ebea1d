"""The units of forms: which of them say the same kind of thing, and how one becomes another.

Gas volumes are at the standard state that the tables of fuels name, as in GB/T 2589, so Nm³ and m³
are one; what a meter counts at another pressure is brought there before it is handed in.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.quantities import EXACT


class UnknownUnitError(InputError):
    """A unit is none of those that forms have, or cannot become the one that is asked for."""

    code = "input.activity-unit"


class Dimension(StrEnum):
    """What is measured."""

    MASS = "mass"
    GAS = "gas volume"
    ENERGY = "energy"
    COAL = "standard coal"
    MONEY = "money"
    COUNT = "count"


_UNITS: Final[dict[str, tuple[Dimension, Decimal]]] = {
    "kg": (Dimension.MASS, Decimal("0.001")),
    "t": (Dimension.MASS, Decimal(1)),
    "10⁴t": (Dimension.MASS, Decimal(10_000)),
    "m³": (Dimension.GAS, Decimal(1)),
    "Nm³": (Dimension.GAS, Decimal(1)),
    "10⁴m³": (Dimension.GAS, Decimal(10_000)),
    "10⁴Nm³": (Dimension.GAS, Decimal(10_000)),
    "MJ": (Dimension.ENERGY, Decimal(1)),
    "GJ": (Dimension.ENERGY, Decimal(1_000)),
    "kWh": (Dimension.ENERGY, Decimal("3.6")),
    "MWh": (Dimension.ENERGY, Decimal(3_600)),
    "10⁴kWh": (Dimension.ENERGY, Decimal(36_000)),
    "kgce": (Dimension.COAL, Decimal("0.001")),
    "tce": (Dimension.COAL, Decimal(1)),
    "CNY": (Dimension.MONEY, Decimal(1)),
    "10⁴CNY": (Dimension.MONEY, Decimal(10_000)),
    "piece": (Dimension.COUNT, Decimal(1)),
}
"""Unit: what it measures, and how much of the first-named unit of its kind it is."""


def units() -> tuple[str, ...]:
    """Return every unit that a form may use.

    Example:
        >>> "10⁴Nm³" in units()
        True
    """
    return tuple(_UNITS)


def dimension_of(unit: str) -> Dimension:
    """Return what a unit measures.

    Raises:
        UnknownUnitError: If no form has it.

    Example:
        >>> dimension_of("GJ").value
        'energy'
    """
    return _of(unit)[0]


def units_of(dimension: Dimension) -> tuple[str, ...]:
    """Return the units of one kind.

    Example:
        >>> units_of(Dimension.MASS)
        ('kg', 't', '10⁴t')
    """
    return tuple(unit for unit, (of, _) in _UNITS.items() if of is dimension)


def are_of_one_kind(names: Iterable[str]) -> bool:
    """Say whether amounts in these units can be added up.

    Example:
        >>> are_of_one_kind(["m³", "10⁴Nm³"]), are_of_one_kind(["t", "GJ"])
        (True, False)
    """
    different = {*names}
    kinds = {_UNITS[name][0] if name in _UNITS else name for name in different}
    return len(kinds) <= 1


def converted(amount: Decimal, *, unit: str, to: str) -> Decimal:
    """Say an amount in another unit of the same kind.

    Args:
        amount: How much, in ``unit``.
        unit: The unit that it is in.
        to: The unit that is wanted.

    Returns:
        The same amount in that unit; exact, but from MJ and GJ to kWh, which is rounded to 28
        digits.

    Raises:
        UnknownUnitError: If a unit is unknown, or the two measure different things.

    Example:
        >>> converted(Decimal("128000"), unit="m³", to="10⁴Nm³")
        Decimal('12.8')
        >>> converted(Decimal("1"), unit="GJ", to="t")
        Traceback (most recent call last):
        ...
        taihang.core.activity.unit.UnknownUnitError: input.activity-unit: given GJ to be said in \
t; expected two units of one kind; GJ is energy: one of MJ, GJ, kWh, MWh, 10⁴kWh
    """
    (of, worth), (wanted, size) = _of(unit), _of(to)
    if of is not wanted:
        raise UnknownUnitError(
            given=f"{unit} to be said in {to}",
            expected="two units of one kind",
            remedy=f"{unit} is {of.value}: one of {', '.join(units_of(of))}",
        )
    with localcontext(EXACT):
        whole = amount * worth
    # 3.6 has no end in decimals when it divides.
    return (whole / size).normalize() + 0


def in_unit(amount: Decimal, *, unit: str, to: str) -> Decimal:
    """Say an amount in a unit; what is in it already stays as it was written, digit by digit.

    Args:
        amount: How much, in ``unit``.
        unit: The unit that it is in.
        to: The unit that is wanted.

    Raises:
        UnknownUnitError: If the two differ and are not of one kind.

    Example:
        >>> in_unit(Decimal("2.50"), unit="t", to="t"), in_unit(Decimal("2.50"), unit="t", to="kg")
        (Decimal('2.50'), Decimal('2500'))
    """
    return amount if unit == to else converted(amount, unit=unit, to=to)


def _of(unit: str) -> tuple[Dimension, Decimal]:
    found = _UNITS.get(unit)
    if found is None:
        raise UnknownUnitError(
            given=f"the unit {unit!r}",
            expected=f"one of {', '.join(_UNITS)}",
            remedy="write the unit as the table has it",
        )
    return found
