"""A workbook is read as a stream, within bounds; what it says of its own size is not believed."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from import_kit import book
from taihang.adapters.imports import workbook as module
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.workbook import Workbook
from xlsx_kit import packed, parts, row, sheet_xml, workbook

BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def opened(tmp_path: Path, data: bytes) -> Workbook:
    (tmp_path / "a.xlsx").write_bytes(data)
    return Workbook(tmp_path / "a.xlsx", name="a.xlsx")


def test_workbook__a_lying_dimension_hides_no_row(tmp_path: Path) -> None:
    rows = "".join(row(n, ("t", n)) for n in range(1, 301))
    lying = sheet_xml(rows).replace('ref="A1:A1"', 'ref="A1:XFD1048576"')

    found = list(opened(tmp_path, workbook(**{"xl/worksheets/sheet1.xml": lying})).rows(""))

    assert len(found) == 300
    assert found[-1] == (300, ["t", "300"])


def test_workbook__rows_keep_their_numbers_over_empty_ones(tmp_path: Path) -> None:
    data = book([["time", "kW"], [], [None, 5]], sheet="数据")

    opened_book = opened(tmp_path, data)

    assert opened_book.sheets == ("数据",)
    assert list(opened_book.rows("数据")) == [(1, ["time", "kW"]), (3, ["", "5"])]


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels"])
def test_workbook__a_document_type_is_refused_before_any_entity(tmp_path: Path, part: str) -> None:
    content = parts()[part]
    head, mark, tail = content.partition("<worksheet" if "worksheet" in content else "<")
    hostile = packed(parts() | {part: f"{head}{BOMB}{mark}{tail.replace('</t>', '&c;</t>')}"})

    with pytest.raises(TableUnreadableError, match="a document type"):
        list(opened(tmp_path, hostile).rows(""))


def test_workbook__a_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    hostile = packed(parts() | {"xl/media/a.bin": b"0" * 30_000_000})

    with pytest.raises(TableUnreadableError, match=r"packed \d+ times"):
        opened(tmp_path, hostile)


@pytest.mark.parametrize(("name", "most"), [("MAX_UNPACKED_BYTES", 100), ("MAX_PARTS", 3)])
def test_workbook__one_more_than_its_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(module, name, most)

    with pytest.raises(TableUnreadableError, match=f"at most {most}"):
        opened(tmp_path, workbook())


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"time,kwh\n"])
def test_workbook__what_is_none_is_told(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TableUnreadableError, match=r"a\.xlsx"):
        opened(tmp_path, data)


def test_workbook__a_part_that_is_cut_off_is_told(tmp_path: Path) -> None:
    whole = BytesIO(workbook(row(1, ("a" * 5_000, "b" * 5_000))))
    with zipfile.ZipFile(whole) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(whole.getvalue())
    data[info.header_offset + 60] ^= 0xFF

    with pytest.raises(TableUnreadableError, match=r"sheet1\.xml"):
        list(opened(tmp_path, bytes(data)).rows(""))


def test_workbook__elements_without_end_are_refused(tmp_path: Path) -> None:
    deep = sheet_xml("<row>" * 200 + "</row>" * 200)

    with pytest.raises(TableUnreadableError, match="without end"):
        list(opened(tmp_path, workbook(**{"xl/worksheets/sheet1.xml": deep})).rows(""))


def test_workbook__an_unknown_sheet_names_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(TableUnreadableError, match="负荷"):
        list(opened(tmp_path, book([["a"]])).rows("other"))
