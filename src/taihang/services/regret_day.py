"""One day of the regret ledger: what was planned, what happened, what was possible, and why.

Everything is drawn up from records: settled intervals, dated prices, and the statement of the plan.
The measured day is the problem that was planned, with what was measured in place of what was
expected (docs/regret.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, cast

import numpy as np

from taihang.core.dispatch.assets.battery import FREE, Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.link import Link
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.follow import (
    Exactly,
    Followed,
    SetPoints,
    batteries_of,
    follow,
    full_kwh,
)
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.regret import Parts, cny, idle_cny, perfect_plan, reaching, replay_plan
from taihang.core.dispatch.stored import Stored, stored_of
from taihang.core.errors import StateError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.seal.act import STATEMENTS
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.core.series import Quality
from taihang.services.day_forecast import HISTORY_DAYS, DayHistory
from taihang.services.day_prices import grid_prices
from taihang.services.day_problem import DayFacts, day_problem, grids_of
from taihang.services.export_budget import export_budget
from taihang.services.plan_day import DAY_PLAN, EFFORT, planned_day
from taihang.services.ports import Ports
from taihang.services.settled_power import power_kw

_PER_WH: Final = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
_ROOM_RATIO: Final = 1.0 + 1e-9
"""By how much a limit lies above what was measured: the rounding of floats [1]."""
_OWN_LOAD: Final = "load"
"""The load at the park's own bus, as ``day_problem`` names it."""
_BALANCE: Final = ("generation", "discharge", "load", "charge", "import", "export")


class OpenDayError(StateError):
    """Not every interval of a day is settled and closed, so nothing can be said of it."""

    code = "state.open-day"


class NothingMovesError(StateError):
    """A park has no battery in service on a day: there was nothing to plan."""

    code = "state.nothing-moves"


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredDay:
    """A day as it came."""

    day: date
    actual: ParkProblem
    """What was measured, in the place of every forecast."""
    powers: SetPoints
    """What the batteries did."""
    stored: Mapping[str, Stored]
    """By battery: what it held, from the start of the month on."""
    peak_kw: float
    """Highest import of the month up to the end of the day [kW]."""
    free_kw: Mapping[str, float]
    """By demand charge: what may be reached without paying more, by contract [kW]."""


@dataclass(frozen=True, slots=True, eq=False)
class DayRegret:
    """An entry of the ledger before it is written."""

    measured: MeasuredDay
    done: Followed
    perfect: ParkPlan
    idle_cny: Decimal | None
    promised_cny: Decimal | None
    """What the plan was to cost; None where no plan was released [CNY]."""
    promised_saving_cny: Decimal | None
    parts: Parts
    plan: IssuedStatement | None
    is_same_problem: bool
    """Whether the problem of the plan can be made again from the records as they are now."""
    is_in_time: bool
    """Whether the log had the plan before the day began; if not it is a study of it."""

    @property
    def done_cny(self) -> Decimal:
        """What the day cost [CNY]."""
        return cny(self.done.plan.total_cny)

    @property
    def perfect_cny(self) -> Decimal:
        """What it would have cost with perfect foresight [CNY]."""
        return cny(self.perfect.total_cny)

    @property
    def saving_cny(self) -> Decimal | None:
        """What was earned against doing nothing; None where that was not possible [CNY]."""
        return None if self.idle_cny is None else self.idle_cny - self.done_cny


def exactly_of(ports: Ports) -> Exactly:
    """Return what solves the replays: as long and as near as a plan."""
    return partial(
        solve_exactly, solve=ports.solve, time_limit_s=EFFORT.time_limit_s, gap=EFFORT.gap
    )


def regret_of_day(day: date, *, ports: Ports) -> DayRegret:
    """Draw up one day.

    Args:
        day: The local day.
        ports: The outside world.

    Returns:
        The entry.

    Raises:
        OpenDayError: If an interval of the day is not settled and closed.
        NothingMovesError: If no battery was in service.
        NoReplayError: If what was measured is not possible in the park as it is written down.
    """
    exactly = exactly_of(ports)
    # 1. What happened.
    measured = measured_day(day, ports=ports)
    # 2. What was planned, and the problem that it was planned for.
    issued = plan_of_day(day, ports=ports)
    if issued is None:
        return _without_plan(measured, exactly=exactly)
    planned, told = planned_day(day, ports=ports), _told(issued, measured.actual)
    measured = replace(measured, actual=_expecting(measured.actual, planned))
    # 3. The same day with one more thing perfect after the other.
    replayed = replay_plan(
        planned, told, actual=measured.actual, measured=measured.powers, exactly=exactly
    )
    body = _body(issued)
    bill = cast("Mapping[str, str]", body["bill_cny"])
    return DayRegret(
        measured=measured,
        done=replayed.done,
        perfect=replayed.perfect,
        idle_cny=replayed.idle_cny,
        promised_cny=sum((Decimal(each) for each in bill.values()), Decimal("0.00")),
        promised_saving_cny=Decimal(str(body["value"])) if body["value"] else None,
        parts=replayed.legs.parts,
        plan=issued,
        is_same_problem=planned.digest() == body["problem_sha256"],
        is_in_time=is_in_time(issued, day, ports=ports),
    )


