"""A plan for the next day: accepted by the referee and issued, or refused in words."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import small_park
from small_park import ZONE
from taihang.core.dispatch.forecast import NoHistoryError
from taihang.core.dispatch.model import LinearModel, Solution
from taihang.core.dispatch.referee import check
from taihang.core.errors import TaihangError
from taihang.core.park.park import Park
from taihang.core.periods import Period, days
from taihang.services.dispatch import (
    HISTORY_DAYS,
    NoBatteryError,
    NoGridError,
    NoPlanError,
    plan_day,
)
from taihang.services.ports import Ports
from taihang.services.settle import settle

TOMORROW = date(2026, 8, 29)
HISTORY = days(date(2026, 8, 1), HISTORY_DAYS, ZONE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a battery and four settled weeks."""
    folder = small_park.make(tmp_path_factory.mktemp("plan") / "park", small_park.WITH_BATTERY)
    with small_park.opened(folder) as ports:
        small_park.fill(ports, HISTORY)
        settle(HISTORY, ports=ports)
    return folder


def of(ports: Ports, park: Park) -> Ports:
    """The same park folder with another park file."""
    return replace(ports, park=park)


def test_plan_day__is_accepted_by_the_referee_and_saves_money(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=ports)

    verdict = check(found.problem, found.plan)
    assert verdict.accepted
    assert found.verdict == verdict
    assert (found.day, found.battery) == (TOMORROW, "B1")
    assert found.plan.saving_cny is not None
    assert found.plan.saving_cny > 0
    assert sorted(found.errors) == ["load", "pv"]
    assert found.errors["load"].nmae_ratio < 0.2, "the loads of this park repeat by the day"


def test_plan_day__starts_at_local_midnight_and_forecasts_from_what_was_settled(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        problem = plan_day(TOMORROW, ports=ports).problem

    day = days(TOMORROW, 1, ZONE)
    sun_kw = small_park.step_wh("M-PV01", day) * 4 / 1_000
    (group,) = problem.plants
    assert problem.start_s == day.start_s
    assert np.abs(group.available_kw - sun_kw).max() < 4, "within the ripple of the formula"
    assert problem.load_kw.shape == (96,)


def test_plan_day__issues_the_plan_it_found(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=ports)
        document = json.loads(ports.registry.statement("day-plan.B1.2026-08-29").document)
        plan_day(TOMORROW, ports=ports)
        again = ports.registry.statement("day-plan.B1.2026-08-29")

    charge_w = [round(kw * 1_000) for kw in found.plan.charge_kw]
    assert document["charge_w"] == charge_w
    assert any(charge_w)
    assert document["accepted"] is True
    assert document["start_s"] == found.problem.start_s
    assert again.version == 1, "the same plan is the same statement"


def test_plan_day__keeps_the_battery_within_its_limits(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=ports, battery_id="B1")
        battery = ports.park.batteries["B1"]

    tolerance_kw = 1e-6
    assert found.plan.charge_kw.max() <= battery.power_kw + tolerance_kw
    assert found.plan.discharge_kw.max() <= battery.power_kw + tolerance_kw
    assert found.plan.energy_kwh.min() >= battery.energy_kwh * 0.10 - tolerance_kw
    assert found.plan.energy_kwh.max() <= battery.energy_kwh * 0.95 + tolerance_kw


# -- refusals ------------------------------------------------------------------------------------


def test_plan_day__of_a_park_without_battery_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        with pytest.raises(NoBatteryError, match="the park has none"):
            plan_day(TOMORROW, ports=of(ports, replace(ports.park, batteries={})))
        with pytest.raises(NoBatteryError, match="B1"):
            plan_day(TOMORROW, ports=ports, battery_id="B9")
        two = {"B1": ports.park.batteries["B1"], "B2": ports.park.batteries["B1"]}
        with pytest.raises(NoBatteryError, match="--battery"):
            plan_day(TOMORROW, ports=of(ports, replace(ports.park, batteries=two)))


def test_plan_day__of_a_park_without_grid_connection_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports, pytest.raises(NoGridError, match=r"park\.toml"):
        plan_day(TOMORROW, ports=of(ports, replace(ports.park, grids={})))


def test_plan_day__without_settled_history_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        with pytest.raises(NoPlanError, match="settle"):
            plan_day(date(2027, 8, 29), ports=ports)

        assert ports.registry.latest_statements("2027-08-29") == []


def test_plan_day__with_too_short_a_history_is_refused_in_words(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    one_day = days(date(2026, 8, 28), 1, ZONE)
    half = Period.of_s(one_day.start_s, one_day.start_s + 43_200)
    with small_park.opened(root) as ports:
        small_park.fill(ports, half)
        settle(half, ports=ports)

        with pytest.raises(NoHistoryError, match="longer history"):
            plan_day(TOMORROW, ports=ports)


def test_plan_day__that_has_no_solution_is_told_in_words_and_not_issued(root: Path) -> None:
    with small_park.opened(root) as ports:
        tight = {name: replace(grid, capacity_kva=400.0) for name, grid in ports.park.grids.items()}
        with pytest.raises(NoPlanError, match="repair") as refusal:
            plan_day(date(2026, 8, 28), ports=of(ports, replace(ports.park, grids=tight)))

        assert "2026-08-28" in refusal.value.given
        assert ports.registry.latest_statements("2026-08-28") == []


def test_plan_day__that_the_referee_refuses_is_not_issued(root: Path) -> None:
    with small_park.opened(root) as ports:
        honest = ports.solve

        def dishonest(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
            solution = honest(model, time_limit_s=time_limit_s, gap=gap)
            assert solution.values is not None
            return replace(solution, values=solution.values * 1.5)

        with pytest.raises(TaihangError):
            plan_day(date(2026, 8, 27), ports=replace(ports, solve=dishonest))

        assert ports.registry.latest_statements("2026-08-27") == []
