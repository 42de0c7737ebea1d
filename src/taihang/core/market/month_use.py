"""What one user did in one month: the measured side of a bill."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError, StateError
from taihang.core.market.bill_line import GREEN, GRID, Text
from taihang.core.park.contract import GreenSupply
from taihang.core.periods import Period
from taihang.core.quantities import Energy
from taihang.core.series import EnergySeries, Quality


class NegativeEnergyError(InputError):
    """An interval has negative energy: the two directions of a meter were netted (§4)."""

    code = "input.negative-energy"


class DuplicateLineError(InputError):
    """Two supplies or two corrections of one bill share an id."""

    code = "input.duplicate-line"


class NothingReadError(StateError):
    """Not one interval of the month has a usable reading: there is nothing to bill yet."""

    code = "state.nothing-read"


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenPurchase:
    """What a user took under one green supply contract."""

    supply: GreenSupply
    matched: EnergySeries
    """Matched energy on the settlement grid; not part of the energy from the grid. [Wh]"""
    prices: "IntervalPrices | None" = None
    """Price of each interval; None where the contract has one fixed price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactiveReading:
    """Active and reactive energy of the month, both from the same meter."""

    active_kwh: Decimal
    reactive_kvarh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalPrices:
    """The market price of every interval of a month."""

    counts: NDArray[np.int64]
    """Stored counts; 0 where there is none, shape (n,)."""
    known: NDArray[np.bool_]
    """Where a price was read, shape (n,)."""
    cny_per_kwh_of_count: Decimal
    """What one count is worth [CNY/kWh]."""

    @classmethod
    def none(cls, n_steps: int) -> "IntervalPrices":
        """Return the prices of a month of which nothing was read."""
        return cls(
            counts=np.zeros(n_steps, np.int64),
            known=np.zeros(n_steps, np.bool_),
            cny_per_kwh_of_count=Decimal(0),
        )


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
    reactive: ReactiveReading | Text | None
    """Both energies, or why the register says nothing; None where none is declared."""
    corrections: tuple[Correction, ...]
    shares: tuple[Correction, ...] = ()
    """Parts of what the park as a whole bears, by the park's rule."""
    market_prices: IntervalPrices | None = None
    """Prices of a user that trades in the market; None where it does not, or none was read."""

    def __post_init__(self) -> None:
        """Refuse two lines of the same name.

        Raises:
            DuplicateLineError: If two supplies or two corrections share an id.
        """
        supplies = [purchase.supply.id for purchase in self.green]
        corrections = [correction.id for correction in self.corrections]
        shares = [share.id for share in self.shares]
        for ids in (supplies, corrections, shares):
            if len(set(ids)) != len(ids):
                raise DuplicateLineError(
                    given=f"{self.user} with the ids {ids}",
                    expected="each id once",
                    remedy="add the series of one supply, and give each correction its own id",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """The energy of one origin, on the grid of the month."""

    origin: str
    wh: NDArray[np.int64]
    """Energy of the usable readings; 0 where there is none, shape (n,). [Wh]"""
    known: NDArray[np.bool_]
    """Where at least one series has a usable value, shape (n,)."""
    whole: NDArray[np.bool_]
    """Where every series has one, shape (n,)."""

    @classmethod
    def of(cls, series: EnergySeries, *, origin: str) -> "Metered":
        """Take one series; the number beside a missing value means nothing and is masked (§7).

        Raises:
            NegativeEnergyError: If an interval has negative energy.
        """
        wh = np.where(series.present, series.wh, 0)
        if (wh < 0).any():
            raise NegativeEnergyError(
                given=f"{int(wh.min())} Wh in an interval of the {origin} series",
                expected="0 Wh or more in each direction",
                remedy="bill import and export apart, each with its own register",
            )
        return cls(
            origin=origin,
            wh=wh,
            known=series.present,
            whole=series.present,
        )

    @property
    def energy(self) -> Energy:
        """The energy of the month."""
        return Energy(int(self.wh.sum()))

    def where(self, chosen: NDArray[np.bool_]) -> "Metered":
        """Keep the chosen intervals only."""
        return Metered(
            origin=self.origin,
            wh=self.wh[chosen],
            known=self.known[chosen],
            whole=self.whole[chosen],
        )


def grid_metered(use: MonthUse, *, period: Period) -> Metered:
    """Return the energy from the grid over a month.

    Args:
        use: What the user did.
        period: The month.

    Raises:
        NothingReadError: If no interval has a usable reading.
        GridMismatchError: If the series does not cover the month.
    """
    grid = Metered.of(use.grid.within(period), origin=GRID)
    if not grid.known.any():
        raise NothingReadError(
            given=f"{use.user} without a usable reading from {period.start.isoformat()} on",
            expected="at least one settled interval",
            remedy="settle the meter of the user first",
        )
    return grid


def green_parts(use: MonthUse, *, period: Period) -> tuple[Metered, ...]:
    """Return the energy of each green contract over a month, in their order.

    Args:
        use: What the user did.
        period: The month.

    Raises:
        GridMismatchError: If a series does not cover the month.
    """
    return tuple(
        Metered.of(purchase.matched.within(period), origin=GREEN) for purchase in use.green
    )


def green_metered(parts: Sequence[Metered], *, n_steps: int) -> Metered:
    """Return the energy of all green contracts together.

    Args:
        parts: The energy of each, see ``green_parts``.
        n_steps: Intervals of the month.
    """
    wh = np.zeros(n_steps, np.int64)
    known, whole = np.zeros(n_steps, np.bool_), np.ones(n_steps, np.bool_)
    for one in parts:
        wh += one.wh
        known |= one.known
        whole &= one.whole
    return Metered(origin=GREEN, wh=wh, known=known, whole=whole)


def estimated(use: MonthUse, *, period: Period) -> Energy:
    """Return how much of the energy of a month rests on estimates."""
    every = [use.grid, *(purchase.matched for purchase in use.green)]
    cut = [series.within(period) for series in every]
    return Energy(sum(int(s.wh[s.quality == Quality.ESTIMATED].sum()) for s in cut))
