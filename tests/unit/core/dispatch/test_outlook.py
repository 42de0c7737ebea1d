"""What is not known has a rule and a notice; nothing is made up in silence."""

from dataclasses import replace

import numpy as np
import pytest

from rolling_park import N, long_park, measured_at, window
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.outlook import Outlook, Remembered, outlook_of, present_of, series_of
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.window import stores_of


def _keys(outlook: Outlook) -> list[str]:
    return [one.key for one in outlook.notices]


def _with_gap(
    of: ParkProblem, *, at: int, kind: type = Load, field: str = "load_kw"
) -> ParkProblem:
    def gapped(asset: object) -> object:
        if not isinstance(asset, kind):
            return asset
        values = getattr(asset, field).copy()
        values[at:] = np.nan
        return replace(asset, **{field: values})  # type: ignore[type-var]

    return ParkProblem(of.horizon, tuple(gapped(one) for one in of.assets))  # type: ignore[misc]


def _remembered(of: ParkProblem, level: float = 0.42) -> Remembered:
    before_s = of.horizon.start_s - of.horizon.step_s
    return Remembered(
        at_s=before_s, level_ratio={"bat": level}, so_far_kw={"peak": 9.0}, window=None, plan=None
    )


def test_outlook_of__a_clean_cycle_has_nothing_to_say() -> None:
    own = window(long_park(), 5)

    outlook = outlook_of(own, measured_at(own), _remembered(own))

    assert outlook.notices == ()
    assert outlook.window is not None
    assert outlook.window.horizon == own.horizon


def test_outlook_of__a_gap_ends_the_window_and_says_which_series() -> None:
    own = _with_gap(window(long_park(), 0), at=7)

    outlook = outlook_of(own, measured_at(own), None)

    assert outlook.window is not None
    assert outlook.window.horizon.n_steps == 7
    assert _keys(outlook)[:2] == ["value-missing", "window-shortened"]
    assert outlook.notices[0].words["series"] == "works.load_kw"
    assert outlook.notices[0].words["count"] == str(N - 7)


def test_outlook_of__without_the_present_there_is_no_window() -> None:
    own = _with_gap(window(long_park(), 0), at=0)

    assert outlook_of(own, measured_at(own), None).window is None


@pytest.mark.parametrize(("extra", "n"), [(-5, N - 5), (3, N)])
def test_outlook_of__a_forecast_of_another_length_is_said(extra: int, n: int) -> None:
    own = window(long_park(), 0)
    works = own.assets[1]
    assert isinstance(works, Load)
    odd = replace(works, load_kw=np.resize(works.load_kw, N + extra))

    outlook = outlook_of(
        ParkProblem(own.horizon, (odd, *own.assets[:1], *own.assets[2:])), measured_at(own), None
    )

    assert outlook.window is not None
    assert outlook.window.horizon.n_steps == n
    assert _keys(outlook)[0] == "forecast-length"


def test_outlook_of__an_old_forecast_loses_what_is_over() -> None:
    own = window(long_park(), 0)

    outlook = outlook_of(own, measured_at(own, off_s=3 * 3600 + 40), None)

    assert outlook.window is not None
    assert outlook.window.horizon.n_steps == N - 3
    assert outlook.at_s == own.horizon.start_s + 3 * 3600
    assert _keys(outlook)[0] == "forecast-old"


@pytest.mark.parametrize("off_s", [-1, N * 3600, 10**9])
def test_outlook_of__a_forecast_for_another_time_is_none(off_s: int) -> None:
    own = window(long_park(), 0)

    outlook = outlook_of(own, measured_at(own, off_s=off_s), None)

    assert outlook.window is None
    assert _keys(outlook)[0] == "forecast-elsewhere"


def test_outlook_of__a_clock_that_jumped_is_said_and_nothing_is_taken_from_before() -> None:
    own = window(long_park(), 5)
    before = replace(_remembered(own), at_s=own.horizon.start_s - 7200)

    outlook = outlook_of(own, measured_at(own, level=None), before)

    assert _keys(outlook) == ["clock-jump", "level-unknown"]
    assert outlook.notices[0].words["seconds"] == "+3600"


def test_outlook_of__an_unmeasured_store_stands_where_the_last_answer_left_it() -> None:
    own = window(long_park(), 5)

    outlook = outlook_of(own, measured_at(own, level=None), _remembered(own))

    assert _keys(outlook) == ["level-planned"]
    assert outlook.standing.level_ratio == {"bat": 0.42}


@pytest.mark.parametrize("level", [None, float("nan"), -0.2, 1.5])
def test_outlook_of__a_store_nobody_knows_rests(level: float | None) -> None:
    own = window(long_park(), 5)

    outlook = outlook_of(own, measured_at(own, level=level), None)

    assert outlook.window is not None
    bat = stores_of(outlook.window)[0]
    assert isinstance(bat, Battery)
    assert bat.charge_kw.existing == 0.0
    assert _keys(outlook)[-1] == "level-unknown"


@pytest.mark.parametrize("level", [0.0, 0.05, 0.95, 1.0])
def test_outlook_of__a_level_outside_the_limits_is_a_fact(level: float) -> None:
    own = window(long_park(), 5)

    outlook = outlook_of(own, measured_at(own, level=level), None)

    assert outlook.standing.level_ratio == {"bat": level}
    assert _keys(outlook) == ["level-outside"]


def test_outlook_of__an_alarm_keeps_a_store_at_rest() -> None:
    own = window(long_park(), 5)
    measured = replace(measured_at(own), alarms=("bat", "sun"))

    outlook = outlook_of(own, measured, None)

    assert sorted(_keys(outlook)) == ["alarm", "store-locked"]


