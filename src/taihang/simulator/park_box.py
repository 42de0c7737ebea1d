"""A park in a box: one call gives what flowed through every meter, to the watt-hour.

The world is built by whole calendar years, each from its own named streams, and a run is a window
cut from it. Hence a longer run begins like a shorter one, and two runs of one seed agree wherever
they overlap: a plan is met over the calendar year, not over the window, and no number depends on
where the window starts or ends. The one exception is a battery, which starts the first year of a
run at its lower limit; under the rule it stands there at the end of every year anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import floor

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import Asset, PlantKind
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.sky.portable_math import Floats
from taihang.simulator.charging import Sessions, sessions_of_year
from taihang.simulator.faults import Fault, faults_of, meter_serves
from taihang.simulator.load import cap_kw, load_energy_wh
from taihang.simulator.network import curtailed_flow, grid_of_assets, shares_wh
from taihang.simulator.solar import pv_energy_wh
from taihang.simulator.storage import (
    DailyPlan,
    DailyPlanError,
    lowest_wh,
    operate,
    set_points_kw,
)
from taihang.simulator.timeline import Timeline, timeline_of
from taihang.simulator.weather import (
    CloudField,
    Weather,
    cloud_field_of,
    global_over_w_per_m2,
    temperature_c,
)
from taihang.simulator.wind import RegionalWind, regional_wind, wind_energy_wh, wind_speed_m_per_s

Energies = dict[tuple[Direction, str], NDArray[np.int64]]
"""Energy of each interval by direction and asset, shape (n,) each. [Wh]"""
_DRAWN = (Direction.CONSUMPTION, Direction.CHARGE)
_GIVEN = (Direction.GENERATION, Direction.DISCHARGE)


class RunLengthError(InputError):
    """A simulation of no day was asked for."""

    code = "input.run-length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What happened in the park over some local days."""

    seed: int
    first_day: date
    n_days: int
    period: Period
    """The local days, midnight to midnight."""
    true_wh: Mapping[str, NDArray[np.int64]]
    """Energy of each interval at each meter by meter id, shape (n_steps,). [Wh]"""
    before_wh: Mapping[str, int]
    """Energy at each meter from the start of the first year to the start of the run. [Wh]"""
    asset_wh: Mapping[tuple[Direction, str], NDArray[np.int64]]
    """Energy by direction and asset, metered or not, shape (n_steps,). [Wh]"""
    losses_wh: NDArray[np.int64]
    """Losses of the park's network, shape (n_steps,), never negative. [Wh]"""
    curtailed_wh: Mapping[str, NDArray[np.int64]]
    """What each plant could have given but the grid did not bear (弃电), shape (n_steps,). [Wh]

    Generation plus this is the available generation, which is what a plan is about.
    """
    stored_wh: Mapping[str, Floats]
    """Stored energy of each battery at each edge, shape (n_steps + 1,). [Wh]"""
    sessions: Mapping[str, Sessions]
    """Charging sessions of each station that began in the period."""
    weather: Weather
    faults: tuple[Fault, ...]
    """What is wrong with the devices: what, where and when."""

    def total_wh(self, direction: Direction) -> NDArray[np.int64]:
        """Return the sum of one flow over all assets, shape (n_steps,) [Wh]."""
        total = np.zeros(self.period.n_steps, np.int64)
        for (each, _), energy_wh in self.asset_wh.items():
            if each is direction:
                total += energy_wh
        return total


@dataclass(slots=True)
class _Year:
    """One calendar year of the whole park, being filled step by step."""

    park: Park
    seed: int
    timeline: Timeline
    energies: Energies
    losses_wh: NDArray[np.int64]
    stored_wh: dict[str, Floats]
    sessions: dict[str, Sessions]
    curtailed_wh: dict[str, NDArray[np.int64]]

    def in_service(self, asset: Asset) -> NDArray[np.bool_]:
        """Where an asset belongs to the park, shape (n,)."""
        by_day = [asset.in_service.covers(day) for day in self.timeline.days]
        return self.timeline.steps_of(np.array(by_day))

    def put(self, direction: Direction, asset: Asset, energy_wh: NDArray[np.int64]) -> None:
        """Keep the energy of an asset, 0 while it is not in service."""
        self.energies[direction, asset.id] = np.where(self.in_service(asset), energy_wh, 0)

    def sum_wh(self, directions: tuple[Direction, ...], names: set[str]) -> NDArray[np.int64]:
        """Sum some flows over some assets, shape (n,) [Wh]."""
        total = np.zeros(self.timeline.n, np.int64)
        for (direction, name), energy_wh in self.energies.items():
            if direction in directions and name in names:
                total += energy_wh
        return total


