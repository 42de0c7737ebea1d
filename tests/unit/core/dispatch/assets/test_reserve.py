"""A reserve that a battery holds back."""

import pytest

from park_case import battery, bus, grid, load, planned, series, total_cny


def test_contribute__keeps_power_and_energy_for_a_call() -> None:
    rule = (
        "reserve",
        {
            "id": "r",
            "battery": "b",
            "up_kw": 20.0,
            "down_kw": 10.0,
            "duration_h": 1.0,
            "income_cny_per_kw": 0.02,
        },
    )
    release = planned(
        [
            bus("el"),
            load("l", "el", 100.0),
            grid("g", "el", import_price_cny_per_kwh=[0.2, 1.0]),
            battery("b", "el", charge_kw=50.0, energy_kwh=100.0, soc_start_ratio=0.5),
            rule,
        ],
        n_steps=2,
    )

    assert max(series(release, "b.discharge_kw")) <= 30.0
    assert min(series(release, "b.energy_kwh")) >= 20.0 / 0.95 - 1e-5
    assert max(series(release, "b.energy_kwh")) <= 100.0 - 10.0 * 0.95 + 1e-5
    assert release.plan is not None
    assert release.plan.bill_cny["r.reserve_cny"] == pytest.approx(-30.0 * 2 * 0.02)
    assert total_cny(release) < 120.0
