"""Plan one day of one battery, let the referee check it, and issue it.

No plan leaves unchecked: what the planner finds is re-simulated by a second program that shares no
formula with it, and a refused plan is not issued. A day without any plan is told in words, with the
cheapest repair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.diagnosis import diagnose
from taihang.core.dispatch.forecast import Backtest, ForecastKind, backtest, naive_day_ahead
from taihang.core.dispatch.plan import build_model, plan_from
from taihang.core.dispatch.problem import (
    DayProblem,
    DemandCharge,
    Plan,
    PlantGroup,
    StorageLimits,
)
from taihang.core.dispatch.referee import Verdict, check
from taihang.core.errors import InputError, StateError
from taihang.core.market.tariff import BillTerms, grid_prices_cny_per_kwh
from taihang.core.park.assets import Battery, PlantKind
from taihang.core.park.contract import DemandBasis
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.seal.canonical import JsonValue
from taihang.core.series import Quality
from taihang.services.account import ACCOUNT_FORMAT, Draft, issue_statements
from taihang.services.ports import Columns, Ports
from taihang.services.tariff import Connection, bill_terms

HISTORY_DAYS: Final = 28
"""Days of history that a forecast looks at."""
BACKTEST_DAYS: Final = 7
TIME_LIMIT_S: Final = 10.0
"""Longest time for one plan (P14) [s]."""
_GAP: Final = 1e-6
_FORECAST_KIND: Final = {PlantKind.PV: ForecastKind.PV, PlantKind.WIND: ForecastKind.WIND}


class NoBatteryError(InputError):
    """The park has no such battery, or none at all."""

    code = "input.no-battery"


class NoGridError(InputError):
    """The park has no grid connection that would limit a plan."""

    code = "input.no-grid"


class NoPlanError(StateError):
    """No plan exists within the limits of the day, or the referee refused it."""

    code = "state.no-plan"


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A plan that the referee accepted."""

    day: date
    battery: str
    problem: DayProblem
    plan: Plan
    verdict: Verdict
    errors: dict[str, Backtest]
    """How well each forecast would have done on the last days, by flow."""


def plan_day(day: date, *, ports: Ports, battery_id: str | None = None) -> DayPlan:
    """Plan a battery for a local day from the history before it.

    Args:
        day: The local day.
        ports: The outside world.
        battery_id: Which battery; None where the park has exactly one.

    Returns:
        The accepted plan; it is issued as a statement ``day-plan``.

    Raises:
        NoPlanError: If no plan exists or the referee refuses it; the reason is in words.
    """
    battery = _battery(battery_id, ports)
    # 1. What was measured before the day.
    history = _history(day, ports)
    # 2. What is expected of it.
    problem = _problem(day, battery, history, ports)
    # 3. The cheapest plan.
    solution = ports.solve(build_model(problem), time_limit_s=TIME_LIMIT_S, gap=_GAP)
    if solution.values is None:
        diagnosis = diagnose(problem, solve=ports.solve, time_limit_s=TIME_LIMIT_S)
        raise NoPlanError(
            given=f"{battery.id} on {day.isoformat()}: {diagnosis}",
            expected="limits within which some plan exists",
            remedy="apply the repair that is named, or operate by hand",
        )
    plan = plan_from(problem, solution.values)
    # 4. The referee.
    verdict = check(problem, plan)
    if not verdict.accepted:
        reasons = "; ".join(violation.sentence_en for violation in verdict.violations)
        raise NoPlanError(
            given=f"a plan of {battery.id} for {day.isoformat()} that breaks: {reasons}",
            expected="a plan that the referee accepts",
            remedy="keep the running plan and report the planner",
        )
    # 5. Issue it.
    errors = {
        flow: backtest(kw, kind=kind, days=min(BACKTEST_DAYS, len(kw) - 1))
        for flow, (kind, kw) in history.items()
    }
    found = DayPlan(day, battery.id, problem, plan, verdict, errors)
    draft = Draft("day-plan", battery.id, day.isoformat(), _document(found, ports))
    issue_statements([draft], period=day.isoformat(), ports=ports)
    return found


_History = dict[str, tuple[ForecastKind, NDArray[np.float64]]]


def _battery(battery_id: str | None, ports: Ports) -> Battery:
    batteries = ports.park.batteries
    wanted = battery_id or (next(iter(batteries)) if len(batteries) == 1 else None)
    if wanted is None or wanted not in batteries:
        raise NoBatteryError(
            given=f"battery {battery_id!r}",
            expected=f"one of {list(batteries) or 'no battery: the park has none'}",
            remedy="name one with --battery",
        )
    return batteries[wanted]


def _history(day: date, ports: Ports) -> _History:
    """Return mean power by flow, one row a day, NaN where nothing usable was measured."""
    span = days(day - timedelta(days=HISTORY_DAYS), HISTORY_DAYS, ports.park.zone)
    history: _History = {}
    matching = ports.lake.read("matching", span)
    users = [rows for (role, _), rows in matching.items() if role == "user"]
    if not users:
        raise NoPlanError(
            given=f"no settled day in the {HISTORY_DAYS} days before {day.isoformat()}",
            expected="settled history to forecast from",
            remedy="run `taihang settle` for the days before it",
        )
    history["load"] = (ForecastKind.LOAD, _power_kw(users, span))
    for kind in PlantKind:
        chosen = [
            matching["plant", plant.id]
            for plant in ports.park.plants.values()
            if plant.kind is kind and ("plant", plant.id) in matching
        ]
        if chosen:
            history[kind.value] = (_FORECAST_KIND[kind], _power_kw(chosen, span))
    return history


