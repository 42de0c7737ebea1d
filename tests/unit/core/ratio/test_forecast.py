from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.park.direct_connection import RatioForecast
from taihang.core.ratio.flow import FLOWS, FlowTotals
from taihang.core.ratio.forecast import (
    LOAD,
    PARTS,
    DayPlan,
    DayPool,
    DaysLeft,
    NoModelError,
    Reals,
    Scenarios,
    draws_of,
    scenarios,
    year_parts,
)

SETTINGS = RatioForecast(
    scenarios=100,
    seed=1,
    block_days=7,
    season_days=45,
    year_spread_ratio={"pv": Decimal(0), LOAD: Decimal(0)},
    likely_chance_ratio=Decimal("0.1"),
    certainty_ratio=Decimal("0.9"),
    source="test",
)
FIRST = date(2025, 1, 1)
_PV = np.maximum(0.0, 40.0 - np.abs(np.arange(96) - 48))


def _plan(n_days: int, *, pv: float = 1.0, shape: Reals | None = None) -> DayPlan:
    flat = np.ones(n_days)
    season = flat if shape is None else shape
    return DayPlan(installed={"pv": pv * flat, LOAD: flat}, shape_ratio={"pv": season, LOAD: flat})


def pool(n_days: int, *, load: float = 30.0, swing: float = 0.0) -> DayPool:
    """Days of one sun and one load; the sun may differ from day to day."""
    sun = 1 + swing * np.sin(np.arange(n_days) * 1.7)
    generated = sun[:, None] * _PV
    used = np.full((n_days, 96), load)
    return DayPool(
        first=FIRST,
        usable=np.ones(n_days, np.bool_),
        generated_wh={"pv": generated},
        load_wh=used,
        curtailed_wh=np.zeros_like(used),
        imported_wh=np.maximum(used - generated, 0),
        exported_wh=np.maximum(generated - used, 0),
        storage_wh=np.zeros_like(used),
        plan=_plan(n_days),
    )


def left(first: date, n_days: int, *, pv: float = 1.0, shape: Reals | None = None) -> DaysLeft:
    return DaysLeft(
        first=first, plan=_plan(n_days, pv=pv, shape=shape), has_shape=shape is not None
    )


def _drawn(past: DayPool, to_come: DaysLeft, *, seed: int = 3) -> Scenarios:
    draws = np.random.default_rng(seed).random(draws_of(past, to_come, SETTINGS))
    return scenarios(past, to_come, settings=SETTINGS, draws=draws)


def _of(drawn: Scenarios, name: str) -> Reals:
    return drawn.left_wh[:, PARTS.index(name)]


def test_scenarios__of_a_past_without_change_go_on_without_change() -> None:
    past = pool(366)

    drawn = _drawn(past, left(FIRST + timedelta(days=366), 30))

    assert _of(drawn, "available") == pytest.approx(30 * _PV.sum())
    assert _of(drawn, "exported") == pytest.approx(30 * np.maximum(_PV - 30, 0).sum())
    assert (drawn.n_season_days, drawn.n_plan_days) == (30, 0)


def test_scenarios__count_a_plant_that_joined_interval_by_interval() -> None:
    drawn = _drawn(pool(366), left(FIRST + timedelta(days=366), 14, pv=2.0))

    assert _of(drawn, "available") == pytest.approx(14 * 2 * _PV.sum())
    assert _of(drawn, "exported") == pytest.approx(14 * np.maximum(2 * _PV - 30, 0).sum())


def test_scenarios__take_another_season_by_plan_and_shape_only() -> None:
    past, first = pool(60), date(2025, 7, 1)
    half = np.full(14, 0.5)

    drawn = _drawn(past, left(first, 14, shape=half))

    assert (drawn.n_season_days, drawn.n_plan_days) == (0, 14)
    assert _of(drawn, "available") == pytest.approx(14 * 0.5 * _PV.sum())
    with pytest.raises(NoModelError, match="seasonal_shapes"):
        _drawn(past, left(first, 14))


def test_scenarios__take_no_day_that_is_not_whole() -> None:
    past = pool(366)
    gaps = past.usable.copy()
    gaps[::10] = False
    spoilt = {"pv": np.where(gaps[:, None], past.generated_wh["pv"], 1e9)}
    holed = replace(past, usable=gaps, generated_wh=spoilt)

    drawn = _drawn(holed, left(FIRST + timedelta(days=366), 30))

    assert _of(drawn, "available") == pytest.approx(30 * _PV.sum())


def test_scenarios__keep_the_day_of_the_week() -> None:
    past = pool(366)
    is_sunday = np.array([(FIRST + timedelta(days=at)).weekday() == 6 for at in range(366)])
    load = np.where(is_sunday[:, None], 0.0, past.load_wh)
    quiet = replace(past, load_wh=load)

    friday = FIRST + timedelta(days=366)
    drawn = _drawn(quiet, left(friday, 3))

    assert friday.weekday() == 4
    assert _of(drawn, "load") == pytest.approx(2 * 96 * 30.0), "no load on the Sunday"


