"""Waste heat."""

from park_case import bus, grid, load, planned, series, supply


def test_contribute__recovers_what_is_there_and_what_the_exchanger_takes() -> None:
    recovery = (
        "waste_heat",
        {
            "id": "wh",
            "electricity_bus": "el",
            "heat_bus": "th",
            "available_kw": [20.0, 200.0],
            "capacity_kw": 50.0,
            "electricity_ratio": 0.1,
            "cost_cny_per_kwh": 0.0,
        },
    )
    release = planned(
        [
            bus("el"),
            bus("th", "heat"),
            grid("g", "el"),
            supply("s", "th", capacity_kw=1e3, price=1.0),
            load("l", "th", 60.0),
            recovery,
        ],
        n_steps=2,
    )

    assert series(release, "wh.heat_kw") == [20.0, 50.0]
    assert series(release, "g.import_kw") == [2.0, 5.0]