def simulate(
    park: Park,
    *,
    first_day: date,
    n_days: int,
    seed: int,
    daily_plan: DailyPlan | None = None,
) -> Simulation:
    """Simulate a park over some local days.

    The same park, days and seed give the same bytes on every machine; see ``portable_math`` and
    ``streams`` for how.

    Args:
        park: The park; every user, plant and station needs its yearly plan.
        first_day: First local day.
        n_days: How many days, at least one.
        seed: Names the world; another seed is another weather, other orders, other cars.
        daily_plan: Set-points of batteries by battery and day; where it is silent, the
            rule-based baseline holds.

    Returns:
        Energy at every meter, and what stands behind it.

    Raises:
        RunLengthError: If there is not at least one day.
        DailyPlanError: If the plan names a battery that is not in the park.
        CalendarUnknownError: If a year's public holidays are not in the table.
        PlanMissingError: If an asset has no plan or an enterprise no shift pattern.
        PlanUnreachableError: If a plan does not fit under a rated power.
    """
    if n_days < 1:
        raise RunLengthError(
            given=f"{n_days} days", expected="at least one day", remedy="ask for more days"
        )
    _check_plan(park, daily_plan)
    period = days(first_day, n_days, park.zone)
    last_year = period.end.astimezone(park.zone).year
    starts_next_year = days(date(last_year, 1, 1), 1, park.zone).start == period.end
    years: list[tuple[_Year, Weather]] = []
    stored_wh: Mapping[str, Floats] = {}
    for number in range(first_day.year, last_year + (not starts_next_year)):
        year = _build(park, number, seed=seed, daily_plan=daily_plan, stored_wh=stored_wh)
        stored_wh = year[0].stored_wh
        years.append(year)
    return _window(park, years, period=period, run=(seed, first_day, n_days))


def energy_of_year_wh(park: Park, *, year: int, seed: int) -> dict[str, int]:
    """Return what each meter counts over a whole calendar year under the rule, by meter id [Wh]."""
    built, _ = _build(park, year, seed=seed, daily_plan=None, stored_wh={})
    return {name: int(each.sum()) for name, each in _meter_energies(built).items()}


def _check_plan(park: Park, daily_plan: DailyPlan | None) -> None:
    unknown = sorted({name for name, _ in daily_plan or {}} - set(park.batteries))
    if unknown:
        raise DailyPlanError(
            given=f"a daily plan for {', '.join(unknown)}",
            expected=f"batteries of the park: {', '.join(park.batteries) or 'it has none'}",
            remedy="correct the ids in the plan",
        )


def _build(
    park: Park,
    number: int,
    *,
    seed: int,
    daily_plan: DailyPlan | None,
    stored_wh: Mapping[str, Floats],
) -> tuple[_Year, Weather]:
    """Build one calendar year: weather, sources, loads, storage, grid, in this order."""
    timeline = timeline_of(number, zone=park.zone)
    year = _Year(park, seed, timeline, {}, np.zeros(timeline.n, np.int64), {}, {}, {})
    field = cloud_field_of(park, timeline=timeline, seed=seed)
    region = regional_wind(timeline, seed=seed)
    weather = Weather(
        sky=field.sky,
        clear_sky_w_per_m2=field.clear_sky_w_per_m2,
        global_w_per_m2=global_over_w_per_m2(field, name=park.id, year=number, seed=seed),
        temperature_c=temperature_c(field, timeline=timeline, seed=seed),
        wind_m_per_s=wind_speed_m_per_s(region, name=park.id),
    )
    _add_plants(year, field, region, weather.temperature_c)
    _add_users(year, weather)
    _add_batteries(year, daily_plan, stored_wh)
    _add_grids(year)
    return year, weather


