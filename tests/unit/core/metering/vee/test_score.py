"""The score of a day, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.metering.vee.score import DayQuality, Grade, grade_of
from taihang.core.series import Quality


def day(measured: int, manual: int, estimated: int, missing: int, *, penalty: int = 0) -> int:
    names = (Quality.MEASURED, Quality.MANUAL, Quality.ESTIMATED, Quality.MISSING)
    values = (measured, manual, estimated, missing)
    counts = {name: np.array([n]) for name, n in zip(names, values, strict=True)}
    return int(DayQuality(counts, np.array([penalty])).scores[0])


@pytest.mark.parametrize(
    ("given_day", "penalty", "score"),
    [
        ((96, 0, 0, 0), 0, 100),
        ((0, 96, 0, 0), 0, 90),
        ((0, 0, 96, 0), 0, 50),
        ((0, 0, 0, 96), 0, 0),
        ((72, 0, 24, 0), 0, 87),  # (7200 + 1200) / 96 = 87.5
        ((72, 0, 0, 24), 10, 65),
        ((4, 0, 0, 92), 10, 0),
        ((0, 0, 0, 0), 0, 0),
    ],
)
def test_scores__follow_the_formula(
    given_day: tuple[int, int, int, int], penalty: int, score: int
) -> None:
    assert day(*given_day, penalty=penalty) == score


@given(*(st.integers(0, 100) for _ in range(4)), st.integers(0, 60))
def test_scores__lie_between_0_and_100_and_an_estimate_never_beats_a_reading(
    measured: int, manual: int, estimated: int, missing: int, penalty: int
) -> None:
    score = day(measured, manual, estimated, missing, penalty=penalty)

    assert 0 <= score <= 100
    assert score <= day(measured + estimated, manual, 0, missing, penalty=penalty)


@pytest.mark.parametrize(("score", "grade"), [(100, Grade.GOOD), (94, Grade.FAIR), (0, Grade.POOR)])
def test_grade_of__says_it_in_one_word(score: int, grade: Grade) -> None:
    assert grade_of(score) is grade
