"""The mathematics of every store: no burning, whatever the price."""

import pytest

from park_case import battery, bus, grid, load, planned, series


@pytest.mark.parametrize("wear", [0.0, 0.05])
def test_add_store__never_charges_and_discharges_at_once(wear: float) -> None:
    prices = [-0.4, -0.4, 0.5, -0.4, -0.4, -0.4]
    release = planned(
        [
            bus("el"),
            load("l", "el", 20.0),
            grid("g", "el", import_price_cny_per_kwh=prices, export_price_cny_per_kwh=prices),
            battery("b", "el", charge_kw=50.0, energy_kwh=60.0, cycle_cost_cny_per_kwh=wear),
        ],
        n_steps=6,
    )

    pairs = zip(series(release, "b.charge_kw"), series(release, "b.discharge_kw"), strict=True)
    assert all(min(pair) == 0.0 for pair in pairs)
    # Wear of 0.05 makes burning a kWh cost 0.46: more than the grid pays for taking it.
    assert (release.exact.n_binaries > 0) == (wear == 0.0)


def test_add_store__needs_no_switch_where_burning_never_pays() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", 20.0),
            grid("g", "el", import_price_cny_per_kwh=[0.3, 0.2, 0.5, 0.2]),
            battery("b", "el", charge_kw=50.0, energy_kwh=60.0),
        ],
        n_steps=4,
    )

    assert (release.exact.n_binaries, release.exact.rounds) == (0, 1)
