"""A fleet: vehicles as one virtual battery."""

import copy
from typing import Any, cast

import pytest

from park_case import Table, Value, bus, grid, planned, problem, series, total_cny
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.recheck.judge import recheck

PRICES: Value = [1.0, 0.2, 0.3, 0.9]


def park(**more: Value) -> list[Table]:
    fleet: dict[str, Value] = {
        "id": "cars",
        "bus": "el",
        "power_kw": [10.0, 20.0, 20.0, 10.0],
        "least_kwh": [0.0, 0.0, 15.0, 30.0],
        "most_kwh": [10.0, 25.0, 30.0, 30.0],
        "groups": [],
        "unserved_price_cny_per_kwh": "none",
        **more,
    }
    return [bus("el"), grid("g", "el", import_price_cny_per_kwh=PRICES), ("fleet", fleet)]


def test_contribute__serves_in_the_cheapest_intervals_within_the_envelope() -> None:
    release = planned(park(), n_steps=4)

    assert series(release, "cars.charge_kw") == [0.0, 20.0, 10.0, 0.0]
    assert series(release, "cars.served_kwh") == [0.0, 20.0, 30.0, 30.0]
    assert total_cny(release) == pytest.approx(4.0 + 3.0)


def test_contribute__a_group_bounds_its_intervals_together() -> None:
    group = {"member_ratio": [0.0, 1.0, 1.0, 0.0], "most_kwh": 22.0}

    release = planned(park(groups=[group]), n_steps=4)

    assert series(release, "cars.charge_kw") == [0.0, 20.0, 2.0, 8.0]


def test_contribute__at_a_price_energy_may_be_left_unserved() -> None:
    release = planned(park(unserved_price_cny_per_kwh=0.25), n_steps=4)

    assert series(release, "cars.unserved_kwh") == [10.0]
    assert total_cny(release) == pytest.approx(4.0 + 2.5)


def test_contribute__without_a_plan_everything_is_served_at_once() -> None:
    release = planned(park(), n_steps=4)

    assert release.idle is not None
    assert release.idle.series["cars.charge_kw"].tolist() == [10.0, 15.0, 5.0, 0.0]


def test_contribute__an_envelope_without_room_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="at most 25 kWh, what can be served by then"):
        problem(park(least_kwh=[0.0, 26.0, 26.0, 30.0]), n_steps=4).assembled()


def test_recheck__planted_faults_of_a_fleet_are_refused_each_by_its_rule() -> None:
    group = {"member_ratio": [0.0, 1.0, 1.0, 0.0], "most_kwh": 22.0}
    release = planned(park(groups=[group]), n_steps=4)
    assert release.plan is not None
    true = cast("dict[str, Any]", release.plan.document())
    faults = {
        "fleet-power": ("cars.charge_kw", 0, 11.0),
        "fleet-energy": ("cars.charge_kw", 3, 0.0),
        "fleet-claim": ("cars.served_kwh", 1, 21.0),
    }

    for rule, (name, step, value) in faults.items():
        plan = copy.deepcopy(true)
        plan["series"][name][step] = value
        found = {one.rule for one in recheck(release.problem.echo(), plan).broken}
        assert rule in found, rule
    crowded = copy.deepcopy(true)
    crowded["series"]["cars.charge_kw"][2] += 1.0
    crowded["series"]["cars.charge_kw"][3] -= 1.0
    found = {one.rule for one in recheck(release.problem.echo(), crowded).broken}
    assert "fleet-energy" in found
