"""How sure a sum of emissions is: first-order error propagation over activity data and factors.

::

    U² = Σ_s (Σ_i E_i × u_s,i)²          s a source of doubt, i a line that it doubts

A source is one reading of one amount, or one factor. Sources are independent of each other; one
that serves several lines, as a factor does, doubts all of them in the same direction and is added
up before it is squared. u is half the 95 % interval over the value.

What nobody stated is not zero: a sum with one unstated doubt has no uncertainty, only the list of
what lacks.

Source: IPCC 2006 Guidelines, volume 1, chapter 3, approach 1 (from memory), with correlation by
shared factor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from taihang.core.quantities import EXACT

HALF_WIDTH_DIGIT: Final = Decimal("0.001")
"""The last digit of a half-width [kgCO2e]: a gram, as of an emission of record."""
_ROOT: Final = Context(prec=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """One part of a sum, and how far each source of doubt may move it."""

    kg_co2e: Decimal
    """Its emission, or less than zero for what is taken off [kgCO2e]."""
    half_width_ratio: Mapping[str, Decimal | None]
    """Half-width of the 95 % interval over the value, by source; None where nobody stated it [1].

    The same name in two parts is the same source.
    """


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a sum may be off."""

    half_width_kg: Decimal | None
    """Half of the 95 % interval [kgCO2e]; None where a doubt is unstated, or there is no part."""
    unstated: tuple[str, ...]
    """Sources whose doubt nobody stated, in order."""


def propagated(parts: Iterable[Doubted]) -> Spread:
    """Propagate the doubts of parts to their sum.

    Args:
        parts: Everything that is added up; parts of zero emission doubt nothing.

    Returns:
        Half the 95 % interval of the sum, rounded once to the gram, half to even.

    Example:
        >>> coal = Doubted(kg_co2e=Decimal(300), half_width_ratio={"bill": Decimal("0.1")})
        >>> gas = Doubted(kg_co2e=Decimal(400), half_width_ratio={"meter": Decimal("0.1")})
        >>> propagated([coal, gas]).half_width_kg
        Decimal('50.000')
    """
    moved_kg: dict[str, Decimal] = {}
    unstated: set[str] = set()
    with localcontext(EXACT):
        for part in parts:
            for source, ratio in part.half_width_ratio.items():
                if part.kg_co2e == 0:
                    continue
                if ratio is None:
                    unstated.add(source)
                else:
                    moved_kg[source] = moved_kg.get(source, Decimal(0)) + part.kg_co2e * ratio
        variance = sum((moved * moved for moved in moved_kg.values()), start=Decimal(0))
    if unstated or not moved_kg:
        return Spread(None, tuple(sorted(unstated)))
    half_kg = _ROOT.sqrt(variance)
    return Spread(half_kg.quantize(HALF_WIDTH_DIGIT, ROUND_HALF_EVEN), ())
