"""What each account of a shared store earns and pays on a day, what the station earns, the counter.

Energy is bought and sold at the meter. The accounts' sums and what netting saves are shares of
what the meter paid, by largest remainder, so they close to the fen. A rate that nobody knows makes
its line unknown, and every sum above it: missing is never zero (§7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.dispatch.site.shared import (
    HOURS,
    OWN,
    QUARTERS,
    STEP_H,
    SharedStorage,
    year_days,
)
from taihang.core.dispatch.site.shared_ledger import Account, Ledger, wh
from taihang.core.quantities import FEN, whole_parts

_WH_PER_KWH: Final = 1000
_FEN_PER_CNY: Final = 100
_PER_HOUR: Final = QUARTERS // HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One account's day; what it pays is negative, what nobody knows is None."""

    owner: str
    trade_cny: Decimal
    """Sold less bought at the meter."""
    shaved_wh: int
    """Discharged under orders, as far as ordered [Wh]."""
    shaving_cny: Decimal | None
    rent_cny: Decimal | None
    """Paid by a renter, received by the operator."""

    @property
    def total_cny(self) -> Decimal | None:
        """What is left; None where a part of it is unknown."""
        return _total(self.trade_cny, self.shaving_cny, self.rent_cny)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResult:
    """The operator's day beside its own account."""

    meter_cny: Decimal
    """What the meter earned in all; the accounts' trade and netting are its shares."""
    netting_cny: Decimal
    """What was saved because accounts moved against each other."""
    missed_wh: int
    """Ordered and not delivered [Wh]."""
    penalty_cny: Decimal | None
    wear_cny: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakCounter:
    """Peak shaving of the year."""

    today_wh: int
    year_kwh: Decimal
    """Since the first of January, with this day [kWh]."""
    target_kwh: Decimal
    due_kwh: Decimal
    """What would be there by now if every day gave the same [kWh]."""
    cny_per_annual_kwh: Decimal | None
    """Invested by a kWh of the target; None where there is no target."""


def statements_of(ledger: Ledger, shared: SharedStorage, on: date) -> tuple[Statement, ...]:
    """Return the day of every account, the operator last.

    Args:
        ledger: The accounts.
        shared: The store.
        on: The day.
    """
    trades, _ = _trades(ledger, shared)
    shaved = shaved_wh(ledger, shared)
    pay = shared.rate("peak_shaving_cny_per_kwh").rate_cny
    rents = {one.id: _rent(one.power_kw, shared, on) for one in shared.renters}
    received = _total(*rents.values())
    return tuple(
        Statement(
            owner=one.owner,
            trade_cny=trade,
            shaved_wh=mine,
            shaving_cny=None
            if pay is None
            else _fen(Fraction(mine, _WH_PER_KWH) * Fraction(repr(pay))),
            rent_cny=received if one.owner == OWN else _negative(rents[one.owner]),
        )
        for one, trade, mine in zip(ledger.accounts, trades, shaved, strict=True)
    )


def station_result(ledger: Ledger, shared: SharedStorage) -> StationResult:
    """Return what the station earns beside the accounts."""
    _, netting = _trades(ledger, shared)
    missed = sum(_missed(ledger, shared))
    penalty = shared.rate("order_penalty_cny_per_kwh").rate_cny
    due = None if penalty is None else -Fraction(missed, _WH_PER_KWH) * Fraction(repr(penalty))
    worn = Fraction(sum(ledger.meter_out_wh), _WH_PER_KWH)
    return StationResult(
        meter_cny=_fen(_meter(ledger, shared)),
        netting_cny=netting,
        missed_wh=missed,
        # Nothing missed costs nothing, whatever the rate.
        penalty_cny=Decimal(0) if not missed else None if due is None else _fen(due),
        wear_cny=_fen(-worn * Fraction(repr(shared.storage.wear_cny_per_kwh))),
    )


def counter_of(ledger: Ledger, shared: SharedStorage, on: date) -> PeakCounter:
    """Return the counter of the year after a day."""
    counter, today = shared.counter, sum(shaved_wh(ledger, shared))
    target = Decimal(repr(counter.target_kwh))
    passed = Decimal(on.timetuple().tm_yday) / Decimal(year_days(on))
    return PeakCounter(
        today_wh=today,
        year_kwh=Decimal(repr(counter.so_far_kwh)) + Decimal(today) / _WH_PER_KWH,
        target_kwh=target,
        due_kwh=target * passed,
        cny_per_annual_kwh=Decimal(repr(counter.invest_cny)) / target if target else None,
    )


