"""``taihang offer``: a sheet of two pages, the same numbers in every form, a pipeline."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import offer_kit
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

YEAR = ("--year", offer_kit.YEAR)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offers")
    (folder / "pj1.toml").write_text(offer_kit.PROJECT, encoding="utf-8")
    pipeline = folder / "pipeline"
    pipeline.mkdir()
    for name in ("PA", "PB"):
        text = offer_kit.PROJECT.replace('"PJ1"', f'"{name}"')
        (pipeline / f"{name}.toml").write_text(text, encoding="utf-8")
    return offer_kit.make(folder / "park", offer_kit.BILLING, offer_kit.ADMISSION)


def project(root: Path) -> Path:
    return root.parent / "pj1.toml"


def sheet(root: Path, *words: str, lang: Lang = "en") -> dict[str, Any]:
    return json.loads(done("offer", root, *words, *YEAR, "--lang", lang, "--json").out)


def figures(found: dict[str, Any]) -> dict[str, str]:
    return {each["label"]: each.get("printed", each.get("words")) for each in found["figures"]}


@pytest.mark.parametrize("lang", LANGS)
def test_offer__tells_share_price_carbon_ratios_and_admission(root: Path, lang: Lang) -> None:
    told = done("offer", root, project(root), *YEAR, "--lang", lang).out

    for words in ("1,200.0 MWh", "R_green", "2026-08-01", "147"):
        assert words in told
    # Cement is a good whose indirect emissions count.
    assert {"zh": "计入", "en": "counts"}[lang] in told


def test_offer__names_no_neighbour(root: Path) -> None:
    told = done("offer", root, project(root), *YEAR, "--lang", "en").out

    for name in ("E01", "E02", "Plant A", "Plant B"):
        assert name not in told


def test_offer__has_the_same_numbers_in_every_form(root: Path, tmp_path: Path) -> None:
    found = sheet(root, str(project(root)))
    out = tmp_path / "offer.html"
    done("offer", root, project(root), *YEAR, "--format", "html", "--lang", "en", "--out", out)
    page = out.read_text(encoding="utf-8")

    assert found["code"] in page
    for value in figures(found).values():
        assert value in page
    assert page.count('<svg class="heat"') == 1


@pytest.mark.parametrize("lang", LANGS)
def test_offer__is_a_sheet_of_two_pages(root: Path, tmp_path: Path, lang: Lang) -> None:
    out = tmp_path / "offer.pdf"
    words = ("--format", "pdf", "--lang", lang, "--out", out)

    found = taihang("offer", root, project(root), *YEAR, *words)

    assert found.code == 0, found.err
    assert len(re.findall(rb"/Type\s*/Page\b", out.read_bytes())) == 2
    assert out.stat().st_size > 20_000


def test_offer__of_a_pipeline_adds_up(root: Path) -> None:
    found = sheet(root, "--pipeline", str(root.parent / "pipeline"))

    said = figures(found)
    assert said["Projects"] == "2"
    # Two projects of 6.5 bn CNY signed and 7.2 bn CNY a year.
    assert (said["Investment"], said["Output a year"]) == ("13.00", "14.40")
    assert said["Electricity in all"] == "2,400.0"
    (table, *_) = found["sections"][0]["tables"]
    assert len(table["rows"]) == 3
    assert table["sums"] == 1


def test_offer__reads_a_profile_beside_the_project(root: Path, tmp_path: Path) -> None:
    text = offer_kit.PROJECT.replace('shape = "day-shift"', 'profile = "a.csv"')
    (tmp_path / "pj.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a.csv").write_text("kw\n" + "100\n" * 8_760, encoding="utf-8")

    found = sheet(root, str(tmp_path / "pj.toml"))

    assert figures(found)["Electricity a year"] == "1,200.0"


@pytest.mark.parametrize(
    ("change", "words", "code"),
    [
        (("", ""), ("--pipeline", "."), "input.words"),
        (('"GT"', '"X"'), (), "input.candidate-place"),
        (('"day-shift"', '"never"'), (), "input.candidate-file"),
        (("= 1000", "= 100"), (), "input.candidate-load"),
        (('shape = "day-shift"', 'profile = "../a.csv"'), (), "input.pipeline"),
        (('shape = "day-shift"', 'profile = "none.csv"'), (), "link.file"),
    ],
)
def test_offer__refuses_what_cannot_be_offered(
    root: Path, tmp_path: Path, change: tuple[str, str], words: tuple[str, ...], code: str
) -> None:
    file = tmp_path / "pj.toml"
    text = offer_kit.PROJECT.replace(*change) if change[0] else offer_kit.PROJECT
    file.write_text(text, encoding="utf-8")

    found = taihang("offer", root, file, *words, *YEAR, "--json")

    assert (found.code, json.loads(found.out)["code"]) == (1, code)


def test_offer__refuses_a_folder_without_projects(root: Path, tmp_path: Path) -> None:
    found = taihang("offer", root, "--pipeline", tmp_path, *YEAR, "--json")

    assert json.loads(found.out)["code"] == "input.pipeline"
