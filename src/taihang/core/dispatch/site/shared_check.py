"""The referee of a shared store's accounts: goes through the ledger with sums of its own.

It knows the store and the ledger, and neither the plan nor how the accounts were kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from taihang.core.dispatch.site.shared import OWN, OWN_USE, QUARTERS, SharedStorage
from taihang.core.dispatch.site.shared_ledger import Account, Ledger

_ROUNDED_WH: Final = 2.0
"""Largest rounding of one quarter: into the store, out of it, and what it loses standing [Wh]."""


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A rule that the ledger breaks, at its first quarter."""

    rule: str
    owner: str
    quarter: int
    given_wh: int
    limit_wh: int


def check_ledger(ledger: Ledger, shared: SharedStorage) -> tuple[LedgerFault, ...]:
    """Return what is wrong with a ledger, each rule once an owner.

    Args:
        ledger: The accounts and meters of a day.
        shared: The store.

    Returns:
        The faults; none for true accounts.
    """
    owners = [one.id for one in shared.renters] + [OWN]
    if [one.owner for one in ledger.accounts] != owners:
        return (LedgerFault("owners", "", -1, len(ledger.accounts), len(owners)),)
    rows = [ledger.meter_in_wh, ledger.meter_out_wh, ledger.stored_wh]
    for one in ledger.accounts:
        rows += [one.charge_wh, one.discharge_wh, one.loss_wh, one.held_wh]
    if any(len(row) != QUARTERS for row in rows):
        return (LedgerFault("shape", "", -1, min(len(row) for row in rows), QUARTERS),)
    first = dict[tuple[str, str], LedgerFault]()
    for fault in (*_store(ledger, shared), *_sums(ledger), *_accounts(ledger, shared)):
        first.setdefault((fault.rule, fault.owner), fault)
    return tuple(first.values())


def _store(ledger: Ledger, shared: SharedStorage) -> Iterator[LedgerFault]:
    """Test what the store does: one way, within its power and limits, and its own losses."""
    storage, available = shared.storage, shared.available_kw().tolist()
    into = Fraction(repr(storage.charge_efficiency_ratio))
    out = Fraction(repr(storage.discharge_efficiency_ratio))
    kept = (1.0 - storage.standing_loss_ratio_per_h) ** 0.25
    low = round(storage.soc_min_ratio * storage.energy_kwh * 1000)
    high = round(storage.soc_max_ratio * storage.energy_kwh * 1000)
    held = ledger.start_wh
    if held != round(storage.start_kwh * 1000):
        yield LedgerFault("start", "", -1, held, round(storage.start_kwh * 1000))
    for quarter in range(QUARTERS):
        taken, given = ledger.meter_in_wh[quarter], ledger.meter_out_wh[quarter]
        most = round(available[quarter] * 250)
        if min(taken, given) != 0:
            yield LedgerFault("both-ways", "", quarter, min(taken, given), 0)
        # Every account is rounded for itself, each by half a watt-hour at most.
        if not 0 <= max(taken, given) <= most + len(ledger.accounts):
            yield LedgerFault("power", "", quarter, max(taken, given), most)
        exact = float(taken * into - given / out) - held * (1.0 - kept)
        change = ledger.stored_wh[quarter] - held
        if abs(change - exact) > _ROUNDED_WH:
            yield LedgerFault("stored", "", quarter, change, round(exact))
        held = ledger.stored_wh[quarter]
        # The roundings of all accounts end at the operator's, and so in the store.
        slack = round(_ROUNDED_WH) * len(ledger.accounts) * (quarter + 1)
        if not low - slack <= held <= high + slack:
            yield LedgerFault("state-of-charge", "", quarter, held, low if held < low else high)


def _sums(ledger: Ledger) -> Iterator[LedgerFault]:
    """Test that accounts sum to the meters, to the last watt-hour."""
    for quarter in range(QUARTERS):
        net = sum(one.charge_wh[quarter] - one.discharge_wh[quarter] for one in ledger.accounts)
        meter = ledger.meter_in_wh[quarter] - ledger.meter_out_wh[quarter]
        if net != meter:
            yield LedgerFault("meter", "", quarter, net, meter)
        held = ledger.base_wh + sum(one.held_wh[quarter] for one in ledger.accounts)
        if held != ledger.stored_wh[quarter]:
            yield LedgerFault("sum-of-accounts", "", quarter, held, ledger.stored_wh[quarter])


def _accounts(ledger: Ledger, shared: SharedStorage) -> Iterator[LedgerFault]:
    shares = {one.id: (one.power_kw, one.energy_kwh, one.start_kwh) for one in shared.renters}
    shares[OWN] = (shared.own_kw, shared.own_kwh, shared.own_start_kwh)
    for one in ledger.accounts:
        power_kw, energy_kwh, start_kwh = shares[one.owner]
        # The operator's account is what is left, so its first sum is one of roundings.
        slack = len(shares) + 1 if one.owner == OWN else 0
        if abs(one.start_wh - round(start_kwh * 1000)) > slack:
            yield LedgerFault("start", one.owner, -1, one.start_wh, round(start_kwh * 1000))
        yield from _account(one, round(power_kw * 250), round(energy_kwh * 1000))
        if one.owner != OWN and shared.storage.losses == OWN_USE:
            yield from _own_use(one, shared)


def _account(one: Account, power_most: int, energy_most: int) -> Iterator[LedgerFault]:
    held = one.start_wh
    for quarter in range(QUARTERS):
        charge, discharge = one.charge_wh[quarter], one.discharge_wh[quarter]
        if not (0 <= charge <= power_most + 1 and 0 <= discharge <= power_most + 1):
            worst = max(charge, discharge) if min(charge, discharge) >= 0 else discharge
            yield LedgerFault("share-of-power", one.owner, quarter, worst, power_most)
        held += charge - discharge - one.loss_wh[quarter]
        if held != one.held_wh[quarter]:
            yield LedgerFault("account", one.owner, quarter, one.held_wh[quarter], held)
        # The operator bears the roundings of all others, and netted energy that others hold.
        if one.owner != OWN and not 0 <= held <= energy_most:
            limit = 0 if held < 0 else energy_most
            yield LedgerFault("share-of-energy", one.owner, quarter, held, limit)


def _own_use(one: Account, shared: SharedStorage) -> Iterator[LedgerFault]:
    """Test that a renter loses what its own use loses, and no more."""
    storage, held = shared.storage, one.start_wh
    kept = (1.0 - storage.standing_loss_ratio_per_h) ** 0.25
    for quarter in range(QUARTERS):
        due = one.charge_wh[quarter] * (1.0 - storage.charge_efficiency_ratio)
        due += one.discharge_wh[quarter] * (1.0 / storage.discharge_efficiency_ratio - 1.0)
        due += held * (1.0 - kept)
        if abs(one.loss_wh[quarter] - due) > _ROUNDED_WH:
            yield LedgerFault("own-use", one.owner, quarter, one.loss_wh[quarter], round(due))
        held = one.held_wh[quarter]
