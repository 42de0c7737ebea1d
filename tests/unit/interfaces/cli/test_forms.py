"""`taihang forms` tells of lines, versions, missing months and questions."""

from pathlib import Path
from typing import cast

import pytest

from command_line import done, taihang
from taihang.core.activity.question import Ask
from taihang.interfaces.catalogue import LANGS, Lang, text

HEAD = "id,subject,period,item,flow,amount,unit,version,reason\n"
MONTHS = "".join(f"g{m},E01,2026-0{m},natural-gas,consumed,12.8,10⁴Nm³,,\n" for m in (1, 2, 3, 4))


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """A park with five lines, one of them said again with a slip of the unit."""
    park = tmp_path / "park"
    done("new", park, "--template", "changzhi")
    again = "g4,E01,2026-04,natural-gas,consumed,128000,10⁴Nm³,2,单位写错\n"
    for number, rows in enumerate((MONTHS, again)):
        path = tmp_path / f"{number}.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        done("form", park, path)
    return park


def listed(*words: str | Path) -> dict[str, list[dict[str, object]]]:
    return cast("dict[str, list[dict[str, object]]]", done(*words, "--json").facts)


def test_forms__lists_lines_versions_missing_months_and_questions(park: Path) -> None:
    facts = listed("forms", park, "--year", "2026")
    told = done("forms", park, "--year", "2026", "--lang", "en").out

    assert [line["id"] for line in facts["lines"]] == ["g1", "g2", "g3", "g4"]
    assert [(q["ask"], q["lines"]) for q in facts["questions"]] == [("unit-slip", ["g4"])]
    assert "2026: 4 lines" in told
    assert "version 2, was 12.8 10⁴Nm³: 单位写错" in told
    assert "missing: E01 natural-gas consumed: 2026-05 2026-06" in told
    assert "question: g4 is ten times" in told


def test_forms__of_one_subject_and_month(park: Path) -> None:
    month = listed("forms", park, "--month", "2026-03", "--subject", "E01")
    nobody = listed("forms", park, "--month", "2026-03", "--subject", "E02")

    assert [line["id"] for line in month["lines"]] == ["g3"]
    assert (nobody["lines"], nobody["missing"]) == ([], [])


def test_forms__needs_a_period(park: Path) -> None:
    assert taihang("forms", park).code == 2


def test_every_question_has_its_words() -> None:
    assert all(
        text(f"form.ask.{ask.value}", lang, lines="a", beside="b") for ask in Ask for lang in LANGS
    )


@pytest.mark.parametrize("lang", LANGS)
def test_forms__keeps_a_long_item_apart_from_its_flow(tmp_path: Path, lang: Lang) -> None:
    park = tmp_path / "park"
    done("new", park, "--template", "changzhi")
    path = tmp_path / "lithium.csv"
    row = "l1,E01,2026-01,material.lithium-carbonate,consumed,1954.7,t,,\n"
    path.write_text(HEAD + row, encoding="utf-8")
    done("form", park, path)

    told = done("forms", park, "--month", "2026-01", "--lang", lang).out

    (line,) = (each for each in told.splitlines() if "1,954.7" in each)
    flow = text("form.flow.consumed", lang)
    assert line.split()[:4] == ["2026-01", "E01", "material.lithium-carbonate", flow]
