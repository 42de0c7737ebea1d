"""A day of a station, spread over its minutes."""

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.site.visits import QUARTER_MIN, minutes_of


@given(st.lists(st.integers(0, 100_000), max_size=8))
def test_minutes_of__every_quarter_keeps_its_energy(quarters: list[int]) -> None:
    spread = minutes_of(tuple(quarters))

    for number, total in enumerate(quarters):
        mine = spread[number * QUARTER_MIN : (number + 1) * QUARTER_MIN]
        assert sum(mine) == total
        assert max(mine) - min(mine) <= 1
