"""``taihang size``: both languages, 80 columns, the same for machines, and a refusal that helps."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from command_line import done, taihang
from taihang.config.study_file import study_text
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of

COLUMNS = 80


def coarse(name: str, folder: Path) -> Path:
    path = folder / f"{name}.toml"
    text = study_text(name).replace("step_s = 3600", "step_s = 21600")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", LANGS)
def test_size__tells_sizes_ratios_and_reasons_within_80_columns(lang: Lang, tmp_path: Path) -> None:
    out = done("size", coarse("xingxian", tmp_path), "--lang", lang).out

    assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
    for figure in ("975 GWh", "2,600", "780", "battery-energy", "200.0 … 200.0"):
        assert figure in out


def test_size__gives_machines_and_files_the_same(tmp_path: Path) -> None:
    out = tmp_path / "answer.json"

    facts = done("size", coarse("xingxian", tmp_path), "--out", out, "--json").facts

    assert facts == json.loads(out.read_text(encoding="utf-8"))
    assert facts["generation_wh"] == 975 * 10**9


@pytest.mark.parametrize("lang", LANGS)
def test_size__says_why_the_smelter_does_not_fit(lang: Lang, tmp_path: Path) -> None:
    ended = taihang("size", coarse("xingxian-smelter", tmp_path), "--lang", lang)

    assert ended.code == 1
    assert "14.4%" in ended.out
    assert "1,050,000,000" in ended.out
    assert "3,250" in ended.out


def test_size__refuses_a_study_that_is_not_there() -> None:
    taihang("size", "nowhere.toml").refused("input.problem-file", "nowhere.toml")


@pytest.mark.parametrize(("form", "head"), [("html", b"<!doctype html>"), ("xlsx", b"PK")])
def test_size__writes_a_report_in_the_form_of_its_name(
    form: str, head: bytes, tmp_path: Path
) -> None:
    study = coarse("xingxian", tmp_path)
    short = study.read_text(encoding="utf-8").replace("project_years = 20", "project_years = 2")
    kept = short.index("[[sensitivity]]", short.index('what = "import-price"'))
    study.write_text(short[:kept], encoding="utf-8")
    out = tmp_path / f"of.{form}"

    told = done("size", study, "--report", out, "--sensitivity", "--lang", "en").out

    assert out.read_bytes().startswith(head)
    assert out.name in told


def test_size__writes_no_report_without_an_answer(tmp_path: Path) -> None:
    out = tmp_path / "of.html"

    ended = taihang("size", coarse("xingxian-smelter", tmp_path), "--report", out)

    assert ended.code == 1
    assert not out.exists()


def test_size__refuses_a_report_of_another_form(tmp_path: Path) -> None:
    taihang("size", coarse("xingxian", tmp_path), "--report", "of.docx").refused(
        "input.words", ".xlsx"
    )


def test_size__refuses_sensitivity_that_nobody_would_see(tmp_path: Path) -> None:
    taihang("size", coarse("xingxian", tmp_path), "--sensitivity").refused("input.words", "report")


@pytest.mark.parametrize(
    "words",
    [("--points", "5"), ("--points", "0"), ("--front", "feed-back", "--method", "full-lp")],
)
def test_size__refuses_words_of_a_front_that_would_change_nothing(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    taihang("size", coarse("xingxian", tmp_path), *words).refused("input.words", "--front")


def with_units(folder: Path) -> Path:
    """Roofs are free; wind comes in turbines, all else is given."""
    study = coarse("xingxian-1200", folder)
    words = study.read_text(encoding="utf-8")
    head, *rows = words.split("[[invest]]")
    given = {"pv": 460_000, "battery-power": 90_000, "battery-energy": 700_000}
    for at, row in enumerate(rows):
        name = row.split('"')[1]
        if name in given:
            size = given[name]
            kept = row.split("capex", 1)[1]
            rows[at] = f'\nid = "{name}"\nleast = {size}\nmost = {size}\ncapex{kept}'
        if name == "wind":
            rows[at] = row.replace('unit = "none"', "unit = 6250")
    study.write_text("[[invest]]".join([head, *rows]), encoding="utf-8")
    return study


def test_size__builds_whole_turbines_and_says_what_that_costs(tmp_path: Path) -> None:
    facts = cast("dict[str, Any]", done("size", with_units(tmp_path), "--json").facts)
    told = done("size", with_units(tmp_path), "--lang", "en").out

    units = facts["units"]
    size = facts["sizes"]["wind"]["size"]
    assert size == pytest.approx(6250.0 * units["counts"]["wind"], rel=1e-9)
    assert 0.0 <= units["extra_cny"] < 1e-3 * facts["total_cny"]
    assert units["gap_ratio"] <= 1e-5
    assert facts["sizes"]["wind"]["most"] == 600_000
    assert f"{units['counts']['wind']} units of 6.25 MW" in told


@pytest.mark.parametrize("lang", LANGS)
def test_size__draws_a_front_within_80_columns(lang: Lang, tmp_path: Path) -> None:
    pytest.importorskip("numba")
    study, out = coarse("xingxian-1200", tmp_path), tmp_path / "front.json"
    words = ("--front", "feed-back", "--points", "4", "--lang", lang)

    told = done("size", study, *words).out
    facts = done("size", study, *words, "--json", "--out", out).facts

    assert max(width_of(line) for line in told.splitlines()) <= COLUMNS
    assert "20.0%" in told
    assert {"zh": "未经裁判复核", "en": "not checked"}[lang] in told
    assert facts == json.loads(out.read_text(encoding="utf-8"))
    assert len(cast("list[object]", facts["points"])) == 4


def test_size__ends_with_1_where_no_point_of_a_front_is_found(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    words = ("--front", "feed-back", "--points", "2")

    ended = taihang("size", coarse("xingxian-smelter", tmp_path), *words)

    assert ended.code == 1


def test_size__compares_both_methods_where_that_is_asked(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    study = coarse("changzhi", tmp_path)

    facts = done("size", study, "--method", "both", "--json").facts
    told = done("size", study, "--method", "both", "--lang", "en").out

    assert facts["method"] == "bundle"
    assert facts["full_lp_total_cny"] == pytest.approx(facts["total_cny"], rel=1e-7)
    assert "the whole linear model finds" in told
    assert done("size", study, "--method", "full-lp", "--json").facts["method"] == "full-lp"


def test_size__says_in_a_report_of_several_years_that_it_tells_of_the_mean(tmp_path: Path) -> None:
    study, out = coarse("xingxian", tmp_path), tmp_path / "r.html"
    words = study.read_text(encoding="utf-8").replace("weather_years = 1", "weather_years = 2")
    study.write_text(words, encoding="utf-8")

    done("size", study, "--report", out, "--lang", "en")

    assert "2 years of weather together" in out.read_text(encoding="utf-8")
