"""A promise to draw less."""

import pytest

from park_case import Table, Value, battery, bus, grid, load, planned, problem, series
from taihang.core.dispatch.fields import ParkProblemError

START_S = 1_325_347_200


def park(penalty: Value, from_h: float = 1.0) -> list[Table]:
    promise = {
        "id": "vpp",
        "grid": "g",
        "from_s": START_S + round(from_h * 3600),
        "to_s": START_S + 7200,
        "baseline_kw": 100.0,
        "promised_kw": 40.0,
        "pay_cny_per_kwh": 3.0,
        "penalty_cny_per_kwh": penalty,
    }
    return [
        bus("el"),
        load("l", "el", 100.0),
        grid("g", "el"),
        battery("b", "el", charge_kw=30.0, energy_kwh=100.0, soc_start_ratio=0.5),
        ("commitment", promise),
    ]


def test_contribute__delivers_what_it_can_and_pays_for_the_rest() -> None:
    release = planned(park(2.0), n_steps=3)

    assert series(release, "g.import_kw")[1] == 70.0
    assert release.plan is not None
    assert release.plan.bill_cny["vpp.commitment_cny"] == pytest.approx(-30.0 * 3.0 + 10.0 * 2.0)


def test_contribute__a_call_off_the_grid_of_intervals_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="whole intervals"):
        problem(park(2.0, from_h=1.5), n_steps=3).assembled()
