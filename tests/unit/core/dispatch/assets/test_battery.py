"""A battery: its law, its limits, its warranty, its start."""

import pytest

from park_case import Table, Value, battery, bus, grid, load, planned, problem, series, total_cny
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.fields import ParkProblemError

PRICES = [0.2, 0.2, 1.0, 1.0]


def park(**more: Value) -> list[Table]:
    fields: dict[str, Value] = {"charge_kw": 50.0, "energy_kwh": 100.0, **more}
    return [
        bus("el"),
        load("l", "el", 100.0),
        grid("g", "el", import_price_cny_per_kwh=PRICES),
        battery("b", "el", **fields),
    ]


def test_contribute__buys_low_and_serves_high() -> None:
    release = planned(park(), n_steps=4)

    assert sum(series(release, "b.discharge_kw")) == pytest.approx(95.0 * 0.95, abs=1e-5)
    saved = 95.0 * 0.95 * 1.0 - 100.0 * 0.2
    assert total_cny(release) == pytest.approx(240.0 - saved)


def test_contribute__loses_what_stands() -> None:
    release = planned(
        park(charge_kw=0.0, soc_start_ratio=0.5, standing_loss_ratio_per_h=0.1), n_steps=4
    )

    assert series(release, "b.energy_kwh") == [45.0, 40.5, 36.45, 32.805]


def test_contribute__ends_as_it_starts_or_at_least_so_full() -> None:
    back = planned(park(soc_start_ratio=0.6, soc_end="start"), n_steps=4)
    full = planned(park(soc_start_ratio=0.6, soc_end="at-least", soc_end_min_ratio=0.9), n_steps=4)

    assert series(back, "b.energy_kwh")[-1] == 60.0
    assert series(full, "b.energy_kwh")[-1] == 90.0


def test_contribute__a_free_start_is_paid_back_at_the_end() -> None:
    release = planned(park(soc_start_ratio="none"), n_steps=4)

    energy = series(release, "b.energy_kwh")
    assert energy[0] == pytest.approx(energy[-1] + 47.5, abs=1e-5)


def test_contribute__a_free_start_holds_for_a_single_interval() -> None:
    fields: dict[str, Value] = {"soc_start_ratio": "none", "standing_loss_ratio_per_h": 0.1}
    store = battery("b", "el", charge_kw=50.0, energy_kwh=100.0, **fields)
    gate = grid("g", "el", import_price_cny_per_kwh=1.0)

    release = planned([bus("el"), load("l", "el", 100.0), gate, store], n_steps=1)

    # What comes out must have gone in: the store rests, and the load alone is bought.
    assert release.verdict is not None
    assert release.verdict.accepted
    assert total_cny(release) == pytest.approx(100.0)


def test_contribute__the_warranty_bounds_what_is_taken_out() -> None:
    release = planned(park(cycles_max_ratio=0.5), n_steps=4)

    assert sum(series(release, "b.discharge_kw")) == pytest.approx(50.0 * 0.95)


def test_contribute__an_aged_battery_holds_less() -> None:
    release = planned(park(health_ratio=0.8), n_steps=4)

    assert max(series(release, "b.energy_kwh")) == 80.0


def test_contribute__a_start_below_the_floor_is_a_fact_and_comes_back_at_once() -> None:
    release = planned(park(soc_min_ratio=0.5, soc_start_ratio=0.1), n_steps=4)

    assert min(series(release, "b.energy_kwh")) >= 50.0
    assert release.plan is not None
    assert release.plan.outside_kwh == {"b": 0.0}


def test_contribute__a_start_it_cannot_come_back_from_at_once_is_said() -> None:
    release = planned(park(charge_kw=20.0, soc_min_ratio=0.5, soc_start_ratio=0.0), n_steps=4)

    assert series(release, "b.energy_kwh")[:2] == [19.0, 38.0]
    assert release.plan is not None
    assert release.plan.outside_kwh["b"] == pytest.approx(31.0)


def test_contribute__a_start_above_the_ceiling_comes_back_as_well() -> None:
    release = planned(park(soc_max_ratio=0.5, soc_start_ratio=1.0), n_steps=4)

    assert series(release, "b.energy_kwh")[0] == pytest.approx(50.0, abs=3.0)


def test_contribute__power_and_energy_are_built_together() -> None:
    more = {"existing": 0.0, "add_max": 500.0, "cost_cny_per_unit": 0.05}
    release = planned(park(charge_kw=more, energy_kwh=more), n_steps=4)

    assert release.plan is not None
    # Twice the power in two hours fills the store; each kWh must then be worth more than its part.
    assert release.plan.sizes["b.energy_kwh"] == pytest.approx(
        release.plan.sizes["b.charge_kw"] * 2.0 * 0.95, rel=1e-6
    )


def test_law__limits_that_cross_are_refused() -> None:
    with pytest.raises(ParkProblemError, match="above soc_max_ratio"):
        problem(park(soc_min_ratio=0.9, soc_max_ratio=0.2), n_steps=4).assembled()


@pytest.mark.parametrize(
    "more", [{"soc_end": "at-least"}, {"soc_end": "free", "soc_end_min_ratio": 0.5}]
)
def test_law__an_end_without_its_number_is_refused(more: dict[str, Value]) -> None:
    with pytest.raises(ParkProblemError, match="soc_end_min_ratio"):
        problem(park(**more), n_steps=4).assembled()


def test_start_ratio__is_refused_where_the_plan_chooses_it() -> None:
    fixed, free = (
        next(one for one in problem(park(**more), n_steps=4).assets if isinstance(one, Battery))
        for more in ({"soc_start_ratio": 0.4}, {"soc_start_ratio": "none"})
    )

    assert fixed.start_ratio == 0.4
    with pytest.raises(ParkProblemError, match=r"b\.soc_start_ratio none"):
        _ = free.start_ratio
