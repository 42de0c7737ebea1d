"""Workbooks for tests, part by part: as spreadsheets write them, and as nobody should."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD: Final = ("id", "subject", "period", "item", "flow", "amount", "unit")
LINE: Final = ("a", "E01", "2026-06", "natural-gas", "consumed", 12.8, "10⁴Nm³")


def cell(at: str, value: object) -> str:
    """One cell: text inline, a number as a number."""
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def row(number: int, values: tuple[object, ...], more: str = "") -> str:
    """One row of cells from column A on."""
    cells = "".join(cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(values))
    return f'<row r="{number}"{more}>{cells}</row>'


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    """The part of one sheet."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}">'
        f'<dimension ref="A1:A1"/>{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def book_xml(sheets: str = '<sheet name="S" sheetId="1" r:id="rId1"/>', more: str = "") -> str:
    """The part that lists the sheets."""
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>{more}</workbook>'
    )


def rels(*entries: tuple[str, str, str], more: str = "") -> str:
    """A part of relations: id, kind, target."""
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, kind, target in entries
    )
    return f'<Relationships xmlns="{_RELS}">{listed}{more}</Relationships>'


def parts(rows: str = "", **changes: str) -> dict[str, str]:
    """The parts of a sound workbook with one sheet of some rows."""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book_xml(),
        "xl/_rels/workbook.xml.rels": rels(("rId1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": sheet_xml(rows or row(1, HEAD) + row(2, LINE)),
        **changes,
    }


def packed(contents: Mapping[str, str | bytes]) -> bytes:
    """Parts as one file."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return data.getvalue()


def workbook(rows: str = "", **changes: str) -> bytes:
    """A workbook with one sheet of some rows, some parts of which are others."""
    return packed(parts(rows, **changes))


def with_sheet(part: str) -> bytes:
    """A workbook whose one sheet is this part."""
    return packed({**parts(), "xl/worksheets/sheet1.xml": part})


def library_workbook(sheets: Mapping[str, Sequence[Sequence[str | float]]]) -> bytes:
    """A workbook as a library writes it: sheets by name, rows of values."""
    data = BytesIO()
    book = Workbook(data, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)  # pyright: ignore[reportUnknownMemberType]
        for at, values in enumerate(rows):
            sheet.write_row(at, 0, values)  # pyright: ignore[reportUnknownMemberType]
    book.close()
    return data.getvalue()
