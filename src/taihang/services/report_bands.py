"""When an enterprise buys from the grid: energy by kind of hour, and what it costs per kWh.

The energy charge of a stretch of days is an estimate and says so: a bill is of a month, knows the
demand and the power factor, and pays for green energy by its contracts. The month has a bill.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tariff import Prices, prices
from taihang.core.market.tou import KINDS, HolidaysUnknownError, PeriodKind, TariffNotInForceError
from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import FEN, WH_PER_KWH
from taihang.core.series import Quality
from taihang.services.billed_use import BilledUser, billed_users, terms_of
from taihang.services.ports import Columns, Ports

_UNPRICED: Final = (FactOutOfForceError, HolidaysUnknownError, TariffNotInForceError)


class NoTariffError(StateError):
    """No tariff of the park file bills the user, so its hours have no kinds and no prices."""

    code = "state.no-tariff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One kind of hour."""

    kind: PeriodKind
    load_wh: int
    """Energy used in it [Wh]."""
    grid_wh: int
    """Of it what the public grid gave [Wh]."""
    price_cny_per_kwh: Decimal | None
    """Everything charged per kWh of grid energy; None where it is not known ahead of its bill."""

    @property
    def cost_cny(self) -> Decimal | None:
        """What the grid energy of it costs, to the fen; None where no price is known."""
        if self.price_cny_per_kwh is None:
            return None
        exact = self.price_cny_per_kwh * self.grid_wh / WH_PER_KWH
        return exact.quantize(FEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Every kind of hour of one enterprise over a stretch of days."""

    tariff: str
    bands: tuple[Band, ...]
    """In the order sharp, peak, flat, valley, deep valley; only those that occur."""
    kinds: NDArray[np.uint8]
    """Kind of each interval, an index into ``KINDS``, shape (n_steps,)."""
    is_stood_in: bool
    """Whether published prices of another day stand in, as the park file says."""
    lacks: str
    """Why prices are not known; empty where they are."""

    @property
    def cost_cny(self) -> Decimal | None:
        """The energy charge of all of it, to the fen; None where no price is known."""
        costs = [band.cost_cny for band in self.bands]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(costs) else None


def read_bands(user: str, period: Period, *, ports: Ports) -> Bands:
    """Split what an enterprise used by kind of hour.

    Args:
        user: An enterprise or station.
        period: Whole local days within which no price changes.
        ports: The outside world.

    Returns:
        Its bands; without prices where these are not known.

    Raises:
        NoTariffError: If no tariff bills it, or its kinds of hour are not known.
    """
    billed = _billed(user, ports)
    try:
        terms = terms_of(billed, period, ports)
        found = prices(terms, book=ports.facts, period=period, zone=ports.park.zone)
    except _UNPRICED as error:
        raise NoTariffError(
            given=f"{user} from {period.start.isoformat()}: {error}",
            expected="a tariff whose kinds of hour and prices are known",
            remedy="add the texts of that time, or name days whose prices stand in: [billing]",
        ) from error
    is_market = terms.tariff.market_price_series is not None
    return Bands(
        tariff=terms.tariff.id,
        bands=tuple(_bands(_rows(user, period, ports), found, period, is_priced=not is_market)),
        kinds=found.kinds,
        is_stood_in=terms.stand_in is not None,
        lacks="market" if is_market else "",
    )


def price_of(found: Prices, kind: PeriodKind) -> Decimal:
    """Return everything that is charged per kWh in one kind of hour [CNY/kWh]."""
    return sum((found.of(item, kind) for item in found.by_item), Decimal(0))


def _billed(user: str, ports: Ports) -> BilledUser:
    for billed in billed_users(ports.park):
        if billed.id == user:
            return billed
    raise NoTariffError(
        given=user,
        expected="a user that a tariff of [grid_tariffs] bills",
        remedy="name it among the users of a tariff, with its voltage and transformers",
    )


def _rows(user: str, period: Period, ports: Ports) -> Columns:
    columns = ("total_wh", "line_wh", "pool_wh", "quality")
    rows = ports.lake.read("matching", period, user, columns=columns)
    return rows.get(("user", user), _NO_ROWS)


_NO_ROWS: Final[Columns] = {
    name: np.zeros(0, np.int64) for name in ("time_s", "total_wh", "line_wh", "pool_wh", "quality")
}


def _bands(rows: Columns, found: Prices, period: Period, *, is_priced: bool) -> list[Band]:
    usable = rows["quality"] < Quality.MISSING
    kinds = found.kinds[(rows["time_s"] - period.start_s) // STEP_S]
    grid_wh = rows["total_wh"] - rows["line_wh"] - rows["pool_wh"]
    present = [kind for i, kind in enumerate(KINDS) if (found.kinds == i).any()]
    bands: list[Band] = []
    for kind in present:
        chosen = usable & (kinds == KINDS.index(kind))
        bands.append(
            Band(
                kind=kind,
                load_wh=int(rows["total_wh"][chosen].sum()),
                grid_wh=int(grid_wh[chosen].sum()),
                price_cny_per_kwh=price_of(found, kind) if is_priced else None,
            )
        )
    return bands
