"""A published park of electricity and heat: same sums, from the input file to the result."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from command_line import done
from park_case import Table, Value, bus, column, load, plant, spill, supply, write_problem
from shared_data import shared_path

pytestmark = pytest.mark.shared

N = 120


def the_case(name: str) -> Mapping[str, Any]:
    path = shared_path("cases/oemof_dispatch/expected.json")
    return cast("Mapping[str, Any]", json.loads(path.read_text(encoding="utf-8"))[name])


def the_series() -> dict[str, Sequence[float]]:
    path = shared_path("cases/oemof_dispatch/input_data.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {f"{name}_ratio": [float(row[name]) for row in rows[:N]] for name in rows[0]}


def park(wind: Value, pv: Value) -> list[Table]:
    """The park in kW and CNY/kWh; the case has MW and per MWh, so costs come out as they are."""
    fixed, plants = the_case("dispatch_120h")["fixed"], the_case("dispatch_120h")["plants"]
    heat_kw = plants["heatpump_th_cap"] * 1e3
    burnt = {"curtail_price_cny_per_kwh": "none"}
    electricity_kw, upkeep = plants["chp_el"][0] * 1e3, plants["chp_el"][1] / 1e3
    return [
        bus("el"),
        bus("th", "heat"),
        bus("fuel", "gas"),
        load("demand_el", "el", column("demand_el_ratio", fixed["el_scale"] * 1e3)),
        load("demand_th", "th", column("demand_th_ratio", fixed["th_scale"] * 1e3)),
        plant("wind", "el", column("wind_ratio"), capacity_kw=wind, **burnt),
        plant("pv", "el", column("pv_ratio"), capacity_kw=pv, **burnt),
        spill("excess", "el"),
        supply("well", "fuel", capacity_kw=1e6, price=0.0),
        *(
            supply(name, "el", capacity_kw=plants[name][0] * 1e3, price=plants[name][1] / 1e3)
            for name in ("coal", "lignite", "gas", "oil")
        ),
        (
            "chp",
            {
                "id": "chp",
                "fuel_bus": "fuel",
                "electricity_bus": "el",
                "heat_bus": "th",
                "capacity_kw": electricity_kw,
                "electric_efficiency_ratio": 0.3,
                "heat_efficiency_ratio": 0.3 * plants["chp_heat_per_el"],
                "heat_mode": "fixed",
                "cost_cny_per_kwh": upkeep,
            },
        ),
        (
            "heat_pump",
            {
                "id": "heat_pump",
                "electricity_bus": "el",
                "heat_bus": "th",
                "capacity_kw": heat_kw,
                "cop_ratio": plants["heatpump_cop"],
                "cost_cny_per_kwh": 0.0,
            },
        ),
    ]


def sums_mwh(facts: Mapping[str, Any]) -> dict[str, float]:
    series = facts["plan"]["series"]
    names = {
        "chp": "chp.electricity_kw",
        "excess": "excess.spilled_kw",
        "wind": "wind.used_kw",
        "pv": "pv.used_kw",
        **{name: f"{name}.given_kw" for name in ("coal", "lignite", "gas", "oil")},
    }
    sums = {name: sum(series[key]) / 1e3 for name, key in names.items()}
    return {**sums, "heat_pump_el": sum(series["heat_pump.heat_kw"]) / 3e3}


def test_dispatch__has_the_published_sums(tmp_path: Path) -> None:
    case = the_case("dispatch_120h")
    fixed = case["fixed"]
    assets = park(fixed["wind_mw"] * 1e3, fixed["pv_mw"] * 1e3)
    path = write_problem(tmp_path, assets, series=the_series(), n_steps=N)

    facts = done("dispatch", path, "--json").facts

    sums = sums_mwh(facts)
    expected = {name: mwh for name, mwh in case["expected_sums"].items() if name != "demand_el"}
    assert sums == pytest.approx(expected, abs=case["abs_tol"])
    plan = cast("Mapping[str, float]", facts["plan"])
    assert plan["total_cny"] == pytest.approx(case["independent_objective"], abs=0.01)
    assert cast("Mapping[str, object]", facts["verdict"])["accepted"]


def annuity(capex_cny: float, years: int, interest: float) -> float:
    return capex_cny * interest / (1.0 - (1.0 + interest) ** -years)


def test_invest__has_the_published_sizes_and_sums(tmp_path: Path) -> None:
    case = the_case("invest_120h")
    expected = case["expected"]

    def more(existing_mw: float, capex: float) -> dict[str, object]:
        cost = annuity(capex, 20, 0.05) / 1e3
        return {"existing": existing_mw * 1e3, "add_max": 1e7, "cost_cny_per_unit": cost}

    assets = park(more(case["wind"]["existing"], 1000.0), more(case["pv"]["existing"], 1500.0))
    path = write_problem(tmp_path, assets, series=the_series(), n_steps=N)

    facts = done("dispatch", path, "--json").facts

    sizes = cast("Mapping[str, Any]", facts["plan"])["sizes"]
    added = {
        "wind_capacity_added": sizes["wind.capacity_kw"] / 1e3 - case["wind"]["existing"],
        "pv_capacity_added": sizes["pv.capacity_kw"] / 1e3 - case["pv"]["existing"],
    }
    found = {**sums_mwh(facts), **added}
    tolerance = case["abs_tol"] + 1e-6
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=tolerance)
    for name in ("wind", "pv"):
        assert found[f"{name}_capacity_added"] == pytest.approx(case["independent"][name], abs=0.05)
