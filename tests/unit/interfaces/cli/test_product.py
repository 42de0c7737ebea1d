"""``taihang footprint`` and ``cbam``: two languages, and workbooks of issued statements only."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

import small_park
from command_line import done, taihang
from product_kit import JUNE, PROCESS, SHEET, TABLES, fill_june, written
from taihang.interfaces.catalogue import LANGS, Lang, text


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = written(small_park.make(tmp_path / "park"), TABLES)
    with small_park.opened(root) as ports:
        fill_june(ports)
    return root


def parts(file: Path) -> dict[str, str]:
    with ZipFile(BytesIO(file.read_bytes())) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


@pytest.mark.parametrize("lang", LANGS)
def test_footprint__tells_every_line_and_the_source_of_electricity(park: Path, lang: Lang) -> None:
    told = done("footprint", park, "--month", JUNE, "--lang", lang).out

    assert "14,606.35 kgCO2e/t" in told
    assert told.count("14,606.35") == 2
    assert "…" not in told
    assert "PV01" in told
    assert " ! " not in told


@pytest.mark.parametrize("lang", LANGS)
def test_cbam__tells_both_parts_and_what_counts(park: Path, lang: Lang) -> None:
    told = done("cbam", park, "--month", JUNE, "--lang", lang).out

    # By hand in tests/unit/services/test_cbam_account.py.
    assert "2.2691" in told
    assert "11.3651" in told


@pytest.mark.parametrize("lang", LANGS)
def test_cbam__names_gaps_in_words(park: Path, lang: Lang) -> None:
    told = done("cbam", park, "--year", "2026", "--lang", lang).out

    flow = text("form.flow.output", lang)
    assert f" ! product.profile {flow}" in told
    assert "2026-05" in told


def test_cbam__writes_a_workbook_that_quotes_its_statements(park: Path, tmp_path: Path) -> None:
    file = tmp_path / "cbam.xlsx"

    found = json.loads(done("cbam", park, "--month", JUNE, "--issue", "--out", file, "--json").out)

    (account,) = found["accounts"]
    assert (account["series"], found["issued"]) == (f"cbam.AL1.{JUNE}", True)
    book = parts(file)
    names = book["xl/workbook.xml"]
    for sheet in ("设施", "排放", "产品", "前体与原燃料", "电力来源", "证据清单"):
        assert sheet in names
    words = book["xl/sharedStrings.xml"]
    assert f"cbam.AL1.{JUNE}.v1" in words
    assert f"scope2-market.E01.{JUNE}.v1" in words
    assert "7604 29 90" in words
    assert str(found["code"]) in words


def test_footprint__writes_a_page(park: Path, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "footprint.html"

    done("footprint", park, "--month", JUNE, "--issue", "--out", file, "--lang", "en")

    page = file.read_text("utf-8")
    assert "14,606.35" in page
    assert "Aluminium sheet" in page


def test_out__is_refused_of_what_is_not_issued_or_behind(park: Path, tmp_path: Path) -> None:
    file = tmp_path / "cbam.xlsx"

    taihang("cbam", park, "--month", JUNE, "--out", file).refused(
        "state.unissued-product-account", "is not issued"
    )
    done("cbam", park, "--month", JUNE, "--issue")
    text = (park / "park.toml").read_text("utf-8")
    (park / "park.toml").write_text(text.replace('"1.6"', '"1.7"'), encoding="utf-8")
    taihang("cbam", park, "--month", JUNE, "--out", file).refused(
        "state.unissued-product-account", "something else today"
    )

    assert not file.exists()


def test_product__that_is_none_is_refused(park: Path) -> None:
    taihang("cbam", park, "--month", JUNE, "--product", "AL2").refused(
        "state.no-product-account", "AL1"
    )
    taihang("footprint", park, "--month", JUNE, "--enterprise", "E02").refused(
        "state.no-product-account"
    )


def test_out__takes_two_forms_only(park: Path) -> None:
    taihang("cbam", park, "--month", JUNE, "--out", "cbam.pdf").refused("input.workbook-form")


def test_footprint__says_the_same_for_machines(park: Path) -> None:
    told = done("footprint", park, "--month", JUNE, "--product", "AL1", "--json").out

    (account,) = json.loads(told)["accounts"]
    # By hand in tests/unit/services/test_product_account.py.
    assert account["value"] == "14606.348"


def test_out__of_several_enterprises_is_refused_before_anything_is_issued(tmp_path: Path) -> None:
    others = PROCESS.replace("P1", "P2").replace("E01", "E02").replace("physical", "avoided")
    sheet = SHEET.replace("P1", "P2").replace("AL2", "AL3")
    root = written(small_park.make(tmp_path / "park"), (*TABLES, others, sheet))
    out = tmp_path / "both.xlsx"

    run = taihang("footprint", root, "--month", JUNE, "--issue", "--out", out)

    run.refused("state.no-product-account", "E01, E02")
    with small_park.opened(root, writing=False) as ports:
        issued = [one.series for one in ports.registry.latest_statements(JUNE)]
    assert issued == []
