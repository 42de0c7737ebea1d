"""Reduction: the best single draw first, never farther with more, nothing lost of the whole."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.stochastic.reduction import kept_of


def _draws(seed: int, n: int = 12) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(seed)
    return {"load": dice.normal(500.0, 50.0, (n, 4)), "price": dice.normal(0.4, 0.1, (n, 4))}


@given(st.integers(0, 50), st.integers(1, 12))
def test_kept_of__probabilities_sum_to_one_and_none_is_nothing(seed: int, n_kept: int) -> None:
    kept = kept_of(_draws(seed), n_kept=n_kept)

    assert len(set(kept.numbers.tolist())) == n_kept
    assert kept.probability_ratio.sum() == pytest.approx(1.0)
    assert kept.probability_ratio.min() >= 1.0 / 12.0 - 1e-12


@given(st.integers(0, 50))
def test_kept_of__more_lie_nearer_and_all_lie_there(seed: int) -> None:
    distances = [kept_of(_draws(seed), n_kept=n).distance_ratio for n in range(1, 13)]

    assert distances == sorted(distances, reverse=True)
    assert distances[0] == 1.0
    assert distances[-1] == pytest.approx(0.0, abs=1e-6)


def test_kept_of__units_do_not_matter() -> None:
    draws = _draws(3)
    scaled = {"load": draws["load"] / 1000.0, "price": draws["price"] * 1000.0}

    assert kept_of(draws, n_kept=4).numbers.tolist() == kept_of(scaled, n_kept=4).numbers.tolist()


def test_kept_of__is_near_the_best_choice_of_all() -> None:
    for seed in range(5):
        values = np.random.default_rng(seed).normal(0.0, 1.0, (9, 1))
        kept = kept_of({"x": values}, n_kept=3)
        found = np.abs(values - values[kept.numbers].T).min(axis=1).mean()
        best = min(
            np.abs(values - values[list(three)].T).min(axis=1).mean()
            for three in combinations(range(9), 3)
        )
        assert found <= 1.35 * best + 1e-12


def test_kept_of__series_that_never_change_say_nothing() -> None:
    kept = kept_of({"flat": np.ones((3, 2))}, n_kept=2)

    assert kept.distance_ratio == 0.0
    assert kept.probability_ratio.sum() == pytest.approx(1.0)


def test_kept_of__more_than_there_are_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="13 scenarios of 12 draws"):
        kept_of(_draws(0), n_kept=13)