def plan_of_day(day: date, *, ports: Ports) -> IssuedStatement | None:
    """Return the plan that counts: the last one in the log before the day began, else the first.

    A plan that is drawn up again when the day is over knows no more of it than the first, but it
    was not what anybody was told.

    Args:
        day: The local day.
        ports: The outside world.

    Returns:
        The statement; None where no plan was ever released for the day.
    """
    found = ports.registry.latest_statements(day.isoformat(), {DAY_PLAN})
    latest = next((one for one in found if one.subject == PARK_SUBJECT), None)
    if latest is None:
        return None
    names = (f"{latest.series}.v{version}" for version in range(latest.version, 0, -1))
    versions = [ports.registry.statement(name) for name in names]
    return next((one for one in versions if is_in_time(one, day, ports=ports)), versions[-1])


def is_in_time(plan: IssuedStatement, day: date, *, ports: Ports) -> bool:
    """Say whether the log had a plan before its day began.

    Args:
        plan: The statement.
        day: Its local day.
        ports: The outside world.
    """
    of_day = [
        entry.id
        for entry in ports.registry.roll()
        if entry.period == plan.period and entry.act == STATEMENTS
    ]
    number = of_day.index(plan.id) + 1
    leaf = next(
        (
            act.leaf
            for act in ports.registry.logged()
            if act.kind == STATEMENTS and act.subject == plan.period and act.n >= number
        ),
        None,
    )
    begins_s = days(day, 1, ports.park.zone).start_s
    return leaf is not None and ports.journal.received_at_s(leaf) <= begins_s


def _without_plan(measured: MeasuredDay, *, exactly: Exactly) -> DayRegret:
    """Nobody planned: whatever is missed to perfect foresight lies with how the day was run."""
    done = follow(measured.actual, measured.powers, exactly=exactly)
    perfect = perfect_plan(measured.actual, done.end_kwh, exactly=exactly)
    none = Decimal("0.00")
    lost = cny(done.plan.total_cny) - cny(perfect.total_cny)
    return DayRegret(
        measured=measured,
        done=done,
        perfect=perfect,
        idle_cny=idle_cny(measured.actual, exactly=exactly),
        promised_cny=None,
        promised_saving_cny=None,
        parts=Parts(none, none, none, none, unplanned_cny=lost),
        plan=None,
        is_same_problem=False,
        is_in_time=False,
    )


def _body(issued: IssuedStatement) -> Mapping[str, object]:
    return cast("Mapping[str, object]", load_canonical(issued.document.encode()))


def _told(issued: IssuedStatement, actual: ParkProblem) -> SetPoints:
    """Return the set-points of a released plan; a battery that it does not name rests."""
    each = cast("Mapping[str, Mapping[str, list[int]]]", _body(issued)["batteries"])
    rests = [0] * STEPS_PER_DAY
    told = dict[str, Reals]()
    for one in batteries_of(actual):
        own = each.get(one.id, {})
        charge, discharge = own.get("charge_w", rests), own.get("discharge_w", rests)
        told[one.id] = (np.array(charge) - np.array(discharge)) / WH_PER_KWH
    return told


def _expecting(actual: ParkProblem, planned: ParkProblem) -> ParkProblem:
    """Return a measured day in which the demand that its plan expected of the month is paid for.

    A plan that leaves a peak to a later day of the month is right to do so; on its own day the
    month has not reached that peak yet.
    """
    expected_kw = {one.id: one.so_far_kw for one in charges_of(planned)}
    reached = {
        one.id: max(one.so_far_kw, expected_kw.get(one.id, 0.0)) for one in charges_of(actual)
    }
    return reaching(actual, reached)


