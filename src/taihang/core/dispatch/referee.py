"""The referee: a second, independent, tiny program that checks every plan before it is used.

It trusts nothing but the problem and the set-points of charge, discharge and curtailment. From
these it re-simulates the day in plain arithmetic, interval by interval, recomputes the bill and
the cost of doing nothing, and refuses a plan with the reason in words. It shares no formula with
the planner: no solver, no numpy, none of the planner's modules beyond the two records.

It accepts deviations up to ``DayProblem.tolerance`` and a millionth of the money turned over: more
is a fault, less is the arithmetic of floats.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from taihang.core.dispatch.problem import CostParts, DayProblem, Plan
from taihang.core.periods import instant_of_s

MONEY_RATIO: Final = 1e-6
"""Accepted deviation of money, as a share of the money turned over [1]."""
ROUNDING_RATIO: Final = 1e-6
"""Share of ``DayProblem.tolerance`` that is the rounding of floats and nothing else [1]."""


class Rule(StrEnum):
    """What the referee demands; docs/planning.md explains each."""

    PROBLEM = "problem"
    SHAPE = "shape"
    FINITE = "finite"
    CHARGE = "charge-limit"
    DISCHARGE = "discharge-limit"
    CURTAIL = "curtail-limit"
    BOTH_WAYS = "charge-and-discharge"
    BALANCE = "balance"
    IMPORT = "import-limit"
    EXPORT = "export-limit"
    ENERGY = "energy-claim"
    ENERGY_MIN = "energy-minimum"
    ENERGY_MAX = "energy-maximum"
    ENERGY_END = "energy-end"
    COST = "cost-claim"
    IDLE = "do-nothing-claim"
    IDLE_COST = "do-nothing-cost"
    WORSE = "worse-than-nothing"


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a plan breaks, at its worst interval."""

    rule: Rule
    interval_start: datetime | None
    """Start of the worst interval, UTC; None where the whole plan is meant."""
    given: float
    """What the plan has there."""
    limit: float
    """What it may have at most, or must have."""
    intervals: int
    """In how many intervals the rule is broken."""
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The referee's answer: accepted, or refused with every rule that is broken."""

    accepted: bool
    violations: tuple[Violation, ...]


class _Finding(NamedTuple):
    """A value against what it may be, and by how much it misses that; below 0 it keeps it."""

    rule: Rule
    step: int | None
    given: float
    limit: float
    off: float
    part: str = ""
    """Which part of the bill, where the rule is about one."""


class _Step(NamedTuple):
    """One interval as the plan states it; all powers in kW, the energy in kWh."""

    charge: float
    discharge: float
    curtail: tuple[float, ...]
    imports: float
    exports: float
    energy: float


def check(problem: DayProblem, plan: Plan) -> Verdict:
    """Re-simulate a plan and say whether it may be used.

    Args:
        problem: The day that the plan is for.
        plan: The plan, from whatever source.

    Returns:
        The verdict; refused plans name each broken rule with its worst interval.
    """
    broken = list(_form(problem, plan))
    if not broken:
        steps = _steps(problem, plan)
        allowed = problem.tolerance
        found = [*_physics(problem, steps), *_store(problem, steps)]
        broken = [finding for finding in found if finding.off > allowed]
        broken += _money(problem, plan, steps)
    violations = tuple(
        _violation(problem, [finding for finding in broken if finding.rule is rule])
        for rule in Rule
        if any(finding.rule is rule for finding in broken)
    )
    return Verdict(accepted=not violations, violations=violations)


def _form(problem: DayProblem, plan: Plan) -> Iterator[_Finding]:
    """Whatever makes a simulation meaningless: another problem, odd shapes, gaps."""
    if plan.problem_echo != problem.echo():
        yield _Finding(Rule.PROBLEM, None, 1.0, 0.0, 1.0)
        return
    n = problem.n_steps
    lines = (plan.charge_kw, plan.discharge_kw, plan.import_kw, plan.export_kw, plan.energy_kwh)
    shapes = [line.shape != (n,) for line in lines]
    shapes.append(plan.curtail_kw.shape != (len(problem.plants), n))
    if any(shapes):
        yield _Finding(Rule.SHAPE, None, float(sum(shapes)), 0.0, 1.0)
        return
    for step in range(n):
        values = [float(line[step]) for line in lines]
        values += [float(curtail[step]) for curtail in plan.curtail_kw]
        bad = sum(not math.isfinite(value) for value in values)
        if bad:
            yield _Finding(Rule.FINITE, step, float(bad), 0.0, float(bad))
    claims = [plan.cost, *([] if plan.do_nothing is None else [plan.do_nothing])]
    bad = sum(not math.isfinite(value) for claim in claims for value in _parts(claim))
    if bad:
        yield _Finding(Rule.FINITE, None, float(bad), 0.0, float(bad))


