"""The page of a score says what the command says, and quotes the statement that says the same."""

import json
from pathlib import Path
from typing import Any

import pytest

import score_kit
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

WORDS = ("--kind", "score", "--year", score_kit.YEAR, "--raise-by", "2", "--format", "json")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tables = score_kit.with_product(score_kit.MEASURES)
    return score_kit.make(tmp_path_factory.mktemp("page") / "park", *tables)


def page(root: Path, *words: str, lang: Lang = "en") -> dict[str, Any]:
    out = root.parent / "page.json"
    done("report", root, *WORDS, *words, "--lang", lang, "--out", out)
    return json.loads(out.read_text(encoding="utf-8"))


def values(found: dict[str, Any]) -> list[str]:
    return [figure.get("value", figure.get("words")) for figure in found["figures"]]


@pytest.mark.parametrize("subject", ["park", "E02", "AL1"])
def test_score_period__has_the_numbers_of_the_command(root: Path, subject: str) -> None:
    told = done("score", root, "--year", score_kit.YEAR, "--of", subject, "--json").out
    (said,) = json.loads(told)["scores"]

    if subject == "AL1":
        out = root.parent / "product.json"
        words = [*WORDS[:4], *WORDS[6:]]
        done("report", root, *words, "--of", subject, "--out", out)
        found = json.loads(out.read_text(encoding="utf-8"))
    else:
        found = page(root, "--of", subject)

    ratio, _, volume, load, matched, market, place = values(found)
    assert float(ratio) == pytest.approx(100 * float(said["value"]), abs=0.005)
    assert float(volume) == pytest.approx(100 * float(said["volumetric_ratio"]), abs=0.005)
    assert (float(load), float(matched)) == (said["load_wh"] / 1e6, said["matched_wh"] / 1e6)
    assert (market, place) == (said["market_hourly_t"], said["location_t"])


def test_score_period__has_the_measures_of_the_command(root: Path) -> None:
    words = ("--year", score_kit.YEAR, "--of", "E02", "--raise-by", "2", "--json")
    said = json.loads(done("score", root, *words).out)["raise"]["measures"]

    found = page(root, "--of", "E02")

    (table,) = next(s for s in found["sections"] if "2 points" in s["title"])["tables"]
    costs = [row[2].get("value") for row in table["rows"]]
    assert len(costs) == 4
    for cost, one in zip(costs, said, strict=True):
        expected = one["cost_cny_per_year"]
        assert (cost is None) == (expected is None)
        assert cost is None or float(cost) == pytest.approx(float(expected) / 10_000)


def test_score_period__quotes_a_statement_only_once_it_is_issued(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park", score_kit.MEASURES)
    before = page(root, "--of", "E02")
    done("score", root, "--year", score_kit.YEAR, "--issue")

    after = page(root, "--of", "E02")

    assert before["references"] == []
    assert [each["id"] for each in after["references"]] == [f"cfe.E02.{score_kit.YEAR}.v1"]
    assert values(before) == values(after)


@pytest.mark.parametrize("lang", LANGS)
def test_score_period__of_the_park_has_everybody(root: Path, lang: Lang) -> None:
    found = page(root, lang=lang)

    rows = [
        [cell.get("words") for cell in row]
        for section in found["sections"]
        for table in section["tables"]
        for row in table["rows"]
    ]
    assert {row[0] for row in rows} >= {"park", "E01", "E02", "AL1", "AL2"}


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_score_period__draws_every_hour(root: Path, form: str) -> None:
    out = root.parent / f"page.{form}"
    words = [*WORDS[:-1], form]
    found = taihang("report", root, *words, "--out", out)

    assert found.code == 0, found.err
    assert out.stat().st_size > 20_000
    if form == "html":
        assert out.read_text(encoding="utf-8").count('<svg class="heat"') == 1