def charges_of(problem: ParkProblem) -> tuple[DemandCharge, ...]:
    """Return the demand charges of a problem, in order."""
    return tuple(asset for asset in problem.assets if isinstance(asset, DemandCharge))


# -- what was measured ---------------------------------------------------------------------------


def measured_day(day: date, *, ports: Ports) -> MeasuredDay:
    """Return a day as it came.

    Raises:
        OpenDayError: If an interval of the day is not settled and closed.
        NothingMovesError: If no battery was in service.
    """
    park, first = ports.park, day.replace(day=1)
    if not any(one.in_service.covers(day) for one in park.batteries.values()):
        raise NothingMovesError(
            given=f"no battery in service on {day.isoformat()}",
            expected="a battery that was charged and discharged",
            remedy="name a day on which the park had one",
        )
    # 1. The flows of the day, and those of its month until its end.
    span = days(day, 1, park.zone)
    flows = _flows(span, ports)
    month = days(first, (day - first).days + 1, park.zone)
    peak_kw = _peak_kw(month, ports)
    # 2. The problem of the day with what was measured in it.
    #    What the year still allows to be fed back is a rule of the plan, and on no bill.
    budget = replace(export_budget(day, ports=ports), most_kwh=None, export_value_cny_per_kwh=0.0)
    facts = DayFacts(
        park=park,
        history=_history_of(day, span, ports),
        prices=tuple(grid_prices(grid, day, ports=ports) for grid in grids_of(park, day)),
        so_far_kw=peak_kw,
        budget=budget,
    )
    problem = _with_flows(day_problem(facts), flows)
    # 3. What the batteries did, and what they held.
    powers = {one.id: _battery_kw(one.id, month, ports) for one in batteries_of(problem)}
    at = len(next(iter(powers.values()))) - STEPS_PER_DAY
    stored = {
        one.id: stored_of(one, powers[one.id], step_h=problem.horizon.step_h)
        for one in batteries_of(problem)
    }
    actual = ParkProblem(
        problem.horizon, tuple(_standing(asset, stored, at) for asset in problem.assets)
    )
    own = {name: kw[at:] for name, kw in powers.items()}
    actual = _with_feeders(actual, own)
    return MeasuredDay(day, actual, own, stored, peak_kw, _free_kw(actual, facts))


def _free_kw(problem: ParkProblem, facts: DayFacts) -> dict[str, float]:
    """Return what each demand charge leaves free by contract, whatever was reached."""
    free_kw = {
        prices.grid.id.replace(".", "-"): 0.0 if prices.demand is None else prices.demand[1]
        for prices in facts.prices
    }
    return {charge.id: free_kw[charge.grid] for charge in charges_of(problem)}


def _peak_kw(month: Period, ports: Ports) -> float:
    """Return the highest import of a part of a month [kW]."""
    rows = ports.lake.read("balance", month, "import").values()
    return max((int(each["wh"].max(initial=0)) for each in rows), default=0) * _PER_WH


def _flows(span: Period, ports: Ports) -> Mapping[str, Reals]:
    """Return the flows of a day in kW, every interval of which has to be closed."""
    rows = {key[0]: each for key, each in ports.lake.read("balance", span).items()}
    flows = dict[str, Reals]()
    for name in _BALANCE:
        own = rows.get(name)
        n_closed = 0 if own is None else int(own["closed"].sum())
        if own is None or n_closed < STEPS_PER_DAY or len(own["wh"]) < STEPS_PER_DAY:
            raise OpenDayError(
                given=f"{n_closed} of {STEPS_PER_DAY} intervals from {span.start.isoformat()} "
                "closed",
                expected="a day that is settled, with the meters of the connection, and closed",
                remedy="settle the day, or fill its gaps by a named method first",
            )
        flows[name] = np.asarray(own["wh"] * _PER_WH, np.float64)
    return flows


def _history_of(day: date, span: Period, ports: Ports) -> DayHistory:
    """Return the measured day as the history of itself: what was expected is what came."""
    matching = ports.lake.read("matching", span)
    park = ports.park
    powers = {
        role: {node: power_kw(rows, span) for (of, node), rows in matching.items() if of == role}
        for role in ("user", "plant")
    }
    plants = {node: kw for node, kw in powers["plant"].items() if node in park.plants}
    return DayHistory(
        day=day,
        load_kw={node: _repeated(kw) for node, kw in powers["user"].items()},
        plant_kw={node: _repeated(kw) for node, kw in plants.items()},
        kinds={node: park.plants[node].kind for node in plants},
    )


