"""The monthly electricity bill of one user, line by line, each with the facts behind it.

The lines follow the structure of industrial bills since 2023-06: energy, line loss, T&D energy,
capacity or demand, system operation, government funds, power-factor adjustment, corrections; and,
in a park with green supply, the energy of each contract. Σ lines = total, always.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.facts import FactBook
from taihang.core.market.bill_charges import capacity_lines, near_site_lines, power_factor_line
from taihang.core.market.bill_line import (
    ALL_MISSING,
    SOME_MISSING,
    BillLine,
    LineState,
    Text,
    energy_title,
    green_title,
    green_value_title,
    sum_cny,
)
from taihang.core.market.interval_price import interval_line, market_lines
from taihang.core.market.month_use import (
    Correction,
    GreenPurchase,
    Metered,
    MonthUse,
    estimated,
    green_metered,
    green_parts,
    grid_metered,
)
from taihang.core.market.tariff import BillItem, BillTerms, Prices, prices
from taihang.core.market.tou import KINDS, PeriodKind
from taihang.core.park.contract import PriceBy
from taihang.core.periods import month
from taihang.core.quantities import Energy, to_fen

_PER_KWH_ITEMS: Final = (
    BillItem.ENERGY,
    BillItem.LINE_LOSS,
    BillItem.TRANSMISSION,
    BillItem.SYSTEM_OPERATION,
    BillItem.FUNDS,
)


class BillState(StrEnum):
    """Whether the energy of a bill is whole."""

    COMPLETE = "complete"
    """Every interval has a usable reading."""
    PROVISIONAL = "provisional"
    """Some intervals have none; they are not billed, and the coverage says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The bill of one user for one month."""

    user: str
    month: str
    tariff: str
    lines: tuple[BillLine, ...]
    state: BillState
    n_intervals: int
    n_usable: int
    """Intervals in which every series behind the bill has a usable value."""
    energy: Energy
    """Energy billed, grid and green."""
    grid: Energy
    """The part of it from the grid; what a contract has no price for is green all the same."""
    estimated: Energy
    """The part of it that rests on estimates; nothing is estimated here."""

    @property
    def total_cny(self) -> Decimal:
        """The sum of the lines that are assessed [CNY]."""
        return sum_cny(self.lines)

    @property
    def coverage_ratio(self) -> Decimal:
        """Usable intervals over all intervals [1]."""
        return Decimal(self.n_usable) / self.n_intervals

    @property
    def estimated_ratio(self) -> Decimal:
        """Estimated energy over all energy billed [1]."""
        return Decimal(self.estimated.wh) / self.energy.wh if self.energy.wh else Decimal(0)

    @property
    def not_assessed(self) -> tuple[BillLine, ...]:
        """The lines that could not be computed; the total is without them."""
        return tuple(line for line in self.lines if line.state is LineState.NOT_ASSESSED)


def bill(
    use: MonthUse, *, terms: BillTerms, book: FactBook, month_name: str, zone: ZoneInfo
) -> Bill:
    """Bill one user for one calendar month.

    Energy whose reading is missing is not billed and not guessed: the bill is then provisional,
    its lines say so, and the coverage stands on it.

    Args:
        use: What the user did.
        terms: The terms, whose every price is in force in the whole month.
        book: The facts.
        month_name: The local month, ``YYYY-MM``.
        zone: The zone of the local days.

    Returns:
        The bill; each line is rounded to fen once, half to even.

    Raises:
        TariffNotInForceError: If a price is not in force in the whole month.
        FactOutOfForceError: If a fact is not known for the month.
        NegativeEnergyError: If a series runs backwards somewhere.
        GridMismatchError: If a series does not cover the month.
        NothingReadError: If no interval has a usable reading.
        DemandUnknownError: If the capacity charge needs a value that is not known.
    """
    period = month(month_name, zone)
    found = prices(terms, book=book, period=period, zone=zone)
    grid, parts = grid_metered(use, period=period), green_parts(use, period=period)
    green = green_metered(parts, n_steps=period.n_steps)
    lines = [
        *_energy_lines(found, grid, frozenset(_PER_KWH_ITEMS) - _not_by_kind(terms)),
        *market_lines(grid, terms=terms, at=use.market_prices),
        *near_site_lines(use, terms=terms),
        *(_energy_lines(found, green, terms.green_pays) if use.green else ()),
        *(
            line
            for purchase, metered in zip(use.green, parts, strict=True)
            for line in _supply_lines(purchase, metered)
        ),
        *capacity_lines(use, terms=terms, grid=grid, green=green),
    ]
    lines.append(power_factor_line(use, terms=terms, lines=lines))
    lines.extend(_decided_line(share, BillItem.SHARE) for share in use.shares)
    lines.extend(_decided_line(each, BillItem.CORRECTION) for each in use.corrections)
    order = list(BillItem)
    lines.sort(key=lambda line: order.index(line.item))  # stable: grid stays before green
    usable = grid.whole & green.whole
    return Bill(
        user=use.user,
        month=month_name,
        tariff=terms.tariff.id,
        lines=tuple(lines),
        state=BillState.COMPLETE if usable.all() else BillState.PROVISIONAL,
        n_intervals=len(usable),
        n_usable=int(usable.sum()),
        energy=grid.energy + green.energy,
        grid=grid.energy,
        estimated=estimated(use, period=period),
    )


def _not_by_kind(terms: BillTerms) -> frozenset[BillItem]:
    """Return the items of grid energy that are not charged by kWh and kind of hour."""
    found: set[BillItem] = set()
    if terms.tariff.market_price_series is not None:
        found.add(BillItem.ENERGY)
    if terms.near_site_hours is not None:
        found.add(BillItem.TRANSMISSION)
    return frozenset(found)


def _energy_lines(found: Prices, metered: Metered, items: frozenset[BillItem]) -> list[BillLine]:
    """Bill what is charged per kWh: one line an item, or one a kind of hour where it floats."""
    present = [kind for i, kind in enumerate(KINDS) if (found.kinds == i).any()]
    lines: list[BillLine] = []
    for item in _PER_KWH_ITEMS:
        if item in items:
            floats = found.by_item[item].floats
            kinds = present if floats else [None]
            lines.extend(_energy_line(found, metered, item, kind) for kind in kinds)
    return lines


def _energy_line(
    found: Prices, metered: Metered, item: BillItem, kind: PeriodKind | None
) -> BillLine:
    unit = found.by_item[item]
    chosen = np.ones(len(metered.wh), np.bool_)
    price, keys = unit.price_cny_per_kwh, unit.fact_keys
    if kind is not None:
        chosen = found.kinds == KINDS.index(kind)
        price, keys = found.of(item, kind), (*keys, found.ratios[kind].key)
    return _per_kwh(
        code=".".join(filter(None, (item, metered.origin, kind))),
        item=item,
        title=energy_title(item, origin=metered.origin, kind=kind),
        metered=metered.where(chosen),
        price=price,
        keys=keys,
    )


def _supply_lines(purchase: GreenPurchase, metered: Metered) -> Iterator[BillLine]:
    """Bill the energy of one contract, and beside it what it pays for the environmental value."""
    supply = purchase.supply
    if supply.price_by is PriceBy.FIXED:
        yield _supply_line(purchase, metered, BillItem.GREEN, "price_cny_per_kwh")
    else:
        yield interval_line(
            metered,
            at=purchase.prices,
            code=f"{BillItem.GREEN}.{supply.id}",
            item=BillItem.GREEN,
            title=green_title(supply.id),
            key=f"contract/{supply.id}/price_by={supply.price_by}",
        )
    if supply.green_premium_cny_per_kwh is not None:
        yield _supply_line(purchase, metered, BillItem.GREEN_VALUE, "green_premium_cny_per_kwh")


def _supply_line(
    purchase: GreenPurchase, metered: Metered, item: BillItem, parameter: str
) -> BillLine:
    supply = purchase.supply
    price = getattr(supply, parameter)
    return _per_kwh(
        code=f"{item}.{supply.id}",
        item=item,
        title=(green_title if item is BillItem.GREEN else green_value_title)(supply.id),
        metered=metered,
        price=price,
        keys=(f"contract/{supply.id}/{parameter}={price}",),
    )


def _per_kwh(
    *,
    code: str,
    item: BillItem,
    title: Text,
    metered: Metered,
    price: Decimal,
    keys: tuple[str, ...],
) -> BillLine:
    kwh = metered.energy.kwh
    read = bool(metered.known.any())
    reason = None if metered.whole.all() else SOME_MISSING if read else ALL_MISSING
    state = LineState.BILLED if reason is None else LineState.PARTIAL
    return BillLine(
        code=code,
        item=item,
        title=title,
        quantity=kwh if read else None,
        unit="kWh",
        price=price,
        price_unit="CNY/kWh",
        amount_cny=to_fen(kwh * price) if read else None,
        state=state if read else LineState.NOT_ASSESSED,
        reason=reason,
        fact_keys=keys,
    )


def _decided_line(decided: Correction, item: BillItem) -> BillLine:
    """Bill an amount that is decided elsewhere: a correction, or a share of what the park bears."""
    return BillLine(
        code=f"{item}.{decided.id}",
        item=item,
        title=decided.title,
        quantity=None,
        unit="",
        price=None,
        price_unit="",
        amount_cny=to_fen(decided.amount_cny),
        state=LineState.BILLED,
        reason=None,
        fact_keys=(),
    )