def _add_plants(
    year: _Year, field: CloudField, region: RegionalWind, air_temperature_c: Floats
) -> None:
    for plant in year.park.plants.values():
        bears_kw = min(plant.capacity_kw, _metered_kw(year.park, plant.id, Direction.GENERATION))
        if plant.kind is PlantKind.WIND:
            energy_wh = wind_energy_wh(plant, region=region, cap_kw=bears_kw)
        else:
            energy_wh = pv_energy_wh(
                plant,
                sun=field.sun,
                global_w_per_m2=global_over_w_per_m2(
                    field, name=plant.id, year=year.timeline.year, seed=year.seed
                ),
                temperature_c=air_temperature_c,
                cap_kw=bears_kw,
                seed=year.seed,
            )
        year.put(Direction.CURTAILMENT, plant, np.zeros_like(energy_wh))
        year.put(Direction.GENERATION, plant, energy_wh)


def _add_users(year: _Year, weather: Weather) -> None:
    for enterprise in year.park.enterprises.values():
        bears_kw = min(
            cap_kw(enterprise), _metered_kw(year.park, enterprise.id, Direction.CONSUMPTION)
        )
        energy_wh = load_energy_wh(
            enterprise,
            timeline=year.timeline,
            temperature_c=weather.temperature_c,
            cap_kw=bears_kw,
            seed=year.seed,
        )
        year.put(Direction.CONSUMPTION, enterprise, energy_wh)
    for station in year.park.stations.values():
        sessions = sessions_of_year(station, timeline=year.timeline, seed=year.seed)
        year.sessions[station.id] = sessions
        energy_wh = sessions.energy_of_steps_wh(
            start_s=int(year.timeline.grid_s[0]), n=year.timeline.n
        )
        year.put(Direction.CONSUMPTION, station, energy_wh)


def _metered_kw(park: Park, node: str, direction: Direction) -> float:
    """What the meters of one flow of an asset accept as honest; without a meter nothing limits it.

    A register moves in whole counts, so one interval can show up to one count more than flowed;
    that count must still be honest.
    """
    limits_kw = [
        meter.max_kw - meter.wh_per_count * SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
        for meter in park.meters.values()
        if (meter.node, meter.measures) == (node, direction)
    ]
    return sum(limits_kw) if limits_kw else float("inf")


def _add_batteries(
    year: _Year, daily_plan: DailyPlan | None, stored_wh: Mapping[str, Floats]
) -> None:
    grids = grid_of_assets(year.park)
    for battery in year.park.batteries.values():
        behind = {name for name, grid in grids.items() if grid == grids[battery.id]}
        net_wh = year.sum_wh(_DRAWN, behind) - year.sum_wh(_GIVEN, behind)
        before = stored_wh.get(battery.id)
        run = operate(
            battery,
            target_kw=set_points_kw(
                battery,
                timeline=year.timeline,
                province=year.park.province,
                daily_plan=daily_plan,
            ),
            net_load_wh=net_wh,
            in_service=year.in_service(battery),
            start_wh=lowest_wh(battery) if before is None else float(before[-1]),
        )
        year.put(Direction.CHARGE, battery, run.charge_wh)
        year.put(Direction.DISCHARGE, battery, run.discharge_wh)
        year.stored_wh[battery.id] = run.stored_wh


def _add_grids(year: _Year) -> None:
    grids = grid_of_assets(year.park)
    for grid in year.park.grids.values():
        behind = {name for name, each in grids.items() if each == grid.id}
        limit_kw = min(grid.capacity_kva, _metered_kw(year.park, grid.id, Direction.EXPORT))
        flow, cut_wh = curtailed_flow(
            grid,
            drawn_wh=year.sum_wh(_DRAWN, behind),
            given_wh=year.sum_wh(_GIVEN, behind),
            limit_wh=floor(limit_kw * WH_PER_KWH * STEP_S / SECONDS_PER_HOUR),
        )
        _curtail(year, [name for name in year.park.plants if name in behind], cut_wh)
        year.energies[Direction.IMPORT, grid.id] = flow.import_wh
        year.energies[Direction.EXPORT, grid.id] = flow.export_wh
        year.losses_wh += flow.losses_wh


