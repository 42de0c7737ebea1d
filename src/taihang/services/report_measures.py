"""What an enterprise could do, and what it is worth: from its own months, at its own prices.

Nothing here is a promise. Each measure says on what it stands and what it leaves out: moving load
assumes that a process can move, demand compares what was with what would have been charged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.facts import FactOutOfForceError
from taihang.core.market.bill_charges import DemandUnknownError, capacity_lines
from taihang.core.market.bill_line import BillLine
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import Metered, MonthUse
from taihang.core.market.tariff import BillItem, BillTerms, TariffParts
from taihang.core.market.tariff_options import TariffOption, best_contract_kw
from taihang.core.market.tou import HolidaysUnknownError, PeriodKind, TariffNotInForceError
from taihang.core.park.contract import DemandBasis
from taihang.core.periods import STEP_S, Period, month
from taihang.core.quantities import FEN, WH_PER_KWH
from taihang.core.series import EnergySeries
from taihang.services.billed_use import BilledUser, billed_users, terms_of
from taihang.services.ports import Ports
from taihang.services.report_bands import Bands
from taihang.services.tariff_options import N_MONTHS

SHIFTED_RATIO: Final = Decimal("0.10")
"""Of what is used in the dearest hours, so much is moved in the example."""
_BILL: Final = "bill"
_UNPRICED: Final = (
    DemandUnknownError,
    FactOutOfForceError,
    HolidaysUnknownError,
    TariffNotInForceError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Load moved from the dearest hours to the cheapest."""

    leaves: PeriodKind
    enters: PeriodKind
    moved_wh: int
    """A tenth of the grid energy of the dearest hours [Wh]."""
    spread_cny_per_kwh: Decimal
    """What a kWh is cheaper by [CNY/kWh]."""

    @property
    def saving_cny(self) -> Decimal:
        """What it would have saved in the month, to the fen."""
        return (self.spread_cny_per_kwh * self.moved_wh / WH_PER_KWH).quantize(FEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCost:
    """The capacity or demand charge of some months under one way of paying it."""

    option: TariffOption
    cost_cny: Decimal
    contract_kw: Decimal | None
    """The contract that would have cost least, known only afterwards [kW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCompared:
    """Ways of paying for the connection, side by side."""

    months: tuple[str, ...]
    """The billed months that are compared, in order."""
    current: TariffOption
    costs: tuple[DemandCost, ...]
    peak_kw: Decimal
    """The greatest demand of these months [kW]."""
    transformer_kva: Decimal

    @property
    def current_cny(self) -> Decimal:
        """What these months cost under the present way."""
        return next(each.cost_cny for each in self.costs if each.option is self.current)

    @property
    def cheapest(self) -> DemandCost:
        """The way that would have cost least; of equals the present one."""
        return min(self.costs, key=lambda each: (each.cost_cny, each.option is not self.current))

    @property
    def saving_cny(self) -> Decimal:
        """What the cheapest way would have saved in these months."""
        return self.current_cny - self.cheapest.cost_cny

    @property
    def use_ratio(self) -> Decimal:
        """The greatest demand over the capacity, a power factor of 1 assumed [1]."""
        return self.peak_kw / self.transformer_kva


def shift_of(bands: Bands) -> Shift | None:
    """Return what moving a tenth of the dearest hours would have saved.

    Args:
        bands: The kinds of hour of a month.

    Returns:
        None where prices are not known, or do not differ.
    """
    # A price of nothing is a price; one that is not known is none.
    priced = [
        (each.price_cny_per_kwh, each) for each in bands.bands if each.price_cny_per_kwh is not None
    ]
    if not priced:
        return None
    dearest, from_band = max(priced, key=lambda pair: pair[0])
    cheapest, to_band = min(priced, key=lambda pair: pair[0])
    spread = dearest - cheapest
    moved_wh = int(from_band.grid_wh * SHIFTED_RATIO)
    if spread <= 0 or moved_wh <= 0:
        return None
    return Shift(
        leaves=from_band.kind,
        enters=to_band.kind,
        moved_wh=moved_wh,
        spread_cny_per_kwh=spread,
    )


def demand_compared(user: str, name: str, *, ports: Ports) -> DemandCompared | None:
    """Compare the ways of paying for the connection over the billed months up to one.

    Args:
        user: An enterprise.
        name: The last month.
        ports: The outside world, or what the enterprise sees of it.

    Returns:
        None where it pays no such charge, or no month of it is billed at known prices.
    """
    billed = next((each for each in billed_users(ports.park) if each.id == user), None)
    if billed is None or billed.tariff.parts == TariffParts.ONE_PART:
        return None
    names = _billed_months(user, name, ports)
    months = [found for each in names if (found := _month(billed, each, ports)) is not None]
    if not months:
        return None
    try:
        costs = tuple(_costs(billed, months))
    except _UNPRICED:
        return None
    demands = [each.use.max_demand_kw for each in months if each.use.max_demand_kw is not None]
    current = _current(billed)
    if not any(each.option is current for each in costs) or not demands:
        return None
    return DemandCompared(
        months=tuple(each.name for each in months),
        current=current,
        costs=costs,
        peak_kw=max(demands),
        transformer_kva=Decimal(str(billed.at.transformer_kva)),
    )


@dataclass(frozen=True, slots=True)
class _Month:
    """One month of a connection: what went through it, and under which terms."""

    name: str
    use: MonthUse
    through: Metered
    terms: BillTerms


def _billed_months(user: str, last: str, ports: Ports) -> list[str]:
    """Return the latest months with a bill, the earliest first."""
    found = [
        entry.period
        for entry in ports.registry.roll()
        if entry.kind == _BILL and entry.id.startswith(f"{_BILL}.{user}.") and entry.period <= last
    ]
    return sorted(set(found))[-N_MONTHS:]


def _month(billed: BilledUser, name: str, ports: Ports) -> _Month | None:
    period = month(name, ports.park.zone)
    try:
        terms = terms_of(billed, period, ports)
    except _UNPRICED:
        return None
    if terms.transmission.exemption is not None:
        return None
    through = _through(billed.id, period, terms, ports)
    use = MonthUse(
        user=billed.id,
        grid=through,
        green=(),
        max_demand_kw=max_demand_kw(_at_meter(billed.id, period, ports)),
        transformer_kva=Decimal(str(billed.at.transformer_kva)),
        reactive=None,
        corrections=(),
    )
    return _Month(name, use, Metered.of(through, origin="grid"), terms)


def _at_meter(user: str, period: Period, ports: Ports) -> EnergySeries:
    """Return what flowed through its own grid meter: only a dedicated line bypasses it."""
    return _series(user, period, ports, less=("line_wh",))


def _through(user: str, period: Period, terms: BillTerms, ports: Ports) -> EnergySeries:
    """Return the energy that counts towards the use of the connection."""
    is_green_in = BillItem.TRANSMISSION in terms.green_pays
    less = ("line_wh",) if is_green_in else ("line_wh", "pool_wh")
    return _series(user, period, ports, less=less)


def _series(user: str, period: Period, ports: Ports, *, less: Sequence[str]) -> EnergySeries:
    columns = ("total_wh", "line_wh", "pool_wh", "quality")
    rows = ports.lake.read("matching", period, user, columns=columns).get(("user", user))
    series = EnergySeries.missing(period)
    if rows is None:
        return series
    at = (rows["time_s"] - period.start_s) // STEP_S
    wh = rows["total_wh"] - sum((rows[name] for name in less), np.zeros(len(at), np.int64))
    series.wh[at] = np.maximum(wh, 0)
    series.quality[at] = rows["quality"].astype(np.uint8)
    return series


def _costs(billed: BilledUser, months: Sequence[_Month]) -> list[DemandCost]:
    capacity = _summed(months, DemandBasis.CAPACITY, None)
    metered, lines = _summed(months, DemandBasis.DEMAND, None), _demand_prices(months)
    best_kw = best_contract_kw(
        [kw for kw, _ in lines],
        price_cny_per_kw=[price for _, price in lines],
        transformer_kva=Decimal(str(billed.at.transformer_kva)),
        rules=months[0].terms.transmission.rules,
    )
    contract = _summed(months, DemandBasis.DEMAND, best_kw)
    found = [
        DemandCost(option=TariffOption.CAPACITY, cost_cny=capacity, contract_kw=None),
        DemandCost(option=TariffOption.CONTRACT_DEMAND, cost_cny=contract, contract_kw=best_kw),
        DemandCost(option=TariffOption.METERED_DEMAND, cost_cny=metered, contract_kw=None),
    ]
    agreed_kw = billed.at.contract_demand_kw
    if _current(billed) is TariffOption.CONTRACT_DEMAND:
        # The present contract is what it is, and not the one that would have cost least.
        now = _summed(months, DemandBasis.DEMAND, agreed_kw)
        found[1] = DemandCost(
            option=TariffOption.CONTRACT_DEMAND, cost_cny=now, contract_kw=agreed_kw
        )
    return found


def _summed(months: Sequence[_Month], basis: DemandBasis, contract_kw: Decimal | None) -> Decimal:
    total = Decimal(0)
    for each in months:
        for line in _lines(each, basis, contract_kw):
            total += line.amount_cny or Decimal(0)
    return total


def _demand_prices(months: Sequence[_Month]) -> list[tuple[Decimal, Decimal]]:
    lines = [line for each in months for line in _lines(each, DemandBasis.DEMAND, None)]
    return [(line.quantity or Decimal(0), line.price or Decimal(0)) for line in lines]


def _lines(each: _Month, basis: DemandBasis, contract_kw: Decimal | None) -> list[BillLine]:
    """Bill the connection of a month; what green energy came through it is in ``through``."""
    tariff = replace(each.terms.tariff, demand_basis=basis)
    terms = replace(each.terms, tariff=tariff, contract_demand_kw=contract_kw)
    nothing = replace(each.through, origin="green", wh=np.zeros_like(each.through.wh))
    return capacity_lines(each.use, terms=terms, grid=each.through, green=nothing)


def _current(billed: BilledUser) -> TariffOption:
    """Return the way in which it pays now."""
    if billed.tariff.demand_basis is DemandBasis.CAPACITY:
        return TariffOption.CAPACITY
    has_contract = billed.at.contract_demand_kw is not None
    return TariffOption.CONTRACT_DEMAND if has_contract else TariffOption.METERED_DEMAND
