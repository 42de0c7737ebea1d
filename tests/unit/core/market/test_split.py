from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.market.split import SplitError, split_fen

amounts = st.integers(-(10**12), 10**12).map(lambda fen: Decimal(fen) / 100)
weight_lists = st.lists(st.integers(0, 10**15), min_size=1, max_size=40).filter(any)


@given(total_cny=amounts, weights=weight_lists)
def test_split_fen__parts_sum_to_the_whole_and_stay_within_a_fen(
    total_cny: Decimal, weights: list[int]
) -> None:
    parts = split_fen(total_cny, weights=weights)

    assert total_cny == sum(parts)
    assert len(weights) == len(parts)
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(total_cny) * weight / sum(weights)
        assert abs(Fraction(part) - exact) < Fraction(1, 100)
        assert part.as_tuple().exponent == -2


@given(total_cny=amounts, weights=weight_lists)
def test_split_fen__who_bears_nothing_pays_nothing(total_cny: Decimal, weights: list[int]) -> None:
    parts = split_fen(total_cny, weights=[*weights, 0])

    assert Decimal(0) == parts[-1]
    assert split_fen(total_cny, weights=weights) == parts[:-1]


def test_split_fen__largest_remainders_are_rounded_up() -> None:
    # 100 fen in 5 : 3 : 1 → 55.56, 33.33, 11.11: one fen is left, for the first
    parts = split_fen(Decimal("1.00"), weights=[5, 3, 1])

    assert (Decimal("0.56"), Decimal("0.33"), Decimal("0.11")) == parts


def test_split_fen__a_refund_is_split_like_a_charge() -> None:
    charge = split_fen(Decimal("0.05"), weights=[1, 1, 1])

    refund = split_fen(Decimal("-0.05"), weights=[1, 1, 1])

    assert [-part for part in charge] == list(refund)


@pytest.mark.parametrize(
    ("total_cny", "weights"),
    [("1.001", [1]), ("NaN", [1]), ("1", []), ("1", [0, 0]), ("1", [2, -1])],
)
def test_split_fen__refuses_what_has_no_split(total_cny: str, weights: list[int]) -> None:
    with pytest.raises(SplitError):
        split_fen(Decimal(total_cny), weights=weights)
