"""``taihang control``: both languages, 80 columns, a file between runs, the same for machines."""

from pathlib import Path
from typing import Any, cast

import pytest

from command_line import done, taihang
from park_case import column, write_problem
from rolling_park import long_assets
from taihang.core.dispatch.outlook import Notice
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.control import notice_words
from taihang.interfaces.text_width import width_of

HOURS = 60
NAMES = {
    "load_kw": "load_kw",
    "available_ratio": "sun_ratio",
    "import_price_cny_per_kwh": "buys_cny_per_kwh",
    "export_price_cny_per_kwh": "sells_cny_per_kwh",
}


def _problem(folder: Path, *, gaps: tuple[int, ...] = ()) -> Path:
    series, assets = dict[str, list[float]](), list[Any]()
    for kind, fields in long_assets(n=HOURS):
        own = dict(fields)
        for field, values in fields.items():
            if isinstance(values, list):
                series[NAMES[field]] = cast("list[float]", values)
                own[field] = column(NAMES[field])
        assets.append((kind, own))
    path = write_problem(folder, assets, series=series, n_steps=HOURS)
    rows = (folder / "series.csv").read_text(encoding="utf-8").splitlines()
    for at in gaps:
        cells = rows[at + 1].split(",")
        cells[3] = ""
        rows[at + 1] = ",".join(cells)
    (folder / "series.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", LANGS)
def test_control__tells_what_each_cycle_answered_within_80_columns(
    tmp_path: Path, lang: Lang
) -> None:
    path = _problem(tmp_path, gaps=(2,))

    out = done("control", path, "--cycles", "4", "--window", "24", "--lang", lang).out

    assert max(width_of(line) for line in out.splitlines()) <= 80
    assert ("最优", "optimal")[lang == "en"] in out
    assert ("回退", "fallback")[lang == "en"] in out
    assert "import_price_cny_per_kwh" in out


def test_control__goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    path, memory = _problem(tmp_path), tmp_path / "memory.json"
    words = ("control", path, "--window", "24", "--memory", memory, "--json")

    first = done(*words, "--cycles", "2").facts
    second = done(*words).facts
    whole = done("control", path, "--window", "24", "--cycles", "3", "--json").facts

    parts = cast("list[Any]", first["answers"]) + cast("list[Any]", second["answers"])
    due = cast("list[Any]", whole["answers"])
    assert [one["at_s"] for one in parts] == [one["at_s"] for one in due]
    # The first step of a run starts cold: the same optimum, rounded another way.
    assert [one["upper_cny"] for one in parts] == pytest.approx([one["upper_cny"] for one in due])
    assert {one["kind"] for one in parts} == {"optimal"}


def test_control__a_damaged_memory_is_kept_aside_and_said(tmp_path: Path) -> None:
    path, memory = _problem(tmp_path), tmp_path / "memory.json"
    memory.write_text('{"format": "taihang/control-state/v1", "at_s": 13', encoding="utf-8")

    out = done("control", path, "--window", "24", "--memory", memory, "--lang", "en").out

    assert "memory.json.damaged" in out
    assert (tmp_path / "memory.json.damaged").read_text(encoding="utf-8").endswith("13")
    assert memory.exists()


def test_control__starts_from_what_was_measured(tmp_path: Path) -> None:
    path, now = _problem(tmp_path), tmp_path / "now.toml"
    now.write_text(
        "at = 2012-01-01T09:20:00+08:00\nalarms = []\n"
        '[level_ratio]\nbat = 0.04\n[so_far_kw]\npeak = "none"\n',
        encoding="utf-8",
    )

    facts = done("control", path, "--window", "24", "--measured", now, "--json").facts

    answer = cast("list[Any]", facts["answers"])[0]
    keys = [one["key"] for one in answer["notices"]]
    assert keys == ["level-outside", "peak-unknown", "outside"][: len(keys)]
    assert answer["set_points"]["bat.charge_kw"] > 0.0


@pytest.mark.parametrize(
    "words",
    [("--cycles", "0"), ("--window", "-1"), ("--deadline", "0.01"), ("--deadline", "soon")],
)
def test_control__refuses_numbers_out_of_range(tmp_path: Path, words: tuple[str, str]) -> None:
    ran = taihang("control", _problem(tmp_path), *words, "--json")

    assert ran.code == 1
    assert ran.facts["code"] == "input.cycles"


@pytest.mark.parametrize("lang", LANGS)
def test_notice_words__name_rules_and_repairs(lang: Lang) -> None:
    refused = Notice("safe-rule-refused", {"rules": "balance a, import gate"})
    breach = Notice(
        "breach",
        {
            "kind": "import",
            "time": "2026-06-01 18:00",
            "asset": "gate",
            "limit": "100.0",
            "needed": "120.0",
            "over": "20.0",
            "energy": "5.0",
            "intervals": "1",
        },
    )

    assert "gate" in notice_words(refused, lang)
    assert "balance a" not in notice_words(refused, "zh")
    assert "the balance of the bus (a)" in notice_words(refused, "en")
    assert "120.0" in notice_words(breach, lang)
