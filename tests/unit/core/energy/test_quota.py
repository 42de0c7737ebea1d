from decimal import Decimal
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.energy.quota import Alert, QuotaError, outlook, student_t_cdf

FLAT = {month: Decimal(10) for month in range(1, 13)}


def months(*values: int | str) -> dict[int, Decimal]:
    return {month: Decimal(value) for month, value in enumerate(values, start=1)}


@pytest.mark.parametrize(
    ("limit", "used", "alert"),
    [
        (150, (10, 10, 10, 11), Alert.WITHIN),
        (125, (10, 11, 10, 10), Alert.WATCH),
        (120, (11, 10, 11, 11), Alert.WARNING),
        (30, (11, 10, 11), Alert.BREACHED),
        (120, (10, 11), Alert.UNKNOWN),
        (120, (), Alert.UNKNOWN),
    ],
)
def test_warning__follows_the_chance_of_a_breach(
    limit: int, used: tuple[int, ...], alert: Alert
) -> None:
    assert outlook(Decimal(limit), this_year=months(*used), last_year=FLAT).warning is alert


def test_outlook__takes_shape_from_last_year_and_level_from_this_one() -> None:
    winter = {month: Decimal(20 if month in {1, 2, 12} else 5) for month in range(1, 13)}
    found = outlook(Decimal(200), this_year={1: Decimal(22), 2: Decimal(22)}, last_year=winter)
    assert found.expected == pytest.approx(1.1 * 105)
    assert (found.standard_error, found.breach_probability_ratio) == (None, None)


def test_outlook__of_a_whole_year_is_what_it_was() -> None:
    found = outlook(Decimal(119), this_year=FLAT, last_year={})
    assert (found.expected, found.breach_probability_ratio) == (120.0, 1.0)
    assert found.warning is Alert.BREACHED


def test_outlook__without_last_year_is_not_guessed() -> None:
    assert outlook(Decimal(100), this_year=months(5, 5, 5), last_year={}).expected is None
    half = {month: Decimal(10) for month in range(1, 7)}
    assert outlook(Decimal(100), this_year=months(5, 5, 5), last_year=half).expected is None


@given(st.lists(st.integers(1, 30), min_size=3, max_size=11), st.integers(1, 400))
def test_outlook__a_higher_limit_is_never_breached_more_likely(used: list[int], limit: int) -> None:
    low, high = (
        outlook(Decimal(each), this_year=months(*used), last_year=FLAT).breach_probability_ratio
        for each in (limit, limit + 5)
    )
    assert low is not None
    assert high is not None
    assert 0 <= high <= low <= 1


@pytest.mark.parametrize(
    ("t", "degrees", "chance"),
    [(0, 5, 0.5), (12.706, 1, 0.975), (4.303, 2, 0.975), (2.228, 10, 0.975), (1.812, 10, 0.95),
     (-2.015, 5, 0.05), (63.657, 1, 0.995), (3.106, 11, 0.995)],
)  # fmt: skip
def test_student_t_cdf__agrees_with_printed_tables(t: float, degrees: int, chance: float) -> None:
    assert isclose(student_t_cdf(t, degrees=degrees), chance, abs_tol=5e-5)


@pytest.mark.parametrize(("limit", "month"), [(0, 1), (-1, 1), (1, 0), (1, 13)])
def test_outlook__refuses_what_is_no_year(limit: int, month: int) -> None:
    with pytest.raises(QuotaError):
        outlook(Decimal(limit), this_year={month: Decimal(1)}, last_year={})
