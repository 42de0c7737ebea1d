"""Issue, run what is due, list, look a code up: on the command line."""

import json
from pathlib import Path
from typing import cast

import pytest

from command_line import DemoPark, done, taihang
from taihang.interfaces.cli.report_words import CADENCES
from taihang.services.report_period import Cadence

MONTH = ("--month", "2026-09")
WHO = ("--who", "Li Wei", "--reason", "for the committee")


def test_cadences__of_the_command_are_those_of_the_centre() -> None:
    assert tuple(each.value for each in Cadence) == CADENCES


@pytest.fixture(scope="module")
def park(demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, for reports are issued into the park."""
    return demo_park.copy(tmp_path_factory.mktemp("centre") / "park")


def listed(facts: dict[str, object]) -> list[dict[str, object]]:
    """Return the reports that a command names."""
    return cast("list[dict[str, object]]", facts["reports"])


def test_report__issues_keeps_and_finds_by_its_code(park: Path) -> None:
    first = done("report", park, *MONTH, "--issue", *WHO, "--format", "csv", "--json").facts
    again = done("report", park, *MONTH, "--issue", *WHO, "--format", "csv", "--json").facts
    shown = done("reports", park, "--code", str(first["code"]).lower(), "--json").facts

    assert (first["new"], again["new"]) == (True, False)
    assert first["report"] == shown["report"] == "report.park.2026-09.v1"
    assert first["code"] == again["code"]
    assert (shown["later"], shown["moved"], shown["settled_again"]) == ([], [], 0)
    (file,) = cast("list[str]", first["files"])
    assert str(first["code"]) in Path(file).read_text(encoding="utf-8-sig")


def test_report__of_a_day_that_is_not_settled_waits(park: Path) -> None:
    refused = taihang("report", park, "--day", "2026-10-05", "--issue", *WHO, "--json")

    assert refused.code == 1
    assert json.loads(refused.out)["code"] == "state.report-not-ready"


def test_report__runs_what_is_due_and_says_what_the_rest_waits_for(park: Path) -> None:
    set_ = ("--schedule", "daily", "--cadence", "day", "--since", "2026-09-29", *WHO)
    changed = done("reports", park, *set_, "--json").facts
    unchanged = done("reports", park, *set_, "--json").facts
    first = listed(done("report", park, "--due", "--json").facts)
    second = listed(done("report", park, "--due", "--json").facts)
    issued = listed(done("reports", park, "--json").facts)
    stopped = done("reports", park, "--schedule", "daily", "--stop", *WHO, "--json").facts

    assert (changed["changed"], unchanged["changed"], stopped["changed"]) == (True, False, True)
    became = [each["became"] for each in first]
    assert became[:2] == ["issued", "issued"]
    assert {*became[2:]} == {"waits"}
    assert {each["became"] for each in second} == {"waits"}
    assert {each["report"] for each in issued} >= {
        "report.park.2026-09-29.v1",
        "report.park.2026-09-30.v1",
    }


@pytest.mark.parametrize(
    "words",
    [
        ("--schedule", "x"),
        ("--schedule", "x", "--cadence", "day", "--since", "yesterday"),
        ("--schedule", "x", "--cadence", "day", "--since", "2026-09-01", "--due-at", "25:00"),
        ("--schedule", "x", "--cadence", "day", "--since", "2026-09-01", "--forms", "exe"),
        ("--schedule", "x", "--stop"),
        ("--code", "NENT-QAXB-NEN6"),
    ],
)
def test_reports__refuses_what_it_cannot_read(words: tuple[str, ...], park: Path) -> None:
    assert taihang("reports", park, *words).code == 1


def test_reports__says_it_in_words(park: Path) -> None:
    told = done("reports", park, "--lang", "en").out

    assert "reports" in told
    assert "schedules" in told
