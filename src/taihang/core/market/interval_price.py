"""Energy at a price of its own for every interval: users of the market, and green contracts.

A user of the market has no administrative time of use in Shanxi since 2026: what an interval costs
is what its market contract settles at, spot or contract curve, and a retailer's fee for each kWh.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.market.bill_line import BillLine, LineState, Text
from taihang.core.market.month_use import IntervalPrices, Metered
from taihang.core.market.tariff import BillItem, BillTerms, parameter_key
from taihang.core.quantities import WH_PER_KWH, Energy, to_fen

_MARKET: Final = Text("电能量电费(市场，逐时段电价)", "Energy (market, price of each interval)")
_FEE: Final = Text("电能量电费(售电服务费)", "Energy (retailer's fee)")
_SOME_UNPRICED: Final = Text(
    "部分时段无读数或无市场电价，仅对其余时段计费",
    "some intervals have no reading or no market price; only the others are billed",
)
_NONE_PRICED: Final = Text("无市场电价", "there is no market price")


@dataclass(frozen=True, slots=True)
class _Priced:
    """What of a month has both a reading and a price."""

    wh: int
    amount_cny: Decimal
    is_any: bool
    is_whole: bool


def market_lines(
    metered: Metered, *, terms: BillTerms, at: IntervalPrices | None
) -> list[BillLine]:
    """Bill the grid energy of a market user: the intervals at their prices, and the fee.

    An interval without a price is not billed and not guessed: the line says so.

    Args:
        metered: Energy from the grid on the grid of the month.
        terms: The terms.
        at: The prices of the same intervals; None where none was read.

    Returns:
        Two lines, none where the users do not trade in the market; each is rounded to fen once,
        half to even.
    """
    series = terms.tariff.market_price_series
    fee_cny_per_kwh = terms.tariff.market_fee_cny_per_kwh
    if series is None or fee_cny_per_kwh is None:
        return []
    market = interval_line(
        metered,
        at=at,
        code=f"{BillItem.ENERGY}.{metered.origin}.market",
        item=BillItem.ENERGY,
        title=_MARKET,
        key=f"series/{series}",
    )
    is_any, is_whole = bool(metered.known.any()), bool(metered.whole.all())
    of_fee = BillLine(
        code=f"{BillItem.ENERGY}.{metered.origin}.fee",
        item=BillItem.ENERGY,
        title=_FEE,
        quantity=metered.energy.kwh if is_any else None,
        unit="kWh",
        price=fee_cny_per_kwh,
        price_unit="CNY/kWh",
        amount_cny=to_fen(metered.energy.kwh * fee_cny_per_kwh) if is_any else None,
        state=_state(is_any, is_whole),
        reason=_reason(is_any, is_whole),
        fact_keys=(parameter_key(terms, "market_fee_cny_per_kwh", fee_cny_per_kwh),),
    )
    return [market, of_fee]


def interval_line(
    metered: Metered,
    *,
    at: IntervalPrices | None,
    code: str,
    item: BillItem,
    title: Text,
    key: str,
) -> BillLine:
    """Bill energy at the price of each interval; an interval without one is not billed.

    Args:
        metered: The energy.
        at: The prices of the same intervals; None where there is none.
        code: Code of the line.
        item: What is charged.
        title: Title of the line.
        key: Where the prices come from.

    Returns:
        The line, rounded to fen once, half to even; its price is None.
    """
    priced = _priced(metered, at)
    return BillLine(
        code=code,
        item=item,
        title=title,
        quantity=Energy(priced.wh).kwh if priced.is_any else None,
        unit="kWh",
        price=None,
        price_unit="CNY/kWh",
        amount_cny=to_fen(priced.amount_cny) if priced.is_any else None,
        state=_state(priced.is_any, priced.is_whole),
        reason=_reason(priced.is_any, priced.is_whole),
        fact_keys=(key,),
    )


def _priced(metered: Metered, at: IntervalPrices | None) -> _Priced:
    if at is None:
        return _Priced(0, Decimal(0), is_any=False, is_whole=False)
    both: NDArray[np.bool_] = metered.known & at.known
    # Whole numbers of any size: Wh × counts of a year may leave 64 bits.
    wh, counts = metered.wh[both].astype(object), at.counts[both].astype(object)
    amount_cny = Decimal(int(np.dot(wh, counts))) * at.cny_per_kwh_of_count / WH_PER_KWH
    return _Priced(
        int(metered.wh[both].sum()),
        amount_cny,
        is_any=bool(both.any()),
        is_whole=bool((metered.whole & at.known).all()),
    )


def _state(is_any: bool, is_whole: bool) -> LineState:  # noqa: FBT001  two facts about one line
    if not is_any:
        return LineState.NOT_ASSESSED
    return LineState.BILLED if is_whole else LineState.PARTIAL


def _reason(is_any: bool, is_whole: bool) -> Text | None:  # noqa: FBT001  as above
    if not is_any:
        return _NONE_PRICED
    return None if is_whole else _SOME_UNPRICED
