"""A control in closed loop sees no future, keeps its limits, and loses by what it cannot know."""

from dataclasses import replace

import numpy as np
import pytest

from closed_loop_site import STEPS_PER_DAY, changed_after, site, solving_anew
from regret_days import EXACTLY
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.closed_loop import Answer, Decision, Windows, days_of, net_load_kw, run
from taihang.core.dispatch.follow import follow
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.regret import leg_of


def test_run__decides_the_same_whatever_comes_later() -> None:
    whole = site(days=3)
    at = 2 * STEPS_PER_DAY + 37
    kept, other = run(whole, solving_anew), run(changed_after(whole, at), solving_anew)

    assert np.array_equal(kept.told_kw[: at + 1], other.told_kw[: at + 1])
    assert np.array_equal(kept.power_kw[:at], other.power_kw[:at])
    assert not np.array_equal(kept.told_kw, other.told_kw), "what came changed what was done after"


def test_windows__show_no_price_of_a_day_that_is_not_published() -> None:
    whole = site(days=10)
    at = 8 * STEPS_PER_DAY + 50
    midnight = 9 * STEPS_PER_DAY
    (gate,) = (one for one in whole.actual.assets if isinstance(one, Grid))
    price = gate.import_price_cny_per_kwh.copy()
    price[midnight:] = 99.0
    others = tuple(
        replace(gate, import_price_cny_per_kwh=price) if one is gate else one
        for one in whole.actual.assets
    )
    moved = replace(whole, actual=ParkProblem(whole.actual.horizon, others))

    shown = [Windows(one).at(at, level_kwh=500.0, so_far_kw=0.0).digest() for one in (whole, moved)]
    assert shown[0] == shown[1]


def test_run__does_within_the_limits_what_the_referee_accepts() -> None:
    whole = site(days=3)
    ran = run(whole, lambda _: Decision(9_999.0, np.inf, Answer.OPTIMAL))
    found = follow(whole.actual, {"store": ran.power_kw}, exactly=EXACTLY)

    assert found.missed_kwh < 1e-9, "what was done is what a battery can do"
    assert ran.power_kw.max() <= 500.0
    assert ran.level_kwh.max() == pytest.approx(1_900.0)
    assert found.plan.series["store.energy_kwh"] == pytest.approx(ran.level_kwh, abs=1e-6)
    assert found.plan.series["gate.import_kw"] == pytest.approx(ran.import_kw, abs=1e-6)


def test_run__keeps_the_demand_that_the_plan_pays_for_as_far_as_the_battery_can() -> None:
    whole = site(days=3)
    cap_kw = float(np.median(net_load_kw(whole.actual)))
    free = run(whole, lambda _: Decision(400.0, np.inf, Answer.OPTIMAL))
    kept = run(whole, lambda _: Decision(400.0, cap_kw, Answer.OPTIMAL))

    assert (free.import_kw > cap_kw).sum() > (kept.import_kw > cap_kw).sum()
    held = kept.level_kwh > 210.0
    within = kept.import_kw <= cap_kw + 1e-9
    full_power = kept.power_kw <= -500.0 + 1e-9
    sees = np.arange(len(held)) >= STEPS_PER_DAY
    assert (within | full_power | ~held)[sees].all()


def test_run__of_the_first_day_rests_for_nothing_is_known() -> None:
    ran = run(site(days=2), lambda _: Decision(100.0, np.inf, Answer.OPTIMAL))

    assert (ran.power_kw[:STEPS_PER_DAY] == 0.0).all()
    assert ran.answers.count(Answer.BLIND) == STEPS_PER_DAY


def test_run__with_foresight_has_no_more_regret_than_with_forecasts() -> None:
    expects, knows = (
        site(days=4, noise_ratio=0.3),
        site(days=4, noise_ratio=0.3, has_foresight=True),
    )
    legs = [
        leg_of(
            follow(one.actual, {"store": run(one, solving_anew).power_kw}, exactly=EXACTLY),
            one.actual,
            exactly=EXACTLY,
        )
        for one in (expects, knows)
    ]

    assert legs[1].excess_cny < legs[0].excess_cny
    assert min(leg.excess_cny for leg in legs) >= 0


def test_days_of__cuts_every_series_of_a_span() -> None:
    whole = site(days=3).actual
    part = days_of(whole, STEPS_PER_DAY, STEPS_PER_DAY)

    assert part.horizon.start_s == whole.horizon.start_s + 86_400
    assert np.array_equal(net_load_kw(part), net_load_kw(whole)[STEPS_PER_DAY : 2 * STEPS_PER_DAY])
    part.assembled()
