"""How the assets of a park did over some days: plants, batteries, charging stations.

What a plant lost is priced where a statement says what its energy earned in these months; what
nobody stated is not priced.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.errors import StateError
from taihang.core.park.assets import Battery, ChargingStation
from taihang.core.park.topology import Direction
from taihang.core.performance.robust import Floats
from taihang.core.performance.station import USUAL_WEEKS, StationUse, station_use
from taihang.core.performance.storage import StorageUse, storage_use
from taihang.core.periods import STEPS_PER_DAY, Period, days, month
from taihang.core.quantities import WH_PER_KWH, to_fen
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.bill_document import WHAT_IF
from taihang.services.plant_outputs import metered_wh
from taihang.services.plant_performance import PlantPerformance, plant_performances
from taihang.services.ports import Ports
from taihang.services.report import settled_span
from taihang.services.revenue import REVENUE
from taihang.services.sight_rules import demand_whole

HISTORY_DAYS: Final = 365
"""Days that an answer is learnt from, at most, up to the last asked one."""
_DAYS_PER_WEEK: Final = 7


class AssetsNotSettledError(StateError):
    """None of the asked days is settled, so there is nothing to compare."""

    code = "state.assets-not-settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOfRecord:
    """What a kilowatt-hour of a plant earned, by its statements of revenue."""

    cny_per_kwh: Decimal
    statements: tuple[str, ...]
    is_what_if: bool
    """Whether prices stand in in any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantResult:
    """A plant, and what its loss was worth."""

    performance: PlantPerformance
    price: PriceOfRecord | None

    @property
    def lost_cny(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """What was lost, least and most; None where the loss or its price is not known [CNY]."""
        lost_kwh = self.performance.lost_kwh
        if lost_kwh is None or self.price is None:
            return None
        lost, low, high = (
            to_fen(Decimal(round(each, 3)) * self.price.cny_per_kwh) for each in lost_kwh
        )
        return lost, low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryResult:
    """A battery over the asked days."""

    battery: Battery
    use: StorageUse
    daily_kwh: tuple[tuple[float | None, float | None], ...]
    """Charged and discharged by day; None where a part of it was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResult:
    """A charging station over the asked days."""

    station: ChargingStation
    use: StationUse
    first_day: date
    daily_kwh: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPerformance:
    """All assets over the asked days."""

    label: str
    period: Period
    """The settled part of what was asked for."""
    is_whole: bool
    """Whether all that was asked for is settled."""
    first_day: date
    n_days: int
    learnt_from: date
    plants: tuple[PlantResult, ...]
    batteries: tuple[BatteryResult, ...]
    stations: tuple[StationResult, ...]

    @property
    def lost_kwh(self) -> float:
        """Lost by all plants whose loss is known [kWh]."""
        known = (each.performance.lost_kwh for each in self.plants)
        return sum(each[0] for each in known if each is not None)

    @property
    def lost_cny(self) -> Decimal | None:
        """What the loss of all plants was worth; None where the price of any is not known."""
        losing = [each for each in self.plants if each.performance.losses]
        if any(each.lost_cny is None for each in losing):
            return None
        priced = (each.lost_cny for each in losing)
        return sum((each[0] for each in priced if each is not None), Decimal(0))


def asset_performance(period: Period, *, label: str, ports: Ports) -> AssetPerformance:
    """Compare the assets of a park with what they should have done; changes nothing.

    Args:
        period: Whole local days; only their settled part is looked at.
        label: How the period is called, for example ``2026-08``.
        ports: The outside world.

    Raises:
        AssetsNotSettledError: If none of the days is settled.
    """
    demand_whole(ports, "the performance of the park's assets")
    span = settled_span(ports)
    asked = None if span is None else _overlap(period, span)
    if span is None or asked is None:
        raise AssetsNotSettledError(
            given=label,
            expected="days that are settled",
            remedy="run `taihang settle` for them first",
        )
    zone = ports.park.zone
    first = asked.start.astimezone(zone).date()
    n_days = (_last_day(asked, ports) - first).days + 1
    since = min(first, _last_day(asked, ports) - timedelta(days=HISTORY_DAYS - 1))
    history = Period(max(days(since, 1, zone).start, span.start), asked.end)
    plants = plant_performances(asked, history=history, ports=ports)
    prices = _prices(asked, ports)
    return AssetPerformance(
        label=label,
        period=asked,
        is_whole=asked == period,
        first_day=first,
        n_days=n_days,
        learnt_from=history.start.astimezone(zone).date(),
        plants=tuple(
            PlantResult(performance=each, price=prices.get(each.plant.id)) for each in plants
        ),
        batteries=tuple(
            each
            for battery in ports.park.batteries.values()
            for each in _battery(battery, asked, ports)
        ),
        stations=tuple(
            each
            for station in ports.park.stations.values()
            for each in _station(station, asked, span=span, ports=ports)
        ),
    )


def _overlap(period: Period, span: Period) -> Period | None:
    start, end = max(period.start, span.start), min(period.end, span.end)
    return Period(start, end) if start < end else None


def _last_day(period: Period, ports: Ports) -> date:
    return (period.end - timedelta(microseconds=1)).astimezone(ports.park.zone).date()


# -- prices of record ----------------------------------------------------------------------------


def _prices(period: Period, ports: Ports) -> dict[str, PriceOfRecord]:
    """Return what a kilowatt-hour of each plant earned over the months that a period touches."""
    names = tuple(_months_of(period, ports))
    by_plant: dict[str, list[IssuedStatement]] = {}
    for name in names:
        latest = dict[str, IssuedStatement]()
        # A month whose prices are known by now has both: the one to pay stands.
        for kind in (REVENUE + WHAT_IF, REVENUE):
            for each in ports.registry.latest_statements(name, (kind,)):
                latest[each.subject] = each
        for subject, each in latest.items():
            by_plant.setdefault(subject, []).append(each)
    found: dict[str, PriceOfRecord] = {}
    for plant in ports.park.plants:
        issued = by_plant.get(plant, [])
        price = _price(issued) if issued and len(issued) == len(names) else None
        if price is not None:
            found[plant] = price
    return found


def _months_of(period: Period, ports: Ports) -> Iterator[str]:
    """Yield the names of all months that a period touches."""
    first = period.start.astimezone(ports.park.zone).date().replace(day=1)
    while True:
        name = first.isoformat()[:7]
        whole = month(name, ports.park.zone)
        if whole.start >= period.end:
            return
        yield name
        first = whole.end.astimezone(ports.park.zone).date()


def _price(issued: list[IssuedStatement]) -> PriceOfRecord | None:
    earned, given_wh = Decimal(0), 0
    for each in issued:
        body = load_canonical(each.document.encode())
        energy = body.get("energy") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(energy, dict):
            return None
        wh, value = energy.get("generated_wh"), body.get("value")
        if not isinstance(wh, int) or value is None:
            return None
        earned, given_wh = earned + Decimal(str(value)), given_wh + wh
    if given_wh <= 0:
        return None
    return PriceOfRecord(
        cny_per_kwh=(earned * WH_PER_KWH / given_wh).quantize(Decimal("0.0001")),
        statements=tuple(each.id for each in issued),
        is_what_if=any(each.kind != REVENUE for each in issued),
    )


# -- batteries and stations ----------------------------------------------------------------------


def _metered(node: str, direction: Direction, span: Period, ports: Ports) -> Floats | None:
    """Return what the meters of one flow counted together; None without any meter in service."""
    meters = [m for m in ports.park.meters.values() if (m.node, m.measures) == (node, direction)]
    counted = [metered_wh(m.id, span, ports=ports, substitutes=True) for m in meters]
    if not any(np.isfinite(each).any() for each in counted):
        return None
    # A meter that followed another on the same place has no rows while the other had.
    known = np.isfinite(np.array(counted)).any(axis=0)
    return np.where(known, np.nansum(np.array(counted), axis=0), np.nan)


def _battery(battery: Battery, asked: Period, ports: Ports) -> tuple[BatteryResult, ...]:
    charge = _metered(battery.id, Direction.CHARGE, asked, ports)
    discharge = _metered(battery.id, Direction.DISCHARGE, asked, ports)
    if charge is None or discharge is None:
        return ()
    daily = zip(_daily_kwh(charge), _daily_kwh(discharge), strict=True)
    return (
        BatteryResult(
            battery=battery,
            use=storage_use(charge, discharge, battery=battery),
            daily_kwh=tuple(daily),
        ),
    )


def _station(
    station: ChargingStation, asked: Period, *, span: Period, ports: Ports
) -> tuple[StationResult, ...]:
    zone = ports.park.zone
    first = asked.start.astimezone(zone).date()
    since = first - timedelta(days=USUAL_WEEKS * _DAYS_PER_WEEK)
    wide = Period(max(days(since, 1, zone).start, span.start), asked.end)
    counted = _metered(station.id, Direction.CONSUMPTION, wide, ports)
    if counted is None:
        return ()
    by_day = _by_day(counted)
    n_asked = min(len(_by_day(counted[len(counted) - asked.n_steps :])), len(by_day))
    return (
        StationResult(
            station=station,
            use=station_use(by_day, n_asked_days=n_asked, capacity_kw=station.capacity_kw),
            first_day=first,
            daily_kwh=_daily_kwh(counted[len(counted) - asked.n_steps :]),
        ),
    )


def _by_day(wh: Floats) -> Floats:
    """Lay intervals out by days of 96; where clocks change the last day is filled up with NaN."""
    n_days = -(-len(wh) // STEPS_PER_DAY)
    laid = np.full(n_days * STEPS_PER_DAY, np.nan)
    laid[: len(wh)] = wh
    return laid.reshape(n_days, STEPS_PER_DAY)


def _daily_kwh(wh: Floats) -> tuple[float | None, ...]:
    sums = _by_day(wh).sum(axis=1) / WH_PER_KWH
    return tuple(round(float(each), 3) if np.isfinite(each) else None for each in sums)


def names_of(found: AssetPerformance) -> Mapping[str, tuple[str, str]]:
    """Return the Chinese and English name of every asset in the result, by id."""
    assets = (
        *(each.performance.plant for each in found.plants),
        *(each.battery for each in found.batteries),
        *(each.station for each in found.stations),
    )
    return {each.id: (each.name_zh, each.name_en) for each in assets}
