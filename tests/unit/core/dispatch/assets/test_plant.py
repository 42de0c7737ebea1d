"""Sun and wind: used, curtailed, built."""

import pytest

from park_case import Table, Value, bus, load, planned, plant, series, spill, supply, total_cny


def park(**more: Value) -> list[Table]:
    return [
        bus("el"),
        load("l", "el", 50.0),
        plant("sun", "el", [0.2, 1.0], capacity_kw=100.0, **more),
        supply("s", "el", capacity_kw=200.0, price=1.0),
        spill("out", "el"),
    ]


def test_contribute__curtails_at_its_price_what_nobody_needs() -> None:
    release = planned(park(curtail_price_cny_per_kwh=0.1)[:-1], n_steps=2)

    assert series(release, "sun.used_kw") == [20.0, 50.0]
    assert total_cny(release) == pytest.approx(30.0 + 50.0 * 0.1)


def test_contribute__what_may_not_be_curtailed_is_all_used() -> None:
    release = planned(park(curtail_price_cny_per_kwh="none"), n_steps=2)

    assert series(release, "sun.used_kw") == [20.0, 100.0]
    assert series(release, "out.spilled_kw") == [0.0, 50.0]


@pytest.mark.parametrize("price", ["none", 0.0])
def test_contribute__is_built_up_to_where_one_more_kw_saves_nothing(price: Value) -> None:
    assets = park(curtail_price_cny_per_kwh=price)
    more = {"existing": 0.0, "add_max": 1000.0, "cost_cny_per_unit": 0.3}
    assets[2] = plant("sun", "el", [0.2, 1.0], capacity_kw=more, curtail_price_cny_per_kwh=price)

    release = planned(assets, n_steps=2)

    # A kW saves 1.2 up to 50 kW, then 0.2 until the first hour is full, and costs 0.3.
    assert release.plan is not None
    assert release.plan.sizes["sun.capacity_kw"] == pytest.approx(50.0)
    assert total_cny(release) == pytest.approx(40.0 + 15.0)
