"""Makes the scenarios of a park's day from its own settled past and the prices it has read.

Load, sun and wind are what was settled, prices what was read of two declared series. Nothing that
is missing is invented: a past without enough whole days is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.battery import START
from taihang.core.dispatch.assets.battery import Battery as BatteryAsset
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.forecast import ForecastKind, NoHistoryError
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, BidRules, Scenario
from taihang.core.dispatch.stochastic.history import (
    FORECAST_DAYS,
    LEAST_DAYS,
    Calibration,
    Course,
    Draws,
    Errors,
    HistoryTerms,
    calibration_of,
    draws_of,
    past_errors,
)
from taihang.core.dispatch.stochastic.market import Market
from taihang.core.dispatch.stochastic.reduction import Kept, kept_of
from taihang.core.errors import InputError
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.tariff import BillTerms, fees_cny_per_kwh
from taihang.core.park.assets import PlantKind
from taihang.core.park.contract import DemandBasis
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days
from taihang.services.ports import Columns, Ports
from taihang.services.price_series import market_limits, series_prices
from taihang.services.settled_power import month_so_far_kw, power_kw
from taihang.services.tariff import Connection, bill_terms

GATE: Final = "gate"
"""Name of the gateway in a park's problem, to which the market belongs."""
BUS: Final = "park"
LOAD: Final = "load"
DAY_AHEAD: Final = "day_ahead"
REAL_TIME: Final = "real_time"
_KIND: Final = {PlantKind.PV: ForecastKind.PV, PlantKind.WIND: ForecastKind.WIND}
_MWH_IN_KWH: Final = 1e3
_NO_LIMIT: Final = 1e12


class BidSourceError(InputError):
    """The park lacks something from which bids are made: a series, a tariff, a connection."""

    code = "input.bid-source"


@dataclass(frozen=True, slots=True, eq=False)
class ParkDay:
    """The problem of a park's day, and how good its scenarios were so far."""

    day: date
    problem: BidProblem
    draws: Draws
    kept: Kept
    calibration: tuple[Calibration, ...]


def park_limits(day: date, ports: Ports) -> tuple[float, float] | None:
    """Return floor and cap of the market by the facts of the day [CNY/MWh]; None if unknown."""
    limits = market_limits(days(day, 1, ports.park.zone), ports)
    if limits is None:
        return None
    return float(limits.floor.value), float(limits.cap.value)


def park_day(day: date, rules: BidRules, terms: HistoryTerms, *, ports: Ports) -> ParkDay:
    """Make the scenarios of a day.

    Args:
        day: The local day that is bid for.
        rules: The market, the offers, the risk.
        terms: How scenarios are made.
        ports: The outside world; only read.

    Returns:
        The problem of the day.

    Raises:
        BidSourceError: If the park lacks a series, a tariff or a connection.
        NoHistoryError: If its past is too short or has too many gaps.
    """
    _check(rules.market, terms, ports)
    # 1. What was settled and read before the day.
    courses = _courses(day, rules.market, terms, ports)
    # 2. How wrong the forecast was on each of those days.
    n_days = terms.days + FORECAST_DAYS
    errors = past_errors(courses, until=n_days)
    # 3. The courses that the day may take, and the few that stand for all.
    draws = draws_of(courses, day=n_days, errors=errors)
    kept = kept_of(draws.by_name, n_kept=min(terms.kept, len(draws.days)))
    # 4. The park in each of them.
    sizes_kw = {kind.value: courses[kind.value].most for kind in PlantKind if kind.value in courses}
    frame = _frame(day, terms, ports, size_kw=sizes_kw)
    scenarios = [
        _scenario(frame, day, terms, draws, number=int(number), chance=float(chance))
        for number, chance in zip(kept.numbers, kept.probability_ratio, strict=True)
    ]
    # 5. How often the truth lay within the band on the last days.
    tested = _tested(errors, terms.calibration_days)
    return ParkDay(
        day,
        rules.with_scenarios(scenarios),
        draws,
        kept,
        calibration_of(courses, days=tested, errors=errors, n_kept=terms.kept),
    )