def _curtail(year: _Year, names: list[str], cut_wh: NDArray[np.int64]) -> None:
    """Take what the grid does not bear from the plants in proportion to what they could give."""
    if not names:
        return
    able_wh = np.array([year.energies[Direction.GENERATION, name] for name in names])
    for name, cut_of_plant_wh in zip(names, shares_wh(cut_wh, weights=able_wh), strict=True):
        year.energies[Direction.GENERATION, name] -= cut_of_plant_wh
        year.curtailed_wh[name] = cut_of_plant_wh
        year.energies[Direction.CURTAILMENT, name] = cut_of_plant_wh


def _meter_energies(year: _Year) -> dict[str, NDArray[np.int64]]:
    """Share the energy of each asset out to its meters, exactly, by meter id, shape (n,) each."""
    shared: dict[str, NDArray[np.int64]] = {}
    for key, energy_wh in year.energies.items():
        meters = [
            meter for meter in year.park.meters.values() if (meter.measures, meter.node) == key
        ]
        weights = np.zeros((max(len(meters), 1), year.timeline.n), np.int64)
        for row, meter in enumerate(meters):
            by_day = np.array([meter_serves(year.park, meter, day) for day in year.timeline.days])
            weights[row] = year.timeline.steps_of(by_day) * max(round(meter.max_kw), 1)
        for meter, share_wh in zip(meters, shares_wh(energy_wh, weights=weights), strict=False):
            shared[meter.id] = share_wh
    return shared


def _window(
    park: Park,
    years: list[tuple[_Year, Weather]],
    *,
    period: Period,
    run: tuple[int, date, int],
) -> Simulation:
    """Cut a run out of the years that it touches."""
    offset = int(np.searchsorted(years[0][0].timeline.grid_s, period.start_s))
    cut = slice(offset, offset + period.n_steps)
    edges = slice(offset, offset + period.n_steps + 1)
    parts = [year for year, _ in years]
    meters = [_meter_energies(year) for year in parts]
    seed, first_day, n_days = run
    return Simulation(
        seed=seed,
        first_day=first_day,
        n_days=n_days,
        period=period,
        true_wh={name: np.concatenate([m[name] for m in meters])[cut] for name in meters[0]},
        before_wh={name: int(meters[0][name][:offset].sum()) for name in meters[0]},
        asset_wh={
            key: np.concatenate([year.energies[key] for year in parts])[cut]
            for key in parts[0].energies
        },
        losses_wh=np.concatenate([year.losses_wh for year in parts])[cut],
        curtailed_wh={
            name: np.concatenate([year.curtailed_wh[name] for year in parts])[cut]
            for name in park.plants
        },
        stored_wh={
            name: np.concatenate(
                [year.stored_wh[name][:-1] for year in parts] + [parts[-1].stored_wh[name][-1:]]
            )[edges]
            for name in park.batteries
        },
        sessions={name: _sessions(parts, name, period) for name in park.stations},
        weather=_weather([weather for _, weather in years], cut),
        faults=faults_of(park, seed=seed, first_day=first_day, n_days=n_days),
    )


def _sessions(years: list[_Year], name: str, period: Period) -> Sessions:
    parts = [
        year.sessions[name].within(start_s=period.start_s, end_s=period.end_s) for year in years
    ]
    return Sessions(
        np.concatenate([each.arrival_s for each in parts]),
        np.concatenate([each.start_s for each in parts]),
        np.concatenate([each.end_s for each in parts]),
        np.concatenate([each.energy_wh for each in parts]),
    )


def _weather(parts: list[Weather], cut: slice) -> Weather:
    return Weather(
        sky=np.concatenate([each.sky for each in parts])[cut],
        clear_sky_w_per_m2=np.concatenate([each.clear_sky_w_per_m2 for each in parts])[cut],
        global_w_per_m2=np.concatenate([each.global_w_per_m2 for each in parts])[cut],
        temperature_c=np.concatenate([each.temperature_c for each in parts])[cut],
        wind_m_per_s=np.concatenate([each.wind_m_per_s for each in parts])[cut],
    )