def _repeated(day_kw: Reals) -> Reals:
    return np.tile(day_kw, (HISTORY_DAYS, 1))


def _battery_kw(name: str, span: Period, ports: Ports) -> Reals:
    """Return what went into a battery, less what came out, shape (n,) [kW]."""
    net = np.zeros(span.n_steps)
    signs = {Direction.CHARGE: 1, Direction.DISCHARGE: -1}
    for meter in ports.park.meters.values():
        sign = signs.get(meter.measures)
        if sign is None or meter.node.replace(".", "-") != name:
            continue
        for rows in ports.lake.read("intervals", span, meter.id).values():
            usable = rows["quality"] < Quality.MISSING
            at = (rows["time_s"][usable] - span.start_s) // STEP_S
            net[at] += sign * rows["wh"][usable] * _PER_WH
    return net


def _with_flows(problem: ParkProblem, flows: Mapping[str, Reals]) -> ParkProblem:
    """Close the balance with a load at the park's own bus, and let what happened be possible."""
    implied = flows["generation"] + flows["discharge"] + flows["import"]
    unmetered = implied - flows["export"] - flows["charge"] - flows["load"]
    own = [one for one in problem.assets if isinstance(one, Load) and one.bus == PARK_SUBJECT]
    rest = Load(
        id=_OWN_LOAD,
        bus=PARK_SUBJECT,
        load_kw=np.zeros(len(unmetered)),
        shed_max_ratio=0.0,
        shed_price_cny_per_kwh=None,
    )
    assets = (*problem.assets, *(() if own else (rest,)))
    return ParkProblem(problem.horizon, tuple(_as_it_was(one, flows, unmetered) for one in assets))


def _as_it_was(asset: Asset, flows: Mapping[str, Reals], unmetered: Reals) -> Asset:
    if isinstance(asset, Load) and asset.bus == PARK_SUBJECT:
        return replace(asset, load_kw=np.maximum(asset.load_kw + unmetered, 0.0))
    if isinstance(asset, Plant):
        # What was curtailed is not metered: a plant gives what it gave.
        return replace(asset, curtail_price_cny_per_kwh=None)
    if isinstance(asset, Grid):
        passed = np.maximum(flows["import"], flows["export"]) * _ROOM_RATIO
        return replace(
            asset,
            import_limit_kw=np.maximum(asset.import_limit_kw, passed),
            export_limit_kw=np.maximum(asset.export_limit_kw, passed),
            connection_kw=_at_least(asset.connection_kw, passed),
        )
    return asset


def _at_least(size: Capacity, passed_kw: Reals) -> Capacity:
    """Return a size that lets pass what passed."""
    return replace(size, existing=max(size.existing, float(passed_kw.max())))


def _with_feeders(problem: ParkProblem, powers: SetPoints) -> ParkProblem:
    """Let every feeder carry what went over it."""
    net = dict[str, Reals]()
    for one in problem.assets:
        if isinstance(one, Load):
            net[one.bus] = net.get(one.bus, 0.0) + one.load_kw
        elif isinstance(one, Plant):
            given_kw = one.available_ratio * one.capacity_kw.existing
            net[one.bus] = net.get(one.bus, 0.0) - given_kw
        elif isinstance(one, Battery):
            net[one.bus] = net.get(one.bus, 0.0) + powers[one.id]
    assets = (
        _carrying(one, np.abs(net[one.to_bus]) * _ROOM_RATIO)
        if isinstance(one, Link) and one.to_bus in net
        else one
        for one in problem.assets
    )
    return ParkProblem(problem.horizon, tuple(assets))


def _carrying(feeder: Link, passed_kw: Reals) -> Link:
    return replace(
        feeder,
        forward_limit_kw=np.maximum(feeder.forward_limit_kw, passed_kw),
        backward_limit_kw=np.maximum(feeder.backward_limit_kw, passed_kw),
        capacity_kw=_at_least(feeder.capacity_kw, passed_kw),
    )


def _standing(asset: Asset, stored: Mapping[str, Stored], at: int) -> Asset:
    if not isinstance(asset, Battery):
        return asset
    return replace(stored[asset.id].at(at), soc_end=FREE, soc_end_min_ratio=None)


def held_wh(measured: MeasuredDay, name: str) -> int:
    """Return what a battery held when a day began [Wh]."""
    (one,) = (each for each in batteries_of(measured.actual) if each.id == name)
    return round(one.start_ratio * full_kwh(one) * WH_PER_KWH)
