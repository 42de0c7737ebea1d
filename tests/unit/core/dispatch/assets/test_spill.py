"""A way out for what nobody needs."""

from park_case import bus, load, planned, series, spill, supply


def test_contribute__takes_what_has_a_price_below_its_own() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", 10.0),
            supply("paid", "el", capacity_kw=100.0, price=[-1.0, 1.0]),
            spill("out", "el", 40.0),
        ],
        n_steps=2,
    )

    assert series(release, "out.spilled_kw") == [40.0, 0.0]
