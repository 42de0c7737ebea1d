"""A day of storage: what was planned and what happened on one time axis, why, and what was decided.

Everything is read: the plan from its statement, what happened from settled rows, decisions from the
log. Nothing is planned or issued.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.plan_decision import PlanDecision, PlanStanding
from taihang.core.dispatch.plan_reason import (
    Binding,
    Move,
    StorePlan,
    bindings_of,
    moves_of,
    peak_is_held,
    worth_of_moving,
)
from taihang.core.dispatch.stored import stored_of
from taihang.core.park.assets import Battery, PlantKind
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.seal.canonical import load_canonical
from taihang.core.series import Quality
from taihang.services.day_problem import dispatch_battery
from taihang.services.decisions import Decisions
from taihang.services.planned import Planned, plan_names, planned_of
from taihang.services.ports import Columns, Ports
from taihang.services.project_flow import project_flow
from taihang.services.ratio_account import window_of
from taihang.services.regret import KIND as REGRET
from taihang.services.regret_day import is_in_time
from taihang.services.report import settled_span

W_PER_WH: Final = SECONDS_PER_HOUR // STEP_S
LEDGER_DAYS: Final = 14
"""So many past days of the ledger are shown."""
FLOWS: Final = ("load", "import", "export", "charge", "discharge", "pv", "wind")
_PRICE: Final = "price_cny_per_kwh"
Line = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDay:
    """One store on the day."""

    id: str
    """As the plan names it."""
    battery: Battery
    plan: StorePlan
    moves: tuple[Move, ...]
    bindings: tuple[Binding, ...]
    spread: tuple[float, float, float] | None
    """Mean price at which it charges, at which it discharges, and what a kWh then earns after
    losses and wear; None where it does not do both. [CNY/kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSoFar:
    """How the year stands against its limit of export."""

    ratio: float | None
    limit_ratio: float
    exported_wh: int
    available_wh: int
    until: date
    """Last day that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegretLine:
    """A day of the ledger."""

    day: date
    statement: str
    promised_cny: str
    """What the plan had promised to save; empty where there was none. [CNY]"""
    earned_cny: str
    regret_cny: str
    parts_cny: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchDay:
    """A day as the dispatcher looks at it."""

    day: date
    plan_days: tuple[date, ...]
    """Every day that has a plan."""
    planned: Planned | None
    standing: PlanStanding | None
    decisions: tuple[PlanDecision, ...]
    """Every decision on this version, in the order of the log."""
    is_in_time: bool
    """Whether the log had the plan before its day began."""
    axis: Period
    """The local day before, and the day."""
    edge_s: int | None
    """End of what is settled; None where nothing is [s]."""
    actual_w: Mapping[str, Line]
    """Flows on the axis; None where they are not known. [W]"""
    stored_wh: Line
    """What all stores held at the end of each interval, as it follows from their meters. [Wh]"""
    prices: Mapping[date, tuple[float, ...]]
    """Price of imported energy by day that has a plan. [CNY/kWh]"""
    stores: tuple[StoreDay, ...]
    peak: tuple[int, int] | None
    """In how many intervals the plan stands on the month's expected peak, and the first of them."""
    export: ExportSoFar | None
    ledger: tuple[RegretLine, ...]

    @property
    def is_settled(self) -> bool:
        """Whether the whole day is settled."""
        return self.edge_s is not None and self.edge_s >= self.axis.end_s


def dispatch_day(day: date | None, *, ports: Ports) -> DispatchDay | None:
    """Return a day of storage.

    Args:
        day: The local day; None for that of the last plan.
        ports: The outside world.

    Returns:
        The day; None where no plan was ever made and no day is named.
    """
    names = plan_names(ports=ports)
    chosen = day if day is not None else max(names, default=None)
    if chosen is None:
        return None
    # 1. What was planned and decided.
    planned = planned_of(ports.registry.statement(names[chosen])) if chosen in names else None
    decisions = Decisions(ports)
    # 2. What happened, on the day and the one before.
    axis = days(chosen - timedelta(days=1), 2, ports.park.zone)
    span = settled_span(ports)
    actual = _actual_w(axis, ports)
    stores = () if planned is None else tuple(_stores(planned, ports))
    return DispatchDay(
        day=chosen,
        plan_days=tuple(names),
        planned=planned,
        standing=None if planned is None else decisions.standing(planned.issued),
        decisions=() if planned is None else decisions.plans.get(planned.issued.id, ()),
        is_in_time=planned is not None and is_in_time(planned.issued, chosen, ports=ports),
        axis=axis,
        edge_s=None if span is None else span.end_s,
        actual_w=actual,
        stored_wh=_stored_wh(axis, ports),
        prices=_prices(chosen, names, ports),
        stores=stores,
        peak=None if planned is None else _peak(planned),
        export=_export(ports, span),
        ledger=tuple(_ledger(chosen, names, ports)),
    )


# -- what happened --------------------------------------------------------------------------------


def _actual_w(axis: Period, ports: Ports) -> dict[str, Line]:
    """Return the flows of the park where its intervals are closed."""
    found = {name: _nothing(axis) for name in FLOWS}
    for (flow,), rows in ports.lake.read("balance", axis).items():
        if flow in found:
            found[flow] = _line(axis, rows["time_s"], rows["wh"], rows["closed"] != 0)
    plants = ports.lake.read("matching", axis, "plant")
    for kind in PlantKind:
        rows = [
            plants["plant", one.id]
            for one in ports.park.plants.values()
            if one.kind is kind and ("plant", one.id) in plants
        ]
        if rows:
            found[kind.value] = _plants(axis, rows)
    return found


def _nothing(axis: Period) -> Line:
    return (None,) * axis.n_steps


def _line(
    axis: Period, time_s: NDArray[np.int64], wh: NDArray[np.int64], there: NDArray[np.bool_]
) -> Line:
    watts: list[int | None] = [None] * axis.n_steps
    at = (time_s - axis.start_s) // STEP_S
    for place, value, is_known in zip(at.tolist(), wh.tolist(), there.tolist(), strict=True):
        watts[place] = value * W_PER_WH if is_known else None
    return tuple(watts)


def _plants(axis: Period, rows: Sequence[Columns]) -> Line:
    total, there = np.zeros(axis.n_steps, np.int64), np.ones(axis.n_steps, np.bool_)
    for columns in rows:
        known = np.zeros(axis.n_steps, np.bool_)
        at = (columns["time_s"] - axis.start_s) // STEP_S
        total[at] += np.maximum(columns["total_wh"], 0)
        known[at] = columns["quality"] < Quality.MISSING
        there &= known
    return _line(axis, axis.grid_s(), total, there)


def _stored_wh(axis: Period, ports: Ports) -> Line:
    """Return what the stores held, from the start of the month on, until their meters end.

    Where no register of the state of charge exists, it follows from charge and discharge.
    """
    first = axis.start.astimezone(ports.park.zone).date().replace(day=1)
    start_s = days(first, 1, ports.park.zone).start_s
    span = Period.of_s(start_s, axis.end_s)
    total, known = np.zeros(span.n_steps), span.n_steps
    for battery in ports.park.batteries.values():
        power_kw, until = _battery_kw(battery.id, span, ports)
        known = min(known, until)
        if until:
            found = stored_of(
                dispatch_battery(battery), power_kw[:until], step_h=STEP_S / SECONDS_PER_HOUR
            )
            total[:until] += found.level_kwh
    offset = (axis.start_s - start_s) // STEP_S
    held = [*np.rint(total[:known] * WH_PER_KWH).astype(np.int64).tolist()]
    on_axis = held[offset:] if ports.park.batteries else []
    return (*on_axis, *(None,) * (axis.n_steps - len(on_axis)))


def _battery_kw(battery: str, span: Period, ports: Ports) -> tuple[NDArray[np.float64], int]:
    """Return what a battery took in, and up to which interval every meter of it is known."""
    net_kw = np.zeros(span.n_steps)
    there = np.zeros(span.n_steps, np.bool_)
    gap = np.zeros(span.n_steps, np.bool_)
    signs = {Direction.CHARGE: 1, Direction.DISCHARGE: -1}
    for meter in ports.park.meters.values():
        sign = signs.get(meter.measures)
        if sign is None or meter.node != battery:
            continue
        for rows in ports.lake.read("intervals", span, meter.id).values():
            at = (rows["time_s"] - span.start_s) // STEP_S
            usable = rows["quality"] < Quality.MISSING
            net_kw[at] += sign * np.where(usable, rows["wh"], 0) * W_PER_WH / WH_PER_KWH
            there[at] = True
            gap[at] |= ~usable
    known = there & ~gap
    return net_kw, span.n_steps if known.all() else int(np.argmin(known))


# -- what was planned -----------------------------------------------------------------------------


def _stores(planned: Planned, ports: Ports) -> list[StoreDay]:
    named = {name.replace(".", "-"): one for name, one in ports.park.batteries.items()}
    price = planned.prices(_PRICE)
    found: list[StoreDay] = []
    for name, store in planned.stores.items():
        battery = named.get(name)
        if battery is None:
            continue
        full_wh = battery.energy_kwh * WH_PER_KWH
        plan = StorePlan(
            power_w=store.power_w,
            stored_wh=store.stored_wh,
            rated_w=int(battery.power_kw * WH_PER_KWH),
            low_wh=int(battery.soc_min_ratio * full_wh),
            high_wh=int(battery.soc_max_ratio * full_wh),
        )
        moves = moves_of(plan, price, step_s=planned.step_s)
        found.append(
            StoreDay(
                id=name,
                battery=battery,
                plan=plan,
                moves=tuple(moves),
                bindings=tuple(bindings_of(plan)),
                spread=_spread(moves, battery),
            )
        )
    return found


def _spread(moves: Sequence[Move], battery: Battery) -> tuple[float, float, float] | None:
    def mean(sign: int) -> float | None:
        own = [move for move in moves if move.wh * sign > 0]
        energy = sum(abs(move.wh) for move in own)
        if not energy:
            return None
        return sum(abs(move.wh) * move.price_cny_per_kwh for move in own) / energy

    buy, sell = mean(1), mean(-1)
    if buy is None or sell is None:
        return None
    round_trip = battery.charge_efficiency_ratio * battery.discharge_efficiency_ratio
    earned = worth_of_moving(
        buy,
        sell,
        round_trip_ratio=round_trip,
        wear_cny_per_kwh=battery.cycle_cost_cny_per_kwh,
    )
    return buy, sell, earned


def _peak(planned: Planned) -> tuple[int, int] | None:
    peaks = planned.month_peaks
    if len(peaks) != 1:
        return None
    return peak_is_held(planned.series_w("import_w"), float(peaks[0]["expected_kw"]))


def _prices(chosen: date, names: Mapping[date, str], ports: Ports) -> dict[date, tuple[float, ...]]:
    shown = (chosen - timedelta(days=1), chosen)
    return {
        day: tuple(planned_of(ports.registry.statement(names[day])).prices(_PRICE).tolist())
        for day in shown
        if day in names
    }


# -- the year, and the days before ----------------------------------------------------------------


def _export(ports: Ports, span: Period | None) -> ExportSoFar | None:
    """Return how the last settled year stands; None where nothing of it is settled."""
    if span is None:
        return None
    last = (span.end - timedelta(microseconds=1)).astimezone(ports.park.zone).date()
    start = days(last.replace(month=1, day=1), 1, ports.park.zone).start
    so_far = Period(max(start, span.start), span.end)
    window = window_of("year", so_far, flow=project_flow(so_far, ports=ports), ports=ports)
    _, _, export = window.ratios.requirements
    if not window.totals.n_closed:
        return None
    return ExportSoFar(
        ratio=None if export.ratio is None else float(export.ratio),
        limit_ratio=float(export.threshold_ratio),
        exported_wh=export.numerator_wh,
        available_wh=export.denominator_wh,
        until=last,
    )


def _ledger(chosen: date, names: Mapping[date, str], ports: Ports) -> list[RegretLine]:
    """Return the last days before the day that had a plan and have an entry, newest first."""
    past = [day for day in names if day <= chosen][-LEDGER_DAYS:]
    found: list[RegretLine] = []
    for day in reversed(past):
        for issued in ports.registry.latest_statements(day.isoformat(), {REGRET}):
            body = cast("Mapping[str, object]", load_canonical(issued.document.encode()))
            if issued.subject == PARK_SUBJECT and body["value"]:
                saving = cast("Mapping[str, str]", body["saving_cny"])
                found.append(
                    RegretLine(
                        day=day,
                        statement=issued.id,
                        promised_cny=saving["promised"],
                        earned_cny=saving["earned"],
                        regret_cny=str(body["value"]),
                        parts_cny=cast("Mapping[str, str]", body["parts_cny"]),
                    )
                )
    return found
