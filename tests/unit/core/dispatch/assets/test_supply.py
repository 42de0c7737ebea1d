"""Energy at a price."""

import pytest

from park_case import bus, load, planned, series, supply, total_cny


def test_contribute__the_cheapest_gives_first_in_every_interval() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", 100.0),
            supply("a", "el", capacity_kw=60.0, price=[1.0, 3.0]),
            supply("b", "el", capacity_kw=80.0, price=2.0),
        ],
        n_steps=2,
    )

    assert series(release, "a.given_kw") == [60.0, 20.0]
    assert total_cny(release) == pytest.approx(60.0 + 80.0 + 60.0 + 160.0)
