"""A unit process: what it emits and takes in, what it makes, and what each product comes to bear.

A charge is one emission that belongs to the process: fuel burnt in it, electricity behind it, or
what a precursor brought along. It belongs to all products of the process, or only to those that are
named: what can be told apart is divided, and only the rest is shared out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from taihang.core.park.carbon import Allocation
from taihang.core.product.allocation import AllocationError, Output, share_out, shares_of
from taihang.core.quantities import G_PER_KG


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One emission of a process."""

    stage: str
    """Where it stands in the sum, for example ``direct`` or ``electricity``."""
    code: str
    """What was burnt, used or brought in."""
    grams: int
    """Emission of record [gCO2e]."""
    only: tuple[str, ...] = ()
    """The products that it belongs to; empty means all of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProcess:
    """A process over one period."""

    id: str
    outputs: tuple[Output, ...]
    charges: tuple[Charge, ...]
    method: Allocation
    reason: str
    """Who drew the boundary and chose the method."""


@dataclass(frozen=True, slots=True)
class Borne:
    """What a product bears of one charge."""

    charge: Charge
    grams: int
    """[gCO2e]"""


def grams_of(kg: Decimal) -> int:
    """Round an emission to whole grams, half to even: the emission of record.

    Args:
        kg: An exact emission. [kgCO2e]

    Example:
        >>> grams_of(Decimal("1.2345"))
        1234
    """
    # As a fraction: a product of decimals would be rounded to 28 digits first.
    return round(Fraction(kg) * G_PER_KG)


def embedded(process: UnitProcess) -> dict[str, tuple[Borne, ...]]:
    """Share every charge of a process out among its products.

    Args:
        process: The process, with at least one output.

    Returns:
        By product, what it bears of each charge that belongs to it. Over all products the sum of
        each charge is the charge, to the gram.

    Raises:
        AllocationError: If outputs and method do not fit, or a charge belongs to a product that the
            process does not make.

    Example:
        >>> made = tuple(Output(product=p, amount=Decimal(1), unit="t") for p in "AB")
        >>> burnt = Charge(stage="direct", code="diesel", grams=5)
        >>> shared = embedded(UnitProcess(id="P", outputs=made, charges=(burnt,),
        ...     method=Allocation.PHYSICAL, reason="by mass"))
        >>> [shared[p][0].grams for p in "AB"]
        [3, 2]
    """
    of_all = shares_of(process.outputs, method=process.method, reason=process.reason)
    found: dict[str, list[Borne]] = {product: [] for product in of_all}
    for charge in process.charges:
        parts = share_out(charge.grams, _among(charge, of_all, process.id))
        for product, grams in parts.items():
            found[product].append(Borne(charge, grams))
    return {product: tuple(parts) for product, parts in found.items()}


def sum_g(parts: Iterable[Borne], *, stages: Iterable[str] | None = None) -> int:
    """Sum what a product bears [gCO2e].

    Args:
        parts: What it bears.
        stages: Only these stages; None means all.
    """
    wanted = None if stages is None else set(stages)
    return sum(part.grams for part in parts if wanted is None or part.charge.stage in wanted)


def specific(grams: int, *, amount: Decimal) -> Fraction:
    """Return an emission for one unit of output, exact [gCO2e per unit].

    Args:
        grams: What all of the output bears. [gCO2e]
        amount: The output, above 0.
    """
    return Fraction(grams) / Fraction(amount)


def printed(exact: Fraction, digits: int) -> Decimal:
    """Round an exact figure half to even, once, for print and for the statement.

    Args:
        exact: The figure.
        digits: Decimals that stay.

    Example:
        >>> printed(Fraction(1, 3), 4)
        Decimal('0.3333')
    """
    return Decimal(round(exact * 10**digits)).scaleb(-digits)


def _among(charge: Charge, shares: Mapping[str, Fraction], process: str) -> dict[str, Fraction]:
    if not charge.only:
        return dict(shares)
    if strange := sorted({*charge.only} - {*shares}):
        raise AllocationError(
            given=f"{charge.code} for {', '.join(strange)}",
            expected=f"products of {process}: {', '.join(shares)}",
        )
    chosen = {product: shares[product] for product in shares if product in charge.only}
    whole = sum(chosen.values(), start=Fraction(0))
    return {product: share / whole for product, share in chosen.items()}
