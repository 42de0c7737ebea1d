"""What the park as one customer owes the grid, and where the imported energy went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import split_pro_rata
from taihang.core.market.bill import Bill, bill
from taihang.core.market.closure import UnbilledFlows
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.export import Export, fixed_prices
from taihang.core.market.month_use import MonthUse
from taihang.core.market.tariff import BillTerms
from taihang.core.park.assets import InService
from taihang.core.park.topology import Direction
from taihang.core.periods import Period, month
from taihang.core.series import EnergySeries, Quality
from taihang.services.billed_use import (
    BilledUser,
    MonthMatching,
    billed_grids,
    billed_users,
    market_prices,
    terms_of,
)
from taihang.services.ports import Columns, Ports
from taihang.services.price_series import spot_prices
from taihang.services.reactive_use import reactive_of
from taihang.services.settled_rows import series_of

GATEWAY_BILL = "gateway-bill"


@dataclass(frozen=True, slots=True)
class GatewayMonth:
    """The grid connections of a park in one month."""

    bills: tuple[tuple[Bill, BillTerms], ...]
    exports: tuple[Export, ...]
    """What each of them fed into the grid."""

    @property
    def export_cny(self) -> Decimal:
        """What energy fed into the grid earned, whole fen [CNY]."""
        return sum((each.cny for each in self.exports), Decimal(0))


def gateway_month(name: str, matched: MonthMatching, *, ports: Ports) -> GatewayMonth:
    """Bill every grid connection of a settled month.

    Args:
        name: The local month.
        matched: Who got which green energy.
        ports: The outside world.

    Returns:
        The bills in the order of the tariffs, and what export earned.

    Raises:
        FactOutOfForceError: If a price of the month is not known.
        NothingReadError: If nothing was read at a connection.
    """
    period = month(name, ports.park.zone)
    bills: list[tuple[Bill, BillTerms]] = []
    for grid in billed_grids(ports.park):
        terms = terms_of(grid, period, ports)
        imported = _series(grid.id, Direction.IMPORT, period, ports)
        prices = market_prices(grid.tariff, period, ports)
        use = replace(_use(grid, imported, period, ports), market_prices=prices)
        found = bill(use, terms=terms, book=ports.facts, month_name=name, zone=ports.park.zone)
        bills.append((found, terms))
    return GatewayMonth(tuple(bills), exports_month(name, matched, ports=ports))


def exports_month(name: str, matched: MonthMatching, *, ports: Ports) -> tuple[Export, ...]:
    """Return what every billed grid connection fed into the grid, and from which plants.

    Args:
        name: The local month, settled.
        matched: Who got which green energy.
        ports: The outside world.
    """
    period = month(name, ports.park.zone)
    grids = [*billed_grids(ports.park)]
    every = [_series(grid.id, Direction.EXPORT, period, ports) for grid in grids]
    exported_wh = [np.where(one.present, np.maximum(one.wh, 0), 0) for one in every]
    fed_in_wh = split_export(exported_wh, left_wh=matched.left_wh)
    return tuple(
        _priced(
            Export(
                grid=grid.id,
                exported_wh=exported,
                fed_in_wh=fed_in,
                prices=fixed_prices(grid.tariff.export_price_cny_per_kwh, n_steps=period.n_steps),
                source=f"tariff/{grid.tariff.id}/export_price_cny_per_kwh="
                f"{grid.tariff.export_price_cny_per_kwh}",
            ),
            grid,
            period,
            ports,
        )
        for grid, exported, fed_in in zip(grids, exported_wh, fed_in_wh, strict=True)
    )


def split_export(
    exported_wh: Sequence[NDArray[np.int64]], *, left_wh: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Return which plants' energy left through which connection, connection after connection.

    Args:
        exported_wh: By connection, shape (n,) each. [Wh]
        left_wh: What of each plant may have left, shape (n_plants, n). [Wh]

    Returns:
        By connection, shape (n_plants, n) each: no plant gives more than it has left, and no
        connection more than was exported. [Wh]

    Example:
        >>> first, second = split_export([np.array([2]), np.array([5])], left_wh=np.array([[4]]))
        >>> int(first[0, 0]), int(second[0, 0])
        (2, 2)
    """
    left_wh = left_wh.copy()
    found: list[NDArray[np.int64]] = []
    for one_wh in exported_wh:
        from_plants_wh = np.minimum(one_wh, left_wh.sum(axis=0))
        found.append(split_pro_rata(from_plants_wh, weights_wh=left_wh))
        left_wh -= found[-1]
    return found


