"""Parks with charging sessions: as fleets, shared out, with both bounds."""

import copy
from dataclasses import replace
from typing import Any, Final, cast

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import EFFORT, Table, Value, battery, bus, demand_charge, grid, problem
from shared_data import shared_path
from taihang.adapters.highs import solve
from taihang.core.dispatch.model import Solution, SolveStatus
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.judge import recheck
from taihang.services import plan_fleets as plan_fleets_module
from taihang.services.plan_fleets import FleetMethod, FleetRelease, plan_with_sessions

START_S = 1_325_347_200
STEP_S = 900
N = 16
REAL_DAYS: Final = 7


def session(name: str, first: int, last: int, kwh: float, kw: float = 8.0) -> dict[str, Value]:
    return {
        "id": name,
        "arrival_s": START_S + first * STEP_S,
        "departure_s": START_S + last * STEP_S,
        "energy_kwh": kwh,
        "power_kw": kw,
    }


def park(
    sessions: list[dict[str, Value]], prices: list[float], *, n: int = N, **more: Value
) -> ParkProblem:
    station: dict[str, Value] = {
        "id": "station",
        "bus": "el",
        "sessions": sessions,
        "station_kw": 1e6,
        "unserved_price_cny_per_kwh": "none",
        **more,
    }
    assets: list[Table] = [
        bus("el"),
        grid("g", "el", import_price_cny_per_kwh=prices, export_price_cny_per_kwh=0.0),
        battery("b", "el", charge_kw=6.0, energy_kwh=12.0),
        demand_charge("d", "g", 2.0),
        ("charging", station),
    ]
    return problem(assets, n_steps=n, step_s=STEP_S)


def both(one: ParkProblem) -> tuple[FleetRelease, float]:
    """Plan as fleets and session by session; both must be accepted."""
    fleets = plan_with_sessions(one, solve=solve, effort=EFFORT, columns_most=0)
    alone = plan_with_sessions(one, solve=solve, effort=EFFORT)
    assert (fleets.method, alone.method) == (FleetMethod.FLEETS, FleetMethod.SESSIONS)
    assert fleets.release.plan is not None, fleets.release.verdict
    assert alone.release.plan is not None
    return fleets, alone.release.plan.total_cny


@st.composite
def parks(draw: st.DrawFn) -> ParkProblem:
    sessions = list[dict[str, Value]]()
    for number in range(draw(st.integers(1, 8))):
        first = draw(st.integers(0, N - 1))
        last = draw(st.integers(first + 1, N))
        share = draw(st.integers(1, 10)) / 10
        sessions.append(session(f"v{number}", first, last, share * 2.0 * (last - first)))
    prices = draw(st.lists(st.integers(1, 9), min_size=N, max_size=N))
    return park(sessions, [price / 10 for price in prices])


@settings(max_examples=40, deadline=None)
@given(parks())
def test_plan_with_sessions__the_optimum_lies_between_both_bounds(one: ParkProblem) -> None:
    fleets, optimum_cny = both(one)

    release = fleets.release
    assert release.plan is not None
    assert release.exact.solution.bound is not None
    assert fleets.first_cny is not None
    assert fleets.first_cny <= release.exact.solution.bound + 1e-6
    assert release.exact.solution.bound <= optimum_cny + 1e-6
    assert optimum_cny <= release.plan.total_cny + 1e-6
    assert release.gap is not None
    assert release.plan.total_cny * (1.0 - release.gap) <= optimum_cny + 1e-6
    # All energy is served: nothing was left out where everything must be served.
    assert not release.plan.series["station.unserved_kwh"].any()


def test_plan_with_sessions__the_envelopes_alone_are_too_good_and_a_subset_closes_the_gap() -> None:
    # Each vehicle takes 2 kWh an interval; the envelope lets both take everything in interval 2.
    sessions = [session("a", 0, 4, 4.0), session("b", 0, 4, 4.0)]
    prices = [0.9, 0.5, 0.1, 0.8, *([2.0] * 12)]
    one = park(sessions, prices)
    # The battery stays out of it: its power is small beside the difference.
    fleets, optimum_cny = both(one)

    plan = fleets.release.plan
    assert plan is not None
    assert plan.total_cny == pytest.approx(optimum_cny)
    assert fleets.release.gap == pytest.approx(0.0, abs=1e-8)