def test_outlook_of__an_unknown_peak_is_that_of_the_last_answer_or_none() -> None:
    own = window(long_park(), 5)
    measured = measured_at(own, peak=None)

    with_before = outlook_of(own, measured, _remembered(own))
    without = outlook_of(own, measured, None)

    assert (with_before.standing.so_far_kw, _keys(with_before)) == ({"peak": 9.0}, ["peak-planned"])
    assert (without.standing.so_far_kw, _keys(without)) == ({"peak": 0.0}, ["peak-unknown"])


def test_outlook_of__an_end_that_cannot_be_reached_is_lowered_to_what_can() -> None:
    own = window(long_park(), 0, 2)

    outlook = outlook_of(own, measured_at(own, level=0.0), None)

    assert outlook.window is not None
    bat = stores_of(outlook.window)[0]
    assert isinstance(bat, Battery)
    assert "end-lowered" not in _keys(outlook)  # two hours at 200 kW do reach the half of 500 kWh
    weak = replace(bat, charge_kw=replace(bat.charge_kw, existing=20.0), soc_end_min_ratio=0.5)
    odd = ParkProblem(own.horizon, (*own.assets[:4], weak, *own.assets[5:]))
    assert "end-lowered" in _keys(outlook_of(odd, measured_at(own, level=0.0), None))


def test_present_of__missing_prices_are_not_judged_and_missing_loads_leave_the_stores() -> None:
    own = window(long_park(), 0)
    for kind, field, key in (
        (Grid, "import_price_cny_per_kwh", "price-not-judged"),
        (Load, "load_kw", "value-unknown"),
    ):
        gapped = _with_gap(own, at=0, kind=kind, field=field)
        outlook = outlook_of(gapped, measured_at(own), None)

        step, notices = present_of(outlook, None)

        assert step.horizon.n_steps == 1
        assert [one.key for one in notices] == [key]
        assert (len(step.assets) == len(own.assets)) == (key == "price-not-judged")
        assert all(np.isfinite(x).all() for asset in step.assets for x in series_of(asset).values())


def test_outlook_of__a_plan_on_another_grid_is_not_kept() -> None:
    own, old = window(long_park(), 5), window(long_park(), 4)
    shifted = ParkProblem(replace(old.horizon, start_s=old.horizon.start_s + 100), old.assets)
    with_plan = replace(_remembered(own), window=old, plan=_plan())

    assert outlook_of(own, measured_at(own), with_plan).kept_at == 1
    assert outlook_of(own, measured_at(own), replace(with_plan, window=shifted)).kept_at is None


def test_outlook_of__in_a_short_window_a_store_is_asked_for_no_more_than_it_has() -> None:
    own = _with_gap(window(long_park(), 0), at=7)

    low, high = (outlook_of(own, measured_at(own, level=level), None) for level in (0.3, 0.6))

    assert _end_of(low) == 0.3
    assert _end_of(high) == 0.5


def test_outlook_of__what_can_be_reached_counts_what_is_lost_in_standing() -> None:
    own = window(long_park(), 0)
    bat = own.assets[4]
    assert isinstance(bat, Battery)
    weak = replace(
        bat,
        charge_kw=replace(bat.charge_kw, existing=6.0),
        standing_loss_ratio_per_h=0.02,
        soc_end_min_ratio=0.9,
    )
    level = 0.2
    for _ in range(N):
        level = level * 0.98 + 6.0 * weak.charge_efficiency_ratio / 500.0

    odd = ParkProblem(own.horizon, (*own.assets[:4], weak, *own.assets[5:]))

    assert _end_of(outlook_of(odd, measured_at(own, level=0.2), None)) == pytest.approx(level)


def test_outlook_of__a_store_with_an_alarm_can_do_nothing() -> None:
    own = window(long_park(), 5)

    outlook = outlook_of(own, replace(measured_at(own), alarms=("bat",)), None)

    assert outlook.window is not None
    bat = stores_of(outlook.window)[0]
    assert isinstance(bat, Battery)
    assert bat.charge_kw.existing == 0.0
    assert outlook.standing.level_ratio == {"bat": 0.5}


def test_present_of__a_gap_now_is_filled_from_what_was_forecast_for_now() -> None:
    own, old = window(long_park(), 5), window(long_park(), 3)
    gapped = _with_gap(own, at=0)
    before = replace(_remembered(own), window=old, plan=_plan())

    step, notices = present_of(outlook_of(gapped, measured_at(own), before), before)

    works, due = step.assets[1], old.assets[1]
    assert isinstance(works, Load)
    assert isinstance(due, Load)
    assert works.load_kw.tolist() == [due.load_kw[2]]
    assert [one.key for one in notices] == ["value-from-before"]


def _end_of(outlook: Outlook) -> float | None:
    assert outlook.window is not None
    bat = stores_of(outlook.window)[0]
    assert isinstance(bat, Battery)
    return bat.soc_end_min_ratio


def _plan() -> ParkPlan:
    return ParkPlan(
        series={}, sizes={}, bill_cny={}, problem_sha256="", is_idle=False, outside_kwh={}
    )


def test_outlook_of__a_peak_that_the_last_answer_did_not_know_either_is_unknown() -> None:
    own = window(long_park(), 5)
    before = replace(_remembered(own), so_far_kw={})

    outlook = outlook_of(own, measured_at(own, peak=None), before)

    assert (outlook.standing.so_far_kw, _keys(outlook)) == ({"peak": 0.0}, ["peak-unknown"])