def test_scenarios__take_models_of_the_season_alone() -> None:
    past = pool(366)
    numbered = {"pv": np.zeros((366, 96))}
    numbered["pv"][:, 0] = np.arange(366)

    drawn = _drawn(replace(past, generated_wh=numbered), left(date(2026, 7, 1), 7))

    first_of_run = (_of(drawn, "available") - 21) / 7
    day_of_year = date(2026, 7, 1).timetuple().tm_yday - 1
    assert np.abs(first_of_run - day_of_year).max() <= SETTINGS.season_days
    assert np.unique(first_of_run).size > 8


def test_scenarios__draw_models_by_the_weights_of_their_weeks() -> None:
    past, to_come = pool(366), left(date(2026, 7, 1), 7)
    numbered = {"pv": np.zeros((366, 96))}
    numbered["pv"][:, 0] = np.arange(366)
    rng = np.random.default_rng(5)
    draws = np.zeros(draws_of(past, to_come, SETTINGS))
    draws[:, 0] = rng.random(len(draws))
    # Two weeks of the season weigh 4 × 0.5³ and 4 × 1³, one to eight; all others nothing.
    draws[:, 1 + 24], draws[:, 1 + 26] = 0.5, 1.0
    # Years are alike, so the last numbers move nothing.

    drawn = scenarios(replace(past, generated_wh=numbered), to_come, settings=SETTINGS, draws=draws)

    weeks = ((_of(drawn, "available") - 21) / 7 // 7).astype(int)
    assert set(weeks.tolist()) == {24, 26}
    assert 0 < (weeks == 24).mean() < 0.25


def test_scenarios__keep_what_flowed_both_ways_at_once() -> None:
    past = pool(366)
    meshed = replace(past, imported_wh=past.imported_wh + 5, exported_wh=past.exported_wh + 5)

    drawn = _drawn(meshed, left(FIRST + timedelta(days=366), 7))

    expected = 7 * (np.maximum(_PV - 30, 0) + 5).sum()
    assert _of(drawn, "exported") == pytest.approx(expected)


def test_scenarios__are_wider_where_less_is_known() -> None:
    # Bands from three weeks and from a year, over the same four weeks to come.
    short, long = pool(28, swing=0.5), pool(366, swing=0.5)

    after_short = _of(_drawn(short, left(FIRST + timedelta(days=28), 28)), "available")
    after_long = _of(_drawn(long, left(FIRST + timedelta(days=366), 28)), "available")

    assert np.unique(after_short).size > 10
    assert after_short.std() > 0.5 * after_long.std() > 0


@given(st.integers(0, 1_000))
def test_scenarios__keep_what_is_generated_used_or_exported(seed: int) -> None:
    past = pool(366, swing=0.8)

    drawn = _drawn(past, left(FIRST + timedelta(days=366), 40, pv=1.5), seed=seed)

    parts = dict(zip(PARTS, drawn.left_wh.T, strict=True))
    assert (parts["exported"] >= 0).all()
    assert (parts["exported"] <= parts["available"] + 1e-6).all()
    assert drawn.exported_by_day_wh.shape == (SETTINGS.scenarios, 40)
    assert drawn.exported_by_day_wh.sum(axis=1) == pytest.approx(parts["exported"])


def test_scenarios__years_lie_apart_as_far_as_the_park_says() -> None:
    past, to_come = pool(366), left(FIRST + timedelta(days=366), 364)
    apart = replace(
        SETTINGS, scenarios=2_000, year_spread_ratio={"pv": Decimal("0.1"), LOAD: Decimal(0)}
    )
    draws = np.random.default_rng(2).random(draws_of(past, to_come, apart))

    drawn = scenarios(past, to_come, settings=apart, draws=draws)

    available, exported = _of(drawn, "available"), _of(drawn, "exported")
    assert available.mean() == pytest.approx(364 * _PV.sum(), rel=0.01)
    assert available.std() / available.mean() == pytest.approx(0.1, rel=0.05)
    # Past the load every Wh more is exported: the spread of export is wider in proportion.
    assert exported.std() / exported.mean() > 0.2
    assert np.unique(_of(drawn, "load")).size == 1


def test_scenarios__same_numbers_same_ends() -> None:
    past, to_come = pool(366, swing=0.5), left(FIRST + timedelta(days=366), 40)

    assert _drawn(past, to_come).left_wh.tobytes() == _drawn(past, to_come).left_wh.tobytes()
    assert (
        _drawn(past, to_come).left_wh.tobytes() != _drawn(past, to_come, seed=4).left_wh.tobytes()
    )


def test_year_parts__of_a_year_that_is_over_are_what_was_settled() -> None:
    drawn = _drawn(pool(30), left(date(2026, 1, 1), 0))
    wh = {**dict.fromkeys(FLOWS, 0), "generated": 100, "generation": 98, "export": 7, "load": 60}

    parts: Mapping[str, Reals] = year_parts(
        FlowTotals(wh=wh, n_closed=1, n_open=0, n_unsettled=0), drawn
    )

    assert {name: set(values.tolist()) for name, values in parts.items()} == {
        "available": {100.0},
        "exported": {7.0},
        "curtailed": {0.0},
        "load": {62.0},
        "storage": {0.0},
    }
