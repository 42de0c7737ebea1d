"""Combined heat and power."""

import pytest

from park_case import Table, bus, load, planned, series, spill, supply


def park(mode: str) -> list[Table]:
    chp = (
        "chp",
        {
            "id": "chp",
            "fuel_bus": "gas",
            "electricity_bus": "el",
            "heat_bus": "th",
            "capacity_kw": 100.0,
            "electric_efficiency_ratio": 0.4,
            "heat_efficiency_ratio": 0.5,
            "heat_mode": mode,
            "cost_cny_per_kwh": 0.1,
        },
    )
    return [
        bus("el"),
        bus("th", "heat"),
        bus("gas", "gas"),
        supply("well", "gas", capacity_kw=1e4, price=0.2),
        load("power", "el", 80.0),
        load("warmth", "th", 60.0),
        supply("dear", "th", capacity_kw=1e4, price=5.0),
        chp,
    ]


def test_contribute__heat_and_fuel_follow_the_power() -> None:
    release = planned([*park("fixed"), spill("cooler", "th")], n_steps=1)

    assert series(release, "chp.electricity_kw") == [80.0]
    assert series(release, "well.given_kw") == [200.0]
    assert series(release, "cooler.spilled_kw") == [40.0]


def test_contribute__up_to_leaves_heat_that_nobody_needs() -> None:
    release = planned(park("up-to"), n_steps=1)

    assert series(release, "chp.heat_kw") == [60.0]
    assert release.plan is not None
    assert release.plan.bill_cny["chp.upkeep_cny"] == pytest.approx(8.0)