def _power_kw(rows: Sequence[Columns], span: Period) -> NDArray[np.float64]:
    total_kw = np.zeros(span.n_steps)
    for columns in rows:
        kw = np.full(span.n_steps, np.nan)
        usable = columns["quality"] < Quality.MISSING
        at = (columns["time_s"][usable] - span.start_s) // STEP_S
        per_wh = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
        kw[at] = np.maximum(columns["total_wh"][usable], 0) * per_wh
        total_kw += kw
    return total_kw.reshape(-1, STEPS_PER_DAY)


def _problem(day: date, battery: Battery, history: _History, ports: Ports) -> DayProblem:
    period = days(day, 1, ports.park.zone)
    tariff = ports.park.grid_tariffs[battery.grid_tariff]
    if not ports.park.grids:
        raise NoGridError(
            given="a park without [grids]",
            expected="the grid connection, whose capacity limits import and export",
            remedy="add it to park.toml",
        )
    capacity_kw = sum(grid.capacity_kva for grid in ports.park.grids.values())
    terms = bill_terms(
        tariff,
        at=Connection(
            max(grid.voltage_kv for grid in ports.park.grids.values()), transformer_kva=capacity_kw
        ),
        book=ports.facts,
        period=period,
        zone=ports.park.zone,
        stand_in=None,
    )
    forecast = {flow: naive_day_ahead(kw, kind=kind).kw for flow, (kind, kw) in history.items()}
    empty_kwh = battery.energy_kwh * battery.soc_min_ratio
    flat = np.ones(period.n_steps)
    return DayProblem(
        start_s=period.start_s,
        step_s=STEP_S,
        time_zone=ports.park.time_zone,
        load_kw=forecast.pop("load"),
        plants=tuple(
            PlantGroup(id=flow, available_kw=kw, curtail_price_cny_per_kwh=None)
            for flow, kw in forecast.items()
        ),
        import_price_cny_per_kwh=grid_prices_cny_per_kwh(
            terms, book=ports.facts, period=period, zone=ports.park.zone
        ),
        export_price_cny_per_kwh=flat * float(tariff.export_price_cny_per_kwh),
        import_limit_kw=flat * capacity_kw,
        export_limit_kw=flat * capacity_kw,
        demand=_demand(terms, day, ports),
        storage=StorageLimits(
            charge_kw=battery.power_kw,
            discharge_kw=battery.power_kw,
            energy_min_kwh=empty_kwh,
            energy_max_kwh=battery.energy_kwh * battery.soc_max_ratio,
            charge_efficiency_ratio=battery.charge_efficiency_ratio,
            discharge_efficiency_ratio=battery.discharge_efficiency_ratio,
            standing_loss_ratio_per_h=battery.standing_loss_ratio_per_h,
            cycle_cost_cny_per_kwh=battery.cycle_cost_cny_per_kwh,
        ),
        # The state of charge is not read yet: the plan starts and ends at the lower limit.
        energy_start_kwh=empty_kwh,
        energy_end_min_kwh=empty_kwh,
    )


def _demand(terms: BillTerms, day: date, ports: Ports) -> DemandCharge | None:
    """Return what a new maximum of import would cost, on a tariff that charges the maximum.

    The month is expected to reach at least what the last weeks reached, so a plan pays only for
    what it adds to that.
    """
    if terms.tariff.demand_basis is not DemandBasis.DEMAND:
        return None
    span = days(day - timedelta(days=HISTORY_DAYS), HISTORY_DAYS, ports.park.zone)
    rows = ports.lake.read("balance", span, "import")
    peak_wh = max((int(columns["wh"].max(initial=0)) for columns in rows.values()), default=0)
    return DemandCharge(
        price_cny_per_kw=float(terms.transmission.demand.value),
        peak_so_far_kw=peak_wh * SECONDS_PER_HOUR / STEP_S / WH_PER_KWH,
    )


def _document(found: DayPlan, ports: Ports) -> dict[str, JsonValue]:
    plan, problem = found.plan, found.problem
    saving_cny = plan.saving_cny
    return {
        "format": ACCOUNT_FORMAT,
        "rule": "day-plan/v1",
        "start_s": problem.start_s,
        "step_s": problem.step_s,
        "charge_w": _watts(plan.charge_kw),
        "discharge_w": _watts(plan.discharge_kw),
        "import_w": _watts(plan.import_kw),
        "export_w": _watts(plan.export_kw),
        "load_w": _watts(problem.load_kw),
        "plants": {group.id: _watts(group.available_kw) for group in problem.plants},
        "stored_wh": _watts(plan.energy_kwh),
        "price_cny_per_kwh": [f"{price:.6f}" for price in problem.import_price_cny_per_kwh],
        "value": "" if saving_cny is None else f"{saving_cny:.2f}",
        "unit": "CNY",
        "accepted": found.verdict.accepted,
        "code_version": ports.version,
    }


def _watts(values_kw: NDArray[np.float64]) -> list[JsonValue]:
    return [int(value) for value in np.rint(values_kw * WH_PER_KWH)]
