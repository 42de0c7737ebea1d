"""The monthly electricity bill of one user, line by line, each with the facts behind it.

The lines follow the structure of industrial bills since 2023-06: energy, line loss, T&D energy,
capacity or demand, system operation, government funds, power-factor adjustment, corrections; and,
in a park with green supply, the energy of each contract. Σ lines = total, always.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.facts import FactBook
from taihang.core.market.bill_line import (
    GREEN,
    GRID,
    POWER_FACTOR_TITLE,
    BillLine,
    LineState,
    Text,
    capacity_title,
    energy_title,
    green_title,
)
from taihang.core.market.demand import (
    chargeable_demand_kw,
    contract_demand_kw,
    demand_price_ratio,
)
from taihang.core.market.tariff import (
    BillItem,
    BillTerms,
    Prices,
    TariffParts,
    parameter_key,
    prices,
)
from taihang.core.market.tou import KINDS, PeriodKind
from taihang.core.park.contract import DemandBasis, GreenSupply
from taihang.core.periods import Period, month
from taihang.core.quantities import Energy, to_fen
from taihang.core.series import EnergySeries, Quality

_ZERO: Final = Decimal(0)
_PER_KWH_ITEMS: Final = (
    BillItem.ENERGY,
    BillItem.LINE_LOSS,
    BillItem.TRANSMISSION,
    BillItem.SYSTEM_OPERATION,
    BillItem.FUNDS,
)
_SOME_MISSING: Final = Text(
    "部分时段无可用读数,仅对其余时段计费", "some intervals have no usable reading; only the others"
)
_ALL_MISSING: Final = Text(
    "该类时段均无可用读数", "no interval of this kind has a usable reading"
)
_NO_REACTIVE: Final = Text("无无功电量读数", "there are no reactive readings")
_NO_ACTIVE: Final = Text("当月无有功电量", "there is no active energy in the month")


class NothingReadError(StateError):
    """Not one interval of the month has a usable reading: there is nothing to bill yet."""

    code = "state.nothing-read"


class DemandUnknownError(StateError):
    """The capacity or the maximum demand that a charge needs is not known yet."""

    code = "state.demand-unknown"


class BillState(StrEnum):
    """Whether the energy of a bill is whole."""

    COMPLETE = "complete"
    """Every interval has a usable reading."""
    PROVISIONAL = "provisional"
    """Some intervals have none; they are not billed, and the coverage says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenPurchase:
    """What a user took under one green supply contract."""

    supply: GreenSupply
    matched: EnergySeries
    """Matched energy on the settlement grid; not part of the energy from the grid. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactiveReading:
    """Active and reactive energy of the month, both from the same meter."""

    active_kwh: Decimal
    reactive_kvarh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A refund or a correction of an earlier bill, decided by a person."""

    id: str
    title: Text
    amount_cny: Decimal
    """Negative for a refund [CNY]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """What one user did in one month; None means that it is not known."""

    user: str
    grid: EnergySeries
    """Energy from the grid, without what was matched with green supply. [Wh]"""
    green: tuple[GreenPurchase, ...]
    max_demand_kw: Decimal | None
    """Metered maximum demand, see ``demand.max_demand_kw`` [kW]."""
    transformer_kva: Decimal | None
    """Transformers and high-voltage motors [kVA]."""
    reactive: ReactiveReading | None
    corrections: tuple[Correction, ...]


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
        return Decimal(self.estimated.wh) / self.energy.wh if self.energy.wh else _ZERO

    @property
    def not_assessed(self) -> tuple[BillLine, ...]:
        """The lines that could not be computed; the total is without them."""
        return tuple(line for line in self.lines if line.state is LineState.NOT_ASSESSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metered:
    """The energy of one origin, on the grid of the month."""

    origin: str
    wh: NDArray[np.int64]
    usable: NDArray[np.bool_]
    kinds: NDArray[np.uint8]

    def select(self, kind: PeriodKind | None) -> NDArray[np.bool_]:
        """Where intervals of a kind stand, or all intervals, shape (n,)."""
        if kind is None:
            return np.ones(len(self.wh), np.bool_)
        return self.kinds == KINDS.index(kind)


def sum_cny(lines: Iterable[BillLine]) -> Decimal:
    """Sum the amounts of the lines that are assessed, exact [CNY]."""
    return sum((line.amount_cny for line in lines if line.amount_cny is not None), _ZERO)


def bill(use: MonthUse, *, terms: BillTerms, book: FactBook, month_name: str, zone: ZoneInfo) -> Bill:
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
        GridMismatchError: If a series does not cover the month.
        NothingReadError: If no interval has a usable reading.
        DemandUnknownError: If the capacity charge needs a value that is not known.
    """
    period = month(month_name, zone)
    found = prices(terms, book=book, period=period, zone=zone)
    grid, green = _metered(use, period, found.kinds)
    lines = [
        *_grid_lines(found, grid),
        *_green_lines(use, terms, found, green),
        *_capacity_lines(use, terms, grid, green),
    ]
    lines.append(_power_factor_line(use, terms, lines))
    lines.extend(_correction_line(correction) for correction in use.corrections)
    lines.sort(key=lambda line: list(BillItem).index(line.item))  # stable: origins stay in order
    usable = grid.usable & green.usable
    return Bill(
        user=use.user,
        month=month_name,
        tariff=terms.tariff.id,
        lines=tuple(lines),
        state=BillState.COMPLETE if usable.all() else BillState.PROVISIONAL,
        n_intervals=len(usable),
        n_usable=int(usable.sum()),
        energy=_total(grid) + _total(green),
        estimated=_estimated(use, period),
    )


def _metered(
    use: MonthUse, period: Period, kinds: NDArray[np.uint8]
) -> tuple[_Metered, _Metered]:
    grid = use.grid.within(period)
    if not grid.present.any():
        raise NothingReadError(
            given=f"{use.user}: no usable reading in {period.start.isoformat()} …",
            expected="at least one settled interval",
            remedy="settle the meter of the user first",
        )
    green_wh = np.zeros(period.n_steps, np.int64)
    usable = np.ones(period.n_steps, np.bool_)
    for purchase in use.green:
        matched = purchase.matched.within(period)
        green_wh += np.where(matched.present, matched.wh, 0)
        usable &= matched.present
    return (
        _Metered(origin=GRID, wh=grid.wh, usable=grid.present, kinds=kinds),
        _Metered(origin=GREEN, wh=green_wh, usable=usable, kinds=kinds),
    )
