"""The structure test: where one store decides alone, and why not elsewhere."""

from typing import Final

import pytest

from park_case import Table, Value, battery, bus, demand_charge, grid, spill, supply
from slope_parks import a_case, plain_park
from taihang.core.dispatch.slope.case import NotSlope, Reason, slope_case

RESERVE: Final = {
    "id": "held",
    "battery": "store",
    "up_kw": 1.0,
    "down_kw": 0.0,
    "duration_h": 1.0,
    "income_cny_per_kw": 0.0,
}


def reason_of(*more: Table, **battery_fields: Value) -> Reason:
    found = slope_case(plain_park(*more, n_steps=96, **battery_fields))
    assert isinstance(found, NotSlope)
    return found.reason


def test_slope_case__reads_every_flow_with_export_first_and_import_last() -> None:
    case = a_case(plain_park(supply("genset", "a", capacity_kw=100.0, price=1.0), spill("x", "a")))

    assert case.flows == (
        "gate.export_kw",
        "sun.used_kw",
        "x.spilled_kw",
        "genset.given_kw",
        "gate.import_kw",
    )
    assert case.case.node.n_drains == 3
    # A cooler of 100 GW would cost digits of everything else.
    assert case.case.node.flow_kwh.max() < 1e5 < case.limits_kwh.max()


@pytest.mark.parametrize(
    ("more", "fields", "reason"),
    [
        ((bus("b"), grid("other", "b")), {}, Reason.BUSES),
        ((battery("second", "a", charge_kw=1.0, energy_kwh=1.0),), {}, Reason.STORES),
        ((grid("other", "a"),), {}, Reason.GATEWAYS),
        ((), {"soc_start_ratio": "none"}, Reason.START),
        ((), {"soc_start_ratio": 0.05}, Reason.START),
        ((), {"cycles_max_ratio": 1.0}, Reason.WARRANTY),
        ((demand_charge("d", "gate", 1.0, direction="export"),), {}, Reason.DEMAND),
        (
            (demand_charge("d", "gate", 1.0), demand_charge("e", "gate", 1.0)),
            {},
            Reason.DEMAND,
        ),
        ((("reserve", RESERVE),), {}, Reason.ASSET),
    ],
)
def test_slope_case__says_what_is_in_the_way(
    more: tuple[Table, ...], fields: dict[str, Value], reason: Reason
) -> None:
    assert reason_of(*more, **fields) is reason


def test_slope_case__leaves_sizes_to_the_linear_model() -> None:
    more = supply(
        "g", "a", capacity_kw={"existing": 0, "add_max": 9, "cost_cny_per_unit": 1}, price=1.0
    )

    assert reason_of(more) is Reason.SIZE


def test_slope_case__leaves_two_months_of_demand_to_the_linear_model() -> None:
    found = slope_case(plain_park(demand_charge("d", "gate", 1.0), n_steps=96 * 65))

    assert found == NotSlope(Reason.MONTHS, "d", 96 * 31)
