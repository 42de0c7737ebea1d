"""What a kWh costs and earns at the grid connections of a park on a day, as it is known ahead."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.outlook import Notice
from taihang.core.errors import StateError
from taihang.core.market.demand import contract_demand_kw
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.tariff import (
    BillTerms,
    TariffParts,
    fees_cny_per_kwh,
    grid_prices_cny_per_kwh,
)
from taihang.core.park.assets import GridConnection
from taihang.core.park.contract import DemandBasis, GridTariff
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.services.billed_use import BilledUser, connection_of, terms_of
from taihang.services.ports import Ports
from taihang.services.price_series import series_prices, spot_prices

_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S


class NoGridTariffError(StateError):
    """No tariff says what the park pays at a grid connection."""

    code = "state.no-grid-tariff"


class PriceAheadError(StateError):
    """The prices of a day are not all known ahead."""

    code = "state.price-ahead"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GridPrices:
    """What energy costs at one grid connection on one day."""

    grid: GridConnection
    terms: BillTerms
    import_cny_per_kwh: NDArray[np.float64]
    """All items that are charged per kWh, shape (96,). [CNY/kWh]"""
    export_cny_per_kwh: NDArray[np.float64]
    """Shape (96,). [CNY/kWh]"""
    notices: tuple[Notice, ...]

    @property
    def demand(self) -> tuple[float, float] | None:
        """Price of a kW of demand, and what may be reached without it; None where none is paid.

        Where a contract demand is agreed on, it is paid whatever happens, and only what lies above
        its free share is charged, and dearer.
        """
        tariff, transmission = self.terms.tariff, self.terms.transmission
        by_demand = tariff.demand_basis is DemandBasis.DEMAND
        if not by_demand or transmission.parts is not TariffParts.TWO_PART:
            return None
        if transmission.exemption is not None:
            return None
        price, contract = float(transmission.demand.value), self.terms.contract_demand_kw
        if contract is None:
            return price, 0.0
        rules = transmission.rules
        counted = contract_demand_kw(
            contract, transformer_kva=Decimal(str(self.grid.capacity_kva)), rules=rules
        )
        free_kw = float(counted * rules.contract_excess.value)
        return price * float(rules.excess_multiple.value), free_kw


def grid_prices(grid: GridConnection, day: date, *, ports: Ports) -> GridPrices:
    """Return the prices of one grid connection on a day.

    Args:
        grid: The connection.
        day: The local day.
        ports: The outside world.

    Returns:
        The prices: time of use, or what the market series of the tariff says.

    Raises:
        NoGridTariffError: If no tariff, or more than one, could be meant.
        PriceAheadError: If a market price of the day is not known.
        FactOutOfForceError: If a public price is not in force.
    """
    period = days(day, 1, ports.park.zone)
    tariff = tariff_of(grid.id, ports.park)
    at = connection_of(grid.id, ports.park)
    if at is None:
        raise NoGridTariffError(
            given=f"grid connection {grid.id}",
            expected="a connection of the park file",
            remedy="add it to [grids]",
        )
    terms = terms_of(BilledUser(grid.id, at, tariff), period, ports)
    notices = list[Notice]()
    if terms.stand_in is not None:
        notices.append(Notice("prices-stand-in", {"day": terms.stand_in.isoformat()}))
    if tariff.market_price_series is None:
        imports = grid_prices_cny_per_kwh(
            terms, book=ports.facts, period=period, zone=ports.park.zone
        )
    else:
        name = tariff.market_price_series
        market = _known(name, series_prices(name, period, ports), day, notices)
        imports = market + fees_cny_per_kwh(
            terms, book=ports.facts, period=period, zone=ports.park.zone
        )
    exports = np.full(period.n_steps, float(tariff.export_price_cny_per_kwh))
    if tariff.export_price_series is not None:
        name = tariff.export_price_series
        exports = _known(name, spot_prices(name, period, ports).prices, day, notices)
    return GridPrices(
        grid=grid,
        terms=terms,
        import_cny_per_kwh=imports,
        export_cny_per_kwh=exports,
        notices=tuple(notices),
    )


def tariff_of(grid: str, park: Park) -> GridTariff:
    """Return the tariff that a plan takes for a grid connection.

    The one that bills the connection; where none does, the one that the batteries name.

    Args:
        grid: Id of the connection.
        park: The park.

    Raises:
        NoGridTariffError: If none, or more than one, could be meant.
    """
    billing = [one for one in park.grid_tariffs.values() if grid in one.users]
    named = {battery.grid_tariff for battery in park.batteries.values()}
    chosen = billing or [park.grid_tariffs[name] for name in sorted(named)]
    if len(chosen) != 1:
        raise NoGridTariffError(
            given=f"grid connection {grid}, which no tariff bills",
            expected=f"one of the tariffs {[*park.grid_tariffs]} with {grid} among its users",
            remedy="write a [grid_tariffs] for it, or name one tariff with all batteries",
        )
    return chosen[0]


def _known(
    name: str, prices: IntervalPrices | None, day: date, notices: list[Notice]
) -> NDArray[np.float64]:
    """Return the prices of a series, every interval of them [CNY/kWh]."""
    missing = 1 if prices is None else int((~prices.known).sum())
    if prices is None or missing:
        first = 0 if prices is None else int((~prices.known).argmax())
        clock = f"{first // _PER_HOUR:02d}:{first % _PER_HOUR * 15:02d}"
        raise PriceAheadError(
            given=f"series {name} with {missing if prices else 'all'} prices of "
            f"{day.isoformat()} missing or outside the limits of the market, first {clock}",
            expected="a price for each of the 96 quarters, known ahead",
            remedy="import the day-ahead prices of that day: a gap is never filled by itself (§7)",
        )
    hours = prices.counts.reshape(-1, _PER_HOUR)
    if (hours == hours[:, :1]).all() and np.ptp(prices.counts):
        notices.append(Notice("hourly-price", {"series": name}))
    each: NDArray[np.float64] = prices.counts.astype(np.float64)
    return each * float(prices.cny_per_kwh_of_count)
