"""Plan a park for a day from its own records, let the referee check it, and issue it.

The same assets and the same path as a problem file (``plan_park``): no plan leaves unchecked, and a
day without any plan is told in words with the cheapest repair.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.forecast import Backtest
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.month_peak import DaysAlike, MonthPeak, month_peak, with_peak
from taihang.core.dispatch.outlook import Notice
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tou import HolidaysUnknownError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEPS_PER_DAY, days
from taihang.core.quantities import WH_PER_KWH
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, Draft, issue_statements
from taihang.services.day_forecast import day_history
from taihang.services.day_prices import GridPrices, PriceAheadError, grid_prices
from taihang.services.day_problem import DayFacts, day_problem, grids_of, overloads, together
from taihang.services.export_budget import ExportBudget, export_budget
from taihang.services.plan_park import Effort, Release, plan_park
from taihang.services.ports import Ports
from taihang.services.settled_power import month_so_far_kw

DAY_PLAN: Final = "day-plan"
DAY_RULE: Final = "day-plan/v2"
EFFORT: Final = Effort(time_limit_s=10.0, gap=1e-6)
"""Longest time for one solve (P14), and how near to the best a plan with switches has to be."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DayPlan:
    """A day as it was planned, or why there is no plan."""

    day: date
    release: Release
    """What was released, with its verdict; nothing was issued where it holds no plan."""
    peaks: tuple[MonthPeak, ...]
    """What the month is expected to reach, one for each demand charge that could be looked at."""
    budget: ExportBudget
    errors: dict[str, Backtest]
    """How well each forecast would have done on the last days, by flow."""
    notices: tuple[Notice, ...]

    @property
    def problem(self) -> ParkProblem:
        """What was planned."""
        return self.release.problem

    @property
    def saving_cny(self) -> float | None:
        """What the plan saves against doing nothing; None where one of both is missing [CNY]."""
        plan, idle = self.release.plan, self.release.idle
        return None if plan is None or idle is None else idle.total_cny - plan.total_cny

    @property
    def demand_saving_cny(self) -> float:
        """What of it is the month's demand charge, which can be saved once a month [CNY]."""
        plan, idle = self.release.plan, self.release.idle
        if plan is None or idle is None:
            return 0.0
        lines = [
            f"{asset.id}.demand_cny"
            for asset in self.problem.assets
            if isinstance(asset, DemandCharge)
        ]
        return sum(idle.bill_cny[line] - plan.bill_cny[line] for line in lines)


def plan_day(day: date, *, ports: Ports) -> DayPlan:
    """Plan a park for a local day from the history before it.

    Args:
        day: The local day.
        ports: The outside world.

    Returns:
        The plan, issued as a statement ``day-plan`` where the referee accepts it.

    Raises:
        NoPlanError: If nothing is settled before the day.
        NoGridError: If the park has no grid connection.
        NoGridTariffError: If no tariff says what the park pays there.
        PriceAheadError: If market prices of the day are missing.
    """
    # 1. What was measured before the day, what energy costs on it, what the year has left.
    facts = _facts(day, ports)
    # 2. The problem of the day, and what the month will pay for anyway.
    problem, peaks = _looked_ahead(day_problem(facts), facts, ports)
    # 3. The cheapest plan, and what the referee says of it.
    release = plan_park(problem, solve=ports.solve, effort=EFFORT)
    found = DayPlan(
        day=day,
        release=release,
        peaks=peaks,
        budget=facts.budget,
        errors=facts.history.errors(),
        notices=(
            *(notice for prices in facts.prices for notice in prices.notices),
            *facts.budget.notices,
            *overloads(facts),
            *together(facts),
        ),
    )
    # 4. Issue it.
    if release.plan is not None:
        document = _document(found, release.plan, ports)
        draft = Draft(DAY_PLAN, PARK_SUBJECT, day.isoformat(), document)
        issue_statements([draft], period=day.isoformat(), ports=ports)
    return found


