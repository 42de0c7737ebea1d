"""Scenarios from the past: whole days, kept together, within limits, and never invented."""

import numpy as np
import pytest

from taihang.core.dispatch.forecast import ForecastKind, NoHistoryError
from taihang.core.dispatch.stochastic.history import (
    FORECAST_DAYS,
    Course,
    calibration_of,
    draws_of,
    past_errors,
)

N_DAYS, N = 80, 8


def _courses(*, n_days: int = N_DAYS) -> dict[str, Course]:
    dice = np.random.default_rng(1)
    mood = dice.normal(0.0, 1.0, n_days)[:, None]
    sun = np.clip(1.0 - np.abs(np.arange(N) - 3.5) / 3.0, 0.0, None) * 100.0
    return {
        "load": _course(ForecastKind.LOAD, 500.0 + 20.0 * mood + dice.normal(0, 1.0, (n_days, N))),
        "pv": _course(ForecastKind.PV, sun * np.clip(0.7 - 0.1 * mood, 0.0, 1.0)),
        "price": Course(
            kind=ForecastKind.PRICE, past=0.3 + 0.05 * mood + 0 * sun, least=0.25, most=1.5
        ),
    }


def _course(kind: ForecastKind, past: np.ndarray) -> Course:
    return Course(kind=kind, past=past, least=0.0, most=1e9)


def test_draws_of__a_day_of_the_past_stays_together() -> None:
    courses = _courses()
    errors = past_errors(courses, until=N_DAYS - 1)

    draws = draws_of(courses, day=N_DAYS - 1, errors=errors)

    assert draws.days.tolist() == list(range(FORECAST_DAYS, N_DAYS - 1))
    load, sun = draws.by_name["load"].mean(axis=1), draws.by_name["pv"].mean(axis=1)
    # Mood raises the load and dims the sun: that survives only if both come from one day.
    assert np.corrcoef(load, sun)[0, 1] < -0.8


def test_draws_of__keep_the_limits_of_each_series() -> None:
    courses = _courses()
    draws = draws_of(courses, day=N_DAYS, errors=past_errors(courses, until=N_DAYS))

    assert draws.by_name["price"].min() == 0.25
    assert draws.by_name["pv"].min() >= 0.0
    assert (draws.by_name["pv"][:, 0] == 0.0).all()


def test_draws_of__know_nothing_of_the_day_itself_and_after() -> None:
    courses = _courses()
    day = N_DAYS - 10
    before = draws_of(courses, day=day, errors=past_errors(courses, until=N_DAYS))
    changed = {
        name: _course(course.kind, np.where(np.arange(N_DAYS)[:, None] >= day, 7.0, course.past))
        for name, course in courses.items()
    }
    changed["price"] = Course(
        kind=ForecastKind.PRICE, past=changed["price"].past, least=0.25, most=1.5
    )

    after = draws_of(changed, day=day, errors=past_errors(changed, until=N_DAYS))

    for name in courses:
        assert (before.by_name[name] == after.by_name[name]).all()


def test_past_errors__a_day_with_a_gap_is_left_out_and_counted() -> None:
    courses = _courses()
    courses["load"].past[40, 3] = np.nan

    errors = past_errors(courses, until=N_DAYS)

    assert 40 not in errors.days
    assert errors.left_out == 1
    assert all(np.isfinite(rows).all() for rows in errors.by_name.values())


def test_draws_of__too_short_a_past_is_refused_in_words() -> None:
    courses = _courses(n_days=FORECAST_DAYS + 19)
    errors = past_errors(courses, until=FORECAST_DAYS + 19)

    with pytest.raises(NoHistoryError, match="19 days measured in full"):
        draws_of(courses, day=FORECAST_DAYS + 19, errors=errors)


def test_calibration_of__a_band_of_days_alike_holds_about_eight_in_ten() -> None:
    courses = _courses(n_days=400)
    errors = past_errors(courses, until=400)

    found = calibration_of(courses, days=range(250, 400), errors=errors, n_kept=20)

    shares = {one.name: one.inside_ratio for one in found}
    assert shares["load"] == pytest.approx(0.8, abs=0.08)
    assert shares["pv"] == pytest.approx(0.8, abs=0.08)
    assert {one.days for one in found} == {150}
    # Fewer scenarios are a narrower band, and that is told.
    assert all(
        one.kept_inside_ratio is not None
        and one.inside_ratio is not None
        and one.kept_inside_ratio < one.inside_ratio + 0.02
        for one in found
    )


def test_calibration_of__what_cannot_vary_is_not_counted() -> None:
    courses = {"night": _course(ForecastKind.PV, np.zeros((N_DAYS, N)))}
    errors = past_errors(courses, until=N_DAYS)

    (found,) = calibration_of(courses, days=[N_DAYS - 1], errors=errors, n_kept=5)

    assert found.inside_ratio is None
    assert found.kept_inside_ratio is None
