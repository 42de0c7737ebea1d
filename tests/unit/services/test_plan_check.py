"""A plan is looked at again by the records of today; a day without one says why."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import planned_park
import small_park
from planned_park import PLAN
from regret_park import PLANNED
from taihang.services.plan_check import check_plan, why_no_plan
from taihang.services.planned import planned_of


def test_check__of_a_plan_of_the_same_records_is_the_best_and_accepted(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        check = check_plan(planned_of(ports.registry.statement(PLAN)), ports=ports)

        assert check.is_same_problem
        assert check.is_accepted
        assert check.plan_cny is not None
        assert check.best_cny is not None
        assert 0 <= check.plan_cny - check.best_cny < 0.01


def test_check__of_another_park_says_that_the_problem_is_another_one(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        smaller = replace(ports.park.batteries["B1"], energy_kwh=500.0)
        seen = replace(ports, park=replace(ports.park, batteries={"B1": smaller}))

        check = check_plan(planned_of(ports.registry.statement(PLAN)), ports=seen)

        # Half of the plan does not fit into half of the store.
        assert not check.is_same_problem
        assert not check.is_accepted
        assert check.missed_kwh > 100


def test_missing__plan_that_could_be_made_is_told(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        missing = why_no_plan(PLANNED + timedelta(days=1), ports=ports)

        assert (missing.can_be_planned, missing.why) == (True, "")


def test_missing__plan_that_cannot_be_made_says_why(root: Path) -> None:
    with small_park.opened(root) as ports:
        missing = why_no_plan(date(2026, 8, 29), ports=ports)
        assert not missing.can_be_planned
        assert "2026-08-29" in missing.why


def test_missing__plan_that_no_limits_allow_names_them(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        narrow = replace(ports.park.grids["G1"], capacity_kva=100.0)
        seen = replace(ports, park=replace(ports.park, grids={"G1": narrow}))
        missing = why_no_plan(PLANNED, ports=seen)
        assert not missing.can_be_planned
        assert missing.why
