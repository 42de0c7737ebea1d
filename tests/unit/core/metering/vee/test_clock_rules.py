"""A moved clock shows in the steps of the load (T7), and in batches sent after they came."""

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.metering.vee.clock_rules import clock_skew_s, drift_hits, skew_is_wrong
from taihang.core.metering.vee.rule import Hits

N = 672 * 2 + 1


def load(seed: int = 1) -> NDArray[np.int64]:
    rng = np.random.Generator(np.random.PCG64(seed))
    return (50_000 + np.cumsum(rng.integers(-3_000, 3_001, N))).astype(np.int64)


def labelled(true_wh: NDArray[np.int64], ahead_min: int) -> NDArray[np.int64]:
    """The same load as a meter whose clock is ahead writes it down."""
    whole, part = divmod(ahead_min, 15)
    late = np.roll(true_wh, whole)
    return (late * (15 - part) + np.roll(true_wh, whole + 1) * part) // 15


def drifts(child_wh: NDArray[np.int64], rest_wh: NDArray[np.int64]) -> list[Hits]:
    (found,) = together([child_wh], [rest_wh])
    return found


def together(
    children_wh: list[NDArray[np.int64]], rests_wh: list[NDArray[np.int64]]
) -> list[list[Hits]]:
    return drift_hits(
        np.stack(children_wh),
        rest_wh=np.stack(rests_wh),
        usable=np.ones((len(children_wh), len(children_wh[0])), np.bool_),
        most_s=300,
        least_correlation_ratio=0.6,
    )


def test_drift_hits__a_clock_that_is_right_is_left_in_peace() -> None:
    true_wh = load()
    noise = np.random.Generator(np.random.PCG64(9)).integers(-500, 501, N)

    assert drifts(true_wh, true_wh + noise) == []


@pytest.mark.parametrize("ahead_min", [7, 15, 30, 60, 105])
def test_drift_hits__tells_how_far_a_clock_is_ahead(ahead_min: int) -> None:
    true_wh = load()

    (hits,) = drifts(labelled(true_wh, ahead_min), true_wh)

    assert len(hits.at) == 2
    assert np.abs(hits.value - ahead_min * 60).max() <= 225


@pytest.mark.parametrize("behind_min", [15, 45])
def test_drift_hits__a_clock_behind_is_negative(behind_min: int) -> None:
    true_wh = load()

    (hits,) = drifts(labelled(true_wh, -behind_min), true_wh)

    assert np.abs(hits.value + behind_min * 60).max() <= 225


def test_drift_hits__what_the_parent_does_not_see_is_not_judged() -> None:
    assert drifts(load(1), load(2)) == []


def test_drift_hits__less_than_a_week_says_nothing() -> None:
    short = load()[:600]

    assert together([np.roll(short, 4), short], [short, short]) == [[], []]


def test_drift_hits__of_meters_together_are_those_of_each_alone() -> None:
    true_wh = load()
    children_wh = [labelled(true_wh, minutes) for minutes in (0, 30, -45, 7)]
    rests_wh = [true_wh, true_wh, load(2), true_wh]

    found = together(children_wh, rests_wh)

    assert [len(hits) for hits in found] == [0, 1, 0, 1]
    for every, child_wh, rest_wh in zip(found, children_wh, rests_wh, strict=True):
        for hits, alone in zip(every, drifts(child_wh, rest_wh), strict=True):
            np.testing.assert_array_equal(hits.at, alone.at)
            np.testing.assert_array_equal(hits.value, alone.value)


@pytest.mark.parametrize(
    ("sent", "received", "ahead", "behind"),
    [([100, 200], [105, 260], 0, 5), ([100, 200], [105, 140], 60, 0), ([50], [50], 0, 0)],
)
def test_clock_skew_s__is_what_the_batches_prove(
    sent: list[int], received: list[int], ahead: int, behind: int
) -> None:
    assert clock_skew_s(np.array(sent), np.array(received)) == (ahead, behind)


def test_skew_is_wrong__above_the_limit_only() -> None:
    assert [skew_is_wrong(ahead_s, most_s=2) for ahead_s in (0, 2, 3)] == [False, False, True]