def _check(market: Market, terms: HistoryTerms, ports: Ports) -> None:
    park = ports.park
    for given, known, what in (
        (terms.day_ahead_series, list(park.series), "series"),
        (terms.real_time_series, list(park.series), "series"),
        (terms.tariff, list(park.grid_tariffs), "grid tariff"),
        (market.grid, [GATE], "gateway"),
    ):
        if given not in known:
            raise BidSourceError(
                given=f"{what} {given!r}",
                expected=f"one of {known}",
                remedy="correct the name, or declare it in park.toml",
            )
    if not park.grids:
        raise BidSourceError(
            given="a park without [grids]",
            expected="the grid connection, whose capacity limits import and export",
            remedy="add it to park.toml",
        )


def _tested(errors: Errors, n_days: int) -> Sequence[int]:
    """Return the last days that have enough errors before them."""
    return [int(day) for day in errors.days[LEAST_DAYS:]][-n_days:] if n_days else []


# -- the past ------------------------------------------------------------------------------------


def _courses(day: date, market: Market, terms: HistoryTerms, ports: Ports) -> dict[str, Course]:
    n_days = terms.days + FORECAST_DAYS
    span = days(day - timedelta(days=n_days), n_days, ports.park.zone)
    whole = Period(span.start, days(day, 1, ports.park.zone).end)
    if whole.n_steps != (n_days + 1) * STEPS_PER_DAY:
        raise NoHistoryError(
            given=f"{day} and the {n_days} days before it, in which clocks change",
            expected=f"days of {STEPS_PER_DAY} quarters",
            remedy="give fewer days under [history], or wait until the change lies behind them",
        )
    courses = _powers(span, ports)
    floor, cap = (
        limit / _MWH_IN_KWH
        for limit in (market.price_floor_cny_per_mwh, market.price_cap_cny_per_mwh)
    )
    for name, series in ((DAY_AHEAD, terms.day_ahead_series), (REAL_TIME, terms.real_time_series)):
        past = _by_day(_prices(series_prices(series, span, ports), span))
        # The limits are those of the day-ahead market; what real time allows is not known.
        least, most = (floor, cap) if name == DAY_AHEAD else (-_NO_LIMIT, _NO_LIMIT)
        courses[name] = Course(kind=ForecastKind.PRICE, past=past, least=least, most=most)
    return courses


def _powers(span: Period, ports: Ports) -> dict[str, Course]:
    matching = ports.lake.read("matching", span)
    users = [rows for (role, _), rows in matching.items() if role == "user"]
    if not users:
        raise NoHistoryError(
            given="no settled day before the day that is bid for",
            expected="settled history to make scenarios from",
            remedy="run `taihang settle` for the days before it",
        )
    load_kw = _by_day(_power_kw(users, span))
    courses = {LOAD: Course(kind=ForecastKind.LOAD, past=load_kw, least=0.0, most=_NO_LIMIT)}
    for kind in PlantKind:
        chosen = [
            matching["plant", plant.id]
            for plant in ports.park.plants.values()
            if plant.kind is kind and ("plant", plant.id) in matching
        ]
        if chosen:
            past = _by_day(_power_kw(chosen, span))
            most_kw = max(_rated_kw(kind, ports), float(np.nanmax(past, initial=0.0)))
            courses[kind.value] = Course(kind=_KIND[kind], past=past, least=0.0, most=most_kw)
    return courses


def _rated_kw(kind: PlantKind, ports: Ports) -> float:
    return sum(plant.capacity_kw for plant in ports.park.plants.values() if plant.kind is kind)


def _power_kw(rows: Sequence[Columns], span: Period) -> Reals:
    """Return what several nodes have together, NaN where one of them was not measured [kW]."""
    return np.sum([power_kw(columns, span) for columns in rows], axis=0)


def _prices(found: IntervalPrices | None, span: Period) -> Reals:
    if found is None:
        return np.full(span.n_steps, np.nan)
    prices = found.counts * float(found.cny_per_kwh_of_count)
    return np.where(found.known, prices, np.nan)


def _by_day(values: Reals) -> Reals:
    return values.reshape(-1, STEPS_PER_DAY)


# -- the park of a scenario ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """What is the same in every scenario."""

    horizon: Horizon
    assets: tuple[Asset, ...]
    size_kw: Mapping[str, float]
    """By kind of plant: its rating, or what was measured above it."""


