"""The demand charge by contract."""

import pytest

from park_case import Value, bus, grid, load, planned, total_cny


def contract(kw: Value) -> tuple[str, dict[str, Value]]:
    return "contract_demand", {
        "id": "c",
        "grid": "g",
        "contract_kw": kw,
        "price_cny_per_kw": 30.0,
        "free_ratio": 1.05,
        "excess_ratio": 2.0,
    }


def test_contribute__what_lies_above_the_free_share_is_dearer() -> None:
    release = planned(
        [bus("el"), load("l", "el", [50.0, 120.0]), grid("g", "el"), contract(100.0)], n_steps=2
    )

    assert total_cny(release) == pytest.approx(85.0 + 100.0 * 30.0 + 15.0 * 60.0)


def test_contribute__the_contract_itself_can_be_chosen() -> None:
    more = {"existing": 0.0, "add_max": 500.0, "cost_cny_per_unit": 0.0}
    release = planned(
        [bus("el"), load("l", "el", [50.0, 105.0]), grid("g", "el"), contract(more)], n_steps=2
    )

    assert release.plan is not None
    assert release.plan.sizes["c.contract_kw"] == pytest.approx(100.0)
