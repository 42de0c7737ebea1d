"""Where the energy of a battery is from: in lots, the oldest first; or as one well-mixed store.

What is charged in one interval is one lot. It keeps its composition (plants, grid, unknown), and
every loss comes out of a lot: at charging, by the charge efficiency, rounded down; with time, out
of the oldest; at discharge, by what the discharge efficiency takes more than it gives, rounded up.
So no more is ever released than was charged.

What a store held before anything was known of it is of **unknown origin**, and it is taken to be
full of that: the unknown is released first, and earns no claim. Where a meter of the battery was
not read, everything in it is unknown again. A store whose real losses are larger than the stated
ones would fill up in the books; what is above its usable capacity is written off, the oldest first.

Source: EnergyTag scheme standard, storage records (first in, first out; rounded down; never more
than charged × efficiency).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import split_pro_rata
from taihang.core.park.assets import Battery
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH

_Energies = NDArray[np.int64]
NO_LOT: Final = -1
"""Stands for the time of the oldest lot of an empty store."""


@dataclass(frozen=True, slots=True)
class Store:
    """What a battery can hold, and what it loses."""

    usable_wh: int
    """Between its least and its largest state of charge [Wh]."""
    charge: Fraction
    """Stored over drawn [1]."""
    discharge: Fraction
    """Given over taken from the store [1]."""
    kept: Fraction
    """Left over stored, after one interval [1]."""

    @classmethod
    def of(cls, battery: Battery) -> "Store":
        """Return the store of a battery, exact in the decimal numbers of park.toml."""
        usable = Fraction(str(battery.soc_max_ratio)) - Fraction(str(battery.soc_min_ratio))
        standing = Fraction(str(battery.standing_loss_ratio_per_h))
        return cls(
            usable_wh=int(Fraction(str(battery.energy_kwh)) * WH_PER_KWH * usable),
            charge=Fraction(str(battery.charge_efficiency_ratio)),
            discharge=Fraction(str(battery.discharge_efficiency_ratio)),
            kept=1 - standing * STEP_S / SECONDS_PER_HOUR,
        )


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one charge, by origin."""

    time_s: int
    """Start of the interval in which it was charged [s]."""
    wh: tuple[int, ...]
    """By plant row, then of the grid, then of unknown origin [Wh]."""


@dataclass(frozen=True, slots=True)
class Flows:
    """What went into and out of one battery, as its meters say."""

    times_s: _Energies
    """Starts of the intervals, shape (n,). [s]"""
    charged_wh: _Energies
    """Drawn, by origin, shape (n_origins, n). [Wh]"""
    discharged_wh: _Energies
    """Given, shape (n,). [Wh]"""
    known: NDArray[np.bool_]
    """Where both meters have a usable value, shape (n,)."""


@dataclass(frozen=True, slots=True)
class StoreRun:
    """One battery over some intervals; by origin, shape (n_origins, n). [Wh].

    stock = stock before + charged + assumed − released − lost, in every interval and origin.
    """

    released_wh: _Energies
    """At the meter."""
    lost_wh: _Energies
    """At charging, with time, at discharge, and written off."""
    assumed_wh: _Energies
    """What must have been in the store without anybody knowing since when."""
    stock_wh: _Energies
    """In the store at the end of the interval."""
    excess_wh: _Energies
    """Written off because the store cannot hold so much, part of the lost, shape (n,)."""
    oldest_s: _Energies
    """When the oldest lot in the store was charged, shape (n,); ``NO_LOT`` of an empty one. [s]"""
    lots: tuple[Lot, ...]
    """In the store at the end, the oldest first."""
    released_from: tuple[tuple[Lot, ...], ...]
    """What was taken from which lots, for each interval that was watched."""


def full_of_unknown(store: Store, *, n_origins: int, time_s: int) -> tuple[Lot, ...]:
    """Return the opening lots of a store of which nothing is known.

    Args:
        store: The store.
        n_origins: Plants, the grid, and unknown.
        time_s: From when on it is known [s].
    """
    return (Lot(time_s, (*(0,) * (n_origins - 1), store.usable_wh)),)


