import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import fastjsonschema
import pytest

import annual_kit
from command_line import DemoPark, done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

SCHEMA: Final = Path(__file__).parents[4] / "docs" / "formats" / "report.schema.json"
MONTH: Final = ("--month", "2026-09")
_FIRST_BYTES: Final = {"html": b"<!doctype html>", "xlsx": b"PK", "pdf": b"%PDF-", "json": b"{"}


def _machine_form(root: Path, *words: str) -> dict[str, Any]:
    facts = done("report", root, *words, "--format", "json", "--json").facts
    return dict(json.loads(Path(str(facts["file"])).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def park(demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, for reports are written into the park."""
    return demo_park.copy(tmp_path_factory.mktemp("reports") / "park")


@pytest.mark.parametrize("form", _FIRST_BYTES)
def test_report__writes_a_file_into_the_park_and_says_its_code(form: str, park: Path) -> None:
    facts = done("report", park, *MONTH, "--format", form, "--json").facts

    file = Path(str(facts["file"]))
    assert file == park / "reports" / f"park.2026-09.zh.{form}"
    assert file.read_bytes().startswith(_FIRST_BYTES[form])
    assert file.stat().st_size == facts["bytes"]
    assert facts["code"] == _machine_form(park, *MONTH)["code"]
    assert int(str(facts["statements"])) > 200


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("words", [MONTH, ("--year", "2026"), (*MONTH, "--enterprise", "E17")])
def test_report__machine_form_keeps_its_published_schema(
    words: tuple[str, ...], lang: Lang, park: Path
) -> None:
    check = fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))
    form = _machine_form(park, *words, "--lang", lang)

    assert check(form) == form
    no_figure: list[dict[str, str]] = [{}]
    for broken in ({**form, "extra": 1}, {**form, "code": "x"}, {**form, "figures": no_figure}):
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            check(broken)


def test_report__of_a_year_keeps_its_published_schema(tmp_path: Path) -> None:
    root = annual_kit.make(tmp_path / "park")
    check = fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))
    asked = [("inventory",), ("inventory", "--enterprise", "E01"), ("zero-carbon",)]
    for kind in asked:
        for lang in LANGS:
            form = _machine_form(root, "--year", "2026", "--kind", *kind, "--lang", lang)
            assert check(form) == form


def test_report__of_an_enterprise_sums_its_bill(park: Path) -> None:
    form = _machine_form(park, *MONTH, "--enterprise", "E17")

    (bill,) = (each for each in form["sections"] if each["title"] == "电费账单")
    *lines, total = bill["tables"][0]["rows"]
    amounts = [row[5]["value"] for row in lines if "value" in row[5]]
    assert len(amounts) > 20
    fen = sum(round(float(amount) * 100) for amount in amounts)
    assert fen == round(float(total[5]["value"]) * 100)
    assert total[5]["statement"] == "bill.E17.2026-09.v1"


@pytest.mark.parametrize("form", _FIRST_BYTES)
@pytest.mark.parametrize("lang", LANGS)
def test_report__of_any_statement_says_all_of_it(form: str, lang: Lang, park: Path) -> None:
    kinds = ("energy.E17", "scope2-market.E17", "bill.E17", "ratios-650.park")
    check = fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for of in kinds:
        statement = f"{of}.2026-09"
        words = ("--statement", statement, "--format", form, "--lang", lang)
        facts = done("report", park, *words, "--json").facts
        assert Path(str(facts["file"])).name == f"{statement}.v1.{lang}.{form}"
        assert facts["statements"] == 1
        if form == "json":
            said = json.loads(Path(str(facts["file"])).read_text(encoding="utf-8"))
            assert check(said)["references"][0]["id"] == f"{statement}.v1"
            assert len(said["sections"]) >= 2


def test_report__goes_where_it_is_told(park: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "r.html"
    done("report", park, *MONTH, "--enterprise", "E17", "--out", str(out), "--lang", "en")
    assert "E17 Demo enterprise 17" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        ((*MONTH, "--enterprise", "E99"), "state.nothing-stated", "E99"),
        (("--month", "2020-01", "--enterprise", "E17"), "state.nothing-stated", "2020-01"),
        (("--year", "2026", "--enterprise", "E17"), "input.words", "--month"),
        (("--month", "2020-01", "--format", "html"), "state.not-reportable", "2020-01"),
        (("--statement", "energy.E99.2026-09"), "state.unknown-statement", "E99"),
    ],
)
def test_report__refuses_in_words(words: tuple[str, ...], code: str, part: str, park: Path) -> None:
    taihang("report", park, *words).refused(code, part)


def test_report__its_templates_are_in_the_wheel() -> None:
    folder = files("taihang.interfaces.reports").joinpath("templates")
    names = sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))
    assert {"report.css", "report.html", "report.typ"} <= {*names}
