"""Three windows of a month: exact, honest about gaps, dated, and restated like all others."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import small_park
from ratio_kit import STATED, june_park, with_limits
from taihang.core.seal.canonical import load_canonical
from taihang.services.account import issue_statements
from taihang.services.act_log import log_acts
from taihang.services.audit import audit
from taihang.services.ports import Ports
from taihang.services.ratio_account import drafts, window_periods
from taihang.services.restate import restate

JUNE = "2026-06"


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    with small_park.opened(june_park(tmp_path / "park")) as opened:
        yield opened


def _body(ports: Ports, name: str = JUNE) -> dict[str, Any]:
    (draft,) = drafts(name, ports=ports)
    assert draft.series == f"ratios.park.{name}"
    return draft.body


def test_drafts__month_says_what_the_statement_of_the_month_says(ports: Ports) -> None:
    stated = json.loads(ports.registry.statement(f"ratios-650.park.{JUNE}").document)

    month = _body(ports)["windows"][0]

    for key in ("available_wh", "exported_wh", "imported_wh", "load_wh", "curtailed_wh"):
        assert month[key] == stated[key]
    assert [one["en"] for one in month["requirements"]] == [
        one["en"] for one in stated["requirements"]
    ]


def test_drafts__year_and_twelve_months_count_what_is_not_settled(ports: Ports) -> None:
    windows = {one["name"]: one for one in _body(ports)["windows"]}

    n_june = small_park.JUNE.n_steps
    assert windows["month"]["intervals"] == {"closed": n_june, "open": 0, "unsettled": 0}
    assert windows["year-to-date"]["intervals"]["unsettled"] == 151 * 96
    assert windows["twelve-months"]["intervals"]["unsettled"] == 335 * 96
    assert (windows["twelve-months"]["from"], windows["twelve-months"]["to"]) == (
        "2025-07-01",
        "2026-06-30",
    )
    assert windows["year-to-date"]["available_wh"] == windows["month"]["available_wh"]


def test_drafts__say_that_curtailment_is_not_metered(ports: Ports) -> None:
    assert _body(ports)["curtailment"] == "not-metered"


def test_drafts__of_nothing_are_none(ports: Ports) -> None:
    assert drafts("2026-05", ports=ports) == []
    assert drafts("2026-08", ports=ports) == []
    assert drafts(JUNE, ports=ports, subjects=["E01"]) == []


def test_drafts__forecast_carries_seed_and_spread(ports: Ports) -> None:
    forecast = _body(ports)["forecast"]

    assert (forecast["seed"], forecast["scenarios"]) == (650, 200)
    assert (forecast["first"], forecast["last"]) == ("2026-07-01", "2026-12-31")
    assert forecast["days_by_season"] + forecast["days_by_plan"] == 184
    assert forecast["days_by_plan"] > 0, "one month says nothing of December's season"
    for each in forecast["ratios"]:
        assert float(each["p10"]) <= float(each["p50"]) <= float(each["p90"])


def test_drafts__say_why_there_is_no_forecast(tmp_path: Path) -> None:
    with small_park.opened(june_park(tmp_path / "park", small_park.PARK)) as ports:
        body = _body(ports)

    assert body["forecast"] is None
    assert [one["reason"] for one in body["not_assessed"]] == ["state.no-ratio-forecast"]


def test_drafts__judge_by_the_limit_of_the_day(tmp_path: Path) -> None:
    text = with_limits(small_park.PARK + STATED)
    with small_park.opened(june_park(tmp_path / "park", text)) as ports:
        body = _body(ports)

    export = body["windows"][0]["requirements"][2]
    assert export["threshold"] == "0.20", "the next limit holds from July"
    assert export["basis"].startswith("park/direct-connection.export-limit/Shanxi/2025-05-21")
    assert body["forecast"]["ratios"][2]["threshold"] == "0.15", "the year ends under the next"
    assert body["factors"][-1]["document"] == "test 1"
    assert not body["export_limit"]["above_ceiling"]


def test_drafts__say_that_a_limit_is_above_the_twenty_percent_of_the_text(tmp_path: Path) -> None:
    text = with_limits(small_park.PARK).replace('ratio = "0.20"', 'ratio = "0.25"')
    with small_park.opened(june_park(tmp_path / "park", text)) as ports:
        body = _body(ports)

    assert body["export_limit"]["above_ceiling"]
    assert body["windows"][0]["requirements"][2]["threshold"] == "0.25", "the province sets it"


def test_window_periods__of_january_begin_in_it_and_a_year_before(ports: Ports) -> None:
    windows = window_periods("2026-01", ports=ports)

    assert windows["month"] == windows["year-to-date"]
    assert windows["twelve-months"].n_steps == 365 * 96


def test_drafts__are_issued_once_audited_and_restated_with_late_readings(ports: Ports) -> None:
    first = issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
    again = issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
    log_acts(ports=ports)
    clean = audit(ports=ports).findings

    block = small_park.registers("M-E02", small_park.JUNE)
    late = replace(block, counts=block.counts + 3 * (block.times_s > block.times_s[200]))
    small_park.revise(ports, late, sent_at_s=small_park.JUNE.end_s + 3_600)
    restate(ports=ports)

    assert (first, again) == ((1, 0, 0), (0, 0, 1))
    assert not clean
    second = ports.registry.statement(f"ratios.park.{JUNE}")
    body = load_canonical(second.document.encode())
    assert isinstance(body, dict)
    assert "M-E02" in str(body["reason"]), "the meter whose readings came late"
    assert (second.version, body["supersedes"]) == (2, f"ratios.park.{JUNE}.v1")
    assert ports.registry.statement(f"ratios.park.{JUNE}.v1").version == 1
