"""The rest of a station's day as a park problem, and its first quarter as set-points."""

from dataclasses import replace

from site_case import day, outlook, station, visit
from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.site.outlook import Outlook, problem_at, set_points_of
from taihang.core.dispatch.site.run import Known, State
from taihang.core.dispatch.site.visits import QUARTERS


def known(name: str, from_min: int, told_min: int, left_wh: int) -> Known:
    return Known(
        visit_id=name, from_min=from_min, told_min=told_min, left_wh=left_wh, minute_wh=1000
    )


def state(quarter: int, *cars: Known, stored_wh: int = 64_500) -> State:
    return State(quarter=quarter, stored_wh=stored_wh, peak_wh=47_500, known=cars)


def plan(what: Outlook, now: State) -> ParkPlan:
    problem = problem_at(what, now)
    assembled = problem.assembled()
    found = solve_exactly(assembled, solve=solve, time_limit_s=10.0, gap=1e-9)
    assert found.solution.values is not None
    made = plan_of(problem, assembled, found.solution.values)
    assert recheck(problem.echo(), made.document()).accepted
    return made


def test_problem_at__covers_the_rest_of_the_day() -> None:
    what = outlook(station(), day(visit("a", 600, 700, 9000)))

    assert problem_at(what, state(90)).horizon.n_steps == QUARTERS - 90


def test_set_points_of__charges_where_it_is_cheap_and_asks_for_whole_watt_hours() -> None:
    what = outlook(station(), day(visit("a", 540, 720, 40_000)))
    # 09:00 is dear, 10:00 to 12:00 cheap: nothing now.
    now = state(36, known("a", 540, 720, 40_000))
    later = state(44, known("a", 660, 720, 40_000))

    assert set_points_of(plan(what, now), now, what).cars_wh == {"a": 0}
    assert set_points_of(plan(what, later), later, what).cars_wh["a"] > 0


def test_set_points_of__who_has_no_whole_quarter_left_charges_at_once() -> None:
    what = outlook(station(), day(visit("a", 540, 610, 40_000)))
    now = state(40, known("a", 600, 610, 9_000))

    points = set_points_of(plan(what, now), now, what)

    assert points.cars_wh == {"a": 1000}


def test_problem_at__what_is_out_of_reach_is_served_as_far_as_it_goes() -> None:
    what = outlook(station(), day(visit("a", 600, 630, 90_000)))
    now = state(40, known("a", 600, 630, 90_000))

    made = plan(what, now)

    assert made.series["chargers.unserved_kwh"].tolist() == [60.0]


def test_problem_at__no_vehicle_goes_without_for_the_store_of_the_night() -> None:
    what = outlook(station(transformer_kw=30.0), day(visit("a", 1380, 1440, 20_000)))
    now = state(92, known("a", 1380, 1440, 20_000), stored_wh=21_500)

    made = plan(what, now)

    assert made.series["chargers.unserved_kwh"].tolist() == [0.0]


def test_set_points_of__without_a_demand_charge_no_peak_is_held() -> None:
    what = outlook(station(), day())
    free = replace(what, purchase=replace(what.purchase, demand_cny_per_kw=0.0))

    assert set_points_of(plan(what, state(40)), state(40), what).expected_wh < 1000
    assert set_points_of(plan(free, state(40)), state(40), free).expected_wh == 4167


def test_problem_at__a_battery_that_cannot_be_back_in_time_goes_as_far_as_it_can() -> None:
    what = outlook(station(), day())
    now = state(95, stored_wh=21_500)

    made = plan(what, now)

    assert made.series["battery.charge_kw"].tolist()[0] > 99.0
