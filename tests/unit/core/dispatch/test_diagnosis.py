"""Why there is no plan: in words, with a repair that works."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from dispatch_days import a_day, a_storage, days, solved, with_change
from taihang.adapters.highs import solve
from taihang.core.dispatch.diagnosis import ConflictKind, Diagnosis, NoDiagnosisError, diagnose
from taihang.core.dispatch.model import SolveStatus
from taihang.core.dispatch.problem import DayProblem, PlantGroup


def diagnosed(problem: DayProblem) -> Diagnosis:
    assert solved(problem).status is SolveStatus.INFEASIBLE
    return diagnose(problem, solve=solve, time_limit_s=60.0)


def repaired(problem: DayProblem, diagnosis: Diagnosis) -> DayProblem:
    """The problem with every repair done as the diagnosis says, and a watt to spare."""
    spare = 1e-3
    for conflict in diagnosis.conflicts:
        more = conflict.needed - conflict.limit
        if conflict.kind is ConflictKind.IMPORT:
            raised_kw = problem.import_limit_kw + more + spare
            problem = with_change(problem, import_limit_kw=raised_kw)
        elif conflict.kind is ConflictKind.EXPORT:
            raised_kw = problem.export_limit_kw + more + spare
            problem = with_change(problem, export_limit_kw=raised_kw)
        else:
            low_kwh = max(problem.storage.energy_min_kwh + more - spare, 0.0)
            storage = replace(problem.storage, energy_min_kwh=low_kwh)
            end_kwh = problem.energy_end_min_kwh
            lower_kwh = None if end_kwh is None else max(end_kwh + more - spare, 0.0)
            problem = with_change(problem, storage=storage, energy_end_min_kwh=lower_kwh)
    return problem


def test_diagnose__an_import_limit_below_the_evening_load() -> None:
    hour = np.arange(96) / 4.0
    evening = (hour >= 18.0) & (hour < 19.0)
    problem = a_day(
        load_kw=np.where(evening, 5320.0, 3000.0),
        plants=(),
        storage=a_storage(charge_kw=0.0, discharge_kw=0.0),
    )

    (conflict,) = diagnosed(problem).conflicts

    assert conflict.kind is ConflictKind.IMPORT
    assert conflict.limit == 5000.0
    assert conflict.needed == pytest.approx(5320.0)
    assert conflict.intervals == 4
    assert conflict.energy_kwh == pytest.approx(320.0)
    assert conflict.sentence_en == (
        "06-01 18:00: the import limit of 5000 kW is 320 kW too low (load 5320 kW, own generation "
        "and storage used up); raise it to 5320 kW, or leave 320 kWh unserved (4 intervals)."
    )
    assert conflict.sentence_zh.startswith("06-01 18:00 受电上限 5000 kW 低了 320 kW")


def test_diagnose__the_smallest_repair_uses_the_battery_and_is_flat() -> None:
    hour = np.arange(96) / 4.0
    evening = (hour >= 18.0) & (hour < 20.0)
    wide = a_storage(discharge_efficiency_ratio=1.0, energy_min_kwh=0.0)
    problem = a_day(
        load_kw=np.where(evening, 9000.0, 5000.0),
        plants=(),
        storage=wide,
        energy_start_kwh=3000.0,
        energy_end_min_kwh=None,
    )

    (conflict,) = diagnosed(problem).conflicts

    # 8000 kWh too much in two hours, of which the battery gives its 3000: 2500 kW throughout.
    assert conflict.energy_kwh == pytest.approx(5000.0)
    assert conflict.needed == pytest.approx(7500.0, rel=1e-3)
    assert conflict.intervals == 8


def test_diagnose__wind_that_may_not_be_curtailed_has_nowhere_to_go() -> None:
    problem = a_day(
        plants=(PlantGroup("wind", np.full(96, 9000.0), None),),
        load_kw=np.full(96, 4000.0),
        storage=a_storage(charge_kw=0.0, discharge_kw=0.0),
    )

    (conflict,) = diagnosed(problem).conflicts

    assert conflict.kind is ConflictKind.EXPORT
    assert conflict.needed == pytest.approx(5000.0)
    assert conflict.energy_kwh == pytest.approx(3000.0 * 24.0)
    assert "不允许弃电" in conflict.sentence_zh


def test_diagnose__an_end_energy_that_the_charger_cannot_reach() -> None:
    problem = a_day(
        storage=a_storage(charge_kw=100.0, charge_efficiency_ratio=0.5), energy_end_min_kwh=7200.0
    )

    (conflict,) = diagnosed(problem).conflicts

    assert conflict.kind is ConflictKind.END
    assert conflict.needed == pytest.approx(4000.0 + 24.0 * 100.0 * 0.5)
    assert conflict.limit == pytest.approx(7200.0)


def test_diagnose__a_store_that_stands_empty_below_its_floor() -> None:
    problem = a_day(
        storage=a_storage(charge_kw=0.0, standing_loss_ratio_per_h=0.1),
        energy_start_kwh=800.0,
        energy_end_min_kwh=None,
    )

    (conflict,) = diagnosed(problem).conflicts

    assert conflict.kind is ConflictKind.FLOOR
    assert conflict.needed == pytest.approx(800.0 * 0.9**24)
    assert conflict.intervals == 96


def test_diagnose__finds_nothing_where_a_plan_exists() -> None:
    diagnosis = diagnose(a_day(), solve=solve, time_limit_s=60.0)

    assert diagnosis.conflicts == ()


def test_diagnose__says_so_when_even_that_has_no_time() -> None:
    with pytest.raises(NoDiagnosisError) as caught:
        diagnose(a_day(), solve=solve, time_limit_s=1e-9)

    assert caught.value.code == "state.no-diagnosis"


@given(problem=days())
@settings(max_examples=200, deadline=None)
def test_diagnose__its_repair_makes_a_plan_possible(problem: DayProblem) -> None:
    if solved(problem).values is not None:
        return

    diagnosis = diagnosed(problem)

    assert diagnosis.conflicts
    assert solved(repaired(problem, diagnosis)).values is not None
