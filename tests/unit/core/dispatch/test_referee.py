"""The referee: every planted fault is refused for its own reason, good plans are accepted."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dispatch_days import a_day, a_storage, days, planned, solved, with_change
from taihang.core.dispatch import referee
from taihang.core.dispatch.plan import idle_plan, plan_from
from taihang.core.dispatch.problem import CostParts, DayProblem, Plan, PlantGroup
from taihang.core.dispatch.referee import Rule, check

Reals = NDArray[np.float64]

EXPORTING = a_day(load_kw=np.full(96, 2200.0), energy_end_min_kwh=None)
PLANTS = len(EXPORTING.plants)


def changed(values: Reals, at: int, by: float) -> Reals:
    """A copy with one value moved."""
    own = values.copy()
    own[at] += by
    return own


def simulated(problem: DayProblem, plan: Plan, charge_kw: Reals, discharge_kw: Reals) -> Plan:
    """A plan with other battery set-points whose claims about grid and store are honest."""
    hours, storage = problem.step_h, problem.storage
    stored_kwh = (
        charge_kw * storage.charge_efficiency_ratio
        - discharge_kw / storage.discharge_efficiency_ratio
    ) * hours
    given_kw = np.sum([plant.available_kw for plant in problem.plants], axis=0)
    net_kw = problem.load_kw - given_kw + plan.curtail_kw.sum(axis=0) + charge_kw - discharge_kw
    return replace(
        plan,
        charge_kw=charge_kw,
        discharge_kw=discharge_kw,
        import_kw=np.maximum(net_kw, 0.0),
        export_kw=np.maximum(-net_kw, 0.0),
        energy_kwh=problem.energy_start_kwh + np.cumsum(stored_kwh),
    )


def raise_charge(plan: Plan) -> Plan:
    at = int(plan.charge_kw.argmax())
    over_kw = EXPORTING.storage.charge_kw + 10.0 - plan.charge_kw[at]
    charge_kw = changed(plan.charge_kw, at, over_kw)
    return simulated(EXPORTING, plan, charge_kw, plan.discharge_kw)


def raise_discharge(plan: Plan) -> Plan:
    at = int(plan.discharge_kw.argmax())
    over_kw = EXPORTING.storage.discharge_kw + 10.0 - plan.discharge_kw[at]
    discharge_kw = changed(plan.discharge_kw, at, over_kw)
    return simulated(EXPORTING, plan, plan.charge_kw, discharge_kw)


def both_ways(plan: Plan) -> Plan:
    at = int(plan.discharge_kw.argmin())
    more_kw = plan.charge_kw[at] + 500.0
    charge_kw = changed(plan.charge_kw, at, more_kw - plan.charge_kw[at])
    discharge_kw = changed(plan.discharge_kw, at, more_kw * 0.9025 - plan.discharge_kw[at])
    return simulated(EXPORTING, plan, charge_kw, discharge_kw)


def deep_discharge(plan: Plan) -> Plan:
    return simulated(EXPORTING, plan, np.zeros(96), np.full(96, 300.0))


def full_charge(plan: Plan) -> Plan:
    return simulated(EXPORTING, plan, np.full(96, 300.0), np.zeros(96))


def curtail_too_much(plan: Plan) -> Plan:
    curtail_kw = plan.curtail_kw.copy()
    curtail_kw[0, 0] = 1.0  # the sun at midnight
    return replace(plan, curtail_kw=curtail_kw)


def lie_about_cost(plan: Plan) -> Plan:
    return replace(plan, cost=replace(plan.cost, import_cny=plan.cost.import_cny - 1.0))


def lie_about_idle(plan: Plan) -> Plan:
    assert plan.do_nothing is not None
    dearer = replace(plan.do_nothing, import_cny=plan.do_nothing.import_cny + 1.0)
    return replace(plan, do_nothing=dearer)


def gap_in_energy(plan: Plan) -> Plan:
    return replace(plan, energy_kwh=changed(plan.energy_kwh, 3, float("nan")))


PLANTED: dict[Rule, Callable[[Plan], Plan]] = {
    Rule.PROBLEM: lambda plan: replace(plan, problem_echo={**plan.problem_echo, "step_s": 3600}),
    Rule.SHAPE: lambda plan: replace(plan, charge_kw=plan.charge_kw[:-1]),
    Rule.FINITE: gap_in_energy,
    Rule.CHARGE: raise_charge,
    Rule.DISCHARGE: raise_discharge,
    Rule.CURTAIL: curtail_too_much,
    Rule.BOTH_WAYS: both_ways,
    Rule.BALANCE: lambda plan: replace(plan, import_kw=changed(plan.import_kw, 9, -5.0)),
    Rule.ENERGY: lambda plan: replace(plan, energy_kwh=plan.energy_kwh + np.arange(96) * 0.01),
    Rule.ENERGY_MIN: deep_discharge,
    Rule.ENERGY_MAX: full_charge,
    Rule.COST: lie_about_cost,
    Rule.IDLE: lambda plan: replace(plan, do_nothing=None),
    Rule.IDLE_COST: lie_about_idle,
}
IN_OTHER_DAYS = {Rule.IMPORT, Rule.EXPORT, Rule.ENERGY_END, Rule.WORSE}


def test_planted__every_rule_has_its_fault() -> None:
    assert set(PLANTED) | IN_OTHER_DAYS == set(Rule)
    assert len(PLANTED) + len(IN_OTHER_DAYS) == 18


@pytest.mark.parametrize("rule", PLANTED)
def test_check__refuses_a_planted_fault_for_its_reason(rule: Rule) -> None:
    good = planned(EXPORTING)

    bad = check(EXPORTING, PLANTED[rule](good))

    assert check(EXPORTING, good).accepted
    assert not bad.accepted
    assert rule in {violation.rule for violation in bad.violations}
    assert all(violation.sentence_zh and violation.sentence_en for violation in bad.violations)


def test_check__names_the_interval_and_both_numbers_of_a_raised_set_point() -> None:
    problem = a_day(energy_end_min_kwh=None)
    plan = planned(problem)
    at = int(plan.discharge_kw.argmax())
    discharge_kw = changed(plan.discharge_kw, at, 2005.0 - plan.discharge_kw[at])

    verdict = check(problem, replace(plan, discharge_kw=discharge_kw))

    (violation,) = (v for v in verdict.violations if v.rule is Rule.DISCHARGE)
    start = datetime.fromtimestamp(problem.start_s + at * 900, tz=UTC)
    assert violation.interval_start == start
    assert (violation.given, violation.limit, violation.intervals) == (2005.0, 2000.0, 1)
    assert "discharging 2005 kW is beyond the limit of 2000 kW" in violation.sentence_en
    assert "放电 2005 kW,超出限值 2000 kW" in violation.sentence_zh


def test_check__says_the_time_of_day_of_the_park() -> None:
    problem = a_day(energy_end_min_kwh=None)
    plan = planned(problem)

    verdict = check(problem, replace(plan, import_kw=changed(plan.import_kw, 73, 7.0)))

    assert verdict.violations[0].sentence_en.startswith("06-01 18:15:")


@pytest.mark.parametrize("field", ["charge_kw", "import_kw", "energy_kwh", "curtail_kw"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_check__refuses_every_kind_of_gap(field: str, bad: float) -> None:
    plan = planned(EXPORTING)
    values: Reals = getattr(plan, field).copy()
    values.flat[5] = bad

    verdict = check(EXPORTING, replace(plan, **{field: values}))

    assert [violation.rule for violation in verdict.violations] == [Rule.FINITE]


def test_check__refuses_a_cost_that_is_not_a_number() -> None:
    plan = planned(EXPORTING)

    verdict = check(EXPORTING, replace(plan, cost=replace(plan.cost, cycle_cny=float("nan"))))

    assert [violation.rule for violation in verdict.violations] == [Rule.FINITE]


def test_check__refuses_the_zeros_of_a_solver_that_gave_up() -> None:
    nothing = CostParts(
        import_cny=0.0, export_cny=0.0, curtail_cny=0.0, cycle_cny=0.0, demand_cny=0.0
    )
    zeros = np.zeros(96)
    plan = replace(
        planned(EXPORTING),
        charge_kw=zeros,
        discharge_kw=zeros,
        curtail_kw=np.zeros((PLANTS, 96)),
        import_kw=zeros,
        export_kw=zeros,
        energy_kwh=zeros,
        cost=nothing,
    )

    verdict = check(EXPORTING, plan)

    broken = {violation.rule for violation in verdict.violations}
    assert {Rule.BALANCE, Rule.ENERGY, Rule.COST} <= broken


def test_check__refuses_a_curtailed_plant_that_may_not_be_curtailed() -> None:
    fixed = PlantGroup("wind", np.full(96, 500.0), None)
    problem = a_day(plants=(fixed,), energy_end_min_kwh=None)
    plan = planned(problem)

    verdict = check(problem, replace(plan, curtail_kw=np.full((1, 96), 100.0)))

    assert Rule.CURTAIL in {violation.rule for violation in verdict.violations}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (Rule.IMPORT, {"import_limit_kw": np.full(96, 100.0)}),
        (Rule.EXPORT, {"export_limit_kw": np.full(96, 10.0)}),
        (Rule.ENERGY_END, {"energy_end_min_kwh": 7200.0}),
    ],
)
def test_check__refuses_a_good_plan_under_a_tighter_contract(
    rule: Rule, change: dict[str, Reals | float]
) -> None:
    tighter = with_change(EXPORTING, **change)  # pyright: ignore[reportArgumentType]  # keys are the fields' own
    plan = replace(planned(EXPORTING), problem_echo=tighter.echo())

    verdict = check(tighter, plan)

    assert rule in {violation.rule for violation in verdict.violations}


def test_check__refuses_a_plan_that_is_worse_than_nothing() -> None:
    problem = a_day(energy_end_min_kwh=None, demand=None)
    plan = planned(problem)
    dear = np.flatnonzero(problem.import_price_cny_per_kwh > 1.0)
    charge_kw = np.zeros(96)
    charge_kw[dear[:4]] = 100.0
    silly = simulated(problem, plan, charge_kw, np.zeros(96))
    more_kwh = float(charge_kw.sum()) * problem.step_h
    idle = plan.do_nothing
    assert idle is not None
    silly = replace(
        silly,
        curtail_kw=idle_plan(problem).curtail_kw,
        cost=replace(idle, import_cny=idle.import_cny + more_kwh * 1.2),
    )

    verdict = check(problem, silly)

    assert [violation.rule for violation in verdict.violations] == [Rule.WORSE]


def test_check__accepts_a_refill_of_standing_losses_that_idling_would_not_pay() -> None:
    problem = a_day(
        import_price_cny_per_kwh=np.full(96, 0.7),
        export_price_cny_per_kwh=np.full(96, 0.0),
        plants=(),
        demand=None,
        storage=a_storage(standing_loss_ratio_per_h=0.01),
    )

    plan = planned(problem)

    assert plan.saving_cny is not None
    assert plan.saving_cny < -100.0
    assert check(problem, plan).accepted


@pytest.mark.parametrize(("millionths", "accepted"), [(0.5, True), (2.0, False)])
def test_check__a_cost_may_be_off_by_a_millionth_of_the_turnover(
    millionths: float, *, accepted: bool
) -> None:
    plan = planned(EXPORTING)
    cost = plan.cost
    parts = [cost.import_cny, cost.export_cny, cost.curtail_cny, cost.cycle_cny, cost.demand_cny]
    lie_cny = millionths * 1e-6 * sum(abs(part) for part in parts)

    verdict = check(
        EXPORTING, replace(plan, cost=replace(cost, cycle_cny=cost.cycle_cny - lie_cny))
    )

    assert accepted == verdict.accepted


def test_check__a_drift_of_less_than_a_watt_hour_is_rounding() -> None:
    plan = planned(EXPORTING)

    verdict = check(EXPORTING, replace(plan, energy_kwh=plan.energy_kwh + 0.0005))

    assert verdict.accepted


@given(problem=days(), at=st.integers(0, 5), over_kw=st.floats(0.01, 50.0))
@settings(max_examples=60, deadline=None)
def test_check__any_set_point_above_its_limit_is_refused(
    problem: DayProblem, at: int, over_kw: float
) -> None:
    solution = solved(problem)
    if solution.values is None:
        return
    plan = plan_from(problem, solution.values)
    step = at % problem.n_steps
    charge_kw = plan.charge_kw.copy()
    charge_kw[step] = problem.storage.charge_kw + over_kw

    verdict = check(problem, replace(plan, charge_kw=charge_kw))

    assert Rule.CHARGE in {violation.rule for violation in verdict.violations}


def test_referee__shares_no_mathematics_with_the_planner() -> None:
    tree = ast.parse(inspect.getsource(referee))

    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }

    ours = {module for module in modules if module and module.startswith("taihang")}
    assert ours == {"taihang.core.dispatch.problem", "taihang.core.periods"}
    assert "numpy" not in modules
