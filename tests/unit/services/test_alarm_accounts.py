"""Budgets, the end of the year, certificates owed, money that is open: read from statements."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import money_park
import small_park
from alarm_kit import at_s, of_rule, rules_of
from quota_kit import RULES
from ratio_kit import FORECAST
from small_park import AUGUST
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.alarm_accounts import Found, account_alarms
from taihang.services.alarm_scene import Scene
from taihang.services.bill_closure import BILL_CLOSURE
from taihang.services.plan_day import DAY_PLAN
from taihang.services.ports import Ports
from taihang.services.quota_account import KIND as QUOTA

QUOTAS = f"""{RULES}[quotas]
Q1 = {{ subject = "E01", measure = "electricity", amount = "20000", unit = "MWh", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }}
"""


def found(ports: Ports, now_s: int = AUGUST.end_s) -> list[Found]:
    return [*account_alarms(Scene(ports, now_s=now_s))]


def why(each: list[Found]) -> set[str]:
    return {one.why for one in each if isinstance(one, Unwatched)}


def issue(ports: Ports, kind: str, period: str, body: Mapping[str, JsonValue]) -> None:
    plain = {"format": "taihang-account/v1", "rule": "test", "value": "0", "unit": "1", **body}
    subject = "E01" if kind == QUOTA else "park"
    issue_statements([Draft(kind, subject, period, plain)], period=period, ports=ports)


def line(alert: str) -> JsonValue:
    return {
        "quota": "Q1",
        "measure": "electricity",
        "alert": alert,
        "used_ratio": "0.91",
        "forecast": {"breach_chance_ratio": "0.4"},
    }


@pytest.mark.parametrize(
    ("alert", "priority"),
    [
        ("within", None),
        ("unknown", None),
        ("watch", Priority.LOW),
        ("warning", Priority.MEDIUM),
        ("breached", Priority.HIGH),
    ],
)
def test_quota__is_as_urgent_as_its_statement_says(
    tmp_path: Path, alert: str, priority: Priority | None
) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK + QUOTAS)
    with small_park.opened(root) as ports:
        issue(ports, QUOTA, "2026", {"lines": [line(alert)]})

        told = of_rule(found(ports), AlarmRule.QUOTA)

        assert [each.priority for each in told] == ([] if priority is None else [priority])
        assert [each.cause.id for each in told] == (
            [] if priority is None else ["quota.E01.2026.v1"]
        )


def test_quota__without_a_statement_is_not_watched(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK + QUOTAS)
    with small_park.opened(root) as ports:
        assert "no-quota-statement" in why(found(ports))
    with small_park.opened(small_park.make(tmp_path / "other")) as ports:
        assert "no-quota" in why(found(ports))


@pytest.mark.parametrize(("chance", "is_told"), [("0.000000", False), ("0.99", True), ("", False)])
def test_year_end__is_told_by_the_outlook_of_the_last_plan(
    tmp_path: Path, chance: str, *, is_told: bool
) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK + FORECAST)
    with small_park.opened(root) as ports:
        assert "no-outlook" in why(found(ports))
        issue(ports, DAY_PLAN, "2026-08-20", {"export_budget": {"chance_ratio": chance}})

        told = of_rule(found(ports), AlarmRule.EXPORT_LIKELY_OVER)

        assert bool(told) is is_told
        assert ("no-outlook" in why(found(ports))) is (not chance)
        assert all(each.cause.id == "2026-08-20" for each in told)


def test_certificates__that_are_owed_name_plant_and_restatement(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text=certified_park.text(self_use="claim"))
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        now_s = int(ports.clock.now().timestamp())
        assert AlarmRule.CERTIFICATE_OWED not in rules_of(found(ports, now_s))
        certified_park.corrected(ports, {1_300: 5})

        (owed,) = of_rule(found(ports, now_s), AlarmRule.CERTIFICATE_OWED)

        assert (owed.subject, owed.start_s) == ("PV01", now_s)
        assert dict(owed.values)["owed_wh"] == 500


def test_money__that_closes_raises_nothing_and_that_does_not_is_urgent(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.text())
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        assert [each for each in found(ports) if isinstance(each, Condition)] == []
        gap: JsonValue = {"what": "G1", "zh": "无电价", "en": "no price"}
        lines: JsonValue = [{"amount_cny": "1.00"}]

        issue(
            ports,
            BILL_CLOSURE,
            "2026-08",
            {"lines": lines, "value": "1.00", "not_assessed": [gap], "reason": "x"},
        )
        (open_,) = of_rule(found(ports), AlarmRule.MONEY_OPEN)
        issue(
            ports,
            BILL_CLOSURE,
            "2026-08",
            {"lines": lines, "value": "1.01", "not_assessed": [], "reason": "y"},
        )
        (off,) = of_rule(found(ports), AlarmRule.MONEY_OPEN)

        assert (open_.priority, dict(open_.values)["first"]) == (Priority.LOW, "G1")
        assert (off.priority, dict(off.values)["off_cny"]) == (Priority.HIGH, "-0.01")
        assert replace(off, values=(), priority=open_.priority, cause=open_.cause) == replace(
            open_, values=()
        )


def test_accounts__of_a_park_without_any_are_told_as_not_watched(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert why(found(ports, at_s(5))) == {"no-quota", "no-forecast", "no-billing"}
