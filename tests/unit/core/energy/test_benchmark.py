from collections.abc import Mapping
from dataclasses import astuple
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.energy.benchmark import MEMBERS_MIN, Standing, standing

SECTOR = {f"E{i:02d}": Fraction(i) for i in range(1, 21)}
VALUES = st.lists(st.integers(100, 999), min_size=6, max_size=30, unique=True)


def even(sector: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return dict.fromkeys(sector, Fraction(1))


def shown(found: Standing) -> list[Fraction]:
    return [each for each in (found.mean, found.better_half_mean) if each is not None]


def test_standing__counts_tenths_from_the_best() -> None:
    found = [standing(own, SECTOR, weights=even(SECTOR)) for own in SECTOR]
    assert [each.tenth for each in found if each is not None] == [1 + i // 2 for i in range(20)]


def test_standing__of_twenty_by_hand() -> None:
    found = standing("E20", SECTOR, weights=even(SECTOR))
    assert found is not None
    assert astuple(found) == (20, Fraction(21, 2), Fraction(11, 2), 10, 20)


def test_standing__is_not_shown_where_others_could_be_worked_out() -> None:
    five = {own: SECTOR[own] for own in list(SECTOR)[:5]}
    weights = even(SECTOR)
    assert standing("E01", five, weights=weights) is None, "four others are too few"
    assert standing("E99", SECTOR, weights=weights) is None
    assert standing("E01", SECTOR, weights={**weights, "E02": Fraction(40)}) is None
    assert standing("E01", {**SECTOR, "E02": Fraction(9999)}, weights=weights) is None
    assert standing("E02", {**SECTOR, "E02": Fraction(9999)}, weights=weights) is not None, (
        "its own figure gives nobody away"
    )


def test_standing__the_better_half_is_shown_where_both_halves_hide_each() -> None:
    for n in (10, 11, 12):
        sector = {own: SECTOR[own] + 100 for own in list(SECTOR)[:n]}
        found = {own: standing(own, sector, weights=even(sector)) for own in sector}
        assert None not in found.values()
        told = {own for own, each in found.items() if each and each.better_half_mean is not None}
        # Eleven part into five and six: each of the six has five others in either half.
        assert told == {10: set[str](), 11: set(list(sector)[5:]), 12: set(sector)}[n]


@given(VALUES, st.data())
def test_standing__two_neighbours_can_trade_their_figures_unseen(
    values: list[int], data: st.DataObject
) -> None:
    """What is shown is blind to a shift between two others of one half, so it names neither."""
    sector = {f"E{i:02d}": Fraction(value * 10) for i, value in enumerate(sorted(values))}
    names = list(sector)
    own = data.draw(st.sampled_from(names))
    half = names[: len(names) // 2] if data.draw(st.booleans()) else names[len(names) // 2 :]
    others = [each for each in half if each != own]
    if len(others) < 2:
        return
    first, second = others[0], others[-1]
    traded = {
        **sector,
        first: sector[first] + Fraction(1, 2),
        second: sector[second] - Fraction(1, 2),
    }
    before, after = (standing(own, each, weights=even(sector)) for each in (sector, traded))
    assert before == after


@given(VALUES)
def test_standing__a_mean_is_of_many(values: list[int]) -> None:
    sector = {f"E{i:02d}": Fraction(value) for i, value in enumerate(values)}
    found = standing("E00", sector, weights=even(sector))
    assert found is not None
    assert found.mean == Fraction(sum(values), len(values))
    if found.better_half_mean is not None:
        n = len(values) // 2
        assert n >= MEMBERS_MIN
        assert found.better_half_mean == Fraction(sum(sorted(values)[:n]), n)


def test_standing__the_law_sees_a_planted_quantile() -> None:
    """A median, which the first form of this module showed, is a neighbour's figure."""
    sector = {f"E{i:02d}": Fraction(value) for i, value in enumerate((30, 70, 110, 170, 230, 290))}
    found = standing("E05", sector, weights=even(sector))
    assert found is not None
    assert not set(shown(found)) & set(sector.values())
    assert sorted(sector.values())[2] in sector.values(), "the quantile would have been caught"
