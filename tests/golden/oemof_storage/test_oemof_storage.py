"""A published system whose store is too dear to use: same gas, same excess, same cost."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from command_line import done
from park_case import battery, bus, column, load, plant, spill, supply, write_problem
from shared_data import shared_path

pytestmark = pytest.mark.shared


def the_case() -> Mapping[str, Any]:
    path = shared_path("cases/oemof_storage_invest/expected.json")
    cases = json.loads(path.read_text(encoding="utf-8"))
    return cast("Mapping[str, Any]", cases["fixed_storage_40h"])


def test_fixed_storage__has_the_published_sums(tmp_path: Path) -> None:
    case = the_case()
    n = case["rows"]
    with shared_path("cases/oemof_storage_invest/storage_investment.csv").open() as file:
        rows = list(csv.DictReader(file))[:n]
    series = {
        "demand_el_kw": [float(row["demand_el"]) for row in rows],
        "pv_ratio": [float(row["pv"]) for row in rows],
        "wind_ratio": [float(row["wind"]) for row in rows],
    }
    burnt = {"curtail_price_cny_per_kwh": "none"}
    assets = [
        bus("el"),
        load("demand", "el", column("demand_el_kw")),
        plant("wind", "el", column("wind_ratio"), capacity_kw=float(case["wind_kw"]), **burnt),
        plant("pv", "el", column("pv_ratio"), capacity_kw=float(case["pv_kw"]), **burnt),
        spill("excess", "el"),
        supply("pp_gas", "el", capacity_kw=1e8, price=float(case["gas_cost_per_kwh_el"])),
        battery(
            "store",
            "el",
            charge_kw=case["storage_kwh"] / 6.0,
            energy_kwh=float(case["storage_kwh"]),
            charge_efficiency_ratio=1.0,
            discharge_efficiency_ratio=case["eff_out"],
            soc_start_ratio=float(case["initial"]),
            soc_end="start",
            # The case prices charging too; any price this high keeps the store idle.
            cycle_cost_cny_per_kwh=case["storage_flow_cost"],
        ),
    ]
    path = write_problem(tmp_path, assets, series=series, n_steps=n)

    facts = done("dispatch", path, "--json").facts

    plan = cast("Mapping[str, Any]", facts["plan"])
    sums = {name: sum(values) for name, values in plan["series"].items()}
    expected = case["expected"]
    assert plan["total_cny"] == pytest.approx(expected["objective"], abs=0.5)
    assert sums["pp_gas.given_kw"] == pytest.approx(expected["pp_gas"], abs=0.5)
    gas_kwh = sums["pp_gas.given_kw"] / case["gas_eff"]
    assert gas_kwh == pytest.approx(expected["gas_usage"], abs=0.5)
    assert sums["excess.spilled_kw"] == pytest.approx(expected["excess"], abs=0.5)
    for flow in ("store.charge_kw", "store.discharge_kw"):
        assert sums[flow] == pytest.approx(expected["storage_flows"], abs=0.5)
    assert cast("Mapping[str, object]", facts["verdict"])["accepted"]