def availability_ratio(shared: SharedStorage) -> float:
    """Return what of the store's power was there over the day [1]."""
    return float(shared.available_kw().mean()) / shared.storage.power_kw


def shaved_wh(ledger: Ledger, shared: SharedStorage) -> list[int]:
    """Return what each account discharged under orders, as far as it was ordered [Wh].

    What the meter gave counts up to what was ordered, and is shared among those who discharged by
    largest remainder.
    """
    total = [0] * len(ledger.accounts)
    for step, ordered in enumerate(_ordered(shared)):
        counted = min(ledger.meter_out_wh[step], ordered)
        gave = [one.discharge_wh[step] for one in ledger.accounts]
        if not counted or not sum(gave):
            continue
        exact = [Fraction(counted * mine, sum(gave)) for mine in gave]
        for place, part in enumerate(whole_parts(exact, total=counted)):
            total[place] += part
    return total


def _ordered(shared: SharedStorage) -> list[int]:
    """Return what is ordered in each quarter [Wh]."""
    ordered = [0] * QUARTERS
    for one in shared.orders:
        for step in one.steps():
            ordered[step] += wh(one.discharge_kw * STEP_H)
    return ordered


def _missed(ledger: Ledger, shared: SharedStorage) -> list[int]:
    """Return what is missing of the orders in each quarter [Wh].

    Every account is rounded for itself, so a quarter that misses less than a kWh misses nothing.
    """
    missing = [ordered - ledger.meter_out_wh[step] for step, ordered in enumerate(_ordered(shared))]
    return [one if one >= _WH_PER_KWH else 0 for one in missing]


def _trades(ledger: Ledger, shared: SharedStorage) -> tuple[list[Decimal], Decimal]:
    """Return each account's trade and what netting saves: shares of what the meter earned."""
    exact = [_trade(one, shared) for one in ledger.accounts]
    meter = _meter(ledger, shared)
    exact.append(meter - sum(exact, Fraction(0)))
    total = round(meter * _FEN_PER_CNY)
    fen = whole_parts([one * _FEN_PER_CNY for one in exact], total=total)
    return [one * FEN for one in fen[:-1]], fen[-1] * FEN


def _trade(account: Account, shared: SharedStorage) -> Fraction:
    return _sold(account.discharge_wh, account.charge_wh, shared)


def _meter(ledger: Ledger, shared: SharedStorage) -> Fraction:
    return _sold(ledger.meter_out_wh, ledger.meter_in_wh, shared)


def _sold(out_wh: Sequence[int], into_wh: Sequence[int], shared: SharedStorage) -> Fraction:
    """Return what was sold less what was bought, exact [CNY]."""
    sell = [Fraction(repr(one)) for one in shared.market.sell_cny_per_kwh.tolist()]
    buy = [Fraction(repr(one)) for one in shared.market.buy_cny_per_kwh.tolist()]
    return sum(
        (
            (gave * sell[step // _PER_HOUR] - took * buy[step // _PER_HOUR]) / _WH_PER_KWH
            for step, (gave, took) in enumerate(zip(out_wh, into_wh, strict=True))
        ),
        Fraction(0),
    )


def _rent(power_kw: float, shared: SharedStorage, on: date) -> Decimal | None:
    """Return a day's share of a year's rent."""
    rate = shared.rate("rent_cny_per_kw_year").rate_cny
    if rate is None:
        return None
    return _fen(Fraction(repr(power_kw)) * Fraction(repr(rate)) / year_days(on))


def _negative(cny: Decimal | None) -> Decimal | None:
    return None if cny is None else -cny


def _total(*parts_cny: Decimal | None) -> Decimal | None:
    known = [one for one in parts_cny if one is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts_cny) else None


def _fen(cny: Fraction) -> Decimal:
    """Round once, half to even (§6)."""
    return round(cny * _FEN_PER_CNY) * FEN
