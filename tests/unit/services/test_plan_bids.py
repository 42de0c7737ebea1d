"""Bids of the day ahead: the true optimum, checked in every scenario, and what they are worth."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from bid_case import bids, market, plain_park, random_bids, scenario
from park_case import EFFORT, battery
from taihang.adapters.highs import solve
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.model import LinearModel, Solution, SolveStatus
from taihang.core.dispatch.recheck.judge import Broken
from taihang.core.dispatch.stochastic.bid_problem import BidProblem
from taihang.core.dispatch.stochastic.offers import ResponseOffer
from taihang.core.dispatch.stochastic.risk import Risk
from taihang.services.plan_bids import NoBidsError, bids_document, decide, plan_bids
from taihang.services.plan_park import plan_park
from whole_park import START_S

LOADS = (60.0, 100.0, 170.0)
PRICES = (0.55, 0.4, 0.2)
REAL = (0.5, 0.45, 0.3)


def _newsvendor(offer: str, risk: Risk, **more: float) -> BidProblem:
    """Return one hour of three loads, whose deviations cost a fee."""
    rows = [
        scenario(f"s{at}", 1.0 / 3.0, plain_park([load]), day_ahead=[price], real_time=[real])
        for at, (load, price, real) in enumerate(zip(LOADS, PRICES, REAL, strict=True))
    ]
    rules = market(1, offer=offer, short_fee_cny_per_kwh=0.3, long_fee_cny_per_kwh=0.25, **more)
    return bids(rows, rules, risk=risk)


def _cost(bought: tuple[float, float, float]) -> np.ndarray:
    return np.array(
        [
            q * price + (load - q) * real + 0.3 * max(load - q, 0.0) + 0.25 * max(q - load, 0.0)
            for q, load, price, real in zip(bought, LOADS, PRICES, REAL, strict=True)
        ]
    )


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_plan_bids__a_quantity_is_the_best_of_all_by_brute_force(weight: float) -> None:
    risk = Risk(cvar_weight_ratio=weight, cvar_tail_ratio=0.4)
    release = plan_bids(_newsvendor("quantity", risk), solve=solve, effort=EFFORT)

    chance = np.full(3, 1.0 / 3.0)
    best = min(risk.of(_cost((q, q, q)), chance) for q in np.arange(50.0, 180.0, 0.05))
    assert best - 0.02 <= release.objective_cny <= best + 1e-4
    assert release.worth.curve_cny is None


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_plan_bids__a_curve_is_the_best_of_all_monotone_ones_by_brute_force(weight: float) -> None:
    risk = Risk(cvar_weight_ratio=weight, cvar_tail_ratio=0.4)
    release = plan_bids(_newsvendor("curve", risk), solve=solve, effort=EFFORT)

    chance, grid = np.full(3, 1.0 / 3.0), np.arange(0.0, 501.0, 10.0)
    # The dearest price is that of the first scenario: it must buy the least.
    best = min(
        risk.of(_cost(rising), chance)
        for rising in itertools.combinations_with_replacement(grid.tolist(), 3)
    )
    assert release.objective_cny == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("weight", [0.0, 0.7])
def test_plan_bids__a_committed_battery_is_the_best_of_all_by_brute_force(weight: float) -> None:
    # 20 kW may be stored in the first hour and given in the second, the same in every scenario.
    first, second = (0.2, 0.5, 0.4), (0.6, 0.1, 0.5)
    chance = (0.5, 0.3, 0.2)
    store = battery(
        "b",
        "el",
        charge_kw=20.0,
        energy_kwh=20.0,
        charge_efficiency_ratio=1.0,
        discharge_efficiency_ratio=1.0,
    )
    rows = [
        scenario(
            f"s{at}",
            chance[at],
            [*plain_park([100.0, 80.0 + 10.0 * at]), store],
            day_ahead=[first[at], second[at]],
            real_time=[first[at], second[at]],
        )
        for at in range(3)
    ]
    risk = Risk(cvar_weight_ratio=weight, cvar_tail_ratio=0.4)
    flows = ("b.charge_kw", "b.discharge_kw")

    release = plan_bids(
        bids(rows, market(2), risk=risk, committed=flows), solve=solve, effort=EFFORT
    )

    def objective(kw: float) -> float:
        costs = [(100.0 + kw) * first[at] + (80.0 + 10.0 * at - kw) * second[at] for at in range(3)]
        return risk.of(np.array(costs), np.array(chance))

    best = min(objective(kw) for kw in np.arange(0.0, 20.01, 0.05))
    assert best - 0.01 <= release.objective_cny <= best + 1e-4
    assert release.first is not None


def test_plan_bids__one_scenario_and_no_risk_is_the_plan_of_that_day() -> None:
    for seed in range(5):
        many = random_bids(seed, n_scenarios=1, bought_min_kw=0.0, bought_max_kw=0.0)
        one = many.scenarios[0]
        free = replace(many.market, short_fee_cny_per_kwh=0.0, long_fee_cny_per_kwh=0.0)
        release = plan_bids(
            BidProblem(
                market=free,
                offers=(),
                committed=(),
                risk=Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=1.0),
                scenarios=many.scenarios,
            ),
            solve=solve,
            effort=EFFORT,
        )
        gate = next(asset for asset in one.problem.assets if isinstance(asset, Grid))
        priced = replace(
            gate,
            import_price_cny_per_kwh=one.real_time_cny_per_kwh + 0.1,
            export_price_cny_per_kwh=one.real_time_cny_per_kwh,
        )
        day = replace(
            one.problem,
            assets=tuple(priced if asset is gate else asset for asset in one.problem.assets),
        )
        plain = plan_park(day, solve=solve, effort=EFFORT)
        assert plain.plan is not None
        assert release.expected_cny == pytest.approx(plain.plan.total_cny, abs=1e-6)
        assert release.worth.evpi_cny == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("seed", range(25))
def test_plan_bids__who_knows_more_never_pays_more(seed: int) -> None:
    release = plan_bids(random_bids(seed, offer="curve"), solve=solve, effort=EFFORT)

    worth, slack = release.worth, 1e-5
    assert worth.curve_cny is not None
    assert worth.vss_cny is not None
    assert worth.perfect_cny is not None
    assert worth.quantity_cny is not None
    assert worth.evpi_cny is not None
    assert worth.perfect_cny <= worth.curve_cny + slack
    assert worth.curve_cny <= worth.quantity_cny + slack
    assert worth.mean_plan_cny is not None
    assert worth.quantity_cny <= worth.mean_plan_cny + slack
    assert worth.vss_cny >= -slack
    assert worth.evpi_cny == pytest.approx(worth.curve_cny - worth.perfect_cny)
    assert worth.evpi_cny >= -slack


@pytest.mark.parametrize("seed", range(25))
def test_plan_bids__every_scenario_is_accepted_and_buys_what_the_curve_says(seed: int) -> None:
    problem = random_bids(seed, offer="curve", steps_max=2, quantity_tick_kw=5.0)
    release = plan_bids(problem, solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.faults == ()
    for scenario_, found, verdict in zip(
        problem.scenarios, release.recourses, release.verdicts, strict=True
    ):
        assert verdict.accepted
        assert verdict.agrees_kwh < 1e-6
        bought = release.first.curves.bought_kw(scenario_.day_ahead_cny_per_kwh)
        assert found.bought_kw.tolist() == bought.tolist()
        assert found.plan is not None
        both = found.plan.series["b.charge_kw"] * found.plan.series["b.discharge_kw"]
        assert both.max() == 0.0
    assert max(len(one.price_ticks) for one in release.first.curves.steps) <= 2


def test_plan_bids__more_steps_never_cost_more() -> None:
    problem = random_bids(2, n_scenarios=8, offer="curve")
    costs = [
        decide(problem, n_steps_most=most, solve=solve, effort=EFFORT).objective_cny
        for most in (1, 2, 4, 8)
    ]

    # Two steps halve into four, four into eight only where prices allow; one is in all of them.
    assert min(costs) == pytest.approx(costs[-1], abs=1e-6)
    assert max(costs) == pytest.approx(costs[0], abs=1e-6)
    assert costs[0] > costs[-1]


def test_plan_bids__a_mean_plan_that_cannot_be_kept_has_no_worth() -> None:
    # The mean load is 120, and what is bought for it leaves the load of 200 more than 55 short.
    rows = [
        scenario("a", 0.8, plain_park([100.0]), day_ahead=[0.4], real_time=[0.3]),
        scenario("b", 0.2, plain_park([200.0]), day_ahead=[0.4], real_time=[0.3]),
    ]
    release = plan_bids(bids(rows, market(1, deviation_max_kw=55.0)), solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.recourses[0].bought_kw[0] == pytest.approx(145.0)
    assert release.worth.mean_plan_cny is None
    assert release.worth.vss_cny is None


def test_plan_bids__a_curve_that_no_quantity_can_replace_is_bid() -> None:
    # Cheap days need 200 kW and dear ones 100, and 5 kW may be off: no quantity fits both.
    rows = [
        scenario("a", 0.5, plain_park([200.0]), day_ahead=[0.3], real_time=[0.3]),
        scenario("b", 0.5, plain_park([100.0]), day_ahead=[0.6], real_time=[0.6]),
    ]
    rules = market(1, offer="curve", deviation_max_kw=5.0)

    release = plan_bids(bids(rows, rules), solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.worth.quantity_cny is None
    assert release.worth.mean_plan_cny is None
    assert release.worth.curve_cny == pytest.approx(release.expected_cny)
    assert release.worth.evpi_cny == pytest.approx(0.0, abs=1e-6)
    assert bids_document(release)["accepted"] is True
    with pytest.raises(NoBidsError):
        plan_bids(bids(rows, replace(rules, offer="quantity")), solve=solve, effort=EFFORT)


def test_plan_bids__the_bound_holds_for_every_way_of_taking_part() -> None:
    # The way that is not chosen ends without a plan, with nothing proven but a low bound.
    call = ResponseOffer(
        id="call",
        grid="g",
        from_s=START_S,
        to_s=START_S + 3600,
        baseline_kw=np.array([120.0]),
        promised_min_kw=0.0,
        promised_max_kw=50.0,
        pay_cny_per_kwh=0.5,
        penalty_cny_per_kwh=None,
    )
    row = scenario("a", 1.0, plain_park([100.0]), day_ahead=[0.4], real_time=[0.4])
    problem = bids([row], market(1), offers=(call,))
    low_cny = -1234.0

    def hasty(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        if any("call" in block.name for block in model.columns):
            return Solution(SolveStatus.NO_ANSWER, None, None, low_cny, 0)
        return solve(model, time_limit_s=time_limit_s, gap=gap)

    found = decide(problem, n_steps_most=1, solve=hasty, effort=EFFORT)
    both = decide(problem, n_steps_most=1, solve=solve, effort=EFFORT)

    assert found.offers == ()
    assert found.bound_cny == pytest.approx(low_cny)
    assert both.bound_cny == pytest.approx(both.objective_cny, abs=1e-6)


def test_bids_document__what_is_not_there_at_all_is_off_by_no_number() -> None:
    release = plan_bids(random_bids(7), solve=solve, effort=EFFORT)
    missing = Broken("bid-committed", "ready", -1, 0.0, 0.0, float("inf"), 1)

    document = bids_document(replace(release, faults=(missing,)))

    assert json.loads(json.dumps(document, allow_nan=False))["faults"][0]["off"] is None


def test_plan_bids__ticks_leave_room_for_a_deviation_at_its_limit() -> None:
    # 100 and 207 kW with at most 55 off: 152 to 155 fit, and of the multiples of 1.3 up to 154.7.
    rows = [
        scenario("a", 0.5, plain_park([100.0]), day_ahead=[0.4], real_time=[0.9]),
        scenario("b", 0.5, plain_park([207.0]), day_ahead=[0.4], real_time=[0.9]),
    ]
    rules = market(1, deviation_max_kw=55.0, quantity_tick_kw=1.3)

    release = plan_bids(bids(rows, rules), solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.recourses[0].bought_kw[0] == pytest.approx(154.7)
    coarse = market(1, deviation_max_kw=55.0, quantity_tick_kw=40.0)
    with pytest.raises(NoBidsError, match="in ticks"):
        plan_bids(bids(rows, coarse), solve=solve, effort=EFFORT)


def test_plan_bids__a_scenario_without_a_plan_is_named() -> None:
    rows = [
        scenario("calm", 0.5, plain_park([100.0]), day_ahead=[0.4], real_time=[0.4]),
        scenario("storm", 0.5, plain_park([5e3]), day_ahead=[0.4], real_time=[0.4]),
    ]

    with pytest.raises(NoBidsError, match=r"storm.*import of g is 1000, needed 5000"):
        plan_bids(bids(rows, market(1)), solve=solve, effort=EFFORT)


def test_plan_bids__a_vector_that_lies_is_not_released() -> None:
    def lying(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        solution = solve(model, time_limit_s=time_limit_s, gap=gap)
        assert solution.values is not None
        return replace(solution, values=solution.values * 0.9)

    release = plan_bids(
        _newsvendor("curve", Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=1.0)),
        solve=lying,
        effort=EFFORT,
    )

    assert release.first is None
    assert bids_document(release)["accepted"] is False
    assert bids_document(release)["curves"] is None


def test_plan_bids__the_same_problem_gives_the_same_bytes() -> None:
    first, second = (
        json.dumps(bids_document(plan_bids(random_bids(7), solve=solve, effort=EFFORT)))
        for _ in range(2)
    )

    assert first == second
