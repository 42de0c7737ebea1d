"""What energy fed into the grid earns, interval by interval, and which plant earned it.

Each connection has a price for every interval, one or many. What it fed in came from the plants as
``fed_in_wh`` says; a plant earns its own energy at the price of the interval. An interval without
a price earns nothing yet: it is counted, and never taken as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.split import apportion_fen
from taihang.core.quantities import WH_PER_KWH, to_fen

_BITS: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What one connection fed into the grid in a month."""

    grid: str
    exported_wh: NDArray[np.int64]
    """By its meters; 0 where nothing usable was read, shape (n,). [Wh]"""
    fed_in_wh: NDArray[np.int64]
    """The part that came from each plant, shape (n_plants, n); columns are at most what was
    exported. [Wh]"""
    prices: IntervalPrices
    source: str
    """Where the prices come from: a parameter of the park, or a series."""
    n_refused: int = 0
    """Prices that lie outside the limits of the market."""
    fact_keys: tuple[str, ...] = ()
    """The limits."""

    @property
    def cny(self) -> Decimal:
        """What the priced intervals earned, rounded to fen once, half to even [CNY]."""
        return to_fen(exact_cny(self.exported_wh, self.prices))

    @property
    def n_unpriced(self) -> int:
        """Intervals in which something was fed in at no known price."""
        return int(((self.exported_wh > 0) & ~self.prices.known).sum())

    @property
    def unpriced_wh(self) -> int:
        """What was fed in at no known price [Wh]."""
        return int(self.exported_wh[~self.prices.known].sum())


def fixed_prices(price_cny_per_kwh: Decimal, *, n_steps: int) -> IntervalPrices:
    """Return one price for every interval.

    Args:
        price_cny_per_kwh: The price. [CNY/kWh]
        n_steps: Number of intervals.
    """
    return IntervalPrices(
        counts=np.ones(n_steps, np.int64),
        known=np.ones(n_steps, np.bool_),
        cny_per_kwh_of_count=price_cny_per_kwh,
    )


def exact_cny(energy_wh: NDArray[np.int64], prices: IntervalPrices) -> Decimal:
    """Return what energy is worth over the intervals that have a price, exact [CNY].

    Example:
        >>> prices = IntervalPrices(
        ...     counts=np.array([3, 9]),
        ...     known=np.array([True, False]),
        ...     cny_per_kwh_of_count=Decimal("0.1"),
        ... )
        >>> exact_cny(np.array([2_000, 5_000]), prices)
        Decimal('0.6')
    """
    wh, counts = energy_wh[prices.known], prices.counts[prices.known]
    bound = sum(int(np.abs(each).max(initial=0)).bit_length() for each in (wh, counts))
    if bound + len(wh).bit_length() >= _BITS:
        # Whole numbers of any size: Wh × counts of a year may leave 64 bits.
        wh, counts = wh.astype(object), counts.astype(object)
    return Decimal(int(np.dot(wh, counts))) * prices.cny_per_kwh_of_count / WH_PER_KWH


def plant_exports_cny(exports: Sequence[Export], *, n_plants: int) -> tuple[Decimal, ...]:
    """Return what each plant earned with what it fed in.

    Args:
        exports: Every connection.
        n_plants: Number of plants, the rows of ``fed_in_wh``.

    Returns:
        One amount a plant; rounded by largest remainder, they sum to the exact sum, half to
        even. [CNY]
    """
    exact = [
        sum((Fraction(exact_cny(each.fed_in_wh[row], each.prices)) for each in exports), Fraction())
        for row in range(n_plants)
    ]
    return apportion_fen(exact)
