"""A boiler."""

from park_case import bus, load, planned, series, supply


def test_contribute__burns_what_the_heat_takes() -> None:
    boiler = (
        "boiler",
        {
            "id": "boiler",
            "fuel_bus": "gas",
            "heat_bus": "th",
            "capacity_kw": 100.0,
            "efficiency_ratio": 0.8,
            "cost_cny_per_kwh": 0.0,
        },
    )
    release = planned(
        [
            bus("th", "heat"),
            bus("gas", "gas"),
            supply("well", "gas", capacity_kw=1e4, price=0.3),
            load("l", "th", 60.0),
            boiler,
        ],
        n_steps=1,
    )

    assert series(release, "well.given_kw") == [75.0]