def planned_day(day: date, *, ports: Ports) -> ParkProblem:
    """Return the problem that a plan of a day is made for, by the records as they are now.

    Args:
        day: The local day.
        ports: The outside world.

    Returns:
        The problem; nothing is planned or issued.
    """
    facts = _facts(day, ports)
    return _looked_ahead(day_problem(facts), facts, ports)[0]


def _facts(day: date, ports: Ports) -> DayFacts:
    return DayFacts(
        park=ports.park,
        history=day_history(day, ports=ports),
        prices=tuple(grid_prices(grid, day, ports=ports) for grid in grids_of(ports.park, day)),
        so_far_kw=month_so_far_kw(day, ports),
        budget=export_budget(day, ports=ports),
    )


# -- the month -----------------------------------------------------------------------------------


def _looked_ahead(
    problem: ParkProblem, facts: DayFacts, ports: Ports
) -> tuple[ParkProblem, tuple[MonthPeak, ...]]:
    """Return the day with each demand charge paid above what the month reaches anyway."""
    charges = [asset for asset in problem.assets if isinstance(asset, DemandCharge)]
    movable = any(isinstance(asset, Battery) for asset in problem.assets)
    if not charges or not movable:
        return problem, ()
    left = _days_left(replace(facts, is_coarse=True), ports)
    peaks = list[MonthPeak]()
    for charge in charges:
        peak = month_peak(
            left,
            charge=charge,
            solve=ports.solve,
            time_limit_s=EFFORT.time_limit_s,
            gap_ratio=EFFORT.gap,
        )
        if peak is not None:
            peaks.append(peak)
            problem = with_peak(problem, charge, peak.expected_kw)
    return problem, tuple(peaks)


def _days_left(facts: DayFacts, ports: Ports) -> list[DaysAlike]:
    """Return the day and those after it in its month, each kind once with how many there are."""
    day, kinds = facts.history.day, dict[str, DaysAlike]()
    for offset in range(monthrange(day.year, day.month)[1] - day.day + 1):
        at = day + timedelta(days=offset)
        prices = facts.prices if offset == 0 else _prices_ahead(facts, at, ports)
        if prices is not None:
            problem = day_problem(replace(facts, prices=prices), offset_days=offset)
            key = _kind_of(problem)
            first = kinds.get(key, DaysAlike(problem=problem, n_days=0))
            kinds[key] = replace(first, n_days=first.n_days + 1)
    return [*kinds.values()]


def _prices_ahead(facts: DayFacts, at: date, ports: Ports) -> tuple[GridPrices, ...] | None:
    """Return the prices of a later day; None where they are not known yet, and it is left out."""
    if days(at, 1, ports.park.zone).n_steps != STEPS_PER_DAY:
        return None
    try:
        return tuple(grid_prices(prices.grid, at, ports=ports) for prices in facts.prices)
    except (FactOutOfForceError, HolidaysUnknownError, PriceAheadError):
        return None


def _kind_of(problem: ParkProblem) -> str:
    """Return what a day's problem depends on but for its date."""
    moved = ParkProblem(replace(problem.horizon, start_s=0), problem.assets)
    return moved.digest()


# -- the statement -------------------------------------------------------------------------------


