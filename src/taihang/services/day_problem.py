"""Makes the planning problem of a day from a park's own records: what stands in it, and what binds.

Every plant and battery in service stands for itself. A feeder has a bus of its own where something
behind it can be moved; what is behind the others is drawn and given at the park's bus, and an
expected overload is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.assets import battery as store
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.export_allowance import ExportAllowance
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.link import Link
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.outlook import Notice
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.errors import InputError
from taihang.core.park.assets import Battery, GridConnection
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.park.topology import Feeder
from taihang.core.periods import STEP_S, STEPS_PER_DAY, days
from taihang.services.day_forecast import DayHistory
from taihang.services.day_prices import GridPrices
from taihang.services.export_budget import ExportBudget

_ELECTRICITY: Final = "electricity"
_NONE_KW: Final = np.zeros(STEPS_PER_DAY)


class NoGridError(InputError):
    """The park has no grid connection that would limit a plan."""

    code = "input.no-grid"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayFacts:
    """All that a day's problem is made of."""

    park: Park
    history: DayHistory
    prices: tuple[GridPrices, ...]
    """Of each grid connection."""
    so_far_kw: float
    """Highest import of the month before the day [kW]."""
    budget: ExportBudget
    is_coarse: bool = False
    """Whether it only serves the peak of a month: all plants stand together, no feeder binds, and
    nothing is sold dearer than it is bought, so that no switch is needed."""


def grids_of(park: Park, day: date) -> tuple[GridConnection, ...]:
    """Return the grid connections in service on a day.

    Raises:
        NoGridError: If there is none.
    """
    grids = tuple(one for one in park.grids.values() if one.in_service.covers(day))
    if not grids:
        raise NoGridError(
            given=f"a park without [grids] on {day.isoformat()}",
            expected="the grid connection, whose capacity limits import and export",
            remedy="add it to park.toml",
        )
    return grids


def day_problem(facts: DayFacts, *, offset_days: int = 0) -> ParkProblem:
    """Return the problem of a day, or of one of the days after it.

    Args:
        facts: Records, prices and limits of that day.
        offset_days: How many days after the day to which the history leads.

    Returns:
        The problem: buses, feeders, loads, plants, batteries, grid connections and what they pay.
    """
    park, day = facts.park, facts.history.day
    placed = _places(facts)
    period = days(date.fromordinal(day.toordinal() + offset_days), 1, park.zone)
    horizon = Horizon(
        start_s=period.start_s,
        step_s=STEP_S,
        n_steps=STEPS_PER_DAY,
        time_zone=park.time_zone,
    )
    assets: list[Asset] = [Bus(id=PARK_SUBJECT, carrier=_ELECTRICITY)]
    for feeder in _own_buses(facts):
        assets += _feeder(feeder)
    assets += _loads(facts, placed, offset_days)
    assets += _plants(facts, placed, offset_days)
    assets += _batteries(facts, placed)
    for prices in facts.prices:
        assets += _grid(prices, facts)
    budget = facts.budget
    if budget.is_binding:
        assets.append(
            ExportAllowance(
                id="feed-back",
                most_kwh=budget.most_kwh,
                value_cny_per_kwh=budget.export_value_cny_per_kwh,
            )
        )
    return ParkProblem(horizon, tuple(assets))


def overloads(facts: DayFacts) -> tuple[Notice, ...]:
    """Return the feeders that are expected above their transformer, where nothing can be moved."""
    found = list[Notice]()
    own = {feeder.id for feeder in _own_buses(facts)}
    for feeder in facts.park.feeders.values():
        if feeder.id in own:
            continue
        net_kw = facts.history.load_ahead_kw(feeder.members)
        for plant in _plant_ids(facts, feeder.members):
            net_kw = net_kw - facts.history.plant_ahead_kw(plant)
        worst = int(np.abs(net_kw).argmax())
        if abs(net_kw[worst]) > feeder.transformer_kva:
            words = {
                "feeder": feeder.id,
                "kw": f"{abs(net_kw[worst]):,.0f}",
                "limit": f"{feeder.transformer_kva:,.0f}",
                "time": f"{worst // 4:02d}:{worst % 4 * 15:02d}",
            }
            found.append(Notice("feeder-over", words))
    return tuple(found)


def together(facts: DayFacts) -> tuple[Notice, ...]:
    """Return that several connections stand at one bus, where their demand is charged.

    Which load hangs on which station is not in park.toml, so each charge counts what the whole park
    imported.
    """
    charged = [prices.grid.id for prices in facts.prices if prices.demand is not None]
    if len(facts.prices) == 1 or not charged:
        return ()
    return (Notice("grids-together", {"grids": " · ".join(charged)}),)


# -- what stands where ---------------------------------------------------------------------------


def _named(name: str) -> str:
    """Return the id of an asset as a problem takes it: a dot there parts an asset from a flow."""
    return name.replace(".", "-")


def _own_buses(facts: DayFacts) -> Iterator[Feeder]:
    """Yield the feeders behind which a battery stands, or a plant that may be curtailed."""
    if facts.is_coarse:
        return
    movable = {one.id for one in facts.park.batteries.values()}
    if facts.budget.curtail_price_cny_per_kwh is not None:
        movable |= set(facts.history.plant_kw)
    for feeder in facts.park.feeders.values():
        if movable & set(feeder.members):
            yield feeder


def _places(facts: DayFacts) -> dict[str, str]:
    """Return the bus of every asset that is not at the park's own."""
    return {
        member: f"bus-{_named(feeder.id)}"
        for feeder in _own_buses(facts)
        for member in feeder.members
    }


