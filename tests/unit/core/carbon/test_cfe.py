from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.carbon.cfe import CfeInputError, cfe_score, hourly_wh


def shares(*text: str) -> list[Decimal]:
    return [Decimal(share) for share in text]


def test_cfe_score__gives_vector_4() -> None:
    # Origin: numeric vector 4 of the domain handbook.
    score = cfe_score(
        np.array([10, 10, 10, 10]),
        contracted_wh=np.array([0, 15, 8, 4]),
        grid_cfe_ratio=shares("0.3", "0.5", "0.4", "0.2"),
    )

    assert Fraction("0.675") == score.with_grid_ratio
    assert Fraction("0.55") == score.contracted_ratio
    assert Fraction("0.675") == score.volumetric_ratio
    assert (score.load_wh, score.matched_wh) == (40, 22)


def test_cfe_score__an_unknown_grid_share_is_unknown_and_not_zero() -> None:
    score = cfe_score(np.array([10]), contracted_wh=np.array([4]), grid_cfe_ratio=None)

    assert score.with_grid_ratio is None
    assert Fraction(2, 5) == score.contracted_ratio


hours = st.lists(
    st.tuples(st.integers(0, 10**10), st.integers(0, 10**10), st.decimals(0, 1, places=4)),
    min_size=1,
    max_size=48,
).filter(lambda rows: any(load for load, _, _ in rows))


@given(hours)
def test_cfe_score__strict_is_never_above_lenient(rows: list[tuple[int, int, Decimal]]) -> None:
    score = cfe_score(
        np.array([load for load, _, _ in rows], np.int64),
        contracted_wh=np.array([generation for _, generation, _ in rows], np.int64),
        grid_cfe_ratio=[share for _, _, share in rows],
    )

    assert score.with_grid_ratio is not None
    assert 0 <= score.contracted_ratio <= score.volumetric_ratio <= 1
    assert score.contracted_ratio <= score.with_grid_ratio <= 1


@given(hours)
def test_cfe_score__a_grid_without_any_carbon_free_power_adds_nothing(
    rows: list[tuple[int, int, Decimal]],
) -> None:
    load_wh = np.array([load for load, _, _ in rows], np.int64)
    contracted_wh = np.array([generation for _, generation, _ in rows], np.int64)

    black = cfe_score(load_wh, contracted_wh=contracted_wh, grid_cfe_ratio=[Decimal(0)] * len(rows))
    white = cfe_score(load_wh, contracted_wh=contracted_wh, grid_cfe_ratio=[Decimal(1)] * len(rows))

    assert black.contracted_ratio == black.with_grid_ratio
    assert white.with_grid_ratio == 1


@pytest.mark.parametrize(
    ("load", "generation", "grid"),
    [
        ([10, 10], [1], None),
        ([-1, 10], [1, 1], None),
        ([10, 10], [-1, 1], None),
        ([0, 0], [1, 1], None),
        ([], [], None),
        ([10, 10], [1, 1], ["0.5"]),
        ([10, 10], [1, 1], ["0.5", "50"]),
        ([10, 10], [1, 1], ["0.5", "-0.1"]),
        ([10, 10], [1, 1], ["0.5", "NaN"]),
    ],
)
def test_cfe_score__refuses_what_cannot_be_scored(
    load: list[int], generation: list[int], grid: list[str] | None
) -> None:
    with pytest.raises(CfeInputError):
        cfe_score(
            np.array(load, np.int64),
            contracted_wh=np.array(generation, np.int64),
            grid_cfe_ratio=None if grid is None else shares(*grid),
        )


@given(st.lists(st.integers(-(10**9), 10**9), max_size=25).map(lambda quarters: quarters * 4))
def test_hourly_wh__conserves_energy(quarters: list[int]) -> None:
    hourly = hourly_wh(np.array(quarters, np.int64))

    assert len(quarters) == 4 * len(hourly)
    assert sum(quarters) == int(hourly.sum())


def test_hourly_wh__refuses_a_broken_hour() -> None:
    with pytest.raises(CfeInputError):
        hourly_wh(np.array([1, 2, 3]))
