"""A charging station with sun and storage behind one transformer: what stands there, and prices.

All energies of its day are whole watt-hours a minute. A power of the file that is no whole number
of watt-hours a minute is rounded down, by less than 60 W.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Protocol, TypeVar, cast

from taihang.core.dispatch.fields import (
    Json,
    ParkProblemError,
    Range,
    check_keys,
    read_record,
    read_records,
)
from taihang.core.dispatch.model import Reals

FORMAT: Final = "taihang/site/v1"
HOURS: Final = 24
VISITS_MOST: Final = 10_000
"""Most vehicles of one day (§10)."""
_TABLES: Final = ("format", "site", "sun", "base", "battery", "charger", "visits", "purchase")
_MINUTES_PER_HOUR: Final = 60


class _Dated(Protocol):
    @property
    def valid_from(self) -> str: ...
    @property
    def valid_to(self) -> str | None: ...


_Price = TypeVar("_Price", bound=_Dated)


def minute_wh(power_kw: float) -> int:
    """Return what a power is in whole watt-hours a minute, rounded down.

    Example:
        >>> minute_wh(7.0)
        116
    """
    return int(power_kw * 1000.0 / _MINUTES_PER_HOUR + 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTerms:
    """The station and its connection."""

    id: str
    name_zh: str
    name_en: str
    weather_of: str
    """Park template whose sky it has, and whose zone."""
    seed: int
    transformer_kw: float
    """What may be drawn at most, in any minute [kW]."""
    export_limit_kw: float
    """What may be given to the grid at most, in any minute [kW]."""
    peak_so_far_kw: float
    """Highest quarter of the month before this day [kW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """The roof."""

    capacity_kw: float
    full_load_h: float
    """What it makes in a year by what it could at full power [h]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """What the station itself draws."""

    load_kw: Reals
    """By hour of the local day, shape (24,) [kW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBattery:
    """The battery of the station; 0 kW for none."""

    power_kw: float
    energy_kwh: float
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    soc_min_ratio: float
    soc_max_ratio: float
    soc_start_ratio: float
    """At midnight; the day has to end with as much [1]."""
    wear_cny_per_kwh: Annotated[float, Range(0.0)]
    """Of a kWh discharged [CNY/kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """One charging point."""

    id: str
    power_kw: Annotated[float, Range(1.0)]
    """At least 1 kW: less is a mistake of the unit [kW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTerms:
    """How many vehicles come, where the day is simulated."""

    a_day: Annotated[int, Range(0, VISITS_MOST)]
    booked_ratio: float
    """Share that has announced itself [1]."""
    early_ratio: float
    """Share that leaves before it said [1]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Purchase:
    """What electricity costs the station from a date on."""

    valid_from: str
    valid_to: str | None
    """The first day on which it holds no more; none for open."""
    energy_cny_per_kwh: Reals
    """By hour of the local day, shape (24,) [CNY/kWh]."""
    export_cny_per_kwh: float
    demand_cny_per_kw: Annotated[float, Range(0.0)]
    """Of a kW of the highest quarter of the month [CNY/kW]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tariff:
    """What drivers pay from a date on: electricity, and a service fee beside it."""

    valid_from: str
    valid_to: str | None
    energy_cny_per_kwh: Reals
    """By hour of the local day, shape (24,) [CNY/kWh]."""
    service_cny_per_kwh: Reals
    """By hour of the local day, shape (24,) [CNY/kWh]."""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A station and all its terms."""

    terms: SiteTerms
    sun: Sun
    base: Base
    battery: SiteBattery
    chargers: tuple[Charger, ...]
    visits: VisitTerms
    purchases: tuple[Purchase, ...]
    tariffs: tuple[Tariff, ...]

    def purchase_on(self, day: date) -> Purchase:
        """Return what electricity costs on a day."""
        return _in_force(self.purchases, day, "purchase")

    def tariff_on(self, day: date) -> Tariff:
        """Return what drivers pay on a day."""
        return _in_force(self.tariffs, day, "tariff")


def site_of(given: Mapping[str, Json]) -> Site:
    """Read a station from plain values: exactly the tables that are known.

    Raises:
        ParkProblemError: If anything is unknown, missing, of the wrong kind or out of range.
    """
    check_keys(given, [*_TABLES, "tariff"], "the site")
    if given["format"] != FORMAT:
        raise ParkProblemError(f"format {given['format']!r}", f"{FORMAT!r}")
    site = Site(
        terms=_one(SiteTerms, given, "site"),
        sun=_one(Sun, given, "sun"),
        base=_one(Base, given, "base"),
        battery=_one(SiteBattery, given, "battery"),
        chargers=read_records(Charger, given["charger"], where="charger", n_steps=HOURS),
        visits=_one(VisitTerms, given, "visits"),
        purchases=read_records(Purchase, given["purchase"], where="purchase", n_steps=HOURS),
        tariffs=read_records(Tariff, given["tariff"], where="tariff", n_steps=HOURS),
    )
    _check(site)
    return site


_Record = TypeVar("_Record")


def _one(kind: type[_Record], given: Mapping[str, Json], name: str) -> _Record:
    return read_record(kind, cast("Mapping[str, Json]", given[name]), where=name, n_steps=HOURS)


def _check(site: Site) -> None:
    ids = [one.id for one in site.chargers]
    if not ids or len(set(ids)) != len(ids):
        raise ParkProblemError(f"chargers {ids}", "at least one, and every id once")
    battery = site.battery
    if not battery.soc_min_ratio <= battery.soc_start_ratio <= battery.soc_max_ratio:
        raise ParkProblemError(
            f"battery.soc_start_ratio {battery.soc_start_ratio}",
            f"{battery.soc_min_ratio} … {battery.soc_max_ratio}",
            "give the state of charge at midnight, within the limits",
        )
    for name, rows in (("purchase", site.purchases), ("tariff", site.tariffs)):
        for one in rows:
            _day(one.valid_from, f"{name}.valid_from")
            if one.valid_to is not None:
                _day(one.valid_to, f"{name}.valid_to")


def _day(words: str, name: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise ParkProblemError(f"{words!r} as {name}", 'a day such as "2026-01-01"') from error


def _in_force(rows: Sequence[_Price], day: date, name: str) -> _Price:
    found = [
        one
        for one in rows
        if _day(one.valid_from, name) <= day
        and (one.valid_to is None or day < _day(one.valid_to, name))
    ]
    if len(found) != 1:
        raise ParkProblemError(
            f"{len(found)} tables {name} in force on {day}",
            "exactly one",
            f"correct valid_from and valid_to of {name}",
        )
    return found[0]
