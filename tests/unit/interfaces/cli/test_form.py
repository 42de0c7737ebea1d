"""`taihang form`: an empty form, a look at a filled one, and taking it in."""

import json
from pathlib import Path
from typing import cast

import pytest

from command_line import done, taihang
from taihang.core.activity.form import COLUMNS
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import units
from taihang.interfaces.cli.form import lists_sheets
from taihang.interfaces.form_words import form_words
from xlsx_kit import library_workbook

CSV = "id,subject,period,item,flow,amount,unit\na,park,2026-06,diesel,consumed,{},t\n"


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """An empty park."""
    done("new", tmp_path / "park", "--template", "changzhi")
    return tmp_path / "park"


def written(tmp_path: Path, amount: str = "3.5") -> Path:
    path = tmp_path / "f.csv"
    path.write_text(CSV.format(amount), encoding="utf-8")
    return path


def test_form_words__name_every_column_flow_and_unit_in_both_languages() -> None:
    words = form_words()

    assert set(words.headings.values()) == set(COLUMNS)
    assert set(words.flows.values()) == set(Flow)
    assert set(words.units.values()) == set(units())
    assert (words.units["万标立方米"], words.units["万Nm3"], words.units["m3"]) == (
        "10⁴Nm³",
        "10⁴Nm³",
        "m³",
    )
    assert words.flows["消费"] is Flow.CONSUMED


def test_form__takes_a_file_with_its_proof(park: Path, tmp_path: Path) -> None:
    proof = tmp_path / "invoice.pdf"
    proof.write_bytes(b"%PDF")
    path = written(tmp_path)

    looked = done("form", park, path, "--dry-run", "--json").facts
    first = done("form", park, path, "--evidence", proof, "--json").facts
    again = done("form", park, path, "--evidence", proof, "--json").facts

    assert (looked["new"], looked["stored"]) == (["a.v1"], False)
    assert (first["new"], first["known"]) == (["a.v1"], [])
    assert (again["new"], again["known"]) == ([], ["a.v1"])
    assert len(list((park / "evidence").iterdir())) == 2
    assert done("audit", park, "--json").facts["findings"] == []


def test_form__says_everything_that_is_wrong_and_stores_nothing(park: Path, tmp_path: Path) -> None:
    ended = taihang("form", park, written(tmp_path, "1e400"))

    ended.refused("input.form", "f.csv", "row 2, column 6: amount: plain text '1e400'")
    assert not (park / "evidence").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_form__takes_the_template_that_it_writes(park: Path, tmp_path: Path, lang: str) -> None:
    path = tmp_path / "empty.xlsx"
    done("form", park, "--template", path, "--lang", lang)
    heads = {name: heading for heading, name in form_words().headings.items()}
    assert path.stat().st_size > 4_000
    taihang("form", park, path).refused("input.form", "0 rows")

    filled = tmp_path / "filled.xlsx"
    line = ("w1", "park", "2026-06", "新水", "购进", 1200, "吨")
    head = [heads[name] for name in COLUMNS[: len(line)]]
    filled.write_bytes(library_workbook({"Sheet1": (head, line)}))

    assert done("form", park, filled, "--json").facts["new"] == ["w1.v1"]


def test_form__writes_no_template_over_a_file(park: Path, tmp_path: Path) -> None:
    path = written(tmp_path)

    taihang("form", park, "--template", path).refused("link.file", "f.csv")
    taihang("form", park, "--template", tmp_path / "f.doc").refused("input.form-template", ".doc")
    assert path.read_text(encoding="utf-8") == CSV.format("3.5")


def test_form__needs_a_file_or_a_template(park: Path, tmp_path: Path) -> None:
    taihang("form", park).refused("input.words")
    path = written(tmp_path)
    taihang("form", park, path, "--template", tmp_path / "x.csv").refused("input.words")


def test_form__tells_machines_why_not(park: Path, tmp_path: Path) -> None:
    ended = taihang("form", park, written(tmp_path, "-1"), "--json")

    facts = json.loads(ended.out)
    assert (ended.code, facts["code"]) == (1, "input.form")
    assert "row 2, column 6" in facts["remedy"]


def test_lists_sheets__are_those_of_the_template() -> None:
    assert lists_sheets() == {"名单", "Lists"}


def test_form__withdraws_what_was_handed_in_and_shows_it(park: Path, tmp_path: Path) -> None:
    path = written(tmp_path)
    done("form", park, path)

    facts = done("form", park, path, "--withdraw", "wrong site", "--who", "Li Wei", "--json").facts
    listed = done("forms", park, "--month", "2026-06", "--json").facts
    told = done("forms", park, "--month", "2026-06", "--lang", "en").out

    assert (facts["withdrawn"], facts["restated"]) == (["a.v2"], 0)
    assert listed["lines"] == []
    assert "withdrawn a (version 2, was 3.5 t) by Li Wei: wrong site" in told
    taihang("form", park, path, "--withdraw", "x").refused("input.unsigned-withdrawal", "who")
    taihang("form", park, path).refused("input.form", "Li Wei withdrew")
    taihang("form", park, "--template", tmp_path / "t.csv", "--withdraw", "x").refused(
        "input.words", "--withdraw"
    )


def test_form__restates_accounts_that_were_issued(park: Path, tmp_path: Path) -> None:
    path = written(tmp_path)
    done("form", park, path)
    done("sums", park, "--year", "2026", "--issue")
    path.write_text(
        "id,subject,period,item,flow,amount,unit,version,reason\n"
        "a,park,2026-06,diesel,consumed,4.5,t,2,read again\n",
        encoding="utf-8",
    )

    again = done("form", park, path, "--json").facts
    once_more = done("form", park, path, "--json").facts
    found = done("restatements", park, "--year", "2026", "--json").facts

    assert (again["new"], once_more["restated"]) == (["a.v2"], 0)
    steps = cast("list[dict[str, object]]", found["restatements"])
    assert again["restated"] == len(steps)
    assert "park-inventory.park.2026.v2" in {step["now"] for step in steps}
    assert done("audit", park, "--json").facts["findings"] == []
