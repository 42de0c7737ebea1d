"""A load that may move."""

import pytest

from park_case import Table, Value, bus, grid, planned, problem, series
from taihang.core.dispatch.fields import ParkProblemError


def park(**more: Value) -> list[Table]:
    fields: dict[str, Value] = {
        "id": "mill",
        "bus": "el",
        "base_kw": 50.0,
        "power_max_kw": 80.0,
        "power_min_kw": 10.0,
        "window_h": 2.0,
        "price_cny_per_kwh": 0.05,
        **more,
    }
    prices = [0.2, 1.0, 0.5, 0.52]
    return [bus("el"), grid("g", "el", import_price_cny_per_kwh=prices), ("shiftable", fields)]


def test_contribute__moves_within_its_window_and_keeps_the_energy() -> None:
    release = planned(park(), n_steps=4)

    assert series(release, "g.import_kw") == [80.0, 20.0, 50.0, 50.0]


@pytest.mark.parametrize(("more", "says"), [({"window_h": 1.5}, "whole"), ({"base_kw": 5.0}, "10")])
def test_contribute__what_cannot_be_is_refused(more: dict[str, Value], says: str) -> None:
    with pytest.raises(ParkProblemError, match=says):
        problem(park(**more), n_steps=4).assembled()
