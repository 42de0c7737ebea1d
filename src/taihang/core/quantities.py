"""Power, energy, mass and money as exact values, and the only unit conversion factors.

Energy of record is integer watt-hours, money is ``Decimal`` CNY; floats appear only in forecasts,
optimisation and views (rules §5, §6). Long arrays stay plain numpy with the unit in the name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

WH_PER_KWH: Final = 1_000
WH_PER_MWH: Final = 1_000_000
KG_PER_T: Final = 1_000
G_PER_KG: Final = 1_000
G_PER_T: Final = 1_000_000
SECONDS_PER_HOUR: Final = 3_600
FEN: Final = Decimal("0.01")
"""The smallest unit of money on a bill [CNY]."""
ZERO_C_K: Final = Decimal(27_315) / 100
"""0 °C in kelvin, exact by the definition of the degree Celsius [K]."""
EXACT: Final = Context(prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""Decimal arithmetic that refuses to round: ``with localcontext(EXACT): …``."""


def whole_parts(exact: Sequence[Fraction], *, total: int) -> list[int]:
    """Round parts down or up so that they sum to a whole: the largest remainders go up.

    Args:
        exact: The parts, of any sign.
        total: Their sum, rounded.

    Returns:
        Whole parts in the same order; of equal remainders the earlier goes up.

    Example:
        >>> whole_parts([Fraction(10, 3)] * 3, total=10)
        [4, 3, 3]
    """
    parts = [floor(part) for part in exact]
    # sorted() is stable: among equal remainders the earlier part comes first.
    by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


@dataclass(frozen=True, slots=True, order=True)
class Energy:
    """An amount of energy in whole watt-hours [Wh], so that sums are exact.

    Example:
        >>> Energy(1_500) + Energy(500) == Energy.of_kwh(Decimal("2"))
        True
    """

    wh: int

    @classmethod
    def of_kwh(cls, kwh: Decimal) -> "Energy":
        """Return the energy of a decimal amount [kWh], rounded half to even to a whole Wh."""
        return cls(int((kwh * WH_PER_KWH).to_integral_value(ROUND_HALF_EVEN)))

    @property
    def kwh(self) -> Decimal:
        """The same energy, exact [kWh]."""
        return Decimal(self.wh) / WH_PER_KWH

    @property
    def mwh(self) -> Decimal:
        """The same energy, exact [MWh]."""
        return Decimal(self.wh) / WH_PER_MWH

    def __add__(self, other: "Energy") -> "Energy":
        return Energy(self.wh + other.wh)

    def __sub__(self, other: "Energy") -> "Energy":
        return Energy(self.wh - other.wh)


@dataclass(frozen=True, slots=True, order=True)
class Power:
    """A power in watts [W]; positive is drawn from the bus (load convention, §4)."""

    w: float

    def over(self, duration: timedelta) -> Energy:
        """Return the energy of this power held constant.

        Args:
            duration: How long the power is held; not negative.

        Returns:
            Energy [Wh], rounded half to even to a whole watt-hour.

        Example:
            >>> Power(2_500.0).over(timedelta(minutes=15))
            Energy(wh=625)
        """
        return Energy(round(self.w * duration.total_seconds() / SECONDS_PER_HOUR))


def energy_of_power_wh(mean_kw: NDArray[np.float64], step_s: int) -> NDArray[np.int64]:
    """Turn mean power into energy: the only way from kW to Wh for arrays (§5).

    Args:
        mean_kw: Mean power of each interval, shape (n,), finite. [kW]
        step_s: Length of an interval. [s]

    Returns:
        Energy of each interval, shape (n,), rounded half to even. [Wh]

    Example:
        >>> energy_of_power_wh(np.array([4.0, 0.5]), 900).tolist()
        [1000, 125]
    """
    return np.rint(mean_kw * WH_PER_KWH * step_s / SECONDS_PER_HOUR).astype(np.int64)


def to_fen(amount_cny: Decimal) -> Decimal:
    """Round money to fen, half to even: the named rounding step of a bill line (§6).

    Example:
        >>> to_fen(Decimal("1.005"))
        Decimal('1.00')
    """
    return amount_cny.quantize(FEN, ROUND_HALF_EVEN)