def _frame(day: date, terms: HistoryTerms, ports: Ports, *, size_kw: Mapping[str, float]) -> _Frame:
    park, period = ports.park, days(day, 1, ports.park.zone)
    tariff = park.grid_tariffs[terms.tariff]
    capacity_kw = sum(grid.capacity_kva for grid in park.grids.values())
    bill = bill_terms(
        tariff,
        at=Connection(
            max(grid.voltage_kv for grid in park.grids.values()), transformer_kva=capacity_kw
        ),
        book=ports.facts,
        period=period,
        zone=park.zone,
        stand_in=None,
    )
    flat = np.ones(period.n_steps)
    gate = Grid(
        id=GATE,
        bus=BUS,
        import_limit_kw=flat * capacity_kw,
        export_limit_kw=flat * terms.export_limit_kw,
        connection_kw=_fixed(capacity_kw),
        import_price_cny_per_kwh=fees_cny_per_kwh(
            bill, book=ports.facts, period=period, zone=park.zone
        ),
        export_price_cny_per_kwh=flat * 0.0,
        fee_cny=0.0,
        carbon_kg_per_kwh=flat * 0.0,
    )
    return _Frame(
        Horizon(
            start_s=period.start_s,
            step_s=STEP_S,
            n_steps=period.n_steps,
            time_zone=park.time_zone,
        ),
        (
            Bus(id=BUS, carrier="electricity"),
            gate,
            *_batteries(terms, ports),
            *_demand(bill, day, ports),
        ),
        size_kw,
    )


def _fixed(size: float) -> Capacity:
    return Capacity(existing=size, add_max=0.0, cost_cny_per_unit=0.0)


def _batteries(terms: HistoryTerms, ports: Ports) -> list[BatteryAsset]:
    return [
        BatteryAsset(
            id=one.id,
            bus=BUS,
            charge_kw=_fixed(one.power_kw),
            discharge_kw=None,
            energy_kwh=_fixed(one.energy_kwh),
            charge_efficiency_ratio=one.charge_efficiency_ratio,
            discharge_efficiency_ratio=one.discharge_efficiency_ratio,
            standing_loss_ratio_per_h=one.standing_loss_ratio_per_h,
            soc_min_ratio=one.soc_min_ratio,
            soc_max_ratio=one.soc_max_ratio,
            soc_start_ratio=terms.soc_start_ratio,
            soc_end=START,
            soc_end_min_ratio=None,
            health_ratio=1.0,
            cycle_cost_cny_per_kwh=one.cycle_cost_cny_per_kwh,
            cycles_max_ratio=None,
        )
        for one in ports.park.batteries.values()
    ]


def _demand(bill: BillTerms, day: date, ports: Ports) -> list[DemandCharge]:
    """Return what a new maximum of import costs, on a tariff that charges that of the month."""
    if bill.tariff.demand_basis is not DemandBasis.DEMAND:
        return []
    return [
        DemandCharge(
            id="demand",
            grid=GATE,
            direction="import",
            price_cny_per_kw=float(bill.transmission.demand.value),
            so_far_kw=month_so_far_kw(day, ports),
        )
    ]


def _scenario(
    frame: _Frame, day: date, terms: HistoryTerms, draws: Draws, *, number: int, chance: float
) -> Scenario:
    values = {name: rows[number] for name, rows in draws.by_name.items()}
    load = Load(
        id=LOAD, bus=BUS, load_kw=values[LOAD], shed_max_ratio=0.0, shed_price_cny_per_kwh=None
    )
    plants = [
        _plant(kind, values[kind.value], frame.size_kw[kind.value], terms)
        for kind in PlantKind
        if kind.value in values
    ]
    past = day - timedelta(days=terms.days + FORECAST_DAYS - int(draws.days[number]))
    return Scenario(
        id=past.isoformat(),
        probability_ratio=chance,
        problem=ParkProblem(frame.horizon, (*frame.assets, load, *plants)),
        day_ahead_cny_per_kwh=values[DAY_AHEAD],
        real_time_cny_per_kwh=values[REAL_TIME],
    )


def _plant(kind: PlantKind, power_kw: Reals, size_kw: float, terms: HistoryTerms) -> Plant:
    return Plant(
        id=kind.value,
        bus=BUS,
        kind=kind.value,
        available_ratio=power_kw / max(size_kw, 1.0),
        capacity_kw=_fixed(max(size_kw, 1.0)),
        curtail_price_cny_per_kwh=terms.curtail_price_cny_per_kwh,
        cost_cny_per_kwh=0.0,
    )