def _steps(problem: DayProblem, plan: Plan) -> list[_Step]:
    return [
        _Step(
            charge=float(plan.charge_kw[step]),
            discharge=float(plan.discharge_kw[step]),
            curtail=tuple(float(curtail[step]) for curtail in plan.curtail_kw),
            imports=float(plan.import_kw[step]),
            exports=float(plan.export_kw[step]),
            energy=float(plan.energy_kwh[step]),
        )
        for step in range(problem.n_steps)
    ]


def _physics(problem: DayProblem, steps: list[_Step]) -> Iterator[_Finding]:
    """Limits of each set-point, and the balance at the node."""
    storage = problem.storage
    for at, step in enumerate(steps):
        net_kw = _net_kw(problem, at, step)
        imports_kw, exports_kw = max(net_kw, 0.0), max(-net_kw, 0.0)
        yield _between(Rule.CHARGE, at, step.charge, storage.charge_kw)
        yield _between(Rule.DISCHARGE, at, step.discharge, storage.discharge_kw)
        yield _above(Rule.BOTH_WAYS, at, min(step.charge, step.discharge), 0.0)
        yield _apart(Rule.BALANCE, at, step.imports, imports_kw)
        yield _apart(Rule.BALANCE, at, step.exports, exports_kw)
        yield _above(Rule.IMPORT, at, imports_kw, float(problem.import_limit_kw[at]))
        yield _above(Rule.EXPORT, at, exports_kw, float(problem.export_limit_kw[at]))
        for plant, curtail_kw in zip(problem.plants, step.curtail, strict=True):
            fixed = plant.curtail_price_cny_per_kwh is None
            most_kw = 0.0 if fixed else float(plant.available_kw[at])
            yield _between(Rule.CURTAIL, at, curtail_kw, most_kw)


def _store(problem: DayProblem, steps: list[_Step]) -> Iterator[_Finding]:
    """The energy in the store as the set-points make it, not as the plan claims it."""
    storage = problem.storage
    hours = problem.step_s / 3600.0
    kept = math.pow(1.0 - storage.standing_loss_ratio_per_h, hours)
    energy_kwh = problem.energy_start_kwh
    for at, step in enumerate(steps):
        into_kwh = step.charge * hours * storage.charge_efficiency_ratio
        out_kwh = step.discharge * hours / storage.discharge_efficiency_ratio
        energy_kwh = energy_kwh * kept + into_kwh - out_kwh
        yield _apart(Rule.ENERGY, at, step.energy, energy_kwh)
        yield _below(Rule.ENERGY_MIN, at, energy_kwh, storage.energy_min_kwh)
        yield _above(Rule.ENERGY_MAX, at, energy_kwh, storage.energy_max_kwh)
    if problem.energy_end_min_kwh is not None:
        yield _below(Rule.ENERGY_END, None, energy_kwh, problem.energy_end_min_kwh)


def _money(problem: DayProblem, plan: Plan, steps: list[_Step]) -> Iterator[_Finding]:
    """The bill of the set-points against the claimed one and against doing nothing."""
    bill = _bill(problem, steps)
    yield from _false_parts(Rule.COST, claimed=plan.cost, true=bill)
    idle_steps = _idle_steps(problem)
    grid_off = max(finding.off for finding in _physics(problem, idle_steps))
    fits = grid_off <= problem.tolerance
    if plan.do_nothing is None or not fits:
        if fits or plan.do_nothing is not None:
            yield _Finding(Rule.IDLE, None, float(plan.do_nothing is not None), float(fits), 1.0)
        return
    idle = _bill(problem, idle_steps)
    yield from _false_parts(Rule.IDLE_COST, claimed=plan.do_nothing, true=idle)
    # Only an idle day that itself keeps every limit, to the rounding of floats, is a measure: a
    # plan that must refill what stands lost may cost more than a day that need not.
    store_off = max(finding.off for finding in _store(problem, idle_steps))
    if max(grid_off, store_off) > problem.tolerance * ROUNDING_RATIO:
        return
    worse = _above(Rule.WORSE, None, math.fsum(_parts(bill)), math.fsum(_parts(idle)))
    if worse.off > max(_money_tolerance(bill), _money_tolerance(idle)):
        yield worse


