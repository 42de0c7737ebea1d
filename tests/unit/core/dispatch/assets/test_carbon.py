"""A price on carbon, and a cap."""

import pytest

from park_case import Table, Value, bus, grid, load, planned, problem, series, supply, total_cny
from taihang.core.dispatch.fields import ParkProblemError


def park(price: Value, cap: Value, kg: float = 0.8) -> list[Table]:
    rule = ("carbon", {"id": "co2", "price_cny_per_t": price, "cap_t": cap})
    return [
        bus("el"),
        load("l", "el", 100.0),
        grid("g", "el", carbon_kg_per_kwh=kg),
        supply("clean", "el", capacity_kw=500.0, price=0.6),
        rule,
    ]


def test_contribute__a_price_turns_the_order() -> None:
    cheap, dear = planned(park(100.0, "none"), n_steps=1), planned(park(200.0, "none"), n_steps=1)

    assert total_cny(cheap) == pytest.approx(50.0 + 8.0)
    assert series(dear, "clean.given_kw") == [100.0]


def test_contribute__a_cap_binds_over_the_horizon() -> None:
    release = planned(park("none", 0.1), n_steps=2)

    assert sum(series(release, "g.import_kw")) == pytest.approx(125.0)


def test_contribute__a_rule_that_binds_nothing_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="a park that emits nothing"):
        problem(park(100.0, "none", kg=0.0), n_steps=1).assembled()
