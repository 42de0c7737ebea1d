"""A tank of hot water."""

from park_case import bus, load, planned, series, supply


def test_contribute__keeps_cheap_heat_and_cools() -> None:
    tank = (
        "thermal_store",
        {
            "id": "tank",
            "bus": "th",
            "power_kw": 100.0,
            "energy_kwh": 100.0,
            "charge_efficiency_ratio": 1.0,
            "discharge_efficiency_ratio": 1.0,
            "standing_loss_ratio_per_h": 0.1,
            "level_start_ratio": 0.0,
            "level_end": "free",
        },
    )
    release = planned(
        [
            bus("th", "heat"),
            load("l", "th", [0.0, 90.0]),
            supply("s", "th", capacity_kw=200.0, price=[1.0, 9.0]),
            tank,
        ],
        n_steps=2,
    )

    assert series(release, "tank.charge_kw") == [100.0, 0.0]
    assert series(release, "s.given_kw") == [100.0, 0.0]
