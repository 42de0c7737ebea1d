"""Charging sessions."""

import pytest

from park_case import Table, Value, bus, grid, planned, problem, series, total_cny
from taihang.core.dispatch.fields import ParkProblemError

START_S = 1_325_347_200


def session(name: str, arrives_h: float, leaves_h: float, kwh: float) -> dict[str, Value]:
    return {
        "id": name,
        "arrival_s": START_S + round(arrives_h * 3600),
        "departure_s": START_S + round(leaves_h * 3600),
        "energy_kwh": kwh,
        "power_kw": 10.0,
    }


def park(*sessions: dict[str, Value], **more: Value) -> list[Table]:
    station: dict[str, Value] = {
        "id": "station",
        "bus": "el",
        "sessions": list(sessions),
        "station_kw": 100.0,
        "unserved_price_cny_per_kwh": "none",
        **more,
    }
    prices = [1.0, 0.2, 0.3, 0.9]
    return [bus("el"), grid("g", "el", import_price_cny_per_kwh=prices), ("charging", station)]


def test_contribute__charges_in_the_cheapest_whole_intervals_of_the_stay() -> None:
    release = planned(park(session("a", 0.0, 4.0, 15.0), session("b", 1.5, 4.0, 5.0)), n_steps=4)

    assert series(release, "station.charge_kw") == [0.0, 10.0, 10.0, 0.0]
    assert total_cny(release) == pytest.approx(2.0 + 3.0)


def test_contribute__the_station_bounds_them_together_and_a_price_leaves_some() -> None:
    release = planned(
        park(
            session("a", 0.0, 1.0, 10.0),
            session("b", 0.0, 1.0, 10.0),
            station_kw=12.0,
            unserved_price_cny_per_kwh=3.0,
        ),
        n_steps=4,
    )

    assert sum(series(release, "station.unserved_kwh")) == 8.0
    assert total_cny(release) == pytest.approx(12.0 + 24.0)


def test_contribute__without_a_plan_everybody_charges_on_arrival() -> None:
    release = planned(park(session("a", 0.0, 4.0, 15.0)), n_steps=4)

    assert release.idle is not None
    assert release.idle.series["station.charge_kw"].tolist() == [10.0, 5.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (session("late", 3.5, 3.9, 1.0), "at least one whole interval"),
        (session("greedy", 0.0, 2.0, 21.0), "at most 20 kWh"),
    ],
)
def test_contribute__a_session_that_cannot_be_is_refused(one: dict[str, Value], says: str) -> None:
    with pytest.raises(ParkProblemError, match=says):
        problem(park(one), n_steps=4).assembled()
