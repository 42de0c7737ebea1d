"""The ring equals the model that is built anew, on a thousand random windows, and tells a fault."""

from dataclasses import replace

import highspy
import numpy as np
import pytest

from random_windows import STEPS, walk
from rolling_park import HandClock, long_park, window
from taihang.adapters import highs_ring
from taihang.adapters.highs import SolverRefusedModelError, solve
from taihang.adapters.highs_ring import HighsRing, RingStepper
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.model import LinearModel, Reals, SolveStatus
from taihang.core.dispatch.rolling import Changes, Links, Placed, changes_of
from taihang.core.dispatch.stepping import Method, Stepped
from taihang.core.dispatch.window import standing_at, standing_of, window_of

WALKS = 50


def _off(found: float, model: LinearModel, values: Reals) -> float:
    """How far two costs are apart, as a share of the money turned over."""
    return abs(found - float(model.column_cost @ values)) / (
        1.0 + float(np.abs(model.column_cost) @ np.abs(values))
    )


def _walked(seed: int) -> tuple[int, int, int, float]:
    """Return steps with a plan, without one, in place, and the largest difference of a walk."""
    ring, with_plan, without, in_place, worst = HighsRing(), 0, 0, 0, 0.0
    for own in walk(seed):
        model = own.assembled().model
        found = ring.solve(model, horizon=own.horizon, time_limit_s=20.0)
        anew = solve(model, time_limit_s=20.0, gap=0.0)
        assert found.status is anew.status
        in_place += ring.was_kept
        if anew.values is None:
            without += 1
            continue
        with_plan += 1
        assert found.objective is not None
        assert found.values is not None
        worst = max(worst, _off(found.objective, model, anew.values))
    return with_plan, without, in_place, worst


def test_solve__equals_the_rebuilt_model_on_a_thousand_windows() -> None:
    found = np.array([_walked(seed) for seed in range(WALKS)])

    with_plan, without, in_place = found[:, :3].sum(axis=0)
    assert with_plan + without == WALKS * STEPS == 1000
    assert with_plan >= 900
    assert in_place >= 600
    assert found[:, 3].max() < 1e-9


def test_solve__a_link_that_is_not_moved_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(held: Placed, now: Placed, *, links: Links | None = None) -> Changes | None:
        changes = changes_of(held, now, links=links)
        return changes and replace(changes, places=changes.places[:0], values=changes.values[:0])

    monkeypatch.setattr(highs_ring, "changes_of", forgets)

    with pytest.raises(AssertionError):
        assert max(_walked(seed)[3] for seed in range(10)) < 1e-9


def test_solve__a_bound_that_is_not_told_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(held: Placed, now: Placed, *, links: Links | None = None) -> Changes | None:
        changes = changes_of(held, now, links=links)
        return changes and replace(changes, row_bounds=changes.row_bounds[:-1])

    monkeypatch.setattr(highs_ring, "changes_of", forgets)

    with pytest.raises(AssertionError):
        assert max(_walked(seed)[3] for seed in range(10)) < 1e-9


def _rolled(stepper: RingStepper, *, steps: int) -> list[Stepped]:
    park = long_park()
    return [
        stepper(standing_at(window(park, first), standing_of(park)), time_limit_s=9.0, gap=1e-6)
        for first in range(steps)
    ]


def test_ring_stepper__says_when_the_model_stayed() -> None:
    methods = [one.method for one in _rolled(RingStepper(monotonic_s=HandClock()), steps=6)]

    assert methods == [Method.REBUILT, *[Method.RING] * 5]


def test_ring_stepper__equals_the_exact_plan_where_prices_pay_for_burning() -> None:
    ring, with_switches = RingStepper(monotonic_s=HandClock()), 0
    for seed in range(12):
        for own in walk(seed):
            stepped = ring(own, time_limit_s=20.0, gap=1e-9)
            assembled = own.assembled()
            exact = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=1e-9)
            assert (stepped.plan is None) == (exact.solution.values is None)
            if stepped.upper_cny is not None and exact.solution.objective is not None:
                cny = exact.solution.objective + assembled.fixed_cny
                assert stepped.upper_cny == pytest.approx(cny, rel=1e-7, abs=1e-5)
                with_switches += stepped.switches > 0
    assert with_switches >= 20


def test_solve__no_time_is_no_values() -> None:
    ring, park = HighsRing(), long_park()
    own = standing_at(window_of(park, first=0, n_steps=800, standing=None), standing_of(park))

    found = ring.solve(own.assembled().model, horizon=own.horizon, time_limit_s=1e-6)

    assert (found.status, found.values, found.bound) == (SolveStatus.NO_ANSWER, None, None)
    # And the next one is whole again: nothing of the broken run is kept.
    again = ring.solve(own.assembled().model, horizon=own.horizon, time_limit_s=60.0)
    assert again.status is SolveStatus.OPTIMAL
    assert not ring.was_kept


def test_solve__a_limit_holds_for_each_run_and_not_for_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HiGHS counts the time of all runs of a solver; a year of steps would else stand still."""
    limits, park = list[float](), long_park()
    own = standing_at(window(park, 0), standing_of(park))

    def run(self: highspy.Highs) -> highspy.HighsStatus:
        limits.append(float(self.getOptionValue("time_limit")[1]))
        return highspy.HighsStatus.kOk

    def ran_s(self: highspy.Highs) -> float:
        del self
        return 100.0

    monkeypatch.setattr(highspy.Highs, "getRunTime", ran_s)
    monkeypatch.setattr(highspy.Highs, "run", run)

    HighsRing().solve(own.assembled().model, horizon=own.horizon, time_limit_s=0.5)

    assert limits == [100.5]


def test_solve__a_vector_that_the_solver_does_not_call_valid_never_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def claims(self: highspy.Highs) -> highspy.HighsStatus:
        del self
        return highspy.HighsStatus.kOk

    monkeypatch.setattr(highspy.Highs, "run", claims)
    park = long_park()
    own = standing_at(window(park, 0), standing_of(park))

    found = HighsRing().solve(own.assembled().model, horizon=own.horizon, time_limit_s=1.0)

    assert found.values is None


def test_solve__a_gap_is_refused_in_place_too() -> None:
    ring, park = HighsRing(), long_park()
    own = standing_at(window(park, 0), standing_of(park))
    model = own.assembled().model
    ring.solve(model, horizon=own.horizon, time_limit_s=1.0)

    with pytest.raises(SolverRefusedModelError):
        ring.solve(
            replace(model, column_cost=np.full_like(model.column_cost, np.nan)),
            horizon=own.horizon,
            time_limit_s=1.0,
        )
