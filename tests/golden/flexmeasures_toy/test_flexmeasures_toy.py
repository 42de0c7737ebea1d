"""Published schedules of one battery: same optimum, accepted by the referee."""

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from park_case import battery, bus, grid, planned, total_cny
from shared_data import shared_path
from taihang.services.plan_park import Release

Reals = NDArray[np.float64]
Case = dict[str, float | list[float]]

pytestmark = pytest.mark.shared


def the_case(name: str) -> Case:
    path = shared_path("cases/flexmeasures/expected.json")
    cases: dict[str, Case] = json.loads(path.read_text(encoding="utf-8"))
    return cases[name]


def number(case: Case, key: str) -> float:
    value = case[key]
    assert isinstance(value, int | float)
    return float(value)


def battery_alone(
    case: Mapping[str, float], *, buying: Reals, selling: Reals, step_s: int, giving_kw: float
) -> Release:
    """A battery at the grid, with nothing else at the node; prices in EUR give a bill in EUR."""
    assets = [
        bus("el"),
        grid(
            "g",
            "el",
            import_limit_kw=case["power_kw"],
            export_limit_kw=giving_kw,
            import_price_cny_per_kwh=buying.tolist(),
            export_price_cny_per_kwh=selling.tolist(),
        ),
        battery(
            "b",
            "el",
            charge_kw=case["power_kw"],
            energy_kwh=case["high_kwh"],
            charge_efficiency_ratio=case["one_way_ratio"],
            discharge_efficiency_ratio=case["one_way_ratio"],
            soc_min_ratio=case["low_kwh"] / case["high_kwh"],
            soc_start_ratio=case["start_kwh"] / case["high_kwh"],
        ),
    ]
    return planned(assets, n_steps=len(buying), step_s=step_s)


def toy(start_kwh: float) -> Release:
    """07:00–19:00 of the tutorial; prices are EUR/MWh."""
    case = the_case("toy")
    hourly = case["prices_eur_per_mwh_by_hour"]
    assert isinstance(hourly, list)
    price = np.repeat(np.array(hourly)[7:19], 4) / 1000.0
    numbers = {
        "power_kw": number(case, "power_kw"),
        "low_kwh": number(case, "soc_min_kwh"),
        "high_kwh": number(case, "soc_max_kwh"),
        "one_way_ratio": math.sqrt(number(case, "roundtrip_efficiency")),
        "start_kwh": start_kwh,
    }
    return battery_alone(
        numbers, buying=price, selling=price, step_s=900, giving_kw=numbers["power_kw"]
    )


def a_day_of_hours(giving_kw: float) -> Release:
    """24 hours that always buy dearer than they ever sell."""
    case, hour = the_case("device_scheduler_24h"), np.arange(24)
    numbers = {
        "power_kw": number(case, "power"),
        "low_kwh": 0.0,
        "high_kwh": number(case, "soc_max"),
        "one_way_ratio": 1.0,
        "start_kwh": number(case, "soc_start"),
    }
    return battery_alone(
        numbers,
        buying=100.0 + hour / 23.0,
        selling=90.0 + hour / 23.0,
        step_s=3600,
        giving_kw=giving_kw,
    )


def test_toy__has_the_published_optimum() -> None:
    case = the_case("toy")

    release = toy(number(case, "soc_start_kwh"))

    assert total_cny(release) == pytest.approx(number(case, "optimal_cost_eur"), abs=1e-4)
    assert release.idle is not None
    assert release.idle.total_cny == 0.0
    assert release.plan is not None
    assert release.plan.outside_kwh == {}


def test_toy__a_start_in_the_wrong_unit_is_said_and_costs_what_was_published() -> None:
    # 50 % read as 0.5 kWh: a start is a fact, so it is planned back, and said by how much it lies
    # outside; the bill is the wrong one that was published for this mistake.
    case = the_case("toy")

    release = toy(0.5)

    assert release.plan is not None
    assert set(release.plan.outside_kwh) == {"b"}
    assert total_cny(release) == pytest.approx(
        number(case, "bug_probe_soc_start_kwh_0.5"), abs=1e-4
    )


@pytest.mark.parametrize(
    ("giving_kw", "expected"),
    [(1.0, "expected_cost"), (0.1, "with_production_cap_0.1_breach_1000")],
)
def test_a_day_of_hours__has_the_published_optimum(giving_kw: float, expected: str) -> None:
    release = a_day_of_hours(giving_kw)

    cost = number(the_case("device_scheduler_24h"), expected)
    assert total_cny(release) == pytest.approx(cost, abs=1e-5)
