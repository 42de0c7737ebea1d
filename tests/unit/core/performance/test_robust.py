import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.performance.robust import (
    deviation_of,
    group_medians,
    median_of,
    others_median,
    robust_fit,
)

_VALUES = st.one_of(st.just(float("nan")), st.sampled_from([0.0, 1.0, 1.0, 2.5, -3.0, 40.0]))


@given(
    st.lists(st.lists(_VALUES, min_size=3, max_size=3), min_size=1, max_size=7), st.integers(1, 4)
)
def test_others_median__is_the_median_of_the_others(rows: list[list[float]], least: int) -> None:
    values = np.array(rows)

    found = others_median(values, least=least)

    for row in range(len(values)):
        for column in range(3):
            others = np.delete(values[:, column], row)
            others = others[np.isfinite(others)]
            wanted = float(np.median(others)) if len(others) >= least else float("nan")
            np.testing.assert_equal(found[row, column], wanted)


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-1e3, 1e3)), min_size=1, max_size=40))
def test_group_medians__are_the_medians_of_the_groups(pairs: list[tuple[int, float]]) -> None:
    group, values = np.array([g for g, _ in pairs]), np.array([v for _, v in pairs])

    found = group_medians(values, group=group, n_groups=6)

    for number in range(6):
        chosen = values[group == number]
        wanted = float(np.median(chosen)) if len(chosen) else float("nan")
        np.testing.assert_allclose(found[number], wanted, atol=1e-8)


def test_robust_fit__is_not_pulled_by_a_fifth_of_wrong_values() -> None:
    x = np.linspace(-1.0, 1.0, 200)
    values = 0.9 + 0.2 * x + 0.01 * np.sin(40.0 * x)
    values[::5] = 0.0

    found = robust_fit(values, weight=np.ones(200), terms=np.array([np.ones(200), x]))

    np.testing.assert_allclose(found, [0.9, 0.2], atol=0.02)
    assert abs(np.mean(values) - 0.9) > 0.1, "the wrong values are not harmless"


def test_robust_fit__gives_a_term_that_never_moves_no_coefficient() -> None:
    found = robust_fit(
        np.full(50, 0.7), weight=np.ones(50), terms=np.array([np.ones(50), np.zeros(50)])
    )

    np.testing.assert_allclose(found, [0.7, 0.0], atol=1e-6)


def test_median_of__of_nothing_is_nothing() -> None:
    assert np.isnan(median_of(np.array([np.nan])))
    assert np.isnan(deviation_of(np.empty(0)))
    assert median_of(np.array([1.0, np.nan, 3.0])) == 2.0