def _priced(export: Export, grid: BilledUser, period: Period, ports: Ports) -> Export:
    """Price an export by its series, where the tariff names one."""
    if grid.tariff.export_price_series is None:
        return export
    read = spot_prices(grid.tariff.export_price_series, period, ports)
    return replace(
        export,
        prices=read.prices,
        source=f"series/{grid.tariff.export_price_series}",
        n_refused=read.n_refused,
        fact_keys=read.limit_keys,
    )


def unbilled_flows(name: str, matched: MonthMatching, *, ports: Ports) -> UnbilledFlows:
    """Return where the imported energy of a settled month went, beside the users' bills.

    Args:
        name: The local month.
        matched: Who got which green energy.
        ports: The outside world.
    """
    flows = _balance(month(name, ports.park.zone), ports)
    billed = {user.id for user in billed_users(ports.park)}
    left = [row for row, user in enumerate(ports.park.users) if user not in billed]
    unbilled_wh = matched.load_wh[left].sum() - matched.pairs_wh[:, left].sum()
    return UnbilledFlows(
        losses_wh=flows["losses"],
        storage_wh=flows["charge"] - flows["discharge"],
        exported_wh=flows["export"],
        surplus_wh=flows["generation"] - int(matched.pairs_wh.sum()),
        unbilled_wh=int(unbilled_wh),
    )


def _use(grid: BilledUser, imported: EnergySeries, period: Period, ports: Ports) -> MonthUse:
    return MonthUse(
        user=grid.id,
        grid=imported,
        green=(),
        max_demand_kw=max_demand_kw(imported),
        transformer_kva=Decimal(str(grid.at.transformer_kva)),
        reactive=reactive_of(grid.id, period, imported, ports=ports),
        corrections=(),
    )


def _series(grid: str, direction: Direction, period: Period, ports: Ports) -> EnergySeries:
    """Return one direction of a connection: by its meters, or by the balance where it has none."""
    first = period.start.astimezone(ports.park.zone).date()
    days = InService(first, period.end.astimezone(ports.park.zone).date())
    meters = [
        meter.id
        for meter in ports.park.meters.values()
        if meter.node == grid and meter.measures is direction and meter.in_service.overlaps(days)
    ]
    if not meters and len(ports.park.grids) == 1:
        return _derived(direction, ports.lake.read("balance", period), period)
    found = EnergySeries.missing(period)
    # A meter that was replaced within the month stands beside the one that followed it.
    for point in meters:
        for rows in ports.lake.read("intervals", period, point).values():
            one = series_of(rows, period)
            found.wh[one.present] = one.wh[one.present]
            found.quality[one.present] = one.quality[one.present]
    return found


def _derived(
    direction: Direction, balance: Mapping[tuple[str, ...], Columns], period: Period
) -> EnergySeries:
    """Return what must have come in or gone out, for the balance to close."""
    rows = balance[direction.value,]
    closed: NDArray[np.bool_] = rows["closed"].astype(np.bool_)
    quality = np.where(closed, Quality.MEASURED, Quality.MISSING).astype(np.int64)
    return series_of({**rows, "quality": quality}, period)


def _balance(period: Period, ports: Ports) -> dict[str, int]:
    return {
        flow: int(rows["wh"].sum()) for (flow,), rows in ports.lake.read("balance", period).items()
    }