def _false_parts(rule: Rule, *, claimed: CostParts, true: CostParts) -> Iterator[_Finding]:
    for field, given, due in zip(fields(CostParts), _parts(claimed), _parts(true), strict=True):
        finding = _apart(rule, None, given, due)
        if finding.off > _money_tolerance(true):
            yield finding._replace(part=field.name)


def _bill(problem: DayProblem, steps: list[_Step]) -> CostParts:
    hours = problem.step_s / 3600.0
    imported: list[float] = []
    exported: list[float] = []
    curtailed: list[float] = []
    peak_kw = 0.0
    for at, step in enumerate(steps):
        net_kw = _net_kw(problem, at, step)
        peak_kw = max(peak_kw, net_kw)
        imported.append(max(net_kw, 0.0) * hours * float(problem.import_price_cny_per_kwh[at]))
        exported.append(max(-net_kw, 0.0) * hours * float(problem.export_price_cny_per_kwh[at]))
        for plant, curtail_kw in zip(problem.plants, step.curtail, strict=True):
            curtailed.append(curtail_kw * hours * (plant.curtail_price_cny_per_kwh or 0.0))
    worn_kwh = math.fsum(step.discharge for step in steps) * hours
    demand = problem.demand
    return CostParts(
        import_cny=math.fsum(imported),
        export_cny=-math.fsum(exported),
        curtail_cny=math.fsum(curtailed),
        cycle_cny=worn_kwh * problem.storage.cycle_cost_cny_per_kwh,
        demand_cny=0.0
        if demand is None
        else max(peak_kw - demand.peak_so_far_kw, 0.0) * demand.price_cny_per_kw,
    )


def _idle_steps(problem: DayProblem) -> list[_Step]:
    """Return the day with an idle battery; it may break a limit."""
    hours = problem.step_s / 3600.0
    kept = math.pow(1.0 - problem.storage.standing_loss_ratio_per_h, hours)
    energy_kwh = problem.energy_start_kwh
    steps: list[_Step] = []
    for at in range(problem.n_steps):
        given_kw = math.fsum(float(plant.available_kw[at]) for plant in problem.plants)
        over_kw = given_kw - float(problem.load_kw[at]) - float(problem.export_limit_kw[at])
        energy_kwh *= kept
        curtail = _cheapest_curtailment(problem, at, over_kw)
        step = _Step(0.0, 0.0, curtail, 0.0, 0.0, energy_kwh)
        net_kw = _net_kw(problem, at, step)
        steps.append(step._replace(imports=max(net_kw, 0.0), exports=max(-net_kw, 0.0)))
    return steps


def _cheapest_curtailment(problem: DayProblem, at: int, over_kw: float) -> tuple[float, ...]:
    curtail = [0.0] * len(problem.plants)
    prices = [plant.curtail_price_cny_per_kwh for plant in problem.plants]
    for _, which in sorted((p, i) for i, p in enumerate(prices) if p is not None):
        curtail[which] = min(max(over_kw, 0.0), float(problem.plants[which].available_kw[at]))
        over_kw -= curtail[which]
    return tuple(curtail)


def _net_kw(problem: DayProblem, at: int, step: _Step) -> float:
    """Return what the park must draw from the grid, negative where it gives [kW]."""
    given_kw = math.fsum(float(plant.available_kw[at]) for plant in problem.plants)
    used_kw = float(problem.load_kw[at]) + step.charge + math.fsum(step.curtail)
    return used_kw - given_kw - step.discharge


def _money_tolerance(bill: CostParts) -> float:
    return MONEY_RATIO * math.fsum(abs(part) for part in _parts(bill)) + 1e-9


def _parts(cost: CostParts) -> list[float]:
    return [float(getattr(cost, field.name)) for field in fields(CostParts)]


def _above(rule: Rule, step: int | None, given: float, limit: float) -> _Finding:
    return _Finding(rule, step, given, limit, given - limit)


def _below(rule: Rule, step: int | None, given: float, limit: float) -> _Finding:
    return _Finding(rule, step, given, limit, limit - given)


def _apart(rule: Rule, step: int | None, given: float, due: float) -> _Finding:
    return _Finding(rule, step, given, due, abs(given - due))


def _between(rule: Rule, step: int | None, given: float, limit: float) -> _Finding:
    return _above(rule, step, given, limit) if given > 0.0 else _below(rule, step, given, 0.0)


