"""Power-factor adjustment of electricity bills: 《功率因数调整电费办法》(83)水电财字第215号.

Each standard (0.90, 0.85, 0.80) is a line through a few published points, linear per 0.01 between
them, flat above the highest and steeper below the lowest. The points lie as dated facts in
``tables/power_factor.toml``; ``POINTS`` names them.

0.90 is for high-voltage industry above 160 kVA, 0.85 for other industry from 100 kVA, 0.80 for
agriculture and the like.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.market.tariff import BillItem, PowerFactorAdjustment

FAMILY: Final = "sgcc-1983-215"
BASE_ITEMS: Final = frozenset({BillItem.ENERGY, BillItem.TRANSMISSION, BillItem.CAPACITY})
"""What the adjustment is a share of: energy, T&D energy and capacity, not the funds."""
POINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "0.90": ("0.95", "0.90", "0.70", "0.65"),
    "0.85": ("0.94", "0.90", "0.85", "0.65", "0.60"),
    "0.80": ("0.92", "0.90", "0.80", "0.60", "0.55"),
}
"""Power factors of each standard at which the slope changes, from the highest to the lowest."""
_STEP: Final = Decimal("0.01")


class PowerFactorError(InputError):
    """Energies that give no power factor, or a standard that the text does not have."""

    code = "input.power-factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFactorTable:
    """The adjustments of one standard; a ``PowerFactorRule`` of bills."""

    standard: str
    points: tuple[tuple[Decimal, Fact], ...]
    """Power factor and its adjustment, from the highest to the lowest."""
    below: Fact
    """What each 0.01 below the lowest point adds."""

    def assess(self, active_kwh: Decimal, *, reactive_kvarh: Decimal) -> PowerFactorAdjustment:
        """Return the adjustment for a month's energies.

        Args:
            active_kwh: Active energy of the month. [kWh]
            reactive_kvarh: Reactive energy of the month. [kvarh]

        Returns:
            The rounded power factor, the share of the base, and the facts behind it.

        Raises:
            PowerFactorError: If the energies give no power factor.
        """
        power_factor = power_factor_ratio(active_kwh, reactive_kvarh=reactive_kvarh)
        return PowerFactorAdjustment(
            power_factor_ratio=power_factor,
            adjustment_ratio=self.adjustment_ratio(power_factor),
            fact_keys=self.fact_keys(power_factor),
        )

    def adjustment_ratio(self, power_factor: Decimal) -> Decimal:
        """Return what a power factor adds to the base, negative for a credit.

        Args:
            power_factor: Rounded to 0.01, between 0 and 1. [1]

        Returns:
            The share of the base, exact. [1]
        """
        highest, first = self.points[0]
        if power_factor >= highest:
            return first.value
        for (upper, at_upper), (lower, at_lower) in pairwise(self.points):
            if power_factor >= lower:
                slope = (at_lower.value - at_upper.value) / (upper - lower)
                return at_upper.value + slope * (upper - power_factor)
        lowest, last = self.points[-1]
        return last.value + self.below.value * (lowest - power_factor) / _STEP

    def fact_keys(self, power_factor: Decimal) -> tuple[str, ...]:
        """Return the facts that the adjustment of a power factor rests on."""
        above = [fact.key for at, fact in self.points if at >= power_factor][-1:]
        under = [fact.key for at, fact in self.points if at < power_factor][:1]
        return (*above, *(under or [self.below.key]))


def power_factor_ratio(active_kwh: Decimal, *, reactive_kvarh: Decimal) -> Decimal:
    """Return the mean power factor of a month.

    Args:
        active_kwh: Active energy. [kWh]
        reactive_kvarh: Reactive energy. [kvarh]

    Returns:
        P / √(P² + Q²), rounded to 0.01, half to even. [1]

    Raises:
        PowerFactorError: If one is negative or there is no active energy.

    Example:
        >>> power_factor_ratio(Decimal(1_000_000), reactive_kvarh=Decimal(600_000))
        Decimal('0.86')
    """
    if active_kwh <= 0 or reactive_kvarh < 0:
        raise PowerFactorError(
            given=f"{active_kwh} kWh and {reactive_kvarh} kvarh",
            expected="active energy above 0 and reactive energy of 0 or more",
            remedy="without active energy the power factor is not assessed",
        )
    apparent = (active_kwh * active_kwh + reactive_kvarh * reactive_kvarh).sqrt()
    return (active_kwh / apparent).quantize(_STEP, ROUND_HALF_EVEN)


def power_factor_table(book: FactBook, *, standard: str, on: date) -> PowerFactorTable:
    """Return the adjustments of one standard in force on a day.

    Args:
        book: The facts.
        standard: ``0.90``, ``0.85`` or ``0.80``.
        on: The local day.

    Raises:
        PowerFactorError: If the text has no such standard.
        FactOutOfForceError: If a point is not in force.
    """
    if standard not in POINTS:
        raise PowerFactorError(
            given=f"a power-factor standard of {standard}",
            expected=f"one of {sorted(POINTS)}",
            remedy="choose the standard by the kind of user",
        )
    prefix = f"power-factor.{standard}"
    return PowerFactorTable(
        standard=standard,
        points=tuple(
            (Decimal(point), book.in_force(f"{prefix}.at-{point}", on=on, family=FAMILY))
            for point in POINTS[standard]
        ),
        below=book.in_force(f"{prefix}.below", on=on, family=FAMILY),
    )
