"""What projects would have paid in a past year: the bills of its twelve months, and without green.

The bill engine bills them as it bills everybody, from the park's contracts and tariffs. Beside it
stands the same load from the grid alone, so that what green energy saves is a difference of bills.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext

from taihang.core.facts import FactOutOfForceError
from taihang.core.market.bill import Bill, bill
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import MonthUse
from taihang.core.market.tariff import BillItem, BillTerms
from taihang.core.periods import month, month_names
from taihang.core.quantities import EXACT, WH_PER_KWH
from taihang.core.series import EnergySeries
from taihang.services.billed_use import (
    BilledUser,
    MonthMatching,
    NoContractError,
    billed_users,
    matched_month,
    month_use,
    terms_of,
)
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why no price can be told."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPrice:
    """The bills of a year, added up."""

    by_item_cny: Mapping[BillItem, Decimal]
    """Sum of the lines of each item [CNY/a]."""
    all_grid_cny: Decimal
    """The same load without any green energy [CNY/a]."""
    grid_wh: int
    green_wh: int
    not_assessed: tuple[BillItem, ...]
    """Items of which a line could not be computed; the sums are without them."""
    stand_in: date | None
    """Day whose T&D prices and funds stand in for those of the year."""

    @property
    def total_cny(self) -> Decimal:
        """Everything that could be computed [CNY/a]."""
        with localcontext(EXACT):
            return sum(self.by_item_cny.values(), start=Decimal(0))

    def mean_cny_per_kwh(self, cny: Decimal, *, wh: int | None = None) -> Decimal | None:
        """Return an amount over an energy; over all of the year where none is given [CNY/kWh].

        Returns:
            The mean; None where there is no energy to divide by.
        """
        wh = self.grid_wh + self.green_wh if wh is None else wh
        return None if wh == 0 else cny * WH_PER_KWH / wh


def offer_prices(
    ids: Sequence[str], label: str, *, ports: Ports
) -> dict[str, OfferPrice | Unpriced]:
    """Bill projects over the months of a year.

    Args:
        ids: The projects.
        label: The year.
        ports: The outside world with them, see ``with_projects``.

    Returns:
        The bills of each, or why there are none.
    """
    users = {user.id: user for user in billed_users(ports.park) if user.id in ids}
    bills: dict[str, list[_Month]] = {name: [] for name in users}
    found: dict[str, OfferPrice | Unpriced] = {}
    for name in month_names(label):
        open_users = [user for user in users.values() if user.id not in found]
        if not open_users:
            break
        matched = matched_month(name, ports)
        for user in open_users:
            try:
                bills[user.id].append(_month(user, name, matched, ports))
            except (FactOutOfForceError, NoContractError) as error:
                found[user.id] = Unpriced(str(error))
    return {name: found.get(name) or _summed(bills[name]) for name in ids}


@dataclass(frozen=True, slots=True)
class _Month:
    """One month billed twice."""

    as_is: Bill
    all_grid: Bill
    terms: BillTerms


def _month(user: BilledUser, name: str, matched: MonthMatching, ports: Ports) -> _Month:
    terms = terms_of(user, month(name, ports.park.zone), ports)
    use = month_use(user, name, matched, ports)
    row = ports.park.users.index(user.id)
    period = month(name, ports.park.zone)
    whole = EnergySeries(period.start_s, matched.load_wh[row], matched.quality[row])
    from_grid = replace(use, grid=whole, green=(), max_demand_kw=max_demand_kw(whole))

    def billed(of: MonthUse) -> Bill:
        zone = ports.park.zone
        return bill(of, terms=terms, book=ports.facts, month_name=name, zone=zone)

    return _Month(billed(use), billed(from_grid), terms)


def _summed(months: Sequence[_Month]) -> OfferPrice:
    by_item: dict[BillItem, Decimal] = {}
    open_items: dict[BillItem, None] = {}
    with localcontext(EXACT):
        for one in months:
            for line in one.as_is.lines:
                if line.amount_cny is None:
                    open_items[line.item] = None
                else:
                    by_item[line.item] = by_item.get(line.item, Decimal(0)) + line.amount_cny
        all_grid = sum((one.all_grid.total_cny for one in months), start=Decimal(0))
    grid_wh = sum(one.as_is.grid.wh for one in months)
    return OfferPrice(
        by_item_cny={item: by_item[item] for item in BillItem if item in by_item},
        all_grid_cny=all_grid,
        grid_wh=grid_wh,
        green_wh=sum(one.as_is.energy.wh for one in months) - grid_wh,
        not_assessed=tuple(open_items),
        stand_in=next((one.terms.stand_in for one in months if one.terms.stand_in), None),
    )