def _document(found: DayPlan, plan: ParkPlan, ports: Ports) -> dict[str, JsonValue]:
    problem, release = found.problem, found.release
    grids = [asset for asset in problem.assets if isinstance(asset, Grid)]
    saving_cny = found.saving_cny
    prices = release.marginals.bus_cny_per_kwh[PARK_SUBJECT] if release.marginals else None
    return {
        "format": ACCOUNT_FORMAT,
        "rule": DAY_RULE,
        "start_s": problem.horizon.start_s,
        "step_s": problem.horizon.step_s,
        **_stores(problem, plan),
        "import_w": _watts(_total(plan, grids, "import_kw")),
        "export_w": _watts(_total(plan, grids, "export_kw")),
        "load_w": _watts(_sum(one.load_kw for one in problem.assets if isinstance(one, Load))),
        "plants": _plants(problem, plan),
        "price_cny_per_kwh": _prices(grids[0].import_price_cny_per_kwh),
        "marginal_cny_per_kwh": [] if prices is None else _prices(prices),
        "bill_cny": {name: f"{cny:.2f}" for name, cny in plan.bill_cny.items()},
        "month_peaks": [_peak(peak) for peak in found.peaks],
        "export_budget": _budget(found.budget),
        "gap_ratio": "" if release.gap is None else f"{release.gap:.1e}",
        "problem_sha256": plan.problem_sha256,
        "demand_saving_cny": f"{found.demand_saving_cny:.2f}",
        "value": "" if saving_cny is None else f"{saving_cny:.2f}",
        "unit": "CNY",
        "accepted": True,
        "code_version": ports.version,
    }


def _stores(problem: ParkProblem, plan: ParkPlan) -> dict[str, JsonValue]:
    batteries = [asset for asset in problem.assets if isinstance(asset, Battery)]
    each: dict[str, JsonValue] = {
        battery.id: {
            "charge_w": _watts(plan.series[f"{battery.id}.charge_kw"]),
            "discharge_w": _watts(plan.series[f"{battery.id}.discharge_kw"]),
            "stored_wh": _watts(plan.series[f"{battery.id}.energy_kwh"]),
        }
        for battery in batteries
    }
    starts = [one.start_ratio * one.energy_kwh.existing for one in batteries]
    rated = [one.energy_kwh.existing for one in batteries]
    return {
        "charge_w": _watts(_total(plan, batteries, "charge_kw")),
        "discharge_w": _watts(_total(plan, batteries, "discharge_kw")),
        "stored_wh": _watts(_total(plan, batteries, "energy_kwh")),
        "stored_start_wh": round(sum(starts) * WH_PER_KWH),
        "rated_wh": round(sum(rated) * WH_PER_KWH),
        "batteries": each,
    }


def _plants(problem: ParkProblem, plan: ParkPlan) -> dict[str, JsonValue]:
    """Return what the plants of each kind give, as far as it is used."""
    plants = [asset for asset in problem.assets if isinstance(asset, Plant)]
    kinds = dict.fromkeys(plant.kind for plant in plants)
    return {
        kind: _watts(_total(plan, [one for one in plants if one.kind == kind], "used_kw"))
        for kind in kinds
    }


def _peak(peak: MonthPeak) -> JsonValue:
    return {
        "so_far_kw": f"{peak.so_far_kw:.3f}",
        "expected_kw": f"{peak.expected_kw:.3f}",
        "price_cny_per_kw": f"{peak.price_cny_per_kw:.4f}",
        "days": peak.n_days,
    }


def _budget(budget: ExportBudget) -> JsonValue:
    return {
        "mode": budget.mode.value,
        "most_kwh": _figure(budget.most_kwh),
        "value_cny_per_kwh": _figure(budget.export_value_cny_per_kwh),
        "curtail_cny_per_kwh": _figure(budget.curtail_price_cny_per_kwh),
        "chance_ratio": _figure(budget.chance_ratio),
        "left_kwh": _figure(budget.left_kwh),
    }


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _total(plan: ParkPlan, assets: Iterable[Battery | Grid | Plant], flow: str) -> Reals:
    return _sum(plan.series[f"{asset.id}.{flow}"] for asset in assets)


def _sum(series: Iterable[Reals]) -> Reals:
    total = np.zeros(STEPS_PER_DAY)
    for values in series:
        total = total + values
    return total


def _watts(values_kw: Reals) -> list[JsonValue]:
    return [int(value) for value in np.rint(values_kw * WH_PER_KWH)]


def _prices(values: Reals) -> list[JsonValue]:
    return [f"{value + 0.0:.6f}" for value in values]
