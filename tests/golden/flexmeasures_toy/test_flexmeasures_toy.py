"""Published schedules of one battery: same optimum, accepted by the referee."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dispatch_days import planned
from shared_data import shared_path
from taihang.adapters.highs import solve
from taihang.core.dispatch.plan import build_model
from taihang.core.dispatch.problem import DayProblem, DayProblemError, StorageLimits
from taihang.core.dispatch.referee import check

Reals = NDArray[np.float64]
Case = dict[str, float | list[float]]

pytestmark = pytest.mark.shared


def the_case(name: str) -> Case:
    path = shared_path("cases/flexmeasures/expected.json")
    cases: dict[str, Case] = json.loads(path.read_text(encoding="utf-8"))
    return cases[name]


def number(case: Case, key: str) -> float:
    value = case[key]
    assert isinstance(value, int | float)
    return float(value)


def battery_alone(
    *,
    step_s: int,
    buying: Reals,
    selling: Reals,
    giving_kw: float,
    storage: StorageLimits,
    start_kwh: float,
) -> DayProblem:
    """A battery at the grid, with nothing else at the node."""
    n = len(buying)
    return DayProblem(
        start_s=1_780_243_200,
        step_s=step_s,
        time_zone="Europe/Amsterdam",
        load_kw=np.zeros(n),
        plants=(),
        import_price_cny_per_kwh=buying,
        export_price_cny_per_kwh=selling,
        import_limit_kw=np.full(n, storage.charge_kw),
        export_limit_kw=np.full(n, giving_kw),
        demand=None,
        storage=storage,
        energy_start_kwh=start_kwh,
        energy_end_min_kwh=None,
    )


def toy(start_kwh: float) -> DayProblem:
    """07:00–19:00 of the tutorial; prices are EUR/MWh, so costs come out in EUR."""
    case = the_case("toy")
    hourly = case["prices_eur_per_mwh_by_hour"]
    assert isinstance(hourly, list)
    price = np.repeat(np.array(hourly)[7:19], 4) / 1000.0
    one_way = math.sqrt(number(case, "roundtrip_efficiency"))
    power_kw = number(case, "power_kw")
    storage = StorageLimits(
        charge_kw=power_kw,
        discharge_kw=power_kw,
        energy_min_kwh=number(case, "soc_min_kwh"),
        energy_max_kwh=number(case, "soc_max_kwh"),
        charge_efficiency_ratio=one_way,
        discharge_efficiency_ratio=one_way,
        standing_loss_ratio_per_h=0.0,
        cycle_cost_cny_per_kwh=0.0,
    )
    return battery_alone(
        step_s=900,
        buying=price,
        selling=price,
        giving_kw=power_kw,
        storage=storage,
        start_kwh=start_kwh,
    )


def a_day_of_hours(giving_kw: float) -> DayProblem:
    """24 hours that always buy dearer than they ever sell."""
    case = the_case("device_scheduler_24h")
    hour = np.arange(24)
    storage = StorageLimits(
        charge_kw=number(case, "power"),
        discharge_kw=number(case, "power"),
        energy_min_kwh=0.0,
        energy_max_kwh=number(case, "soc_max"),
        charge_efficiency_ratio=1.0,
        discharge_efficiency_ratio=1.0,
        standing_loss_ratio_per_h=0.0,
        cycle_cost_cny_per_kwh=0.0,
    )
    return battery_alone(
        step_s=3600,
        buying=100.0 + hour / 23.0,
        selling=90.0 + hour / 23.0,
        giving_kw=giving_kw,
        storage=storage,
        start_kwh=number(case, "soc_start"),
    )


def test_toy__has_the_published_optimum() -> None:
    case = the_case("toy")
    problem = toy(number(case, "soc_start_kwh"))

    plan = planned(problem)

    assert plan.cost.total_cny == pytest.approx(number(case, "optimal_cost_eur"), abs=1e-4)
    assert plan.saving_cny == pytest.approx(-plan.cost.total_cny)
    assert check(problem, plan).accepted


def test_toy__a_start_in_the_wrong_unit_is_refused_in_words() -> None:
    with pytest.raises(DayProblemError) as caught:
        toy(0.5)

    assert caught.value.given == "energy_start_kwh 0.5"
    assert "50.0 … 450.0 kWh" in caught.value.expected
    assert "not MWh or %" in caught.value.remedy


def test_toy__the_wrong_unit_planted_in_the_model_gives_the_published_wrong_cost() -> None:
    case = the_case("toy")
    problem = toy(number(case, "soc_start_kwh"))
    lowest = replace(problem.storage, energy_min_kwh=0.5)
    model = build_model(replace(problem, storage=lowest, energy_start_kwh=0.5))
    floors = np.where(model.column_lower == 0.5, problem.storage.energy_min_kwh, 0.0)

    solution = solve(replace(model, column_lower=floors), time_limit_s=10.0, gap=0.0)

    assert solution.objective == pytest.approx(
        number(case, "bug_probe_soc_start_kwh_0.5"), abs=1e-4
    )


@pytest.mark.parametrize(
    ("giving_kw", "expected"),
    [(1.0, "expected_cost"), (0.1, "with_production_cap_0.1_breach_1000")],
)
def test_a_day_of_hours__has_the_published_optimum(giving_kw: float, expected: str) -> None:
    problem = a_day_of_hours(giving_kw)

    plan = planned(problem)

    cost = number(the_case("device_scheduler_24h"), expected)
    assert plan.cost.total_cny == pytest.approx(cost, abs=1e-5)
    assert check(problem, plan).accepted
