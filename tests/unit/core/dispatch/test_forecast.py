"""Forecasts that can be explained: named methods, gaps tolerated, errors on unseen days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.dispatch.forecast import (
    ForecastKind,
    ForecastMethod,
    NoHistoryError,
    backtest,
    naive_day_ahead,
)

Reals = NDArray[np.float64]
EVERY_KIND = list(ForecastKind)


def weekly(n_days: int) -> Reals:
    """A load that depends on the weekday and the quarter only."""
    day, quarter = np.arange(n_days)[:, None], np.arange(96)[None, :]
    return 100.0 + 10.0 * (day % 7) + quarter / 10.0


histories = st.integers(1, 40).flatmap(
    lambda n_days: st.lists(
        st.lists(st.floats(0.0, 1e5), min_size=4, max_size=4), min_size=n_days, max_size=n_days
    ).map(np.array)
)


@given(history_kw=histories, kind=st.sampled_from(EVERY_KIND))
def test_naive_day_ahead__stays_within_what_was_measured(
    history_kw: Reals, kind: ForecastKind
) -> None:
    forecast = naive_day_ahead(history_kw, kind=kind)

    slack = 1e-9 * history_kw.max()
    assert (forecast.kw >= history_kw.min(axis=0) - slack).all()
    assert (forecast.kw <= history_kw.max(axis=0) + slack).all()


@given(
    history_kw=histories, kind=st.sampled_from(EVERY_KIND), factor=st.sampled_from([0.5, 2.0, 8.0])
)
def test_naive_day_ahead__twice_the_history_is_twice_the_forecast(
    history_kw: Reals, kind: ForecastKind, factor: float
) -> None:
    once, scaled = (
        naive_day_ahead(history_kw, kind=kind),
        naive_day_ahead(history_kw * factor, kind=kind),
    )

    assert np.allclose(once.kw * factor, scaled.kw, rtol=1e-12)


def test_naive_day_ahead__load_is_the_mean_of_the_same_weekdays() -> None:
    history_kw = weekly(35)
    history_kw[0] = 1e6  # five weeks ago: beyond the four that count

    forecast = naive_day_ahead(history_kw, kind=ForecastKind.LOAD)

    assert forecast.kw.tolist() == pytest.approx(weekly(36)[35].tolist())
    assert set(forecast.method.tolist()) == {ForecastMethod.SAME_WEEKDAY_MEAN}
    assert set(forecast.days_used.tolist()) == {4}


@pytest.mark.parametrize("kind", [ForecastKind.PV, ForecastKind.WIND])
def test_naive_day_ahead__sun_and_wind_are_the_mean_of_the_last_seven_days(
    kind: ForecastKind,
) -> None:
    history_kw = np.repeat(np.arange(10.0)[:, None], 96, axis=1)

    forecast = naive_day_ahead(history_kw, kind=kind)

    assert set(forecast.kw.tolist()) == {6.0}
    assert set(forecast.method.tolist()) == {ForecastMethod.RECENT_DAYS_MEAN}
    assert set(forecast.days_used.tolist()) == {7}


def test_naive_day_ahead__a_gap_is_left_out_and_never_zero() -> None:
    history_kw = weekly(28)
    history_kw[21, 5] = np.nan
    history_kw[[0, 7, 14, 21], 6] = np.nan

    forecast = naive_day_ahead(history_kw, kind=ForecastKind.LOAD)

    assert forecast.kw[5] == pytest.approx(weekly(1)[0, 5])
    assert forecast.days_used[5] == 3
    assert forecast.method[6] == ForecastMethod.RECENT_DAYS_MEAN
    assert forecast.days_used[6] == 6
    assert forecast.kw[6] == pytest.approx(np.nanmean(history_kw[-7:, 6]))


def test_naive_day_ahead__refuses_a_quarter_that_was_never_measured() -> None:
    history_kw = weekly(14)
    history_kw[:, 40] = np.nan

    with pytest.raises(NoHistoryError, match="the first is number 40"):
        naive_day_ahead(history_kw, kind=ForecastKind.LOAD)


@pytest.mark.parametrize("history_kw", [np.zeros((0, 96)), np.zeros(96), np.full((2, 96), np.inf)])
def test_naive_day_ahead__refuses_what_is_no_history(history_kw: Reals) -> None:
    with pytest.raises(NoHistoryError):
        naive_day_ahead(history_kw, kind=ForecastKind.PV)


def test_backtest__a_weekly_load_is_forecast_without_error() -> None:
    result = backtest(weekly(42), kind=ForecastKind.LOAD, days=14)

    assert result.days == 14
    assert result.values == 14 * 96
    assert result.nmae_ratio == pytest.approx(0.0, abs=1e-12)
    assert result.bias_ratio == pytest.approx(0.0, abs=1e-12)
    assert result.yesterday_nmae_ratio > 0.05


def test_backtest__measures_error_and_bias_against_the_mean() -> None:
    history_kw = np.repeat(np.array([[8.0]] * 7 + [[10.0]]), 96, axis=1)

    result = backtest(history_kw, kind=ForecastKind.PV, days=1)

    assert result.nmae_ratio == pytest.approx(0.2)
    assert result.bias_ratio == pytest.approx(-0.2)
    assert result.yesterday_nmae_ratio == pytest.approx(0.2)


def test_backtest__never_looks_at_the_day_it_forecasts() -> None:
    history_kw = weekly(29)
    other_kw = history_kw.copy()
    other_kw[-1] *= 3.0

    before = backtest(history_kw, kind=ForecastKind.LOAD, days=1)
    after = backtest(other_kw, kind=ForecastKind.LOAD, days=1)

    # The same forecast against three times the power: the error is two thirds of it.
    assert before.nmae_ratio == pytest.approx(0.0, abs=1e-12)
    assert after.nmae_ratio == pytest.approx(2.0 / 3.0)


def test_backtest__leaves_out_what_was_not_measured() -> None:
    history_kw = weekly(42)
    history_kw[-1, :10] = np.nan

    result = backtest(history_kw, kind=ForecastKind.LOAD, days=1)

    assert result.values == 86


@pytest.mark.parametrize("days", [0, -1, 42])
def test_backtest__refuses_days_that_the_history_does_not_have(days: int) -> None:
    with pytest.raises(NoHistoryError):
        backtest(weekly(42), kind=ForecastKind.LOAD, days=days)


def test_backtest__refuses_to_divide_by_nothing_measured() -> None:
    with pytest.raises(NoHistoryError):
        backtest(np.zeros((10, 96)), kind=ForecastKind.PV, days=3)
