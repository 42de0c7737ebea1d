"""Which problems the decomposition takes, and what it makes of them."""

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from sizing_park import random_connection, random_sizing
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.park_problem import ParkProblem, problem_of
from taihang.core.dispatch.sizing.case import MONTH, START_ENERGY, SizingCase, Why, sizing_case

Assets = list[dict[str, Json]]


def edited(edit: Callable[[Assets], object], seed: int = 0) -> ParkProblem:
    echo = random_sizing(seed).echo()
    assets = [dict(one) for one in cast("Assets", echo["assets"])]
    edit(assets)
    return problem_of({**echo, "assets": cast("Json", assets)})


def of(assets: Assets, kind: str) -> dict[str, Json]:
    return next(one for one in assets if one["type"] == kind)


EDITS: dict[Why, Callable[[Assets], object]] = {
    Why.OTHER_ASSETS: lambda assets: assets.append(
        {"type": "carbon", "id": "carbon", "price_cny_per_t": 50.0, "cap_t": None}
    ),
    Why.SHED: lambda assets: of(assets, "load").update(
        shed_max_ratio=0.1, shed_price_cny_per_kwh=9.0
    ),
    Why.NO_CURTAILMENT: lambda assets: of(assets, "plant").update(curtail_price_cny_per_kwh=None),
    Why.DEAR_EXPORT: lambda assets: of(assets, "grid").update(export_price_cny_per_kwh=9.0),
    Why.WARRANTY: lambda assets: of(assets, "battery").update(cycles_max_ratio=1.0),
    Why.START: lambda assets: of(assets, "battery").update(soc_start_ratio=0.95, soc_end="free"),
}


@pytest.mark.parametrize("why", EDITS)
def test_sizing_case__says_what_it_cannot_do(why: Why) -> None:
    assert sizing_case(edited(EDITS[why])) is why


def test_sizing_case__refuses_two_demand_charges_one_on_export_and_a_ratio_twice() -> None:
    demand: dict[str, Json] = {
        "type": "demand_charge",
        "grid": "gate",
        "price_cny_per_kw": 1.0,
        "so_far_kw": 0.0,
    }

    def two(assets: Assets) -> None:
        assets[:] = [one for one in assets if "demand" not in str(one["type"])]
        assets += [{**demand, "id": name, "direction": "import"} for name in ("a", "b")]

    def on_export(assets: Assets) -> None:
        assets[:] = [one for one in assets if "demand" not in str(one["type"])]
        assets.append({**demand, "id": "a", "direction": "export"})

    def twice(assets: Assets) -> None:
        ratio: dict[str, Json] = {
            "type": "green_ratio",
            "kind": "feed-back",
            "limit_ratio": 0.3,
            "losses_in_load": True,
        }
        assets += [{**ratio, "id": name} for name in ("one", "two")]

    assert sizing_case(edited(two)) is Why.TWO_DEMANDS
    assert sizing_case(edited(on_export)) is Why.EXPORT_DEMAND
    assert sizing_case(edited(twice)) is Why.TWO_RATIOS


def test_sizing_case__has_a_quantity_for_each_size_and_a_cap_for_each_month() -> None:
    for seed in range(30):
        case = sizing_case(random_sizing(seed))
        assert isinstance(case, SizingCase)
        months = int(case.year.month[-1]) + 1

        assert len(case.quantities.fixed) == len(case.plants) + 5 + months
        assert case.variables.names.count(MONTH) in {0, months}
        assert (START_ENERGY in case.variables.names) == (case.battery.soc_start_ratio is None)
        assert np.isfinite(case.variables.upper).all()


def test_caps_kw__leave_out_what_a_month_pays_for_itself() -> None:
    case = next(
        one
        for one in (sizing_case(random_sizing(seed)) for seed in range(30))
        if isinstance(one, SizingCase) and "contract.contract_kw" in one.variables.names
    )
    x = np.zeros(len(case.variables.names))
    x[case.variables.names.index("contract.contract_kw")] = 1000.0
    x[[at for at, name in enumerate(case.variables.names) if name == MONTH]] = 77.0

    assert np.allclose(case.caps_kw(x), 1050.0)
    assert np.allclose(case.quantities.at(x)[len(case.plants) + 5 :], 1127.0)


def test_sizing_case__moves_the_connection_with_its_variable_and_no_quantity() -> None:
    for seed in range(10):
        case, fixed = sizing_case(random_connection(seed)), sizing_case(random_sizing(seed))
        assert isinstance(case, SizingCase)
        assert isinstance(fixed, SizingCase)
        capacity = case.grid.connection_kw
        x = np.zeros(len(case.variables.names))
        x[case.variables.names.index("gate.connection_kw")] = 7.0

        assert case.connection_kw.at(x) == capacity.existing + 7.0
        assert not case.quantities.by_variable[:, x > 0.0].any()
        assert fixed.connection_kw.at(np.zeros(len(fixed.variables.names))) == 4000.0
        assert not fixed.connection_kw.by_variable.any()
