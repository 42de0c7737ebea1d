from fractions import Fraction
from statistics import quantiles

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.energy.benchmark import standing

SECTOR = {f"E{i}": Fraction(i) for i in range(1, 11)}
EVEN = dict.fromkeys(SECTOR, Fraction(1))


def test_standing__counts_tenths_from_the_best() -> None:
    found = [standing(own, SECTOR, weights=EVEN) for own in SECTOR]
    assert [each.tenth for each in found if each is not None] == list(range(1, 11))


def test_standing__is_not_shown_where_others_could_be_worked_out() -> None:
    four = {own: SECTOR[own] for own in list(SECTOR)[:4]}
    assert standing("E1", four, weights=EVEN) is None
    assert standing("E1", SECTOR, weights={**EVEN, "E2": Fraction(20)}) is None
    assert standing("E99", SECTOR, weights=EVEN) is None


@given(st.lists(st.integers(1, 1000), min_size=5, max_size=30))
def test_standing__quartiles_are_those_of_the_textbook(values: list[int]) -> None:
    sector = {f"E{i}": Fraction(value) for i, value in enumerate(values)}
    found = standing("E0", sector, weights=dict.fromkeys(sector, Fraction(1)))
    first, second, _ = quantiles(map(Fraction, values), n=4, method="inclusive")
    assert found is not None
    assert (found.better_quartile, found.median) == (first, second)
