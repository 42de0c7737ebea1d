"""What is expected is made of the past alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taihang.core.dispatch.expected import Expected, Published
from taihang.core.dispatch.forecast import ForecastKind, NoHistoryError

DAY = 24
N = 20 * DAY
KINDS = st.sampled_from([ForecastKind.LOAD, ForecastKind.PV, ForecastKind.WIND])


def series(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.0, 500.0, N)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.integers(DAY, N - 1), KINDS)
def test_window__does_not_change_with_what_comes_later(
    seed: int, at: int, kind: ForecastKind
) -> None:
    past, other = series(seed), series(seed)
    other[at:] = -1e9

    shown = Expected(past, kind, DAY).window_kw(at, n_steps=DAY)
    assert np.array_equal(shown, Expected(other, kind, DAY).window_kw(at, n_steps=DAY))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.integers(DAY, N - 1))
def test_window__of_a_published_price_ends_its_knowledge_with_the_day(seed: int, at: int) -> None:
    past, other = series(seed), series(seed)
    midnight = (at // DAY + 1) * DAY
    other[midnight:] = 1e9

    shown = Published(past, DAY).window_cny_per_kwh(at, n_steps=DAY)
    assert np.array_equal(shown, Published(other, DAY).window_cny_per_kwh(at, n_steps=DAY))
    left = midnight - at
    assert np.array_equal(shown[:left], past[at:midnight])
    last_days = past[:midnight].reshape(-1, DAY)[-7:]
    assert shown[left:] == pytest.approx(last_days.mean(axis=0)[: at % DAY])


def test_window__of_days_that_repeat_is_right_and_an_error_of_them_persists() -> None:
    same = np.tile(np.arange(DAY, dtype=np.float64) + 100.0, 20)
    assert np.array_equal(
        Expected(same, ForecastKind.LOAD, DAY).window_kw(N - DAY, n_steps=DAY), same[-DAY:]
    )
    raised = same.copy()
    raised[N - DAY] += 50.0
    shown = Expected(raised, ForecastKind.LOAD, DAY).window_kw(N - DAY + 1, n_steps=DAY)
    off = shown[: DAY - 1] - same[N - DAY + 1 :]
    assert 49.0 < off[0] < 50.0
    assert (np.diff(off) < 0.0).all(), "it fades"


def test_window__expects_no_sun_at_night_whatever_the_evening_was_like() -> None:
    sun = np.tile(np.maximum(0.0, np.sin((np.arange(DAY) - 6) / 12 * np.pi)), 20)
    bright = sun.copy()
    bright[N - DAY + 12] += 0.5
    shown = Expected(bright, ForecastKind.PV, DAY).window_kw(N - DAY + 13, n_steps=DAY - 13)

    assert shown[0] > sun[13]
    assert (shown[sun[13:DAY] == 0.0] == 0.0).all()


def test_window__without_a_day_before_it_is_refused() -> None:
    with pytest.raises(NoHistoryError):
        Expected(series(1), ForecastKind.LOAD, DAY).window_kw(3, n_steps=DAY)
