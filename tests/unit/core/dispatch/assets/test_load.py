"""A load, and what of it may go unserved."""

import pytest

from park_case import bus, load, planned, problem, series, supply, total_cny
from taihang.core.dispatch.fields import ParkProblemError


def test_contribute__sheds_where_that_is_cheaper_than_serving() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", 100.0, shed_max_ratio=0.4, shed_price_cny_per_kwh=2.0),
            supply("s", "el", capacity_kw=200.0, price=[1.0, 3.0]),
        ],
        n_steps=2,
    )

    assert series(release, "l.shed_kw") == [0.0, 40.0]
    assert total_cny(release) == pytest.approx(100.0 + 60.0 * 3.0 + 40.0 * 2.0)


def test_contribute__a_share_without_a_price_is_refused() -> None:
    given = load("l", "el", 1.0, shed_max_ratio=0.4)
    other = supply("s", "el", capacity_kw=9.0, price=1.0)

    with pytest.raises(ParkProblemError, match="a price with a share above 0"):
        problem([bus("el"), given, other], n_steps=1).assembled()
