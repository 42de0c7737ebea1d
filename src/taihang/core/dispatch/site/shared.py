"""A store on the grid's side that several rent: its shares, orders, outages, prices and rates.

Rented energy is usable energy: the account of a renter lies between 0 and what it rents. The
operator holds what is not rented. What nobody knows of a rate is ``"none"``, with its mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Final, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from taihang.core.dispatch.fields import (
    Json,
    ParkProblemError,
    Range,
    Words,
    check_keys,
    read_record,
    read_records,
)
from taihang.core.dispatch.model import Reals

FORMAT: Final = "taihang/shared-storage/v1"
OWN: Final = "own"
"""The account of the operator: what is not rented."""
OWN_USE: Final = "own-use"
METERED: Final = "metered"
FREE: Final = "free"
NOMINATED: Final = "nominated"
HOURS: Final = 24
QUARTERS: Final = 96
STEP_H: Final = 0.25
_TABLES: Final = ("format", "storage", "market", "renter", "order", "outage", "rate", "counter")
_RATES: Final = ("rent_cny_per_kw_year", "peak_shaving_cny_per_kwh", "order_penalty_cny_per_kwh")
_AGREE_KWH: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The store itself."""

    id: str
    name_zh: str
    name_en: str
    time_zone: str
    power_kw: float
    energy_kwh: float
    """From empty to full [kWh]."""
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    standing_loss_ratio_per_h: Annotated[float, Range(0.0, 0.99)]
    soc_min_ratio: float
    soc_max_ratio: float
    start_kwh: float
    """What it holds at midnight, all of it [kWh]."""
    wear_cny_per_kwh: Annotated[float, Range(0.0)]
    """Of a kWh discharged [CNY/kWh]."""
    losses: Annotated[str, Words(OWN_USE, METERED)]
    """By what each account did itself, or what was measured, in proportion to all."""

    @property
    def usable_kwh(self) -> float:
        """What all accounts together can hold [kWh]."""
        return (self.soc_max_ratio - self.soc_min_ratio) * self.energy_kwh

    @property
    def base_kwh(self) -> float:
        """What is always left in the store [kWh]."""
        return self.soc_min_ratio * self.energy_kwh


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """What energy costs and earns where the store stands."""

    buy_cny_per_kwh: Reals
    """By hour of the local day, shape (24,) [CNY/kWh]."""
    sell_cny_per_kwh: Reals
    """By hour of the local day, shape (24,) [CNY/kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Renter:
    """Who rents a share."""

    id: str
    name_zh: str
    name_en: str
    power_kw: Annotated[float, Range(1.0)]
    energy_kwh: Annotated[float, Range(1.0)]
    """Usable; who rents nothing is no renter [kWh]."""
    start_kwh: float
    """Its account at midnight [kWh]."""
    mode: Annotated[str, Words(FREE, NOMINATED)]
    """``free``: planned with the others; ``nominated``: by its own schedule."""
    charge_kw: Reals | None
    """Its own schedule by hour, shape (24,); none where it is planned [kW]."""
    discharge_kw: Reals | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The grid operator wants the store to discharge."""

    id: str
    first: str
    """Local time at which it begins, on a quarter of an hour."""
    last: str
    """Local time at which it ends."""
    discharge_kw: float

    def steps(self) -> range:
        """Return the quarters of the day that it covers.

        Raises:
            ParkProblemError: If its times are none.
        """
        return steps_of(self.first, self.last, where=f"order {self.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A part of the store is not there for a time."""

    first: str
    last: str
    left_ratio: float
    """What of its power is left [1]."""

    def steps(self) -> range:
        """Return the quarters of the day that it covers.

        Raises:
            ParkProblemError: If its times are none.
        """
        return steps_of(self.first, self.last, where="outage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate of money, and how sure of it we are."""

    name: Annotated[str, Words(*_RATES)]
    rate_cny: Annotated[float | None, Range(0.0)]
    """In CNY for what the name says; none where nobody knows [CNY]."""
    mark: Annotated[str, Words("verified", "calc", "assumed", "unknown")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Peak shaving of the year against what was promised."""

    target_kwh: float
    """Of a year [kWh]."""
    so_far_kwh: float
    """Discharged under orders since the first of January, without this day [kWh]."""
    invest_cny: Annotated[float, Range(0.0)]


@dataclass(frozen=True, slots=True, eq=False)
class SharedStorage:
    """A store and all its terms."""

    storage: Storage
    market: Market
    renters: tuple[Renter, ...]
    orders: tuple[Order, ...]
    outages: tuple[Outage, ...]
    rates: tuple[Rate, ...]
    counter: Counter

    def rate(self, name: str) -> Rate:
        """Return a rate by its name."""
        return next(one for one in self.rates if one.name == name)

    @property
    def own_kw(self) -> float:
        """Power that is not rented [kW]."""
        return self.storage.power_kw - sum(one.power_kw for one in self.renters)

    @property
    def own_kwh(self) -> float:
        """Usable energy that is not rented [kWh]."""
        return self.storage.usable_kwh - sum(one.energy_kwh for one in self.renters)

    @property
    def own_start_kwh(self) -> float:
        """The operator's account at midnight [kWh]."""
        held = self.storage.start_kwh - self.storage.base_kwh
        return held - sum(one.start_kwh for one in self.renters)

    def available_kw(self) -> Reals:
        """Return what the store can give or take in each quarter, shape (96,) [kW]."""
        left_ratio = np.ones(QUARTERS)
        for one in self.outages:
            steps = one.steps()
            left_ratio[steps.start : steps.stop] *= one.left_ratio
        return left_ratio * self.storage.power_kw


def shared_of(given: Mapping[str, Json]) -> SharedStorage:
    """Read a store that several rent: exactly the tables that are known.

    Raises:
        ParkProblemError: If anything is unknown, missing, out of range, or rented twice.
    """
    check_keys(given, list(_TABLES), "the store")
    if given["format"] != FORMAT:
        raise ParkProblemError(f"format {given['format']!r}", f"{FORMAT!r}")
    shared = SharedStorage(
        storage=_one(Storage, given, "storage"),
        market=_one(Market, given, "market"),
        renters=read_records(Renter, given["renter"], where="renter", n_steps=HOURS),
        orders=read_records(Order, given["order"], where="order", n_steps=HOURS),
        outages=read_records(Outage, given["outage"], where="outage", n_steps=HOURS),
        rates=read_records(Rate, given["rate"], where="rate", n_steps=HOURS),
        counter=_one(Counter, given, "counter"),
    )
    _check_zone(shared.storage.time_zone)
    _check_storage(shared.storage)
    _check_shares(shared)
    _check_schedules(shared)
    _check_orders(shared)
    _check_rates(shared)
    return shared


def steps_of(first: str, last: str, *, where: str) -> range:
    """Return the quarters of a day between two local times; ``24:00`` is its end.

    Example:
        >>> steps_of("18:00", "18:30", where="order")
        range(72, 74)

    Raises:
        ParkProblemError: If they are no times on a quarter, one after the other.
    """
    begin, end = _step(first), _step(last)
    if begin is None or end is None or end <= begin:
        raise ParkProblemError(
            f"{first!r} to {last!r} of {where}",
            'two times on a quarter of an hour, such as "18:00" and "20:15"',
            "correct them; the end of the day is 24:00",
        )
    return range(begin, end)


def _step(words: str) -> int | None:
    if words == "24:00":
        return QUARTERS
    try:
        at = time.fromisoformat(words)
    except ValueError:
        return None
    minutes = at.hour * 60 + at.minute
    is_whole = minutes % 15 == 0 and not at.second and not at.microsecond
    return minutes // 15 if is_whole and at.tzinfo is None else None


_Record = TypeVar("_Record")


def _one(kind: type[_Record], given: Mapping[str, Json], name: str) -> _Record:
    return read_record(kind, cast("Mapping[str, Json]", given[name]), where=name, n_steps=HOURS)


def _check_storage(storage: Storage) -> None:
    if min(storage.power_kw, storage.usable_kwh) <= 0.0:
        raise ParkProblemError(
            f"a store of {storage.power_kw:g} kW and {storage.usable_kwh:g} usable kWh",
            "power and energy between soc_min_ratio and soc_max_ratio, both above 0",
        )


def _check_shares(shared: SharedStorage) -> None:
    """Refuse more shares than there is, and accounts beyond their shares."""
    ids = [one.id for one in shared.renters]
    if len(set(ids)) != len(ids) or OWN in ids:
        raise ParkProblemError(f"renters {ids}", f"every id once, and none {OWN!r}")
    for name, left in (("power_kw", shared.own_kw), ("energy_kwh", shared.own_kwh)):
        if left < -_AGREE_KWH:
            raise ParkProblemError(
                f"shares of {name} that are {-left:g} more than the store has",
                "shares that together fit into the store; usable energy is between the limits",
                "let less, or correct the store",
            )
    accounts = [(one.id, one.start_kwh, one.energy_kwh) for one in shared.renters]
    accounts.append((OWN, shared.own_start_kwh, shared.own_kwh))
    for owner, start_kwh, most_kwh in accounts:
        if not -_AGREE_KWH <= start_kwh <= most_kwh + _AGREE_KWH:
            raise ParkProblemError(
                f"{start_kwh:g} kWh at midnight in the account of {owner}",
                f"0 … {most_kwh:g} kWh",
                "correct start_kwh; the operator holds what is stored and not in an account",
            )


def _check_schedules(shared: SharedStorage) -> None:
    for one in shared.renters:
        both = (one.charge_kw, one.discharge_kw)
        given = [each for each in both if each is not None]
        if len(given) != (2 if one.mode == NOMINATED else 0):
            raise ParkProblemError(
                f"schedules of {one.id} with mode {one.mode!r}",
                'charge_kw and discharge_kw with "nominated", and none with "free"',
            )
        if not given:
            continue
        charge_kw, discharge_kw = given
        most = max(float(charge_kw.max()), float(discharge_kw.max()))
        if most > one.power_kw or bool((np.minimum(charge_kw, discharge_kw) > 0.0).any()):
            raise ParkProblemError(
                f"a schedule of {one.id} of up to {most:g} kW",
                f"at most {one.power_kw:g} kW, and one way at a time",
            )
    shared.available_kw()


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ParkProblemError(
            f"storage.time_zone {name!r}", "an IANA zone such as Asia/Shanghai"
        ) from error


def _check_orders(shared: SharedStorage) -> None:
    """Refuse orders that the store cannot give, and two at once: a kWh is shaved only once."""
    ordered = dict[int, str]()
    for order in shared.orders:
        for step in order.steps():
            if step in ordered:
                raise ParkProblemError(
                    f"orders {ordered[step]} and {order.id} at the same time, "
                    f"{step // 4:02}:{step % 4 * 15:02}",
                    "one order at a time",
                    "write the part that they share as one order of their sum",
                )
            ordered[step] = order.id
        if order.discharge_kw > shared.storage.power_kw:
            raise ParkProblemError(
                f"order {order.id} of {order.discharge_kw:g} kW",
                f"at most {shared.storage.power_kw:g} kW, what the store gives",
            )


def _check_rates(shared: SharedStorage) -> None:
    names = sorted(one.name for one in shared.rates)
    if names != sorted(_RATES):
        raise ParkProblemError(
            f"rates {names}",
            f"each of {list(_RATES)} once",
            'give the rate; what nobody knows is "none" with the mark "unknown"',
        )
    for one in shared.rates:
        if (one.rate_cny is None) != (one.mark == "unknown"):
            raise ParkProblemError(
                f"rate {one.name} of {one.rate_cny} marked {one.mark!r}",
                '"none" with the mark "unknown", and a number with any other',
            )


def year_days(on: date) -> int:
    """Return how many days the year of a day has.

    Example:
        >>> year_days(date(2028, 6, 1))
        366
    """
    return (date(on.year + 1, 1, 1) - date(on.year, 1, 1)).days
