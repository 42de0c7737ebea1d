"""The rest of a station's day as a park problem, and the set-points that its plan asks for.

What drivers pay is not in the problem: energy is moved to where it costs the station least, never
to where a driver pays more. A vehicle that cannot get all it wants gets what can be reached; that
is priced above everything else in the problem.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.battery import AT_LEAST, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.charging import Charging, Session
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Ints
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.site.run import SetPoints, State
from taihang.core.dispatch.site.station import Purchase, Site, minute_wh
from taihang.core.dispatch.site.visits import QUARTER_MIN, QUARTERS, SiteDay
from taihang.core.periods import STEP_S

BUS: Final = "station"
GRID: Final = "gateway"
BATTERY: Final = "battery"
CHARGERS: Final = "chargers"
SUN: Final = "sun"
_MINUTE_S: Final = 60
_HOUR_QUARTERS: Final = 4
_STEP_H: Final = STEP_S / 3600.0
_MINUTES_PER_HOUR: Final = 60.0
_REACHED: Final = 1.0 - 1e-9
"""Share of what can be reached that is asked for: the rounding of floats [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What every plan of a day is made of."""

    site: Site
    purchase: Purchase
    day: SiteDay
    """Only what was told of it is looked at."""
    start_s: int
    """Midnight [s since 1970-01-01T00:00Z]."""
    time_zone: str


def problem_at(outlook: Outlook, state: State) -> ParkProblem:
    """Return the problem from one quarter to the end of the day.

    Args:
        outlook: The day as it was told.
        state: What is known at the start of the quarter.

    Returns:
        The problem.
    """
    n = QUARTERS - state.quarter
    horizon = Horizon(
        start_s=outlook.start_s + state.quarter * STEP_S,
        step_s=STEP_S,
        n_steps=n,
        time_zone=outlook.time_zone,
    )
    assets: list[Asset] = [
        Bus(id=BUS, carrier="electricity"),
        _base(outlook, state),
        _gateway(outlook, state),
        DemandCharge(
            id="demand",
            grid=GRID,
            direction="import",
            price_cny_per_kw=outlook.purchase.demand_cny_per_kw,
            so_far_kw=state.peak_wh / 1000.0 / _STEP_H,
        ),
    ]
    assets += [_sun(outlook, state)] if outlook.site.sun.capacity_kw else []
    assets += [_battery(outlook.site, state)] if outlook.site.battery.energy_kwh else []
    sessions = _sessions(outlook, state)
    assets += [_chargers(outlook, state, sessions)] if sessions else []
    return ParkProblem(horizon, tuple(assets))


def set_points_of(plan: ParkPlan, state: State, outlook: Outlook) -> SetPoints:
    """Return what a plan asks for in its first quarter.

    Args:
        plan: A plan of ``problem_at``.
        state: What it was made from.
        outlook: The day.

    Returns:
        Whole watt-hours a minute. A vehicle whose last whole quarter is over charges at once.
    """
    now = state.quarter * QUARTER_MIN
    cars_wh = {
        one.visit_id: one.minute_wh
        for one in state.known
        if one.from_min == now and one.told_min < now + QUARTER_MIN
    }
    place, session_kw = 0, plan.series.get(f"{CHARGERS}.session_kw", np.zeros(0))
    for session in _sessions(outlook, state):
        first = -((outlook.start_s - session.arrival_s) // STEP_S) - state.quarter
        last = (session.departure_s - outlook.start_s) // STEP_S - state.quarter
        if first == 0:
            cars_wh[session.id] = ceil(_minute(float(session_kw[place])) - 1e-6)
        place += last - first
    expected_kw = float(plan.series[f"{GRID}.import_kw"][0])
    if not outlook.purchase.demand_cny_per_kw:
        # Without a demand charge no peak is worth anything.
        expected_kw = outlook.site.terms.transformer_kw
    charge_kw, discharge_kw = (
        float(plan.series[f"{BATTERY}.{way}_kw"][0]) if f"{BATTERY}.{way}_kw" in plan.series else 0
        for way in ("charge", "discharge")
    )
    return SetPoints(
        cars_wh=cars_wh,
        charge_wh=int(_minute(charge_kw) + 1e-6),
        discharge_wh=int(_minute(discharge_kw) + 1e-6),
        expected_wh=ceil(_minute(expected_kw) - 1e-6),
        is_planned=True,
    )


def hours_left(state: State) -> Ints:
    """Return the hour of the day of each quarter that is left, shape (n,)."""
    return np.arange(state.quarter, QUARTERS, dtype=np.int32) // _HOUR_QUARTERS


def _minute(power_kw: float) -> float:
    return power_kw * 1000.0 / _MINUTES_PER_HOUR


def _base(outlook: Outlook, state: State) -> Load:
    return Load(
        id="base",
        bus=BUS,
        load_kw=outlook.site.base.load_kw[hours_left(state)],
        shed_max_ratio=0.0,
        shed_price_cny_per_kwh=None,
    )


def _gateway(outlook: Outlook, state: State) -> Grid:
    terms, purchase = outlook.site.terms, outlook.purchase
    n = QUARTERS - state.quarter
    return Grid(
        id=GRID,
        bus=BUS,
        import_limit_kw=np.full(n, terms.transformer_kw),
        export_limit_kw=np.full(n, terms.export_limit_kw),
        connection_kw=_fixed(max(terms.transformer_kw, terms.export_limit_kw)),
        import_price_cny_per_kwh=purchase.energy_cny_per_kwh[hours_left(state)],
        export_price_cny_per_kwh=np.full(n, purchase.export_cny_per_kwh),
        fee_cny=0.0,
        carbon_kg_per_kwh=np.zeros(n),
    )


def _sun(outlook: Outlook, state: State) -> Plant:
    told_kw = np.array(outlook.day.sun_told_wh[state.quarter :]) / 1000.0 / _STEP_H
    return Plant(
        id=SUN,
        bus=BUS,
        kind="pv",
        available_ratio=told_kw,
        capacity_kw=_fixed(1.0),
        curtail_price_cny_per_kwh=0.0,
        cost_cny_per_kwh=0.0,
    )


def _battery(site: Site, state: State) -> Battery:
    battery, terms = site.battery, site.terms
    soc = min(
        max(state.stored_wh / 1000.0 / battery.energy_kwh, battery.soc_min_ratio),
        battery.soc_max_ratio,
    )
    # What transformer and vehicles leave may not reach what the end asks for; then as far as it
    # goes: no vehicle goes without for the sake of the night's store.
    rated_kw = minute_wh(battery.power_kw) * _MINUTES_PER_HOUR / 1000.0
    left_kw = np.maximum(terms.transformer_kw - site.base.load_kw[hours_left(state)], 0.0)
    wanted_kwh = sum(one.left_wh for one in state.known) / 1000.0
    taken_kwh = min(
        float(np.minimum(left_kw, rated_kw).sum()) * _STEP_H,
        max(float(left_kw.sum()) * _STEP_H - wanted_kwh, 0.0),
    )
    reach = soc + _REACHED * taken_kwh * battery.charge_efficiency_ratio / battery.energy_kwh
    return Battery(
        id=BATTERY,
        bus=BUS,
        charge_kw=_fixed(rated_kw),
        discharge_kw=None,
        energy_kwh=Capacity(existing=battery.energy_kwh, add_max=0.0, cost_cny_per_unit=0.0),
        charge_efficiency_ratio=battery.charge_efficiency_ratio,
        discharge_efficiency_ratio=battery.discharge_efficiency_ratio,
        standing_loss_ratio_per_h=0.0,
        soc_min_ratio=battery.soc_min_ratio,
        soc_max_ratio=battery.soc_max_ratio,
        soc_start_ratio=soc,
        soc_end=AT_LEAST,
        soc_end_min_ratio=min(battery.soc_start_ratio, reach),
        health_ratio=1.0,
        cycle_cost_cny_per_kwh=battery.wear_cny_per_kwh,
        cycles_max_ratio=None,
    )


def _chargers(outlook: Outlook, state: State, sessions: tuple[Session, ...]) -> Charging:
    purchase, n = outlook.purchase, QUARTERS - state.quarter
    dearest = float(purchase.energy_cny_per_kwh.max()) + purchase.demand_cny_per_kw / _STEP_H
    return Charging(
        id=CHARGERS,
        bus=BUS,
        sessions=sessions,
        station_kw=np.full(n, outlook.site.terms.transformer_kw + outlook.site.sun.capacity_kw * 2),
        unserved_price_cny_per_kwh=2.0 * dearest + 1.0,
    )


def _sessions(outlook: Outlook, state: State) -> tuple[Session, ...]:
    """Return the vehicles that have a whole quarter left, as they told."""
    found = list[Session]()
    for one in state.known:
        first = -(-one.from_min // QUARTER_MIN)
        last = min(one.told_min // QUARTER_MIN, QUARTERS)
        if last > first:
            found.append(
                Session(
                    id=one.visit_id,
                    arrival_s=outlook.start_s + one.from_min * _MINUTE_S,
                    departure_s=outlook.start_s + one.told_min * _MINUTE_S,
                    energy_kwh=one.left_wh / 1000.0,
                    power_kw=one.minute_wh * _MINUTES_PER_HOUR / 1000.0,
                )
            )
    return tuple(found)


def _fixed(stands_kw: float) -> Capacity:
    return Capacity(existing=stands_kw, add_max=0.0, cost_cny_per_unit=0.0)
