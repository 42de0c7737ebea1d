"""``taihang site``: both languages, 80 columns, the same for machines, and a refusal that helps."""

import json
from pathlib import Path
from typing import cast

import pytest

from command_line import done, taihang
from taihang.config.site_file import site_text
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of

COLUMNS = 80
DAY = ("--day", "2026-06-16")


@pytest.mark.parametrize("lang", LANGS)
def test_site__tells_hours_set_points_sessions_and_result_within_80_columns(lang: Lang) -> None:
    out = done("site", "incubator", *DAY, "--quarter", "09:15", "--lang", lang).out

    assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
    assert "…" not in out, "a figure is cut off"
    for figure in ("09:15", "09:30", "S46", "B1"):
        assert figure in out
    assert out.count("\n S") == 46


def test_site__a_station_without_a_battery_has_no_row_for_it() -> None:
    out = done("site", "tablet", *DAY, "--quarter", "09:15", "--lang", "en").out

    assert "battery (" not in out


def test_site__own_load_beyond_the_transformer_is_not_called_within_its_limit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "site.toml"
    path.write_text(
        site_text("tablet").replace("transformer_kw = 160", "transformer_kw = 0"), encoding="utf-8"
    )

    out = done("site", path, *DAY, "--lang", "en").out

    words = " ".join(out.split())
    assert "more than the transformer carries, by up to 8.0 kW" in words
    assert "within their limits" not in words


def test_site__gives_machines_and_files_the_same(tmp_path: Path) -> None:
    out = tmp_path / "day.json"

    facts = done("site", "incubator", *DAY, "--out", out, "--json").facts

    assert facts == json.loads(out.read_text(encoding="utf-8"))
    assert facts["unplanned_quarters"] == 0
    managed = cast("dict[str, list[object]]", facts["managed"])
    assert len(managed["sessions"]) == 46


def test_site__refuses_a_station_and_a_quarter_that_are_not_there() -> None:
    taihang("site", "nowhere.toml", *DAY).refused("input.problem-file", "nowhere.toml")
    taihang("site", "incubator", *DAY, "--quarter", "14:10").refused("input.words", "14:10")
    taihang("site", "incubator", *DAY, "--quarter", "noon").refused("input.words", "noon")


@pytest.mark.parametrize("lang", LANGS)
def test_site__takes_the_sessions_of_a_file_and_says_so(lang: Lang, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "id,charger,booked,arrival,told_departure,departure,energy_kwh\n"
        "bus-7,A1,yes,2026-06-16T09:00+08:00,2026-06-16T12:00+08:00,2026-06-16T12:00+08:00,80\n",
        encoding="utf-8",
    )

    out = done("site", "incubator", *DAY, "--sessions", path, "--lang", lang).out

    assert "mine.csv" in out
    assert "bus-7" in out
    assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
