"""The same schedules from problem files, by the command line, with the peak price as well."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from command_line import done, taihang
from park_case import Value, battery, bus, column, demand_charge, grid, write_problem
from shared_data import shared_path

pytestmark = pytest.mark.shared

START = datetime(2026, 6, 1, 7, tzinfo=ZoneInfo("Asia/Shanghai"))


def the_case(name: str) -> Mapping[str, Any]:
    path = shared_path("cases/flexmeasures/expected.json")
    return cast("Mapping[str, Any]", json.loads(path.read_text(encoding="utf-8"))[name])


def toy(folder: Path, soc_start: Value) -> Path:
    case = the_case("toy")
    hourly = case["prices_eur_per_mwh_by_hour"][7:19]
    prices = [price for price in hourly for _ in range(4)]
    one_way = math.sqrt(case["roundtrip_efficiency"])
    assets = [
        bus("el"),
        grid(
            "market",
            "el",
            import_price_cny_per_kwh=column("price_cny_per_mwh"),
            export_price_cny_per_kwh=column("price_cny_per_mwh"),
        ),
        battery(
            "toy",
            "el",
            charge_kw=float(case["power_kw"]),
            energy_kwh=float(case["soc_max_kwh"]),
            charge_efficiency_ratio=one_way,
            discharge_efficiency_ratio=one_way,
            soc_min_ratio=case["soc_min_kwh"] / case["soc_max_kwh"],
            soc_start_ratio=soc_start,
        ),
    ]
    return write_problem(
        folder,
        assets,
        series={"price_cny_per_mwh": prices},
        n_steps=len(prices),
        step_s=900,
        start=START,
    )


def total_cny(facts: Mapping[str, object]) -> float:
    assert cast("Mapping[str, object]", facts["verdict"])["accepted"]
    return cast("Mapping[str, float]", facts["plan"])["total_cny"]


def test_toy__has_the_published_optimum_and_says_that_prices_are_hourly(tmp_path: Path) -> None:
    case = the_case("toy")
    path = toy(tmp_path, case["soc_start_kwh"] / case["soc_max_kwh"])

    facts = done("dispatch", path, "--json").facts

    assert total_cny(facts) == pytest.approx(case["optimal_cost_eur"], abs=1e-4)
    assert facts["remarks"] == [{"key": "hourly_price", "column": "price_cny_per_mwh", "n": "4"}]


def test_toy__a_percentage_as_the_start_is_refused_in_words(tmp_path: Path) -> None:
    path = toy(tmp_path, "50 %")

    ended = taihang("dispatch", path)

    ended.refused("input.park-problem", "'50 %'", "battery toy.soc_start_ratio", "as 0.5")


@pytest.mark.parametrize(
    ("export_kw", "peak_price", "expected"),
    [
        (1.0, None, "expected_cost"),
        (0.1, None, "with_production_cap_0.1_breach_1000"),
        (0.1, 80.0, "plus_peak_price_80"),
    ],
)
def test_24_hours__have_the_published_optimum(
    tmp_path: Path, export_kw: float, peak_price: float | None, expected: str
) -> None:
    case = the_case("device_scheduler_24h")
    assets = [
        bus("el"),
        grid(
            "market",
            "el",
            export_limit_kw=export_kw,
            import_price_cny_per_kwh=column("up_cny_per_kwh"),
            export_price_cny_per_kwh=column("down_cny_per_kwh"),
        ),
        battery(
            "store",
            "el",
            charge_kw=float(case["power"]),
            energy_kwh=float(case["soc_max"]),
            charge_efficiency_ratio=1.0,
            discharge_efficiency_ratio=1.0,
            soc_start_ratio=case["soc_start"],
        ),
    ]
    if peak_price is not None:
        assets.append(demand_charge("peak", "market", peak_price, direction="export"))
    series = {
        "up_cny_per_kwh": [100.0 + hour / 23.0 for hour in range(24)],
        "down_cny_per_kwh": [90.0 + hour / 23.0 for hour in range(24)],
    }
    path = write_problem(tmp_path, assets, series=series, n_steps=24, start=START)

    facts = done("dispatch", path, "--json").facts

    assert total_cny(facts) == pytest.approx(case[expected], abs=1e-5)