def test_plan_with_sessions__a_round_without_an_answer_takes_nothing_from_those_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions = [session("v0", 4, 10, 12.0), session("v1", 15, 16, 2.0), session("v2", 0, 16, 16.0)]
    one = park(
        sessions, [0.9, 0.4, 0.4, 0.8, 0.9, 0.9, 0.8, 0.7, 0.3, 0.4, 0.3, 0.9, 0.7, 0.1, 0.2, 0.3]
    )
    whole = plan_with_sessions(one, solve=solve, effort=EFFORT, columns_most=0)
    assert whole.rounds == 2
    calls = list[int]()
    one_round = plan_fleets_module._round  # pyright: ignore[reportPrivateUsage]  # cut short

    def cut_short(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # as the round itself
        found = one_round(*args, **kwargs)
        calls.append(1)
        if len(calls) == 1:
            return found
        nothing = Solution(SolveStatus.NO_ANSWER, None, None, None, 0)
        return replace(found, exact=replace(found.exact, solution=nothing), shares=(), plan=None)

    monkeypatch.setattr(plan_fleets_module, "_round", cut_short)
    hasty = plan_with_sessions(one, solve=solve, effort=EFFORT, columns_most=0)

    assert len(calls) == 2
    assert hasty.release.plan is not None
    assert hasty.release.exact.solution.bound == hasty.first_cny
    assert whole.release.plan is not None
    assert hasty.release.plan.total_cny >= whole.release.plan.total_cny - 1e-9


def test_plan_with_sessions__a_vehicle_out_of_reach_is_served_as_far_as_it_goes() -> None:
    one = park(
        [session("a", 0, 2, 9.0), session("b", 0, 8, 3.0)],
        [0.5] * N,
        unserved_price_cny_per_kwh=5.0,
    )

    fleets, optimum_cny = both(one)

    plan = fleets.release.plan
    assert plan is not None
    assert plan.series["station.unserved_kwh"].tolist() == pytest.approx([5.0, 0.0])
    assert plan.total_cny == pytest.approx(optimum_cny)


def test_plan_with_sessions__planted_faults_among_the_vehicles_are_refused() -> None:
    fleets, _ = both(park([session("a", 0, 4, 4.0), session("b", 2, 6, 4.0)], [0.5] * N))
    release = fleets.release
    assert release.plan is not None
    true = cast("dict[str, Any]", release.plan.document())
    series = true["series"]["station.session_kw"]
    taken = next(at for at, value in enumerate(series) if value > 0.0)

    for change, rule in ((9.0, "session-power"), (-series[taken], "session-energy")):
        plan = copy.deepcopy(true)
        plan["series"]["station.session_kw"][taken] += change
        found = {broken.rule for broken in recheck(release.problem.echo(), plan).broken}
        assert rule in found


SOURCES: Final = {
    "ev-workplace-sessions/sessions.parquet": "session_id, start_local, end_local",
    "demo-park/ev_sessions.parquet": "pile_id || user_id, start_time, end_time",
}


@pytest.mark.parametrize("source", SOURCES)
def test_plan_with_sessions__real_sessions_of_a_week_have_a_proven_gap(source: str) -> None:
    path = shared_path(f"data/{source}")
    name, start, end = SOURCES[source].split(", ")
    rows = (
        duckdb.connect()
        .execute(
            f"select {name}, epoch({start}), epoch({end}), energy_kwh from '{path}'"
            f" where energy_kwh > 0 order by {start}, 1 limit 400"
        )
        .fetchall()
    )
    n = REAL_DAYS * 96
    sessions = list[dict[str, Value]]()
    for number, (which, start_s, end_s, kwh) in enumerate(rows):
        first = -(-(int(start_s) % (REAL_DAYS * 86_400)) // STEP_S)
        last = min(first + int(end_s - start_s) // STEP_S, n)
        if last > first:
            most = min(float(kwh), 1.65 * (last - first))
            sessions.append(session(f"{number}-{which}", first, last, most, kw=6.6))
    hours = [at % 96 // 4 for at in range(n)]
    prices = [1.2 if 18 <= hour < 21 else 0.35 if 10 <= hour < 15 else 0.6 for hour in hours]

    fleets, optimum_cny = both(park(sessions, prices, n=n))

    release = fleets.release
    assert len(sessions) > 200
    assert release.plan is not None
    assert release.exact.solution.bound is not None
    assert release.exact.solution.bound <= optimum_cny + 1e-6 <= release.plan.total_cny + 2e-6
    assert release.gap is not None
    assert release.gap < 0.02