def _violation(problem: DayProblem, broken: list[_Finding]) -> Violation:
    worst = max(broken, key=lambda finding: finding.off)
    start, clock = None, ""
    if worst.step is not None:
        start = instant_of_s(problem.start_s + worst.step * problem.step_s)
        clock = f"{start.astimezone(ZoneInfo(problem.time_zone)):%m-%d %H:%M}"
    count = len({finding.step for finding in broken})
    words_zh, words_en = _WORDS[worst.rule]
    words = {
        "time": clock,
        "given": f"{worst.given:.10g}",
        "limit": f"{worst.limit:.10g}",
        "part": worst.part,
        "count": str(count),
    }
    return Violation(
        rule=worst.rule,
        interval_start=start,
        given=worst.given,
        limit=worst.limit,
        intervals=count,
        sentence_zh=words_zh.format(**words),
        sentence_en=words_en.format(**words),
    )


_WORDS: Final = {
    Rule.PROBLEM: (
        "计划回显的问题不是所给的问题。",
        "The plan echoes another problem than the one given.",
    ),
    Rule.SHAPE: (
        "有 {given} 条序列的形状与问题不符。",
        "{given} series do not have the shape that the problem asks for.",
    ),
    Rule.FINITE: (
        "计划中有 {given} 个值不是有限数 {time}({count} 个时段)。",
        "The plan holds {given} values that are not finite {time} ({count} intervals).",
    ),
    Rule.CHARGE: (
        "{time} 充电 {given} kW,超出限值 {limit} kW({count} 个时段)。",
        "{time}: charging {given} kW is beyond the limit of {limit} kW ({count} intervals).",
    ),
    Rule.DISCHARGE: (
        "{time} 放电 {given} kW,超出限值 {limit} kW({count} 个时段)。",
        "{time}: discharging {given} kW is beyond the limit of {limit} kW ({count} intervals).",
    ),
    Rule.CURTAIL: (
        "{time} 弃电 {given} kW,超出允许的 {limit} kW({count} 个时段)。",
        "{time}: curtailing {given} kW is beyond the {limit} kW allowed ({count} intervals).",
    ),
    Rule.BOTH_WAYS: (
        "{time} 储能同时充电和放电 {given} kW({count} 个时段)。",
        "{time}: the battery charges and discharges {given} kW at once ({count} intervals).",
    ),
    Rule.BALANCE: (
        "{time} 计划称关口功率为 {given} kW,按设定值应为 {limit} kW({count} 个时段)。",
        "{time}: {given} kW claimed at the grid, set-points give {limit} kW ({count} intervals).",
    ),
    Rule.IMPORT: (
        "{time} 受电 {given} kW,超过上限 {limit} kW({count} 个时段)。",
        "{time}: import of {given} kW is above its limit of {limit} kW ({count} intervals).",
    ),
    Rule.EXPORT: (
        "{time} 上网 {given} kW,超过上限 {limit} kW({count} 个时段)。",
        "{time}: export of {given} kW is above its limit of {limit} kW ({count} intervals).",
    ),
    Rule.ENERGY: (
        "{time} 时段末计划称储能为 {given} kWh,按设定值应为 {limit} kWh({count} 个时段)。",
        "{time}: {given} kWh claimed as stored, set-points give {limit} kWh ({count} intervals).",
    ),
    Rule.ENERGY_MIN: (
        "{time} 时段末储能 {given} kWh,低于下限 {limit} kWh({count} 个时段)。",
        "{time}: the store ends at {given} kWh, below its {limit} kWh ({count} intervals).",
    ),
    Rule.ENERGY_MAX: (
        "{time} 时段末储能 {given} kWh,高于上限 {limit} kWh({count} 个时段)。",
        "{time}: the store ends at {given} kWh, above its {limit} kWh ({count} intervals).",
    ),
    Rule.ENERGY_END: (
        "期末储能 {given} kWh,低于要求的 {limit} kWh。",
        "At the end the store holds {given} kWh, below the {limit} kWh asked for.",
    ),
    Rule.COST: (
        "计划称费用 {part} 为 {given} 元,重算为 {limit} 元。",
        "The plan claims {part} = {given} CNY, recomputed it is {limit} CNY.",
    ),
    Rule.IDLE: (
        "不动作是否在并网限值之内(1 是,0 否):计划称 {given},重算为 {limit}。",
        "Does doing nothing keep the grid limits (1 yes, 0 no): claimed {given}, it is {limit}.",
    ),
    Rule.IDLE_COST: (
        "计划称不动作的费用 {part} 为 {given} 元,重算为 {limit} 元。",
        "For doing nothing the plan claims {part} = {given} CNY, recomputed it is {limit} CNY.",
    ),
    Rule.WORSE: (
        "计划费用 {given} 元,高于不动作的 {limit} 元。",
        "The plan costs {given} CNY, more than the {limit} CNY of doing nothing.",
    ),
}
