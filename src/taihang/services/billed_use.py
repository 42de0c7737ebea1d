"""Who is billed, under which terms, and what each used in a settled month: the input of bills.

Grid energy of an interval is the load less what was matched; green energy is traced plant by plant
to its contract.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT, RouteKind
from taihang.core.balance.tracing import trace_matching
from taihang.core.errors import InputError
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import Correction, GreenPurchase, IntervalPrices, MonthUse
from taihang.core.market.tariff import BillTerms
from taihang.core.park.contract import GreenSupply, GridTariff
from taihang.core.park.park import Park
from taihang.core.periods import Period, month
from taihang.core.series import EnergySeries
from taihang.services.account import local_last_day
from taihang.services.green_price import green_prices
from taihang.services.matched import Matched, shares_of
from taihang.services.ports import Ports
from taihang.services.price_series import series_prices
from taihang.services.reactive_use import reactive_of
from taihang.services.tariff import Connection, bill_terms


class NoContractError(InputError):
    """Green energy reached a user that has no contract with its plant."""

    code = "input.no-contract"


@dataclass(frozen=True, slots=True)
class BilledUser:
    """One party that a grid tariff bills."""

    id: str
    at: Connection
    tariff: GridTariff


@dataclass(frozen=True, slots=True)
class MonthMatching:
    """One month's energies by row of the park's plants and users."""

    load_wh: NDArray[np.int64]
    """Usable load of each user, shape (n_users, n). [Wh]"""
    line_wh: NDArray[np.int64]
    """What came over dedicated lines."""
    quality: NDArray[np.uint8]
    pairs_wh: NDArray[np.int64]
    """What each user took of each plant, shape (n_plants, n_users, n). [Wh]"""
    generated_wh: tuple[int, ...]
    """Net generation of each plant in the month [Wh]."""
    left_wh: NDArray[np.int64]
    """What of each plant may have gone into the grid, shape (n_plants, n) [Wh]: what the rule of
    matching says, or all that nobody in the park took where the rule does not speak of export."""
    whole: Matched
    """Step by step: over which route."""


def billed_users(park: Park) -> Iterator[BilledUser]:
    """Yield every enterprise and station that a tariff bills, tariff by tariff.

    A station without its supply voltage cannot be billed; the closure of the month names it.
    """
    for tariff in park.grid_tariffs.values():
        for user in tariff.users:
            at = connection_of(user, park)
            if at is not None and user not in park.grids:
                yield BilledUser(user, at, tariff)


def billed_grids(park: Park) -> Iterator[BilledUser]:
    """Yield every grid connection that a tariff bills: what the park as one customer pays."""
    for tariff in park.grid_tariffs.values():
        for user in tariff.users:
            at = connection_of(user, park)
            if at is not None and user in park.grids:
                yield BilledUser(user, at, tariff)


def connection_of(user: str, park: Park) -> Connection | None:
    """Return how a user is connected; None where the park file does not say."""
    if user in park.grids:
        grid = park.grids[user]
        return Connection(
            grid.voltage_kv, grid.capacity_kva, contract_demand_kw=grid.contract_demand_kw
        )
    if user in park.enterprises:
        enterprise = park.enterprises[user]
        return Connection(
            enterprise.voltage_kv,
            enterprise.transformer_kva,
            contract_demand_kw=enterprise.contract_demand_kw,
        )
    station = park.stations[user]
    if station.voltage_kv is None or station.transformer_kva is None:
        return None
    return Connection(
        station.voltage_kv, station.transformer_kva, charging_station=bool(station.centralised)
    )


def terms_of(user: BilledUser, period: Period, ports: Ports) -> BillTerms:
    """Return the terms of one user over a month or a day.

    Raises:
        FactOutOfForceError: If its prices are not known and nothing stands in for them.
    """
    billing = ports.park.billing
    return bill_terms(
        user.tariff,
        at=user.at,
        book=ports.facts,
        period=period,
        zone=ports.park.zone,
        stand_in=None if billing is None else billing.td_prices_of,
    )


def matched_month(name: str, ports: Ports) -> MonthMatching:
    """Return who got which green energy in a settled month, as its bills take it.

    Raises:
        UnsettledMonthError: If not all of the month was settled with this park file.
    """
    found = shares_of(month(name, ports.park.zone), ports=ports)
    return MonthMatching(
        found.load_wh,
        found.matching.received_wh(RouteKind.LINE),
        found.quality,
        trace_matching(found.matching),
        tuple(found.generated_wh.sum(axis=1).tolist()),
        _left_wh(found),
        found,
    )


def _left_wh(found: Matched) -> NDArray[np.int64]:
    if any(share.route.kind is RouteKind.FEED_IN for share in found.shares):
        return found.matching.given_wh(RouteKind.FEED_IN)
    return np.maximum(found.generated_wh, 0) - found.matching.given_wh(*DIRECT)


def month_use(
    user: BilledUser,
    name: str,
    matched: MonthMatching,
    ports: Ports,
    *,
    shares: tuple[Correction, ...] = (),
) -> MonthUse:
    """Return what one user did in a month: the measured side of its bill."""
    period = month(name, ports.park.zone)
    row = ports.park.users.index(user.id)
    quality = matched.quality[row]
    green: list[GreenPurchase] = []
    for plant_row, plant in enumerate(ports.park.plants):
        wh = matched.pairs_wh[plant_row, row]
        if wh.any():
            supply = _supply(plant, user.id, period, ports.park)
            series = EnergySeries(period.start_s, wh, quality)
            prices = green_prices(supply, period, ports)
            green.append(GreenPurchase(supply=supply, matched=series, prices=prices))
    from_grid_wh = matched.load_wh[row] - matched.pairs_wh[:, row].sum(axis=0)
    grid = EnergySeries(period.start_s, from_grid_wh, quality)
    # Only a dedicated line bypasses the user's own grid meter; pool energy flows through it.
    through_wh = matched.load_wh[row] - matched.line_wh[row]
    through_meter = EnergySeries(period.start_s, through_wh, quality)
    return MonthUse(
        user=user.id,
        grid=grid,
        green=tuple(green),
        max_demand_kw=max_demand_kw(through_meter),
        transformer_kva=Decimal(str(user.at.transformer_kva)),
        reactive=reactive_of(user.id, period, through_meter, ports=ports),
        corrections=(),
        shares=shares,
        market_prices=market_prices(user.tariff, period, ports),
    )


def market_prices(tariff: GridTariff, period: Period, ports: Ports) -> IntervalPrices | None:
    """Return what a kWh costs users of the market in each interval, as it is known now.

    Args:
        tariff: Their tariff.
        period: The month.
        ports: The outside world.

    Returns:
        The prices; None where the tariff names no series, or nothing of it was read.
    """
    if tariff.market_price_series is None:
        return None
    return series_prices(tariff.market_price_series, period, ports)


def _supply(plant: str, user: str, period: Period, park: Park) -> GreenSupply:
    """Return the contract that covers the whole month between a plant and a user."""
    first, last = period.start.astimezone(park.zone).date(), local_last_day(period, park)
    for supply in park.green_supplies.values():
        term = supply.in_service
        of_both = supply.plant == plant and user in supply.buyers
        if of_both and term.covers(first) and term.covers(last):
            return supply
    raise NoContractError(
        given=f"green energy of {plant} matched with {user} in {first.isoformat()[:7]}",
        expected="a green supply contract between them that covers the whole month",
        remedy="add the contract to [green_supplies], or let it change at the turn of a month",
    )
