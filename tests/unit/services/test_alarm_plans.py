"""A plan that is missing, one that was not followed, and demand above what was expected."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import cast

import pytest

import planned_park
import regret_park
import small_park
from alarm_kit import of_rule, rules_of
from planned_park import DAY, PLAN
from regret_park import PLANNED
from small_park import AUGUST
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.park.contract import DemandBasis
from taihang.core.periods import days
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.alarm_plans import Found, plan_alarms
from taihang.services.alarm_scene import Scene
from taihang.services.decisions import Decisions
from taihang.services.plan_day import DAY_PLAN
from taihang.services.planned import planned_of
from taihang.services.ports import Ports


def found(ports: Ports, now_s: int) -> list[Found]:
    return [*plan_alarms(Scene(ports, now_s=now_s), Decisions(ports))]


def why(each: list[Found]) -> set[str]:
    return {one.why for one in each if isinstance(one, Unwatched)}


def local_s(day: int, hour: int) -> int:
    return int(datetime(2026, 8, day, hour, tzinfo=small_park.ZONE).timestamp())


def test_plan__is_missing_once_it_is_due_and_days_in_a_row_are_one_alarm(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path)) as ports:
        # The 29th has its plan; that of the 30th is due on the 29th at 18:00.
        assert AlarmRule.PLAN_MISSING not in rules_of(found(ports, local_s(29, 18) - 1))
        (tomorrow,) = of_rule(found(ports, local_s(29, 18)), AlarmRule.PLAN_MISSING)
        (later,) = of_rule(found(ports, local_s(30, 20)), AlarmRule.PLAN_MISSING)

        assert (tomorrow.start_s, tomorrow.is_active, tomorrow.n) == (local_s(29, 18), True, 1)
        assert (later.id, later.n, dict(later.values)["day"]) == (tomorrow.id, 2, "2026-08-31")


def test_plan__of_a_park_that_never_planned_is_not_watched(tmp_path: Path, root: Path) -> None:
    with small_park.opened(root) as ports:
        assert "no-battery" in why(found(ports, local_s(29, 18)))
    made = small_park.make(tmp_path / "battery", small_park.WITH_BATTERY)
    with small_park.opened(made) as ports:
        assert "no-plan-ever" in why(found(ports, local_s(29, 18)))


def test_plan__that_was_obeyed_raises_nothing() -> None:
    with small_park.opened(regret_park.obeyed(), writing=False) as ports:
        assert of_rule(found(ports, AUGUST.end_s), AlarmRule.PLAN_NOT_FOLLOWED) == []


def test_plan__that_was_not_obeyed_is_told_with_the_largest_departure() -> None:
    with small_park.opened(regret_park.rested(), writing=False) as ports:
        missed = of_rule(found(ports, AUGUST.end_s), AlarmRule.PLAN_NOT_FOLLOWED)
        power_w = planned_of(ports.registry.statement(PLAN)).stores["B1"].power_w

        assert missed
        assert all(DAY.start_s <= each.start_s < DAY.end_s for each in missed)
        assert {dict(each.values)["limit_w"] for each in missed} == {50_000}
        assert max(int(dict(each.values)["found_w"]) for each in missed) == abs(power_w).max()


NEXT = days(PLANNED + timedelta(days=1), 1, small_park.ZONE)
"""A day without a plan of its own."""


def plan_of_next(ports: Ports, expected_kw: str) -> None:
    """Issue a plan of the next day with an expectation of the month."""
    plan = planned_of(ports.registry.statement(PLAN))
    body: dict[str, JsonValue] = {
        **cast("dict[str, JsonValue]", plan.body),
        "start_s": NEXT.start_s,
        "month_peaks": [{"expected_kw": expected_kw, "price_cny_per_kw": "30.0000"}],
    }
    plain = {key: body[key] for key in body.keys() - {"id", "version", "supersedes", "reason"}}
    name = (PLANNED + timedelta(days=1)).isoformat()
    issue_statements([Draft(DAY_PLAN, "park", name, plain)], period=name, ports=ports)


def peak_w(ports: Ports) -> int:
    """The highest import of the next day."""
    return 4 * int(ports.lake.read("balance", NEXT)["import",]["wh"].max())


@pytest.fixture
def settled_day(tmp_path: Path) -> Path:
    """The day of the plan, settled, and the battery rested on it."""
    return Path(copytree(regret_park.rested(), tmp_path / "park"))


def test_demand__above_what_the_plan_expected_costs_its_price(settled_day: Path) -> None:
    with small_park.opened(settled_day) as ports:
        plan_of_next(ports, f"{peak_w(ports) / 1_000 - 10:.3f}")

        over = of_rule(found(ports, NEXT.end_s), AlarmRule.DEMAND_OVER)

        worth = max(Decimal(each.worth_cny) for each in over)
        assert Decimal("299.9") < worth <= Decimal(300)
        assert {each.priority for each in over} == {Priority.MEDIUM}
        assert {dict(each.values)["basis"] for each in over} == {"expected"}


def test_demand__at_what_was_expected_is_in_order(settled_day: Path) -> None:
    with small_park.opened(settled_day) as ports:
        plan_of_next(ports, f"{peak_w(ports) / 1_000:.3f}")

        assert of_rule(found(ports, NEXT.end_s), AlarmRule.DEMAND_OVER) == []


def test_demand__above_a_contract_is_urgent(settled_day: Path) -> None:
    with small_park.opened(settled_day) as ports:
        tariff = ports.park.grid_tariffs["GT"]
        enterprise = replace(
            ports.park.enterprises["E02"],
            contract_demand_kw=Decimal(500),
            transformer_kva=1_000.0,
            voltage_kv=35.0,
        )
        park = replace(
            ports.park,
            enterprises={**ports.park.enterprises, "E02": enterprise},
            grid_tariffs={"GT": replace(tariff, demand_basis=DemandBasis.DEMAND)},
        )
        seen = replace(ports, park=park)

        over = of_rule(found(seen, AUGUST.end_s), AlarmRule.DEMAND_OVER)

        load_w = 4 * small_park.step_wh("M-E02", AUGUST)
        assert load_w.max() > 525_000
        assert {each.subject for each in over} == {"E02"}
        assert {each.priority for each in over} == {Priority.HIGH}
        # 105 % of the contract, the share that is not charged again.
        assert {dict(each.values)["limit_w"] for each in over} == {525_000}
        assert max(int(dict(each.values)["found_w"]) for each in over) == load_w.max()


def test_alarms__of_plans_have_names_that_stay(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path)) as ports:
        names = {
            each.id
            for hours in (0, 3, 5)
            for each in found(ports, local_s(29, 18) + int(timedelta(hours=hours).total_seconds()))
            if isinstance(each, Condition)
        }

        assert names == {f"plan-missing.park.{local_s(29, 18)}"}
