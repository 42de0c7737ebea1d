"""The day problem: nothing missing, nothing unknown, nothing guessed, all echoed back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from dispatch_days import DayChange, StorageChange, a_day, a_storage, days
from taihang.core.dispatch.problem import (
    CostParts,
    DayProblem,
    DayProblemError,
    DemandCharge,
    Json,
    PlantGroup,
    problem_of,
)

WITH_GAP = np.where(np.arange(96) == 40, np.nan, 1.0)


@given(problem=days())
@settings(deadline=None)
def test_problem_of__reads_back_what_echo_writes_even_through_json(problem: DayProblem) -> None:
    echo = problem.echo()

    again = problem_of(json.loads(json.dumps(echo, allow_nan=False)))

    assert echo == again.echo()


def test_echo__names_every_field_once_in_order() -> None:
    assert list(a_day().echo()) == [
        "start_s",
        "step_s",
        "time_zone",
        "load_kw",
        "plants",
        "import_price_cny_per_kwh",
        "export_price_cny_per_kwh",
        "import_limit_kw",
        "export_limit_kw",
        "demand",
        "storage",
        "energy_start_kwh",
        "energy_end_min_kwh",
    ]


def test_problem_of__refuses_an_unknown_key_and_names_it() -> None:
    with pytest.raises(DayProblemError, match="'lod_kw'"):
        problem_of({**a_day().echo(), "lod_kw": [1.0]})


def test_problem_of__refuses_a_missing_key_even_where_null_is_allowed() -> None:
    echo = a_day().echo()
    del echo["demand"]

    with pytest.raises(DayProblemError, match="missing keys \\['demand'\\]"):
        problem_of(echo)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("step_s", 900.5),
        ("step_s", True),
        ("start_s", "now"),
        ("time_zone", 8),
        ("load_kw", "96 × 5"),
        ("load_kw", [None] * 96),
        ("plants", None),
        ("plants", [3]),
        ("plants", [{"id": "pv", "available_kw": [1.0] * 96}]),
        ("plants", [{"id": 1, "available_kw": [1.0] * 96, "curtail_price_cny_per_kwh": None}]),
        ("demand", 30.0),
        ("demand", {"price_cny_per_kw": "30", "peak_so_far_kw": 1.0}),
        ("storage", None),
        ("storage", {"charge_kw": 1.0}),
        ("energy_start_kwh", None),
    ],
)
def test_problem_of__refuses_a_value_of_the_wrong_kind(key: str, value: Json) -> None:
    with pytest.raises(DayProblemError):
        problem_of({**a_day().echo(), key: value})


@pytest.mark.parametrize(
    "change",
    [
        {"load_kw": WITH_GAP},
        {"load_kw": np.full(96, np.inf)},
        {"load_kw": np.full(96, -1.0)},
        {"load_kw": np.ones((96, 1))},
        {"load_kw": np.array([])},
        {"import_price_cny_per_kwh": WITH_GAP},
        {"import_price_cny_per_kwh": np.ones(97)},
        {"import_limit_kw": np.full(96, -1.0)},
        {"export_limit_kw": np.ones(24)},
        {"plants": (PlantGroup("pv", np.ones(95), None),)},
        {"plants": (PlantGroup("pv", np.full(96, -1.0), None),)},
        {"plants": (PlantGroup("pv", np.ones(96), -0.1),)},
        {"plants": (PlantGroup("pv", np.ones(96), float("nan")),)},
        {"plants": (PlantGroup("pv", np.ones(96), None), PlantGroup("pv", np.ones(96), None))},
        {"step_s": 0},
        {"step_s": 86_401},
        {"time_zone": "Asia/Taihang"},
        {"time_zone": "../etc"},
        {"energy_start_kwh": 799.0},
        {"energy_start_kwh": 7201.0},
        {"energy_start_kwh": float("nan")},
        {"energy_end_min_kwh": 7201.0},
        {"energy_end_min_kwh": -1.0},
    ],
)
def test_day_problem__refuses_what_is_missing_or_out_of_range(change: DayChange) -> None:
    with pytest.raises(DayProblemError):
        a_day(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"charge_kw": -1.0},
        {"discharge_kw": float("inf")},
        {"charge_efficiency_ratio": 0.0},
        {"charge_efficiency_ratio": 95.0},
        {"discharge_efficiency_ratio": 1.01},
        {"standing_loss_ratio_per_h": 1.0},
        {"standing_loss_ratio_per_h": -0.1},
        {"cycle_cost_cny_per_kwh": float("nan")},
        {"energy_min_kwh": 7300.0},
        {"energy_max_kwh": float("inf")},
    ],
)
def test_storage_limits__refuse_what_no_battery_has(change: StorageChange) -> None:
    with pytest.raises(DayProblemError):
        a_storage(**change)


@pytest.mark.parametrize(("price", "peak"), [(-1.0, 0.0), (1.0, -1.0), (float("nan"), 0.0)])
def test_demand_charge__refuses_negative_values_and_gaps(price: float, peak: float) -> None:
    with pytest.raises(DayProblemError):
        DemandCharge(price_cny_per_kw=price, peak_so_far_kw=peak)


def test_plant_group__refuses_a_gap() -> None:
    with pytest.raises(DayProblemError, match="missing is never zero"):
        PlantGroup("pv", WITH_GAP, None)


def test_day_problem__takes_a_start_that_is_a_limit_but_for_its_last_bit() -> None:
    storage = a_storage(energy_min_kwh=0.563, energy_max_kwh=0.563 + 0.321)

    problem = a_day(storage=storage, energy_start_kwh=0.884, energy_end_min_kwh=None)

    assert storage.energy_max_kwh < problem.energy_start_kwh


def test_day_problem__owns_its_numbers() -> None:
    load_kw = np.full(96, 5.0)
    problem = a_day(load_kw=load_kw)

    load_kw[0] = 9.0

    assert float(problem.load_kw[0]) == 5.0
    with pytest.raises(ValueError, match="read-only"):
        problem.load_kw[0] = 9.0


def test_cost_parts__total_is_the_sum_of_the_parts() -> None:
    cost = CostParts(
        import_cny=10.0, export_cny=-3.0, curtail_cny=0.5, cycle_cny=1.0, demand_cny=30.0
    )

    assert cost.total_cny == 38.5
