"""A day ahead over twenty scenarios as one linear problem, and all that a release takes."""

import time
from dataclasses import replace
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.cases.year_plan import inside_solver
from benchmarks.stopwatch import stopwatch

from taihang.adapters.highs import solve
from taihang.core.dispatch.assets.battery import START, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, Scenario
from taihang.core.dispatch.stochastic.market import Market
from taihang.core.dispatch.stochastic.risk import Risk
from taihang.services.plan_bids import decide, plan_bids
from taihang.services.plan_park import Effort

_N: Final = 96
_SCENARIOS: Final = 20
_EFFORT: Final = Effort(time_limit_s=60.0, gap=1e-6)
_MEAN: Final = Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=0.1)
_CAUTIOUS: Final = Risk(cvar_weight_ratio=0.3, cvar_tail_ratio=0.1)


def bid_day(room: Room) -> Sample:
    """Bid for a day by expected cost; beside it with CVaR, as curves, and the whole release."""
    del room
    problem = _problem()
    with stopwatch() as watch, inside_solver() as inside:
        best = decide(problem, n_steps_most=1, solve=solve, effort=_EFFORT)
    cautious = replace(problem, risk=_CAUTIOUS)
    with inside_solver() as inside_release:
        started_s = time.process_time()
        release = plan_bids(cautious, solve=solve, effort=_EFFORT)
        release_s = time.process_time() - started_s
    assert release.first is not None
    return watch.sample(
        items=_SCENARIOS,
        figures={
            "total_over_solver_ratio": watch.cpu_s / inside.cpu_s,
            "cvar_cpu_s": _cpu_s(cautious, n_steps_most=1),
            "curves_cpu_s": _cpu_s(problem, n_steps_most=5),
            "release_cpu_s": release_s,
            "release_over_solver_ratio": release_s / inside_release.cpu_s,
            "column_count": best.n_columns,
        },
    )


def _cpu_s(problem: BidProblem, *, n_steps_most: int) -> float:
    started_s = time.process_time()
    decide(problem, n_steps_most=n_steps_most, solve=solve, effort=_EFFORT)
    return time.process_time() - started_s


def _problem() -> BidProblem:
    """Return a park of 10 MW whose day may be duller, busier or dearer than it is expected."""
    dice = np.random.default_rng(7)
    market = Market(
        id="spot",
        grid="gate",
        offer="curve",
        bought_min_kw=np.zeros(_N),
        bought_max_kw=np.full(_N, 20_000.0),
        short_fee_cny_per_kwh=0.08,
        long_fee_cny_per_kwh=0.03,
        deviation_max_kw=None,
        price_floor_cny_per_mwh=-100.0,
        price_cap_cny_per_mwh=1_500.0,
        price_tick_cny_per_mwh=0.01,
        quantity_tick_kw=1.0,
        quantity_min_kw=0.0,
        steps_max=5,
    )
    return BidProblem(
        market=market,
        offers=(),
        committed=(),
        risk=_MEAN,
        scenarios=tuple(_scenario(at, dice) for at in range(_SCENARIOS)),
    )


def _scenario(at: int, dice: np.random.Generator) -> Scenario:
    hours = np.arange(_N) / 4.0
    load_kw = 10_000.0 + 2_000.0 * np.sin((hours - 8.0) / 24.0 * 2.0 * np.pi)
    load_kw = load_kw * (1.0 + 0.05 * dice.normal()) + 150.0 * dice.normal(size=_N)
    sun = np.clip(np.sin((hours - 6.0) / 12.0 * np.pi), 0.0, None) * dice.uniform(0.2, 1.0)
    price = 0.4 + 0.25 * np.sin((hours - 14.0) / 24.0 * 4.0 * np.pi) + 0.1 * dice.normal()
    day_ahead = np.clip(price + 0.02 * dice.normal(size=_N), -0.1, 1.5)
    real_time = day_ahead + 0.05 * dice.normal() + 0.05 * dice.normal(size=_N)
    return Scenario(
        id=f"s{at}",
        probability_ratio=1.0 / _SCENARIOS,
        problem=_park(load_kw, sun),
        day_ahead_cny_per_kwh=day_ahead,
        real_time_cny_per_kwh=real_time,
    )


def _park(load_kw: Reals, sun_ratio: Reals) -> ParkProblem:
    flat = np.ones(_N)
    horizon = Horizon(start_s=1_767_196_800, step_s=900, n_steps=_N, time_zone="Asia/Shanghai")
    return ParkProblem(
        horizon,
        (
            Bus(id="park", carrier="electricity"),
            Load(
                id="load",
                bus="park",
                load_kw=load_kw,
                shed_max_ratio=0.0,
                shed_price_cny_per_kwh=None,
            ),
            Plant(
                id="sun",
                bus="park",
                kind="pv",
                available_ratio=sun_ratio,
                capacity_kw=_fixed(8_000.0),
                curtail_price_cny_per_kwh=0.0,
                cost_cny_per_kwh=0.0,
            ),
            Grid(
                id="gate",
                bus="park",
                import_limit_kw=20_000.0 * flat,
                export_limit_kw=2_000.0 * flat,
                connection_kw=_fixed(20_000.0),
                import_price_cny_per_kwh=0.15 * flat,
                export_price_cny_per_kwh=0.0 * flat,
                fee_cny=0.0,
                carbon_kg_per_kwh=0.0 * flat,
            ),
            Battery(
                id="store",
                bus="park",
                charge_kw=_fixed(2_500.0),
                discharge_kw=None,
                energy_kwh=_fixed(10_000.0),
                charge_efficiency_ratio=0.95,
                discharge_efficiency_ratio=0.95,
                standing_loss_ratio_per_h=0.0,
                soc_min_ratio=0.1,
                soc_max_ratio=0.9,
                soc_start_ratio=0.5,
                soc_end=START,
                soc_end_min_ratio=None,
                health_ratio=1.0,
                cycle_cost_cny_per_kwh=0.05,
                cycles_max_ratio=None,
            ),
        ),
    )


def _fixed(size_kw: float) -> Capacity:
    return Capacity(existing=size_kw, add_max=0.0, cost_cny_per_unit=0.0)
