"""A part of the year's allowance to feed back, as an energy or a price."""

import pytest

from park_case import Table, battery, bus, grid, load, planned, plant, series, total_cny


def park(*rules: Table, curtail: float | str = 0.0) -> list[Table]:
    return [
        bus("el"),
        load("l", "el", [50.0, 50.0, 50.0]),
        plant("sun", "el", [1.0, 1.0, 0.0], capacity_kw=150.0, curtail_price_cny_per_kwh=curtail),
        grid("g", "el"),
        battery("b", "el", charge_kw=40.0, energy_kwh=40.0),
        *rules,
    ]


def allowance(most: float | str, *, value: float = 0.0) -> Table:
    return "export_allowance", {"id": "room", "most_kwh": most, "value_cny_per_kwh": value}


@pytest.mark.parametrize("most", [0.0, 60.0, 120.0])
def test_contribute__stores_first_and_curtails_the_rest(most: float) -> None:
    release = planned(park(allowance(most)), n_steps=3)

    stored = sum(series(release, "b.charge_kw"))
    used = sum(series(release, "sun.used_kw"))
    assert sum(series(release, "g.export_kw")) == pytest.approx(most, abs=1e-5)
    assert stored == pytest.approx(40.0 / 0.95, abs=1e-4), "full before anything is curtailed"
    assert 300.0 - used == pytest.approx(200.0 - stored - most, abs=1e-4)


def test_contribute__a_value_keeps_in_what_earns_less() -> None:
    cheap = planned(park(allowance("none", value=0.1)), n_steps=3)
    dear = planned(park(allowance("none", value=0.3)), n_steps=3)

    assert sum(series(cheap, "g.export_kw")) > 100.0
    assert sum(series(dear, "g.export_kw")) == 0.0


def test_contribute__its_value_is_a_line_of_its_own() -> None:
    without = planned(park(), n_steps=3)
    priced = planned(park(allowance("none", value=0.1)), n_steps=3)

    assert priced.plan is not None
    exported = sum(series(priced, "g.export_kw"))
    assert priced.plan.bill_cny["room.allowance_cny"] == pytest.approx(0.1 * exported)
    assert total_cny(priced) > total_cny(without)


def test_contribute__doing_nothing_is_not_held_to_it() -> None:
    release = planned(park(allowance(0.0)), n_steps=3)

    assert release.idle is not None
    assert sum(release.idle.series["g.export_kw"]) == pytest.approx(200.0)
