"""A heat pump."""

from park_case import bus, grid, load, planned, series


def test_contribute__draws_less_where_it_is_warmer() -> None:
    pump = (
        "heat_pump",
        {
            "id": "hp",
            "electricity_bus": "el",
            "heat_bus": "th",
            "capacity_kw": 100.0,
            "cop_ratio": [2.0, 4.0],
            "cost_cny_per_kwh": 0.0,
        },
    )
    release = planned(
        [bus("el"), bus("th", "heat"), grid("g", "el"), load("l", "th", 60.0), pump], n_steps=2
    )

    assert series(release, "g.import_kw") == [30.0, 15.0]