def _plant_ids(facts: DayFacts, members: Sequence[str]) -> list[str]:
    return [name for name in members if name in facts.history.plant_kw]


def _feeder(feeder: Feeder) -> Iterator[Asset]:
    """Yield a bus behind a transformer; its kVA are taken as kW, at a power factor of 1."""
    limit_kw = np.full(STEPS_PER_DAY, feeder.transformer_kva)
    name = _named(feeder.id)
    yield Bus(id=f"bus-{name}", carrier=_ELECTRICITY)
    yield Link(
        id=name,
        kind="transformer",
        from_bus=PARK_SUBJECT,
        to_bus=f"bus-{name}",
        capacity_kw=_stands(feeder.transformer_kva),
        forward_limit_kw=limit_kw,
        backward_limit_kw=limit_kw,
        loss_ratio=0.0,
    )


def _loads(facts: DayFacts, placed: dict[str, str], offset_days: int) -> Iterator[Asset]:
    buses = dict.fromkeys((PARK_SUBJECT, *placed.values()))
    for bus in buses:
        users = [user for user in facts.history.load_kw if placed.get(user, PARK_SUBJECT) == bus]
        if users:
            yield Load(
                id="load" if bus == PARK_SUBJECT else f"load-{bus.removeprefix('bus-')}",
                bus=bus,
                load_kw=facts.history.load_ahead_kw(users, offset_days=offset_days),
                shed_max_ratio=0.0,
                shed_price_cny_per_kwh=None,
            )


def _plants(facts: DayFacts, placed: dict[str, str], offset_days: int) -> Iterator[Asset]:
    history, plants = facts.history, facts.park.plants
    if facts.is_coarse:
        capacity_kw = sum(plants[name].capacity_kw for name in history.plant_kw)
        powers = [
            history.plant_ahead_kw(name, offset_days=offset_days) for name in history.plant_kw
        ]
        yield _plant("plants", PARK_SUBJECT, facts, (sum(powers, _NONE_KW), capacity_kw))
        return
    for name in history.plant_kw:
        sized = (
            history.plant_ahead_kw(name, offset_days=offset_days),
            plants[name].capacity_kw,
        )
        yield _plant(name, placed.get(name, PARK_SUBJECT), facts, sized)


def _plant(name: str, bus: str, facts: DayFacts, sized: tuple[NDArray[np.float64], float]) -> Plant:
    available_kw, capacity_kw = sized
    known = facts.park.plants.get(name)
    return Plant(
        id=_named(name),
        bus=bus,
        kind="pv" if known is None else known.kind.value,
        available_ratio=available_kw / capacity_kw if capacity_kw else _NONE_KW,
        capacity_kw=_stands(capacity_kw),
        curtail_price_cny_per_kwh=facts.budget.curtail_price_cny_per_kwh,
        cost_cny_per_kwh=0.0,
    )


def _batteries(facts: DayFacts, placed: dict[str, str]) -> Iterator[Asset]:
    for battery in facts.park.batteries.values():
        if battery.in_service.covers(facts.history.day):
            yield dispatch_battery(battery, bus=placed.get(battery.id, PARK_SUBJECT))


def dispatch_battery(battery: Battery, *, bus: str = PARK_SUBJECT) -> store.Battery:
    """Return a battery as a problem takes it.

    Its charge is not metered, so it starts and ends at its lower limit.

    Args:
        battery: The battery of the park.
        bus: Where it stands.
    """
    return store.Battery(
        id=_named(battery.id),
        bus=bus,
        charge_kw=_stands(battery.power_kw),
        discharge_kw=_stands(battery.power_kw),
        energy_kwh=_stands(battery.energy_kwh),
        charge_efficiency_ratio=battery.charge_efficiency_ratio,
        discharge_efficiency_ratio=battery.discharge_efficiency_ratio,
        standing_loss_ratio_per_h=battery.standing_loss_ratio_per_h,
        soc_min_ratio=battery.soc_min_ratio,
        soc_max_ratio=battery.soc_max_ratio,
        soc_start_ratio=battery.soc_min_ratio,
        soc_end=store.START,
        soc_end_min_ratio=None,
        health_ratio=1.0,
        cycle_cost_cny_per_kwh=battery.cycle_cost_cny_per_kwh,
        cycles_max_ratio=None,
    )


def _grid(prices: GridPrices, facts: DayFacts) -> Iterator[Asset]:
    limit_kw = np.full(STEPS_PER_DAY, prices.grid.capacity_kva)
    name = _named(prices.grid.id)
    export_price = prices.export_cny_per_kwh
    if facts.is_coarse:
        export_price = np.minimum(export_price, prices.import_cny_per_kwh)
    yield Grid(
        id=name,
        bus=PARK_SUBJECT,
        import_limit_kw=limit_kw,
        export_limit_kw=_NONE_KW if facts.budget.is_shut else limit_kw,
        connection_kw=_stands(prices.grid.capacity_kva),
        import_price_cny_per_kwh=prices.import_cny_per_kwh,
        export_price_cny_per_kwh=export_price,
        fee_cny=0.0,
        carbon_kg_per_kwh=_NONE_KW,
    )
    demand = prices.demand
    if demand is not None:
        price, free_kw = demand
        yield DemandCharge(
            id=f"demand-{name}",
            grid=name,
            direction="import",
            price_cny_per_kw=price,
            so_far_kw=max(facts.so_far_kw, free_kw),
        )


def _stands(size: float) -> Capacity:
    return Capacity(existing=size, add_max=0.0, cost_cny_per_unit=0.0)
