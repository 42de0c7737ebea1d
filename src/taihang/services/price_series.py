"""What a declared series of prices says for each interval, as it is known now.

A price outside the limits of the market is refused: the interval has no price, and whoever uses it
says how many were refused and by which fact.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.facts import FactOutOfForceError
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.settlement import PriceLimits
from taihang.core.park.topology import DeclaredSeries
from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.core.series import Quality
from taihang.services.ports import Ports
from taihang.services.settle import known_at

CNY_PER_MWH = "CNY/MWh"
MWH = "MWh"
MWH_IN_KWH = WH_PER_MWH // WH_PER_KWH


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPrices:
    """The prices of a series, and what was refused of them."""

    prices: IntervalPrices
    n_refused: int
    """Prices outside the limits."""
    limit_keys: tuple[str, ...]
    """The facts that refuse; empty where no limit of that time and place is known."""


def series_prices(name: str, period: Period, ports: Ports) -> IntervalPrices | None:
    """Return the price of each interval by a declared series.

    Args:
        name: Id of the series.
        period: What is priced, on the settlement grid.
        ports: The outside world.

    Returns:
        The prices; None where nothing of the series was read.
    """
    series = ports.park.series[name]
    read = _read(series, period, ports)
    if read is None:
        return None
    counts, present = read
    worth = Decimal(series.scale) / (MWH_IN_KWH if series.unit == CNY_PER_MWH else 1)
    return IntervalPrices(counts=counts, known=present, cny_per_kwh_of_count=worth)


def series_wh(name: str, period: Period, ports: Ports) -> list[Decimal | None]:
    """Return the energy of each interval by a declared series of energies.

    Args:
        name: Id of the series, in kWh or MWh.
        period: On the settlement grid.
        ports: The outside world.

    Returns:
        Exact energies; None where none was read. [Wh]
    """
    series = ports.park.series[name]
    read = _read(series, period, ports)
    if read is None:
        return [None] * period.n_steps
    worth_wh = Decimal(series.scale) * (WH_PER_MWH if series.unit == MWH else WH_PER_KWH)
    rows = zip(read[0].tolist(), read[1].tolist(), strict=True)
    return [count * worth_wh if known else None for count, known in rows]


def _read(
    series: DeclaredSeries, period: Period, ports: Ports
) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """Return the counts of a series by interval and where there is one; None for nothing at all."""
    known = known_at(ports.journal.size, period=period, ports=ports, point=series.id)
    rows = known.current.get((series.id, series.quantity.value))
    if rows is None:
        return None
    usable = (rows["quality"] < Quality.MISSING) & (rows["time_s"] < period.end_s)
    at, off_grid = np.divmod(rows["time_s"] - period.start_s, STEP_S)
    usable &= off_grid == 0
    counts, present = np.zeros(period.n_steps, np.int64), np.zeros(period.n_steps, np.bool_)
    counts[at[usable]] = rows["count"][usable]
    present[at[usable]] = True
    return counts, present


def spot_prices(name: str, period: Period, ports: Ports) -> ReadPrices:
    """Return the price of each interval by a declared series, within the limits of the market.

    Args:
        name: Id of the series.
        period: What is priced, on the settlement grid.
        ports: The outside world.

    Returns:
        The prices; those outside the limits are unknown, and counted.
    """
    found = series_prices(name, period, ports) or IntervalPrices.none(period.n_steps)
    limits = market_limits(period, ports)
    if limits is None:
        return ReadPrices(prices=found, n_refused=0, limit_keys=())
    # Decimal compares exactly; the few distinct counts are turned round instead of each interval.
    per_mwh = found.cny_per_kwh_of_count * MWH_IN_KWH
    distinct, of_which = np.unique(found.counts, return_inverse=True)
    fits = np.array(
        [limits.floor.value <= count * per_mwh <= limits.cap.value for count in distinct.tolist()],
        np.bool_,
    )
    within = found.known & fits[of_which]
    prices = replace(found, counts=np.where(within, found.counts, 0), known=within)
    return ReadPrices(
        prices=prices,
        n_refused=int((found.known & ~within).sum()),
        limit_keys=(limits.floor.key, limits.cap.key),
    )


def market_limits(period: Period, ports: Ports) -> PriceLimits | None:
    """Return the limits of the market on the first day of a period; None where none is known.

    Args:
        period: What is priced.
        ports: The outside world.
    """
    on = period.start.astimezone(ports.park.zone).date()
    try:
        return PriceLimits.of(ports.facts, region=ports.park.province, on=on)
    except FactOutOfForceError:
        return None
