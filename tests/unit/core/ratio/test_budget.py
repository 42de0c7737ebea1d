"""A day's part of what the year may still export."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.ratio.budget import AllowanceError, daily_level_wh

EXPORTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


@given(exports=EXPORTS, left=st.integers(0, 10**10))
def test_daily_level__uses_what_is_left_and_no_more(exports: list[int], left: int) -> None:
    level = daily_level_wh(exports, left_wh=left)

    if level is None:
        assert sum(exports) <= left
    else:
        used = sum(min(wh, level) for wh in exports)
        assert used <= left
        assert sum(min(wh, level + 1) for wh in exports) > left, "the largest such level"


@given(exports=EXPORTS, left=st.integers(0, 10**10))
def test_daily_level__found_anew_each_day_keeps_the_year(exports: list[int], left: int) -> None:
    done, without = 0, sum(exports)
    for day, wh in enumerate(exports):
        level = daily_level_wh(exports[day:], left_wh=left - done)
        done += wh if level is None else min(wh, level)

    assert done <= left
    assert without <= left or done > left - len(exports), "nothing but rounding is given away"


def test_daily_level__refuses_an_allowance_below_zero() -> None:
    with pytest.raises(AllowanceError, match="-1 Wh"):
        daily_level_wh([1], left_wh=-1)
