"""The accounts of a shared store, in whole watt-hours, closing with its meters to the last one.

In each quarter every account charges or discharges what was planned or nominated, as far as it
covers that. What the accounts do is netted at the meter; what the meter shows goes through the
store. The difference is lost, and is shared by one of two rules:

- ``own-use``: each renter loses what its own use loses at the efficiencies of the contract, so no
  one's account depends on what others do. The operator takes what is left of what was measured,
  which may be a gain, for netted energy never went through the store.
- ``metered``: what was measured is shared in proportion to what each account moved, by largest
  remainder, the earlier account first. Where nothing moved, in proportion to what each holds. No
  account goes below 0 for it or above what is rented; what one cannot bear is the operator's.

Either way the accounts and the energy that is always left are what the store holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Final

from taihang.core.dispatch.site.shared import (
    METERED,
    OWN,
    QUARTERS,
    STEP_H,
    SharedStorage,
)
from taihang.core.quantities import whole_parts

_WH_PER_KWH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an account is to do, by quarter; one way at a time."""

    charge_wh: tuple[int, ...]
    discharge_wh: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account over a day, by quarter."""

    owner: str
    start_wh: int
    charge_wh: tuple[int, ...]
    discharge_wh: tuple[int, ...]
    loss_wh: tuple[int, ...]
    """Below 0 a gain, which only the operator can have [Wh]."""
    held_wh: tuple[int, ...]
    """At the end of each quarter [Wh]."""
    cut_wh: int
    """What was wished and the account did not cover [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All accounts of a day and the meters of the store."""

    accounts: tuple[Account, ...]
    """Renters in the order of the file, the operator last."""
    meter_in_wh: tuple[int, ...]
    meter_out_wh: tuple[int, ...]
    stored_wh: tuple[int, ...]
    """In the store at the end of each quarter, all of it [Wh]."""
    start_wh: int
    base_wh: int
    """What is always left [Wh]."""


def settled(shared: SharedStorage, wishes: Mapping[str, Wish]) -> Ledger:
    """Keep the accounts of a day.

    Args:
        shared: The store.
        wishes: What each account is to do, by its owner.

    Returns:
        The ledger.
    """
    book = _Book(shared, wishes)
    for step in range(QUARTERS):
        book.step(step)
    return book.ledger()


@dataclass(slots=True)
class _Line:
    """One account while the day goes on."""

    owner: str
    wish: Wish
    most_wh: int
    """What it may hold [Wh]."""
    start_wh: int
    held: int = field(init=False)
    charge: list[int] = field(default_factory=list[int])
    discharge: list[int] = field(default_factory=list[int])
    loss: list[int] = field(default_factory=list[int])
    rows: list[int] = field(default_factory=list[int])
    cut: int = 0

    def __post_init__(self) -> None:
        self.held = self.start_wh


class _Book:
    """The accounts while the day goes on."""

    def __init__(self, shared: SharedStorage, wishes: Mapping[str, Wish]) -> None:
        storage = shared.storage
        self.storage = storage
        self.into = Fraction(repr(storage.charge_efficiency_ratio))
        self.out = Fraction(repr(storage.discharge_efficiency_ratio))
        self.lost_ratio = 1.0 - (1.0 - storage.standing_loss_ratio_per_h) ** STEP_H
        self.base_wh = wh(storage.base_kwh)
        self.start_wh = wh(storage.start_kwh)
        self.lines = [
            _Line(one.id, wishes[one.id], wh(one.energy_kwh), wh(one.start_kwh))
            for one in shared.renters
        ]
        # The operator holds what is stored and in no account, to the last watt-hour.
        in_accounts = sum(one.start_wh for one in self.lines)
        usable_wh = wh(storage.soc_max_ratio * storage.energy_kwh) - self.base_wh
        own_most = usable_wh - sum(one.most_wh for one in self.lines)
        own_start = self.start_wh - self.base_wh - in_accounts
        self.lines.append(_Line(OWN, wishes[OWN], own_most, own_start))
        self.stored = self.start_wh
        self.meter_in: list[int] = []
        self.meter_out: list[int] = []
        self.stored_rows: list[int] = []

    def step(self, step: int) -> None:
        """Go through one quarter."""
        for line in self.lines:
            self._move(line, step)
        net = sum(line.charge[-1] - line.discharge[-1] for line in self.lines)
        into, out = max(net, 0), max(-net, 0)
        before = self.stored
        self.stored += floor(into * self.into) - ceil(out / self.out) - self._standing(before)
        losses = self._shared(into - out - (self.stored - before))
        for line, loss in zip(self.lines, losses, strict=True):
            line.loss.append(loss)
            line.held += line.charge[-1] - line.discharge[-1] - loss
            line.rows.append(line.held)
        self.meter_in.append(into)
        self.meter_out.append(out)
        self.stored_rows.append(self.stored)

    def ledger(self) -> Ledger:
        """Return the day."""
        return Ledger(
            accounts=tuple(
                Account(
                    owner=line.owner,
                    start_wh=line.start_wh,
                    charge_wh=tuple(line.charge),
                    discharge_wh=tuple(line.discharge),
                    loss_wh=tuple(line.loss),
                    held_wh=tuple(line.rows),
                    cut_wh=line.cut,
                )
                for line in self.lines
            ),
            meter_in_wh=tuple(self.meter_in),
            meter_out_wh=tuple(self.meter_out),
            stored_wh=tuple(self.stored_rows),
            start_wh=self.start_wh,
            base_wh=self.base_wh,
        )

    def _move(self, line: _Line, step: int) -> None:
        """Charge or discharge as far as the account covers it, its own losses included."""
        # What is always left loses as well, at the operator's expense.
        base_wh = self.base_wh if line.owner == OWN else 0
        kept = line.held - self._standing(max(line.held + base_wh, 0))
        room = max(line.most_wh - kept, 0)
        charge = min(line.wish.charge_wh[step], floor(room / self.into))
        discharge = min(line.wish.discharge_wh[step], floor(max(kept, 0) * self.out))
        line.cut += line.wish.charge_wh[step] - charge + line.wish.discharge_wh[step] - discharge
        line.charge.append(charge)
        line.discharge.append(discharge)

    def _standing(self, held: int) -> int:
        return round(held * self.lost_ratio)

    def _shared(self, measured: int) -> list[int]:
        """Return what each account loses of what was measured, the operator the rest."""
        mine = self._by_meter(measured) if self.storage.losses == METERED else self._by_own_use()
        return [*mine, measured - sum(mine)]

    def _by_own_use(self) -> list[int]:
        losses = list[int]()
        for line in self.lines[:-1]:
            charge, discharge = line.charge[-1], line.discharge[-1]
            lost = charge - floor(charge * self.into) + ceil(discharge / self.out) - discharge
            losses.append(lost + self._standing(line.held))
        return losses

    def _by_meter(self, measured: int) -> list[int]:
        weights = [line.charge[-1] + line.discharge[-1] for line in self.lines]
        if not sum(weights):
            weights = [max(line.held, 0) for line in self.lines]
        if not sum(weights):
            return [0] * (len(self.lines) - 1)
        parts = whole_parts(
            [Fraction(measured * weight, sum(weights)) for weight in weights], total=measured
        )
        losses = list[int]()
        for part, line in zip(parts[:-1], self.lines[:-1], strict=True):
            before_loss = line.held + line.charge[-1] - line.discharge[-1]
            losses.append(max(min(part, before_loss), before_loss - line.most_wh))
        return losses


def wish_of(charge_kw: Sequence[float], discharge_kw: Sequence[float]) -> Wish:
    """Return powers by quarter as whole watt-hours, rounded.

    Example:
        >>> wish_of([4.0], [0.0]).charge_wh
        (1000,)
    """
    return Wish(
        charge_wh=tuple(wh(max(one, 0.0) * STEP_H) for one in charge_kw),
        discharge_wh=tuple(wh(max(one, 0.0) * STEP_H) for one in discharge_kw),
    )


def wh(energy_kwh: float) -> int:
    """Return an energy in whole watt-hours, rounded half to even."""
    return round(energy_kwh * _WH_PER_KWH)
