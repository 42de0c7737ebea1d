from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import STEP_S, Period, instant_of_s
from taihang.core.series import EnergySeries, GridMismatchError, Quality

START = datetime(2026, 6, 1, tzinfo=UTC)
START_S = int(START.timestamp())
values = st.lists(
    st.tuples(st.integers(0, 10**9), st.sampled_from(list(Quality))), min_size=1, max_size=96
)


def series_of(pairs: list[tuple[int, Quality]]) -> EnergySeries:
    return EnergySeries(
        start_s=START_S,
        wh=np.array([wh for wh, _ in pairs], np.int64),
        quality=np.array([quality for _, quality in pairs], np.uint8),
    )


def test_missing__is_a_state_and_not_a_zero() -> None:
    period = Period(START, START + timedelta(days=1))

    series = EnergySeries.missing(period)

    assert len(series.wh) == 96
    assert not series.present.any()
    assert series.coverage_ratio == 0.0


@given(values)
def test_total_wh__counts_usable_values_only(pairs: list[tuple[int, Quality]]) -> None:
    unusable = {Quality.MISSING, Quality.REJECTED}

    series = series_of(pairs)

    assert sum(wh for wh, quality in pairs if quality not in unusable) == series.total_wh


@given(values)
def test_measured__is_present_and_never_an_estimate(pairs: list[tuple[int, Quality]]) -> None:
    series = series_of(pairs)

    assert not (series.measured & ~series.present).any()
    assert not (series.measured & (series.quality == Quality.ESTIMATED)).any()


@given(values, st.data())
def test_within__two_touching_cuts_hold_what_the_whole_held(
    pairs: list[tuple[int, Quality]], data: st.DataObject
) -> None:
    series = series_of([*pairs, *pairs])
    n = len(series.wh)
    at = data.draw(st.integers(1, n - 1))
    middle, end = instant_of_s(START_S + at * STEP_S), instant_of_s(START_S + n * STEP_S)

    head, tail = series.within(Period(START, middle)), series.within(Period(middle, end))

    assert series.total_wh == head.total_wh + tail.total_wh
    assert series.wh.tolist() == [*head.wh.tolist(), *tail.wh.tolist()]
    assert START_S + at * STEP_S == tail.start_s


@pytest.mark.parametrize(("before_s", "after_s"), [(STEP_S, 0), (0, STEP_S)])
def test_within__refuses_to_reach_beyond_the_series(before_s: int, after_s: int) -> None:
    series = series_of([(1, Quality.MEASURED)] * 4)
    beyond = Period(instant_of_s(START_S - before_s), instant_of_s(START_S + 4 * STEP_S + after_s))

    with pytest.raises(GridMismatchError):
        series.within(beyond)


def test_coverage_ratio__of_no_interval_is_nothing() -> None:
    empty = EnergySeries(START_S, np.zeros(0, np.int64), np.zeros(0, np.uint8))

    assert empty.coverage_ratio == 0.0
    assert empty.total_wh == 0
