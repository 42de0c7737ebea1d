"""``taihang size``: both languages, 80 columns, the same for machines, and a refusal that helps."""

import json
from pathlib import Path

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
