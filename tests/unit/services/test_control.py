"""One cycle after the other: an answer every time, in time, checked, and said what it is."""

from dataclasses import replace

import numpy as np
import pytest

from rolling_park import (
    PACE,
    HandClock,
    controller,
    long_park,
    measured_at,
    run,
    window,
)
from taihang.adapters.highs import solve
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.model import LinearModel, Solution
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stepping import NOTHING, Method, Stepped
from taihang.core.dispatch.window import standing_at, standing_of
from taihang.services.control import Controller, Kind, in_time, rebuilt
from taihang.services.plan_park import Effort, plan_park


def test_cycle__a_day_of_cycles_is_optimal_checked_and_equal_to_the_planner() -> None:
    park = long_park()

    answers = run(park, controller(), cycles=24)

    assert {(one.kind, one.method) for one in answers} == {(Kind.OPTIMAL, Method.REBUILT)}
    assert all(one.verdict.accepted and not one.is_late and not one.notices for one in answers)
    first = standing_at(window(park, 0), standing_of(park))
    release = plan_park(first, solve=solve, effort=Effort(time_limit_s=9.0, gap=1e-9))
    assert release.plan is not None
    assert answers[0].upper_cny == pytest.approx(release.plan.total_cny, abs=1e-6)
    assert answers[0].gap is not None
    assert answers[0].gap < 1e-9


def test_cycle__without_an_answer_the_last_checked_plan_goes_on_then_the_safe_rule() -> None:
    park, solver = long_park(), Flaky()
    own = Controller(solver, monotonic_s=HandClock(), pace=PACE)

    fresh = run(park, own, cycles=1)
    solver.is_down = True
    kept = run(park, own, cycles=1, first=1)[0]
    assert own.remembered is not None
    own.remembered = replace(own.remembered, plan=None)
    safe = run(park, own, cycles=1, first=2)[0]

    assert (kept.kind, kept.method) == (Kind.FALLBACK, Method.KEPT)
    for name in ("bat.charge_kw", "bat.discharge_kw"):
        assert kept.set_points[name] == pytest.approx(fresh[0].plan.series[name][1], abs=1e-6)
        assert safe.set_points[name] == pytest.approx(0.0, abs=1.0)
    assert (safe.kind, safe.method) == (Kind.FALLBACK, Method.SAFE)
    assert kept.verdict.accepted
    assert safe.verdict.accepted
    assert [one.key for one in kept.notices] == ["solver-failed"]


def test_cycle__a_plan_of_zeros_is_refused_and_never_used() -> None:
    park = long_park()

    def zeros(own: ParkProblem, *, time_limit_s: float, gap: float) -> Stepped:
        stepped = rebuilt(solve, monotonic_s=HandClock())(own, time_limit_s=time_limit_s, gap=gap)
        assert stepped.plan is not None
        series = {name: np.zeros_like(one) for name, one in stepped.plan.series.items()}
        return replace(stepped, plan=replace(stepped.plan, series=series))

    answer = run(park, Controller(zeros, monotonic_s=HandClock(), pace=PACE), cycles=1)[0]

    assert (answer.kind, answer.method) == (Kind.FALLBACK, Method.SAFE)
    assert answer.notices[0].key == "plan-refused"
    assert "balance" in answer.notices[0].words["rules"]


def test_cycle__a_bound_that_proves_nothing_is_a_gap() -> None:
    def unproven(own: ParkProblem, *, time_limit_s: float, gap: float) -> Stepped:
        stepped = rebuilt(solve, monotonic_s=HandClock())(own, time_limit_s=time_limit_s, gap=gap)
        assert stepped.upper_cny is not None
        return replace(stepped, lower_cny=stepped.upper_cny - 1.0)

    answer = run(long_park(), Controller(unproven, monotonic_s=HandClock(), pace=PACE), cycles=1)[0]

    assert answer.kind is Kind.GAP
    assert answer.gap is not None
    assert answer.gap > 0.0


