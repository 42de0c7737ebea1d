from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.performance.change import (
    PENALTY,
    Stretch,
    cost_of,
    healthy_level,
    levels,
    stretches,
)


def _noise(n: int, scale: float, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(scale=scale, size=n)


@settings(max_examples=40)
@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=8), st.floats(0.01, 30.0))
def test_stretches__no_other_cut_is_cheaper(values: list[float], penalty: float) -> None:
    ratio, spread = np.array(values), np.full(len(values), 0.2)

    found = stretches(ratio, spread_ratio=spread, penalty=penalty)

    def cost(cuts: tuple[int, ...]) -> float:
        edges = (0, *cuts, len(values))
        parts = [ratio[a:b] for a, b in pairwise(edges)]
        within = sum(float((((part - part.mean()) / 0.2) ** 2).sum()) for part in parts)
        return within + penalty * len(cuts)

    least = min(
        cost(cuts) for n in range(len(values)) for cuts in combinations(range(1, len(values)), n)
    )
    assert cost(tuple(each.first for each in found[1:])) == pytest.approx(least, abs=1e-6)


def test_stretches__finds_the_day_of_a_step() -> None:
    ratio = _noise(60, 0.02, seed=3)
    ratio[40:] -= 0.12

    found = stretches(ratio, spread_ratio=np.full(60, 0.02))

    assert [(each.first, each.end) for each in found] == [(0, 40), (40, 60)]
    assert found[1].level_ratio == pytest.approx(-0.12, abs=0.02)
    assert found[1].error_ratio == pytest.approx(0.02 / 20**0.5)


def test_stretches__cuts_nothing_but_noise_in_many_years() -> None:
    cut = [
        stretches(_noise(365, 0.05, seed), spread_ratio=np.full(365, 0.05)) for seed in range(50)
    ]

    assert len(cut) == 50
    assert sum(len(each) > 1 for each in cut) == 0


def test_stretches__passes_over_days_that_were_not_compared() -> None:
    ratio = np.array([np.nan, 0.0, 0.0, np.nan, -0.5, -0.5, np.nan])

    found = stretches(ratio, spread_ratio=np.full(7, 0.02))

    assert [(each.first, each.end, each.n_days) for each in found] == [(1, 3, 2), (4, 6, 2)]
    assert levels(found, n_days=7).tolist() == [0.0, 0.0, 0.0, 0.0, -0.5, -0.5, -0.5]
    assert stretches(np.full(3, np.nan), spread_ratio=np.ones(3)) == ()
    assert cost_of(found, ratio, spread_ratio=np.full(7, 0.02)) == PENALTY


def test_healthy_level__is_the_best_that_lasted_even_if_a_fault_lasts_longer() -> None:
    found = (
        Stretch(0, 60, 0.10, 0.003, 60),
        Stretch(60, 62, 0.50, 0.1, 2),
        Stretch(62, 330, -0.02, 0.002, 268),
    )

    level, error = healthy_level(found)

    assert level == pytest.approx(0.10)
    assert error == pytest.approx(0.003)


def test_healthy_level__is_the_mean_of_levels_that_are_the_same() -> None:
    level, error = healthy_level(
        (Stretch(0, 90, 0.01, 0.004, 90), Stretch(90, 180, 0.0, 0.004, 90))
    )

    assert level == pytest.approx(0.005)
    assert error == pytest.approx(0.004 / 2**0.5)


def test_healthy_level__of_nothing_that_lasted_is_the_middle_with_the_largest_error() -> None:
    assert healthy_level((Stretch(0, 3, -0.4, 0.05, 3),)) == (0.0, 0.012)