def stored_wh(charged_wh: _Energies, *, store: Store) -> _Energies:
    """Return what of a charge is in the store, by origin, shape (n_origins, n) [Wh].

    Args:
        charged_wh: Drawn, by origin, shape (n_origins, n). [Wh]
        store: The store.

    Example:
        >>> store = Store(100, Fraction(9, 10), Fraction(1), Fraction(1))
        >>> stored_wh(np.array([[5], [6]]), store=store).ravel().tolist()
        [4, 5]
    """
    total_wh = charged_wh.sum(axis=0) * store.charge.numerator // store.charge.denominator
    return split_pro_rata(total_wh, weights_wh=charged_wh)


def run_store(
    flows: Flows,
    *,
    store: Store,
    opening: Sequence[Lot],
    well_mixed: bool = False,
    watched: Sequence[int] = (),
) -> StoreRun:
    """Follow the lots of a battery through some intervals.

    Args:
        flows: What its meters say.
        store: What it can hold and loses.
        opening: Lots at the start, the oldest first.
        well_mixed: Whether all lots are one.
        watched: Intervals of which it is told what was taken from which lot.

    Returns:
        What was released and lost, and what is left.
    """
    content_wh = stored_wh(flows.charged_wh, store=store)
    # Taken from the store for what was given at the meter: rounded up.
    need_wh = -(-flows.discharged_wh * store.discharge.denominator // store.discharge.numerator)
    books = _Books(*flows.charged_wh.shape)
    queue = _Queue(opening, len(content_wh), well_mixed=well_mixed)
    pieces: dict[int, tuple[Lot, ...]] = {}
    wanted = frozenset(watched)
    for i, at_s in enumerate(flows.times_s.tolist()):
        if flows.known[i]:
            # Time first, then charge, discharge, and what the store cannot hold.
            books.lose(i, queue.take(queue.total_wh - _kept(queue.total_wh, store)))
            queue.put(at_s, content_wh[:, i].tolist())
            out = queue.take(int(need_wh[i]))
            books.release(i, out)
            if i in wanted:
                pieces[i] = tuple(out.lots)
            books.write_off(i, queue.take(max(queue.total_wh - store.usable_wh, 0)))
        else:
            books.lose(i, queue.take(queue.total_wh))
            queue.put(at_s, [0] * (len(content_wh) - 1) + [store.usable_wh])
            books.assumed_wh[-1, i] += store.usable_wh
        books.stock_wh[:, i] = queue.sum_wh
        books.oldest_s[i] = queue.oldest_s
    released_wh = split_pro_rata(
        np.where(flows.known, flows.discharged_wh, 0), weights_wh=books.taken_wh
    )
    at_charging_wh = flows.charged_wh - np.where(flows.known, content_wh, 0)
    return StoreRun(
        released_wh=released_wh,
        lost_wh=books.lost_wh + at_charging_wh + books.taken_wh - released_wh,
        assumed_wh=books.assumed_wh,
        stock_wh=books.stock_wh,
        excess_wh=books.excess_wh,
        oldest_s=books.oldest_s,
        lots=tuple(queue.lots),
        released_from=tuple(pieces.get(i, ()) for i in watched),
    )


def lots_at(
    stock_wh: Sequence[int],
    *,
    oldest_s: int,
    since: Flows,
    store: Store,
) -> tuple[Lot, ...]:
    """Return the lots in a store again, from what was charged since the oldest of them.

    All but the oldest lot are whole, for every loss and release comes out of the oldest.

    Args:
        stock_wh: What is in the store, by origin [Wh].
        oldest_s: When the oldest lot was charged [s].
        since: Flows from that interval on, to now.
        store: The store.
    """
    if oldest_s == NO_LOT:
        return ()
    content_wh = stored_wh(since.charged_wh, store=store)
    later = [
        Lot(int(at_s), tuple(column))
        for at_s, column in zip(since.times_s, content_wh.T.tolist(), strict=True)
        if at_s > oldest_s and any(column)
    ]
    head = [own - sum(lot.wh[row] for lot in later) for row, own in enumerate(stock_wh)]
    return (Lot(oldest_s, tuple(head)), *later)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came out of the store, by origin, and how much was asked for that is not there. [Wh]."""

    wh: list[int]
    short_wh: int
    lots: list[Lot]


class _Books:
    """What happened to the content of a store, by origin and interval."""

    def __init__(self, n_origins: int, n: int) -> None:
        self.taken_wh = np.zeros((n_origins, n), np.int64)
        self.lost_wh = np.zeros((n_origins, n), np.int64)
        self.assumed_wh = np.zeros((n_origins, n), np.int64)
        self.stock_wh = np.zeros((n_origins, n), np.int64)
        self.excess_wh = np.zeros(n, np.int64)
        self.oldest_s = np.zeros(n, np.int64)

    def lose(self, i: int, out: _Taken) -> None:
        """Note what time took."""
        self.lost_wh[:, i] += out.wh

    def release(self, i: int, out: _Taken) -> None:
        """Note what was discharged; more than there was must have been there unknown."""
        self.taken_wh[:, i] += out.wh
        self.taken_wh[-1, i] += out.short_wh
        self.assumed_wh[-1, i] += out.short_wh

    def write_off(self, i: int, out: _Taken) -> None:
        """Note what the store cannot hold."""
        self.lost_wh[:, i] += out.wh
        self.excess_wh[i] += sum(out.wh)


class _Queue:
    """The lots of a store, the oldest first."""

    def __init__(self, lots: Sequence[Lot], n_origins: int, *, well_mixed: bool) -> None:
        self.lots: deque[Lot] = deque()
        self.sum_wh = [0] * n_origins
        self._well_mixed = well_mixed
        for lot in lots:
            self.put(lot.time_s, list(lot.wh))

    @property
    def total_wh(self) -> int:
        """In the store [Wh]."""
        return sum(self.sum_wh)

    @property
    def oldest_s(self) -> int:
        """When the oldest lot was charged [s]."""
        return self.lots[0].time_s if self.lots else NO_LOT

    def put(self, time_s: int, wh: list[int]) -> None:
        """Add a lot; nothing where it holds nothing."""
        if not any(wh):
            return
        self.sum_wh = [a + b for a, b in zip(self.sum_wh, wh, strict=True)]
        if self._well_mixed and self.lots:
            first = self.lots.popleft()
            time_s, wh = first.time_s, [a + b for a, b in zip(first.wh, wh, strict=True)]
        self.lots.append(Lot(time_s, tuple(wh)))

    def take(self, wh: int) -> _Taken:
        """Take energy out of the oldest lots."""
        found, lots = [0] * len(self.sum_wh), list[Lot]()
        while wh > 0 and self.lots:
            lot = self.lots.popleft()
            inside_wh = sum(lot.wh)
            part = lot.wh if inside_wh <= wh else _portion(lot.wh, wh)
            if inside_wh > wh:
                rest = tuple(a - b for a, b in zip(lot.wh, part, strict=True))
                self.lots.appendleft(Lot(lot.time_s, rest))
            wh -= sum(part)
            found = [a + b for a, b in zip(found, part, strict=True)]
            lots.append(Lot(lot.time_s, part))
        self.sum_wh = [a - b for a, b in zip(self.sum_wh, found, strict=True)]
        return _Taken(found, max(wh, 0), lots)


def _portion(lot_wh: Sequence[int], wh: int) -> tuple[int, ...]:
    """Return a part of a lot in its proportions, by largest remainder."""
    total_wh = sum(lot_wh)
    shares = [own * wh // total_wh for own in lot_wh]
    rests = [own * wh % total_wh for own in lot_wh]
    order = sorted(range(len(rests)), key=lambda row: (-rests[row], row))
    for row in order[: wh - sum(shares)]:
        shares[row] += 1
    return tuple(shares)


def _kept(wh: int, store: Store) -> int:
    return wh * store.kept.numerator // store.kept.denominator
