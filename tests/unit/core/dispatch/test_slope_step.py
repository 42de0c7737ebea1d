"""The programme is asked where its structure is; the cost is that of the ring in every window."""

import pytest

from random_windows import walk
from rolling_park import PACE, HandClock, long_park, run, window
from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.slope.case import Reason
from taihang.core.dispatch.slope.search import find_plan
from taihang.core.dispatch.slope_step import SlopeFirst
from taihang.core.dispatch.stepping import Method
from taihang.core.dispatch.window import Standing, standing_at, standing_of
from taihang.services.control import Controller

WALKS = 8


def _first() -> SlopeFirst:
    return SlopeFirst(RingStepper(monotonic_s=HandClock()), find_plan=find_plan)


def test_call__costs_what_the_ring_costs_on_random_windows() -> None:
    by_slopes = 0
    for seed in range(WALKS):
        own, ring = _first(), RingStepper(monotonic_s=HandClock())
        for each in walk(seed, is_calm=seed > 1):
            found = own(each, time_limit_s=20.0, gap=1e-9)
            due = ring(each, time_limit_s=20.0, gap=1e-9)
            assert (found.plan is None) == (due.plan is None)
            assert (own.why_not is None) == (found.method is Method.SLOPE)
            if found.plan is None or due.upper_cny is None or found.upper_cny is None:
                continue
            assert found.upper_cny == pytest.approx(due.upper_cny, rel=1e-7, abs=1e-5)
            if found.method is Method.SLOPE:
                by_slopes += 1
                assert found.lower_cny is not None
                assert found.lower_cny <= found.upper_cny + 1e-7
                assert recheck(each.echo(), found.plan.document()).accepted
    assert by_slopes >= 40


def test_call__a_start_outside_the_limits_and_a_second_month_are_for_the_other() -> None:
    own, park = _first(), long_park()
    outside = Standing(level_ratio={"bat": 0.02}, so_far_kw={"peak": 0.0})
    for each, reason in (
        (standing_at(window(park, 5), outside), Reason.START),
        (standing_at(window(park, 31 * 24 - 5), standing_of(park)), Reason.MONTHS),
    ):
        found = own(each, time_limit_s=20.0, gap=1e-9)

        assert found.plan is not None
        assert found.method is not Method.SLOPE
        assert own.why_not is not None
        assert own.why_not.reason is reason


def test_call__the_control_takes_it_as_any_other_stepper() -> None:
    own = Controller(_first(), monotonic_s=HandClock(), pace=PACE)

    answers = run(long_park(), own, cycles=12, first=4)

    assert all(one.verdict.accepted for one in answers)
    assert Method.SLOPE in {one.method for one in answers}
