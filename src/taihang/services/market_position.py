"""Two-settlement of a plant's market position over a month, day by day of 96 points.

What was fed in is sold at the real-time price and stands in the plant's revenue already; the
position adds the differences: Q_mlt·(P_mlt − P_da) + Q_da·(P_da − P_rt). Each day is settled by
both forms of the identity, which must agree. A day with a gap, or with a price outside the limits
in force, is not settled and says why.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.market.bill_line import Text
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.settlement import (
    PriceLimitError,
    PriceLimits,
    SettlementPoint,
    Volume,
    settle,
)
from taihang.core.park.asset_company import MarketPosition
from taihang.core.periods import STEPS_PER_DAY, Period, days, month
from taihang.core.quantities import WH_PER_KWH, to_fen
from taihang.services.ports import Ports
from taihang.services.price_series import MWH_IN_KWH, market_limits, series_prices, series_wh

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionMonth:
    """What a position settled in a month."""

    position: str
    two_settlement_cny: Decimal
    """All three markets together, over the days that are settled [CNY]."""
    spot_cny: Decimal
    """The part of it that is what was fed in, at the real-time price [CNY]."""
    n_days: int
    not_settled: tuple[tuple[date, Text], ...]
    """Days that are not settled, and why."""
    fact_keys: tuple[str, ...]
    """The limits of prices."""

    @property
    def differences_cny(self) -> Decimal | None:
        """What the position adds to spot; None where no day is settled [CNY]."""
        if len(self.not_settled) == self.n_days:
            return None
        return self.two_settlement_cny - self.spot_cny


@dataclass(frozen=True, slots=True)
class _Curves:
    """Every interval of a month; None where nothing was read."""

    contract_wh: list[int]
    contract_cny_per_mwh: list[Decimal]
    day_ahead_wh: list[Decimal | None]
    day_ahead_cny_per_mwh: list[Decimal | None]
    fed_in_wh: list[int]
    real_time_cny_per_mwh: list[Decimal | None]

    def point(self, i: int) -> SettlementPoint | None:
        """Return an interval; None where it lacks anything."""
        wh, price, spot = (
            self.day_ahead_wh[i],
            self.day_ahead_cny_per_mwh[i],
            self.real_time_cny_per_mwh[i],
        )
        if wh is None or price is None or spot is None or wh != wh.to_integral_value():
            return None
        return SettlementPoint(
            contract=Volume(wh=self.contract_wh[i], price_cny_per_mwh=self.contract_cny_per_mwh[i]),
            day_ahead=Volume(wh=int(wh), price_cny_per_mwh=price),
            real_time=Volume(wh=self.fed_in_wh[i], price_cny_per_mwh=spot),
        )


def position_month(
    position: MarketPosition, name: str, *, fed_in_wh: NDArray[np.int64], ports: Ports
) -> PositionMonth:
    """Settle a position over a local month.

    Args:
        position: The position.
        name: The local month.
        fed_in_wh: What the plant fed into the grid, shape (n,). [Wh]
        ports: The outside world.
    """
    period, zone = month(name, ports.park.zone), ports.park.zone
    curves = _curves(position, period, fed_in_wh, ports)
    limits = market_limits(period, ports)
    first = period.start.astimezone(zone).date()
    n_days = period.n_steps // STEPS_PER_DAY
    total_cny, spot_cny = _ZERO, _ZERO
    not_settled: list[tuple[date, Text]] = []
    for i in range(n_days):
        day = first + timedelta(days=i)
        if not position.in_service.covers(day):
            continue
        found = _day(curves, i * STEPS_PER_DAY, days(day, 1, zone), limits)
        if isinstance(found, Text):
            not_settled.append((day, found))
            continue
        total_cny += found[0]
        spot_cny += found[1]
    return PositionMonth(
        position=position.id,
        two_settlement_cny=to_fen(total_cny),
        spot_cny=to_fen(spot_cny),
        n_days=sum(position.in_service.covers(first + timedelta(days=i)) for i in range(n_days)),
        not_settled=tuple(not_settled),
        fact_keys=() if limits is None else (limits.floor.key, limits.cap.key),
    )


def _day(
    curves: _Curves, at: int, period: Period, limits: PriceLimits | None
) -> tuple[Decimal, Decimal] | Text:
    """Settle one local day: the whole and the spot part of it, or why it cannot be."""
    if limits is None:
        return Text("当日限价未知", "no limits of prices are known for the day")
    found = [curves.point(i) for i in range(at, at + STEPS_PER_DAY)]
    points = [point for point in found if point is not None]
    if len(points) < STEPS_PER_DAY:
        n = f"{len(points)} / {STEPS_PER_DAY}"
        return Text(f"{n} 点数据齐全", f"{n} points have every energy and price")
    try:
        settled = settle(points, period=period, limits=limits)
    except PriceLimitError as error:
        range_cny = f"{limits.floor.value} … {limits.cap.value}"
        return Text(
            f"有电价超出限价 {range_cny} 元/MWh", f"{error.given}; expected {error.expected}"
        )
    spot_cny = sum(
        (point.real_time.mwh * point.real_time.price_cny_per_mwh for point in points), _ZERO
    )
    return sum(settled.amounts_cny, _ZERO), spot_cny


def _curves(
    position: MarketPosition, period: Period, fed_in_wh: NDArray[np.int64], ports: Ports
) -> _Curves:
    per_point = STEPS_PER_DAY // len(position.curve_kwh)
    points_wh = [int(kwh * WH_PER_KWH / per_point) for kwh in position.curve_kwh]
    day_wh = [wh for wh in points_wh for _ in range(per_point)]
    day_prices = [price for price in position.curve_cny_per_mwh for _ in range(per_point)]
    n_days = period.n_steps // STEPS_PER_DAY
    return _Curves(
        contract_wh=day_wh * n_days,
        contract_cny_per_mwh=day_prices * n_days,
        day_ahead_wh=series_wh(position.day_ahead_series, period, ports),
        day_ahead_cny_per_mwh=_per_mwh(position.day_ahead_price_series, period, ports),
        fed_in_wh=fed_in_wh.tolist(),
        real_time_cny_per_mwh=_per_mwh(position.real_time_price_series, period, ports),
    )


def _per_mwh(series: str, period: Period, ports: Ports) -> list[Decimal | None]:
    prices = series_prices(series, period, ports) or IntervalPrices.none(period.n_steps)
    worth = (prices.cny_per_kwh_of_count * MWH_IN_KWH).normalize()
    rows = zip(prices.counts.tolist(), prices.known.tolist(), strict=True)
    return [count * worth if known else None for count, known in rows]
