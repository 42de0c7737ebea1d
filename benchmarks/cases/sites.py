"""Sites: a month of charging sessions one by one and as fleets, and a day of a charging station."""

from datetime import date
from typing import Final, cast

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.stopwatch import stopwatch

from taihang import planning_wiring
from taihang.adapters.highs import solve
from taihang.config.site_file import read_site
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.park_problem import ParkProblem, problem_of
from taihang.services.plan_fleets import plan_with_sessions
from taihang.services.plan_park import Effort
from taihang.services.run_site import run_site

_DAYS: Final = 28
_SESSIONS: Final = 2_000
_STEP_S: Final = 900
_A_DAY: Final = 96
_START_S: Final = 1_325_347_200
_POINT_KW: Final = 6.6
_SEED: Final = 5
_EFFORT: Final = Effort(time_limit_s=300.0, gap=1e-9)
_SITE_DAY: Final = date(2026, 6, 16)


def plan_fleet_month(room: Room) -> Sample:
    """Plan a month of sessions as fleets, and one by one for comparison."""
    del room
    problem = _month()
    with stopwatch() as alone:
        best = plan_with_sessions(problem, solve=solve, effort=_EFFORT).release
    with stopwatch() as watch:
        fleets = plan_with_sessions(problem, solve=solve, effort=_EFFORT, columns_most=0)
    plan, bound = fleets.release.plan, fleets.release.exact.solution.bound
    assert best.plan is not None
    assert plan is not None
    assert bound is not None
    assert fleets.first_cny is not None
    optimum_cny = best.plan.total_cny
    return watch.sample(
        items=_SESSIONS,
        figures={
            "one_by_one_cpu_s": alone.cpu_s,
            "column_count": len(plan.series["station.session_kw"]),
            "envelopes_too_good_ratio": (optimum_cny - fleets.first_cny) / optimum_cny,
            "bound_too_good_ratio": (optimum_cny - bound) / optimum_cny,
            "plan_above_best_ratio": (plan.total_cny - optimum_cny) / optimum_cny,
            "proven_gap_ratio": fleets.release.gap or 0.0,
        },
    )


def run_site_day(room: Room) -> Sample:
    """Run a station through a day: 96 plans, 1 440 minutes, checked and paid."""
    del room
    site = read_site("incubator")
    outlook = planning_wiring.site_outlook(site, _SITE_DAY, sessions=None)
    with stopwatch() as watch:
        run = run_site(outlook, _SITE_DAY, solve=solve, effort=_EFFORT)
    assert run.managed.result is not None
    assert not run.unplanned_quarters
    return watch.sample(items=_A_DAY, figures={"session_count": len(run.day.visits)})


def _month() -> ParkProblem:
    """Return a month of a workplace: sessions by chance, sun, battery, prices, demand charge."""
    chance, n = np.random.default_rng(_SEED), _DAYS * _A_DAY
    hour_h = np.arange(n) % _A_DAY / 4
    prices = np.where((hour_h >= 18) & (hour_h < 21), 1.2, np.where(hour_h < 8, 0.35, 0.6))
    sun = np.clip(np.sin((hour_h - 6) / 12 * np.pi), 0.0, None)
    days = chance.uniform(0.2, 1.0, _DAYS)
    battery = {
        "charge_kw": 60.0,
        "discharge_kw": "none",
        "energy_kwh": 120.0,
        "charge_efficiency_ratio": 0.95,
        "discharge_efficiency_ratio": 0.95,
        "standing_loss_ratio_per_h": 0.0,
        "soc_min_ratio": 0.0,
        "soc_max_ratio": 1.0,
        "soc_start_ratio": 0.0,
        "soc_end": "free",
        "soc_end_min_ratio": "none",
        "health_ratio": 1.0,
        "cycle_cost_cny_per_kwh": 0.0,
        "cycles_max_ratio": "none",
    }
    grid = {
        "import_limit_kw": 1e5,
        "export_limit_kw": 1e5,
        "connection_kw": 1e5,
        "import_price_cny_per_kwh": (prices + chance.uniform(0.0, 0.1, n)).tolist(),
        "export_price_cny_per_kwh": 0.3,
        "fee_cny": 0.0,
        "carbon_kg_per_kwh": 0.0,
    }
    plant = {
        "kind": "pv",
        "available_ratio": (sun * np.repeat(days, _A_DAY)).tolist(),
        "capacity_kw": 150.0,
        "curtail_price_cny_per_kwh": 0.0,
        "cost_cny_per_kwh": 0.0,
    }
    charging = {
        "sessions": _sessions(chance),
        "station_kw": 1e6,
        "unserved_price_cny_per_kwh": "none",
    }
    charge = {"direction": "import", "price_cny_per_kw": 30.0, "so_far_kw": 0.0}
    document = {
        "format": "taihang/park-problem/v1",
        "horizon": {
            "start_s": _START_S,
            "step_s": _STEP_S,
            "n_steps": n,
            "time_zone": "Asia/Shanghai",
        },
        "assets": [
            {"type": "bus", "id": "el", "carrier": "electricity"},
            {"type": "grid", "id": "gate", "bus": "el", **grid},
            {"type": "plant", "id": "roof", "bus": "el", **plant},
            {"type": "battery", "id": "store", "bus": "el", **battery},
            {"type": "charging", "id": "station", "bus": "el", **charging},
            {"type": "demand_charge", "id": "demand", "grid": "gate", **charge},
        ],
    }
    return problem_of(cast("dict[str, Json]", document))


def _sessions(chance: np.random.Generator) -> list[dict[str, Json]]:
    found = list[dict[str, Json]]()
    for number in range(_SESSIONS):
        first = int(chance.integers(0, _DAYS)) * _A_DAY + int(abs(chance.normal(36.0, 8.0)))
        length = int(chance.integers(4, 24))
        last = min(first + length, _DAYS * _A_DAY)
        first = min(first, last - 1)
        share = float(chance.uniform(0.2, 1.0))
        found.append(
            {
                "id": f"s{number}",
                "arrival_s": _START_S + first * _STEP_S,
                "departure_s": _START_S + last * _STEP_S,
                "energy_kwh": round(share * _POINT_KW / 4 * (last - first), 3),
                "power_kw": _POINT_KW,
            }
        )
    return found
