"""The demand charge by month."""

import pytest

from park_case import battery, bus, demand_charge, grid, load, planned, series, total_cny


def test_contribute__shaves_a_peak_that_costs_more_than_the_battery_loses() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", [50.0, 100.0, 50.0]),
            grid("g", "el"),
            battery(
                "b", "el", charge_kw=50.0, energy_kwh=100.0, soc_start_ratio=0.2, soc_end="start"
            ),
            demand_charge("d", "g", 30.0, so_far_kw=60.0),
        ],
        n_steps=3,
    )

    highest = max(series(release, "g.import_kw"))
    assert highest == pytest.approx(series(release, "d.rise_kw")[0] + 60.0)
    assert highest < 100.0


def test_contribute__every_month_pays_for_its_own_highest() -> None:
    n = 24 * 60
    power = [10.0] * n
    power[5], power[24 * 40] = 30.0, 20.0
    release = planned(
        [bus("el"), load("l", "el", power), grid("g", "el"), demand_charge("d", "g", 2.0)],
        n_steps=n,
    )

    assert series(release, "d.rise_kw") == [30.0, 20.0]
    assert total_cny(release) == pytest.approx(sum(power) * 0.5 + 100.0)
