"""Energy keeps every watt-hour on its way to the settlement grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.imports.resample import to_settlement
from taihang.core.series import Quality

MEASURED, ESTIMATED, MISSING = int(Quality.MEASURED), int(Quality.ESTIMATED), int(Quality.MISSING)


@given(
    rows=st.dictionaries(
        st.integers(-50, 50), st.tuples(st.integers(-(10**9), 10**9), st.booleans()), max_size=40
    ),
    step_s=st.sampled_from([1, 60, 300, 600, 900, 1_200, 1_800, 3_600, 5_400, 86_400]),
)
def test_to_settlement__keeps_every_watt_hour(
    rows: dict[int, tuple[int, bool]], step_s: int
) -> None:
    steps = sorted(rows)
    wh = np.array([rows[step][0] for step in steps], np.int64)
    measured = np.array([rows[step][1] for step in steps], np.bool_)

    found = to_settlement(np.array(steps, np.int64) * step_s, wh, measured=measured, step_s=step_s)

    assert int(wh[measured].sum()) == int(found.wh.sum()) + found.unplaced_wh
    assert bool(np.all(np.diff(found.times_s) > 0))
    assert bool(np.all(found.times_s % 900 == 0))
    assert bool(np.all(found.wh[found.quality == MISSING] == 0))


def test_to_settlement__short_steps_are_added_and_stay_measured() -> None:
    found = to_settlement(
        np.arange(6, dtype=np.int64) * 300,
        np.array([1, 2, 3, 4, 5, 6], np.int64),
        measured=np.ones(6, np.bool_),
        step_s=300,
    )

    assert (found.wh.tolist(), found.quality.tolist()) == ([6, 15], [MEASURED, MEASURED])


def test_to_settlement__a_step_across_a_quarter_hour_makes_estimates() -> None:
    found = to_settlement(
        np.array([0, 600, 1_200], np.int64),
        np.array([10, 5, 8], np.int64),
        measured=np.ones(3, np.bool_),
        step_s=600,
    )

    assert (found.wh.tolist(), found.quality.tolist()) == ([13, 10], [ESTIMATED, ESTIMATED])


def test_to_settlement__an_hour_is_split_by_the_largest_remainder() -> None:
    found = to_settlement(
        np.array([0], np.int64),
        np.array([-7], np.int64),
        measured=np.ones(1, np.bool_),
        step_s=3_600,
    )

    assert sorted(found.wh.tolist(), reverse=True) == [-1, -2, -2, -2]
    assert found.quality.tolist() == [ESTIMATED] * 4


def test_to_settlement__of_equal_remainders_the_earlier_comes_first() -> None:
    found = to_settlement(
        np.array([0, 3_600], np.int64),
        np.array([7, 5], np.int64),
        measured=np.ones(2, np.bool_),
        step_s=3_600,
    )

    assert found.wh.tolist() == [2, 2, 2, 1, 2, 1, 1, 1]


def test_to_settlement__a_day_is_cut_into_96_with_the_remainder_first() -> None:
    found = to_settlement(
        np.array([0], np.int64),
        np.array([101], np.int64),
        measured=np.ones(1, np.bool_),
        step_s=86_400,
    )

    assert found.wh.tolist() == [2] * 5 + [1] * 91


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_to_settlement__what_is_not_wholly_covered_is_missing_and_stated(lost: int) -> None:
    measured = np.arange(3) != lost

    found = to_settlement(
        np.array([0, 300, 600], np.int64),
        np.array([10, 20, 40], np.int64),
        measured=measured,
        step_s=300,
    )

    assert (found.wh.tolist(), found.quality.tolist()) == ([0], [MISSING])
    assert 70 - [10, 20, 40][lost] == found.unplaced_wh
