"""How the products of one process share what it emits: avoided, physical, economic, in this order.

Shares are exact fractions that sum to one, and emissions are whole grams split by the largest
remainder, so that the products together bear exactly what the process emits.

Source: ISO 14067:2018 and ISO 14044:2006, order of allocation (mark: from memory).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.carbon import Allocation
from taihang.core.quantities import whole_parts

_WHOLE: Final = Fraction(1)


class AllocationError(InputError):
    """Outputs or shares by which nothing can be shared out."""

    code = "input.allocation"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="divide the process, share by one physical unit, or by value with prices",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a process made of one product."""

    product: str
    amount: Decimal
    """Above 0, in ``unit``."""
    unit: str
    price_cny: Decimal | None = None
    """Price of one unit [CNY]; only sharing by value asks for it."""


def shares_of(outputs: Sequence[Output], *, method: Allocation, reason: str) -> dict[str, Fraction]:
    """Return the share of each product.

    Args:
        outputs: What the process made, at least one product.
        method: How it is shared.
        reason: Who chose the method and why; never empty.

    Returns:
        Shares by product, in the order given; they sum to exactly 1.

    Raises:
        AllocationError: If the outputs do not fit the method, or no reason is stated.

    Example:
        >>> made = [Output(product=p, amount=Decimal(n), unit="t") for p, n in (("A", 3), ("B", 1))]
        >>> shares_of(made, method=Allocation.PHYSICAL, reason="by mass")["A"]
        Fraction(3, 4)
    """
    weights = {each.product: _weight(each, method) for each in outputs}
    units = {each.unit for each in outputs}
    if method is Allocation.AVOIDED and len(outputs) > 1:
        raise AllocationError(
            given=f"{len(outputs)} products of a process that shares nothing",
            expected="one product",
        )
    if method is Allocation.PHYSICAL and len(units) > 1:
        raise AllocationError(
            given=f"outputs in {', '.join(sorted(units))}", expected="outputs in one unit"
        )
    if not weights or len(weights) < len(outputs):
        raise AllocationError(
            given=f"outputs of {[each.product for each in outputs]}", expected="each product once"
        )
    whole = sum(weights.values(), start=Fraction(0))
    found = {product: weight / whole for product, weight in weights.items()}
    demand_whole(found, reason=reason)
    return found


def demand_whole(shares: Mapping[str, Fraction], *, reason: str) -> None:
    """Refuse shares that are not the whole, or that nobody gave a reason for.

    Args:
        shares: Shares by product.
        reason: Who chose them and why.

    Raises:
        AllocationError: If a share lies outside 0 … 1, the sum is not exactly 1, or there is no
            reason.
    """
    total = sum(shares.values(), start=Fraction(0))
    if total != _WHOLE or min(shares.values(), default=Fraction(-1)) < 0:
        told = ", ".join(f"{product} {share}" for product, share in shares.items())
        raise AllocationError(
            given=f"shares {told or 'of nobody'}, together {total}", expected="shares that sum to 1"
        )
    if not reason.strip():
        raise AllocationError(given="shares without a reason", expected="who chose them and why")


def share_out(grams: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Split whole grams by share; the parts sum to the whole.

    Args:
        grams: What is shared; below zero where carbon left with a product. [g]
        shares: Shares that sum to 1.

    Returns:
        Grams by product, each within one gram of its exact share; equal remainders go to the
        earlier product.

    Example:
        >>> share_out(10, {"A": Fraction(1, 3), "B": Fraction(1, 3), "C": Fraction(1, 3)})
        {'A': 4, 'B': 3, 'C': 3}
    """
    parts = whole_parts([grams * share for share in shares.values()], total=grams)
    return dict(zip(shares, parts, strict=True))


def _weight(output: Output, method: Allocation) -> Fraction:
    if not output.amount.is_finite() or output.amount <= 0:
        raise AllocationError(
            given=f"{output.amount} {output.unit} of {output.product}", expected="an output above 0"
        )
    if method is not Allocation.ECONOMIC:
        return Fraction(output.amount)
    if output.price_cny is None or output.price_cny <= 0:
        raise AllocationError(
            given=f"the price {output.price_cny} of {output.product}", expected="a price above 0"
        )
    return Fraction(output.amount) * Fraction(output.price_cny)