def test_cycle__time_that_is_gone_before_the_solve_is_not_spent_on_it() -> None:
    park, clock = long_park(), HandClock()

    def never(own: ParkProblem, *, time_limit_s: float, gap: float) -> Stepped:
        raise AssertionError((own, time_limit_s, gap))

    pace = replace(PACE, deadline_s=1.0, reserve_s=1.0)
    answer = run(park, Controller(never, monotonic_s=clock, pace=pace), cycles=1)[0]

    assert answer.kind is Kind.FALLBACK
    assert answer.notices[0].key == "no-time"


def test_cycle__a_solver_that_overruns_is_said_to_be_late() -> None:
    park, clock = long_park(), HandClock()

    def slow(own: ParkProblem, *, time_limit_s: float, gap: float) -> Stepped:
        del own, gap
        clock.now_s += time_limit_s + 2.0
        return NOTHING

    answer = run(park, Controller(slow, monotonic_s=clock, pace=PACE), cycles=1)[0]

    assert (answer.kind, answer.is_late, answer.took_s) == (Kind.FALLBACK, True, 11.0)


def test_cycle__a_load_above_the_cap_is_answered_and_refused_in_words() -> None:
    park = long_park()
    own = window(park, 0)
    works = own.assets[1]
    assert isinstance(works, Load)
    huge = replace(works, load_kw=np.full(24, 5000.0))
    odd = ParkProblem(own.horizon, (own.assets[0], huge, *own.assets[2:]))

    answer = controller().cycle(odd, measured_at(own))

    assert (answer.kind, answer.method) == (Kind.FALLBACK, Method.SAFE)
    assert not answer.verdict.accepted
    keys = [one.key for one in answer.notices]
    assert list(dict.fromkeys(keys)) == ["no-plan", "breach", "safe-rule-refused"]
    assert answer.notices[1].words["kind"] == "import"
    assert answer.set_points["bat.discharge_kw"] == pytest.approx(190.0, abs=0.1)


def test_in_time__rounds_share_the_time() -> None:
    clock, limits = HandClock(), list[float]()

    def solver(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        limits.append(time_limit_s)
        clock.now_s += 4.0
        return solve(model, time_limit_s=time_limit_s, gap=gap)

    own = standing_at(window(long_park(), 0), standing_of(long_park()))
    within = in_time(solver, until_s=10.0, monotonic_s=clock)
    answers = [within(own.assembled().model, time_limit_s=10.0, gap=0.0) for _ in range(4)]

    assert limits == [10.0, 6.0, 2.0]
    assert answers[-1].values is None


class Flaky:
    """A solver that a test can take down."""

    def __init__(self) -> None:
        self.is_down = False

    def __call__(self, own: ParkProblem, *, time_limit_s: float, gap: float) -> Stepped:
        if self.is_down:
            raise RuntimeError("gone")
        step = rebuilt(solve, monotonic_s=HandClock())
        return step(own, time_limit_s=time_limit_s, gap=gap)


def test_cycle__the_last_checked_plan_goes_on_as_long_as_it_lasts() -> None:
    park, solver = long_park(), Flaky()
    own = Controller(solver, monotonic_s=HandClock(), pace=PACE)
    run(park, own, cycles=1)
    solver.is_down = True

    # Its levels are those that were told: the plan of 24 hours is good for 23 more.
    kept = run(park, own, cycles=1, first=1) + run(park, own, cycles=1, first=2)

    assert [one.method for one in kept] == [Method.KEPT, Method.KEPT]


def test_cycle__the_demand_of_the_month_never_falls_while_it_lasts() -> None:
    park, own = long_park(), controller()
    each = window(park, 0)

    own.cycle(each, measured_at(each, peak=2_000.0))

    assert own.remembered is not None
    assert own.remembered.so_far_kw == {"peak": 2_000.0}
