"""Dual control of a year: from issued energy accounts and value added, and what lacks is named."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import pytest

from activity_kit import record
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.seal.issued import IssuedStatement
from taihang.services.dual_control_account import VALUE_ADDED, drafts
from taihang.services.ports import Ports


def account(
    subject: str, year: str, *, total: str | None, green: str, feedstock: str | None = "20"
) -> IssuedStatement:
    """An issued energy account."""
    body = {
        "value": total,
        "equivalent_tce": total,
        "feedstock_equivalent_tce": feedstock,
        "lines": [
            {"item": "electricity.grid", "equivalent_tce": "1"},
            {"item": "electricity.green", "equivalent_tce": green},
        ],
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    series = f"energy-account.{subject}.{year}"
    return IssuedStatement(series, 1, "energy-account", subject, year, text)


def added(subject: str, year: str, amount: str, *, unit: str = "10⁴CNY") -> ActivityRecord:
    return record(
        f"{subject}-va-{year}",
        subject=subject,
        period=year,
        item=VALUE_ADDED,
        flow=Flow.OUTPUT,
        amount=amount,
        unit=unit,
    )


class _Register:
    def __init__(self, issued: list[IssuedStatement], records: list[ActivityRecord]) -> None:
        self._issued = issued
        self._records = records

    def latest_statements(self, period: str) -> list[IssuedStatement]:
        return [each for each in self._issued if each.period == period]

    def activity_records(self) -> list[ActivityRecord]:
        return self._records


class _Ports:
    version = "0"

    def __init__(self, *things: IssuedStatement | ActivityRecord) -> None:
        issued = [each for each in things if isinstance(each, IssuedStatement)]
        records = [each for each in things if isinstance(each, ActivityRecord)]
        self.registry = _Register(issued, records)


def bodies(*things: IssuedStatement | ActivityRecord) -> Mapping[str, Mapping[str, Any]]:
    ports = cast("Ports", _Ports(*things))
    return {draft.subject: draft.body for draft in drafts("2026", ports=ports)}


THIS = account("E01", "2026", total="1000", green="120")
LAST = account("E01", "2025", total="1100", green="90")


def test_dual_control__takes_off_feedstock_and_new_renewables() -> None:
    said = bodies(THIS, LAST, added("E01", "2026", "500"), added("E01", "2025", "500"))["E01"]
    assert (said["value"], said["new_renewable_tce"]) == ("950", "30")
    assert (said["intensity_tce_per_10k_cny"], said["change_percent"]) == ("2", "-9.090909")
    assert said["inputs"]["statements"] == [
        "energy-account.E01.2025.v1",
        "energy-account.E01.2026.v1",
    ]
    assert said["inputs"]["activities"] == ["E01-va-2025.v1", "E01-va-2026.v1"]
    assert said["not_assessed"] == []


def test_dual_control__without_the_year_before_nothing_is_assessed() -> None:
    said = bodies(THIS, added("E01", "2026", "5000000", unit="CNY"))["E01"]
    assert (said["value"], said["change_percent"]) == (None, None)
    assert said["intensity_tce_per_10k_cny"] == "2"
    assert "2025" in said["not_assessed"][0]["zh"]


def test_dual_control__without_a_whole_year_of_value_added_there_is_no_intensity() -> None:
    month = record(
        "E01-va-01", period="2026-01", item=VALUE_ADDED, flow=Flow.OUTPUT, amount="1", unit="CNY"
    )
    for lines in ([], [month], [added("E01", "2026", "1", unit="USD")]):
        said = bodies(THIS, LAST, *lines)["E01"]
        assert said["intensity_tce_per_10k_cny"] is None
        assert VALUE_ADDED in [each["what"] for each in said["not_assessed"]]
        assert said["value"] == "950"


def test_dual_control__an_account_without_a_value_has_none() -> None:
    assert bodies(account("E01", "2026", total=None, green="1")) == {}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([added("E01", "2026", "100"), added("E02", "2026", "300")], "400"),
        ([added("E01", "2026", "100"), added("park", "2026", "700")], "700"),
    ],
)
def test_dual_control__value_added_of_the_park_is_said_once(
    lines: list[ActivityRecord], expected: str
) -> None:
    said = bodies(account("park", "2026", total="1000", green="0"), *lines)["park"]
    assert Decimal(said["value_added_10k_cny"]) == Decimal(expected)


def test_dual_control__without_a_stated_feedstock_nothing_is_assessed() -> None:
    silent = account("E01", "2026", total="1000", green="120", feedstock=None)
    said = bodies(silent, LAST, added("E01", "2026", "500"))["E01"]
    assert (said["value"], said["feedstock_tce"], said["total_tce"]) == (None, None, "1000")
    assert said["intensity_tce_per_10k_cny"] == "2"
    assert "feedstock_tce" in [each["what"] for each in said["not_assessed"]]
