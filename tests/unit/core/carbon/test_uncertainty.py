"""Doubts are propagated, correlated where one factor serves several lines, never invented."""

from decimal import Decimal
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.carbon.uncertainty import Doubted, propagated

RATIOS = st.decimals(0, 1, places=3)
AMOUNTS = st.decimals(-(10**6), 10**6, places=3)


def part(kg: str | Decimal, **ratios: str | Decimal | None) -> Doubted:
    return Doubted(
        kg_co2e=Decimal(kg),
        half_width_ratio={name: None if r is None else Decimal(r) for name, r in ratios.items()},
    )


def test_propagated__is_the_root_of_the_sum_of_squares_of_independent_doubts() -> None:
    spread = propagated([part("300", a="0.10"), part("400", b="0.10")])

    assert spread.half_width_kg == Decimal("50.000")


def test_propagated__adds_one_factor_up_before_it_is_squared() -> None:
    spread = propagated([part("300", f="0.10"), part("400", f="0.10")])

    assert spread.half_width_kg == Decimal("70.000")


def test_propagated__lets_a_shared_factor_cancel_in_a_balance() -> None:
    spread = propagated([part("300", f="0.10", a="0"), part("-300", f="0.10")])

    assert spread.half_width_kg == 0


def test_propagated__states_nothing_where_a_doubt_is_unstated() -> None:
    spread = propagated([part("300", a="0.10", b=None), part("400", a=None)])

    assert spread.half_width_kg is None
    assert spread.unstated == ("a", "b")


def test_propagated__asks_no_doubt_of_what_emits_nothing() -> None:
    spread = propagated([part("300", a="0.10"), part("0", b=None)])

    assert spread.half_width_kg == Decimal("30.000")


def test_propagated__of_nothing_is_not_zero() -> None:
    assert propagated([]).half_width_kg is None


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from("abc"), RATIOS), min_size=1, max_size=12))
def test_propagated__agrees_with_the_sum_over_pairs(
    drawn: list[tuple[Decimal, str, Decimal]],
) -> None:
    # An oracle that knows no grouping: every pair of parts with its correlation, 0 or 1.
    variance = sum(
        float(kg_1 * r_1) * float(kg_2 * r_2) * (source_1 == source_2)
        for kg_1, source_1, r_1 in drawn
        for kg_2, source_2, r_2 in drawn
    )

    spread = propagated([part(kg, **{source: ratio}) for kg, source, ratio in drawn])

    expected = sqrt(max(variance, 0.0))
    found = spread.half_width_kg if spread.half_width_kg is not None else Decimal(0)
    assert abs(float(found) - expected) <= 1e-3 + 1e-9 * expected
