"""What joins two buses."""

import pytest

from park_case import Table, Value, bus, grid, load, planned, problem, series
from taihang.core.dispatch.fields import ParkProblemError


def link(**more: Value) -> tuple[str, dict[str, Value]]:
    fields: dict[str, Value] = {
        "id": "line",
        "kind": "line",
        "from_bus": "north",
        "to_bus": "south",
        "capacity_kw": 50.0,
        "forward_limit_kw": 1e6,
        "backward_limit_kw": 1e6,
        "loss_ratio": 0.1,
    }
    return "link", {**fields, **more}


def park(**more: Value) -> list[Table]:
    return [
        bus("north"),
        bus("south"),
        grid("cheap", "north", import_price_cny_per_kwh=0.5),
        grid("dear", "south", import_price_cny_per_kwh=0.9),
        load("l", "south", 90.0),
        link(**more),
    ]


def test_contribute__carries_what_is_cheaper_there_and_loses_its_share() -> None:
    release = planned(park(), n_steps=1)

    assert series(release, "line.forward_kw") == [50.0]
    assert series(release, "dear.import_kw") == [45.0]


def test_contribute__a_limit_of_an_interval_holds_beside_the_size() -> None:
    assert series(planned(park(forward_limit_kw=20.0), n_steps=1), "line.forward_kw") == [20.0]


def test_contribute__does_not_burn_power_by_running_both_ways() -> None:
    release = planned(
        [
            bus("north"),
            bus("south"),
            grid("paid", "north", import_price_cny_per_kwh=-1.0, export_limit_kw=0.0),
            load("l", "north", 10.0),
            load("m", "south", 9.0),
            link(),
        ],
        n_steps=2,
    )

    assert series(release, "line.backward_kw") == [0.0, 0.0]
    assert series(release, "paid.import_kw") == [20.0, 20.0]
    assert release.exact.n_binaries > 0


def test_contribute__a_line_between_two_media_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="of one medium for a link"):
        problem([bus("north"), bus("south", "heat"), grid("g", "north"), link()], n_steps=1)
