"""What a kWh of a green supply contract costs in each interval: by kind of hour, curve or market.

Every form is written as whole counts of one exact unit, so that Σ energy × price is a sum of whole
numbers and rounds once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.tou import KINDS
from taihang.core.periods import STEPS_PER_DAY, Period

_INSTEAD = {"sharp": "peak", "deep-valley": "valley"}
_MINUTES_PER_QUARTER = 15
_QUARTERS_PER_HOUR = 4


class GreenPriceError(InputError):
    """A contract prices no hour of some kind, or has a curve of a wrong length."""

    code = "input.green-price"


def prices_by_kind(
    prices_cny_per_kwh: Mapping[str, Decimal], *, kinds: NDArray[np.uint8]
) -> IntervalPrices:
    """Return the price of each interval by its kind of hour.

    Args:
        prices_cny_per_kwh: Price of each kind; ``peak`` stands for ``sharp`` and ``valley`` for
            ``deep-valley`` where those have none of their own. [CNY/kWh]
        kinds: Index into ``KINDS``, shape (n,).

    Raises:
        GreenPriceError: If a kind that occurs has no price.

    Example:
        >>> found = prices_by_kind({"peak": Decimal("0.5")}, kinds=np.array([1, 0], np.uint8))
        >>> found.counts.tolist(), found.cny_per_kwh_of_count
        ([5, 5], Decimal('0.1'))
    """
    present: list[int] = np.unique(kinds).tolist()
    found: dict[int, Decimal] = {}
    for i in present:
        name = str(KINDS[i])
        price = prices_cny_per_kwh.get(name)
        if price is None:
            price = prices_cny_per_kwh.get(_INSTEAD.get(name, name))
        if price is None:
            raise GreenPriceError(
                given=f"prices for {', '.join(prices_cny_per_kwh)}",
                expected=f"a price for {name}",
                remedy="add it to the contract; none is guessed",
            )
        found[i] = price
    each_cny_per_kwh = _step(found.values())
    counts = np.zeros(len(KINDS), np.int64)
    for i, price in found.items():
        counts[i] = int(price / each_cny_per_kwh)
    return _whole(counts[kinds], each_cny_per_kwh)


def prices_by_curve(
    curve_cny_per_kwh: Sequence[Decimal], *, period: Period, zone: ZoneInfo
) -> IntervalPrices:
    """Return the price of each interval by its place in the local day.

    Args:
        curve_cny_per_kwh: 24 or 96 prices from local midnight on. [CNY/kWh]
        period: What is priced, on the settlement grid.
        zone: The zone of the local days.

    Raises:
        GreenPriceError: If the curve has another length.
    """
    per_price, rest = divmod(STEPS_PER_DAY, max(len(curve_cny_per_kwh), 1))
    if rest or per_price not in {1, _QUARTERS_PER_HOUR}:
        raise GreenPriceError(
            given=f"a curve of {len(curve_cny_per_kwh)} prices",
            expected="24 or 96 prices of the local day",
            remedy="complete or cut the curve; a missing price is not guessed",
        )
    each_cny_per_kwh = _step(curve_cny_per_kwh)
    counts = np.array([int(price / each_cny_per_kwh) for price in curve_cny_per_kwh], np.int64)
    return _whole(counts[_quarters(period, zone) // per_price], each_cny_per_kwh)


def prices_by_market(
    market: IntervalPrices, *, discount_cny_per_kwh: Decimal, floor_cny_per_kwh: Decimal | None
) -> IntervalPrices:
    """Return the market price of each interval less a discount, not below a floor.

    Args:
        market: Prices of the market; an interval without one stays without.
        discount_cny_per_kwh: What is taken off; negative adds. [CNY/kWh]
        floor_cny_per_kwh: Least price; None: the contract names none. [CNY/kWh]

    Example:
        >>> market = IntervalPrices(
        ...     counts=np.array([30_000, 1_000]),
        ...     known=np.array([True, True]),
        ...     cny_per_kwh_of_count=Decimal("0.00001"),
        ... )
        >>> prices_by_market(
        ...     market, discount_cny_per_kwh=Decimal("0.02"), floor_cny_per_kwh=Decimal(0)
        ... ).counts.tolist()
        [28000, 0]
    """
    floor = [] if floor_cny_per_kwh is None else [floor_cny_per_kwh]
    each_cny_per_kwh = _step([market.cny_per_kwh_of_count, discount_cny_per_kwh, *floor])
    counts = market.counts * int(market.cny_per_kwh_of_count / each_cny_per_kwh)
    counts = counts - int(discount_cny_per_kwh / each_cny_per_kwh)
    for each in floor:
        counts = np.maximum(counts, int(each / each_cny_per_kwh))
    return IntervalPrices(
        counts=np.where(market.known, counts, 0),
        known=market.known,
        cny_per_kwh_of_count=each_cny_per_kwh,
    )


def _step(prices_cny_per_kwh: Iterable[Decimal]) -> Decimal:
    """Return the largest power of ten, at most 1, of which every price is a whole multiple."""
    exponents = [int(price.normalize().as_tuple().exponent) for price in prices_cny_per_kwh]
    return Decimal(1).scaleb(min(0, *exponents))


def _whole(counts: NDArray[np.int64], each_cny_per_kwh: Decimal) -> IntervalPrices:
    return IntervalPrices(
        counts=counts, known=np.ones(len(counts), np.bool_), cny_per_kwh_of_count=each_cny_per_kwh
    )


def _quarters(period: Period, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return the quarter of the local day of every interval, 0 … 95, shape (n,)."""
    local = (datetime.fromtimestamp(each, tz=zone) for each in period.grid_s().tolist())
    quarters = (
        each.hour * _QUARTERS_PER_HOUR + each.minute // _MINUTES_PER_QUARTER for each in local
    )
    return np.fromiter(quarters, np.int64, period.n_steps)
