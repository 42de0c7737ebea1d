"""Prices behind a plan, against finite differences of the whole problem."""

import copy
from typing import Any, cast

import pytest

from park_case import Table, battery, bus, demand_charge, grid, load, planned, plant, total_cny
from whole_park import LOAD, N, whole_park

STEP = 1e-3


def cost_with(assets: list[Table], asset: str, field: str, more: float) -> float:
    """Return the bill when one more of something stands there."""
    changed = copy.deepcopy(assets)
    for _, fields in changed:
        values = cast("dict[str, Any]", fields)
        if values["id"] == asset:
            size = values[field]
            values[field] = (
                {**size, "existing": size["existing"] + more}
                if isinstance(size, dict)
                else size + more
            )
    return total_cny(planned(changed, n_steps=N))


SIZES = [
    ("sun", "capacity_kw"),
    ("wind", "capacity_kw"),
    ("unit", "capacity_kw"),
    ("pump", "capacity_kw"),
    ("recovery", "capacity_kw"),
    ("store", "charge_kw"),
    ("store", "discharge_kw"),
    ("store", "energy_kwh"),
    ("tank", "power_kw"),
    ("tank", "energy_kwh"),
    ("line", "capacity_kw"),
    ("gate", "connection_kw"),
    ("contract", "contract_kw"),
]


@pytest.mark.parametrize(("asset", "field"), SIZES)
def test_marginals_of__the_value_of_a_size_is_what_one_more_saves(asset: str, field: str) -> None:
    assets = whole_park()
    base = planned(assets, n_steps=N)
    assert base.marginals is not None
    value = base.marginals.size_cny_per_unit[f"{asset}.{field}"]

    saved = (total_cny(base) - cost_with(assets, asset, field, STEP)) / STEP
    lost = (cost_with(assets, asset, field, -STEP) - total_cny(base)) / STEP

    # At a corner every value between the two sides is a price; elsewhere they are one.
    assert min(saved, lost) - 1e-4 <= value <= max(saved, lost) + 1e-4


@pytest.mark.parametrize("step", [0, 3, 9, 12, 18, 19, 23])
def test_marginals_of__the_price_of_a_bus_is_what_one_more_kwh_costs(step: int) -> None:
    assets = whole_park()
    base = planned(assets, n_steps=N)
    assert base.marginals is not None

    def cost(more: float) -> float:
        loads = [value + (more if at == step else 0.0) for at, value in enumerate(LOAD)]
        changed = [
            load("works", "north", loads) if one[1]["id"] == "works" else one for one in assets
        ]
        return total_cny(planned(changed, n_steps=N))

    dearer = (cost(STEP) - total_cny(base)) / STEP
    cheaper = (total_cny(base) - cost(-STEP)) / STEP

    price = float(base.marginals.bus_cny_per_kwh["north"][step])
    assert cheaper - 1e-4 <= price <= dearer + 1e-4


def test_marginals_of__a_limit_that_binds_is_named_with_what_it_costs() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", [50.0, 100.0]),
            grid("g", "el", import_limit_kw=80.0, import_price_cny_per_kwh=[0.2, 0.5]),
            battery("b", "el", charge_kw=40.0, energy_kwh=100.0, soc_start_ratio=0.0),
            plant("sun", "el", [1.0, 1.0], capacity_kw=5.0, cost_cny_per_kwh=0.9),
            demand_charge("d", "g", 0.0),
        ],
        n_steps=2,
    )

    assert release.marginals is not None
    kinds = {one.kind for one in release.marginals.bindings}
    assert kinds <= {"import", "export", "floor", "end"}
