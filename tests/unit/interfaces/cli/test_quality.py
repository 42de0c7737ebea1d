"""``taihang quality``: both languages, 80 columns, and the same figures for machines."""

from datetime import date
from pathlib import Path
from typing import Final, cast

import numpy as np
import pytest

import small_park
from command_line import done, taihang
from small_park import ZONE
from taihang.core.metering.vee.rule import Rule
from taihang.core.periods import days
from taihang.core.series import Quality
from taihang.interfaces.catalogue import LANGS, Lang, has_text, text
from taihang.interfaces.cli.quality import report_line
from taihang.interfaces.text_width import width_of
from taihang.services.quality import MeterQuality
from taihang.services.settle import settle

PERIOD: Final = days(date(2026, 6, 1), 10, ZONE)


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days: a gap at one meter, generation at midnight at the plant, and a gateway ahead."""
    root = small_park.make(tmp_path_factory.mktemp("quality") / "park", small_park.ESTIMATING)
    with small_park.opened(root) as ports:
        small_park.fill(ports, PERIOD)
        gap = small_park.cut(small_park.registers("M-E02", PERIOD), 600, 640)
        later_s = PERIOD.end_s + 3_600
        small_park.revise(ports, small_park.but(gap, range(40)), sent_at_s=later_s)
        steps = small_park.step_counts("M-PV01", PERIOD)
        steps[482:486] = 500
        counts = (np.concatenate([[0], steps.cumsum()]) + 9_990_000) % small_park.MODULUS
        night = small_park.block_of("M-PV01", PERIOD.start_s, counts)
        small_park.revise(ports, night, sent_at_s=later_s)
        settle(PERIOD, ports=ports)
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_quality__fits_80_columns_and_names_rule_and_place(
    lang: Lang, park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    told = done("quality", park, "--month", "2026-06", "--lang", lang).out

    table = told.split("vee.")[0].splitlines()[:-1]
    assert max(width_of(line.rstrip()) for line in table) <= 80
    rows = [line for line in told.splitlines() if "M-E02" in line or "M-PV01" in line]
    assert "M-E02" in rows[0], "the worst first"
    assert "vee.pv-night" in told
    assert text("cli.rule.pv-night", lang) in told
    assert "2026-06-06 00:30" in told
    assert "50,000" in told


def test_quality__gives_machines_every_meter_and_every_finding(park: Path) -> None:
    facts = done("quality", park, "--month", "2026-06", "--json").facts

    meters = cast("list[dict[str, object]]", facts["meters"])
    assert [each["meter"] for each in meters] == ["M-E02", "M-PV01", "M-E01"]
    assert facts["formula"] == "quality-score/v1"
    assert facts["estimation_methods"] == ["linear", "like-day"]
    assert facts["validated_by_threshold"] is True
    findings = cast("list[dict[str, object]]", meters[1]["findings"])
    (night,) = (each for each in findings if each["rule"] == "vee.pv-night")
    assert night["consequence"] == "not-certifiable"
    assert (night["count"], night["found"], night["unit"]) == (4, 50_000, "Wh")
    clocks = cast("list[dict[str, object]]", facts["gateway_clocks"])
    assert [each["gateway"] for each in clocks] == ["GW1", "GW2"]
    assert not any(each["wrong"] for each in clocks)


def test_quality__of_one_meter(park: Path) -> None:
    facts = done("quality", park, "--month", "2026-06", "--meter", "M-E01", "--json").facts

    (line,) = cast("list[dict[str, object]]", facts["meters"])
    assert (line["meter"], line["score"], line["grade"]) == ("M-E01", 100, "good")


def test_quality__of_an_unsettled_month_is_refused(park: Path) -> None:
    assert taihang("quality", park, "--month", "2026-05", "--json").facts["code"] == (
        "state.not-judged"
    )


def test_catalogue__has_a_name_for_every_rule() -> None:
    assert all(has_text(f"cli.rule.{rule.value.removeprefix('vee.')}") for rule in Rule)


@pytest.mark.parametrize("lang", LANGS)
def test_report_line__names_the_lowest_meter(lang: Lang) -> None:
    lines = [
        MeterQuality(
            meter=meter,
            node="E",
            score=score,
            worst_score=score,
            worst_day_s=0,
            counts={Quality.MEASURED: 96},
            latency_s=None,
            evidence=(),
        )
        for meter, score in (("M-2", 61), ("M-1", 100))
    ]

    told = report_line(lines, lang)

    assert "M-2 61" in told
    assert "80" in told, "the mean of the two, rounded down"
