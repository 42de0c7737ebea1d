"""`taihang assets`: a table for people, one object for machines, a refusal with its remedy."""

from pathlib import Path
from typing import Any, cast

import pytest

import roof_park
from command_line import done, taihang


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return roof_park.make(tmp_path_factory.mktemp("roofs") / "p")


def test_assets__tells_what_each_lost_and_how_that_is_known(park: Path) -> None:
    told = done("assets", park, "--month", "2026-08", "--lang", "en").out
    words = " ".join(told.split())

    assert "PV02 Roof 02 the same share is missing" in words
    assert "2026-08-01 to 2026-08-14" in words
    assert "PV03 Roof 03 stood still, 2026-08-05 to 2026-08-06" in words
    assert "no statement of revenue, so not priced" in words
    assert "W01: no instrument and fewer than four plants of its kind" in words
    assert "only a part of what was asked is settled" in words
    assert "90.2" in words, "the battery's way there and back"


def test_assets__speaks_chinese_first(park: Path) -> None:
    told = done("assets", park, "--month", "2026-08").out

    assert "2026-08 电站（kWh）" in told
    assert "各时段同比例少发" in "".join(told.split())


def test_assets__gives_machines_everything(park: Path) -> None:
    facts = cast("dict[str, Any]", done("assets", park, "--month", "2026-08", "--json").facts)

    assert [each["id"] for each in facts["plants"]] == [*roof_park.ROOFS, "W01"]
    assert facts["plants"][2]["losses"][0]["kind"] == "outage"
    assert len(facts["plants"][0]["daily"]) == 14
    assert facts["is_whole"] is False


def test_assets__refuses_a_month_without_settled_days(park: Path) -> None:
    taihang("assets", park, "--month", "2026-09").refused("state.assets-not-settled", "2026-09")
