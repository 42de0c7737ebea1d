import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest

from command_line import DemoPark
from report_kit import HOSTILE, KINDS, drawn_up, hostile_report
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.inert import inert
from taihang.interfaces.reports.document import cells_of
from taihang.interfaces.reports.xlsx import xlsx_of


def _parts(data: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(data)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def _words(parts: dict[str, str]) -> list[str]:
    found = re.findall(r"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"], re.DOTALL)
    return [unescape(each) for each in found]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_xlsx_of__holds_every_number_twice(kind: str, lang: Lang, demo_park: DemoPark) -> None:
    document = drawn_up(demo_park.root, kind, lang)
    data = xlsx_of(document)
    parts = _parts(data)

    assert data == xlsx_of(document)
    numbers = [cell for cell in cells_of(document) if cell.value is not None]
    sheets = [parts[name] for name in sorted(parts) if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(document.sections) + 3
    cells = (re.findall(r"<c r=\"\w+\" s=\"\d+\"><v>(.*?)</v>", sheet) for sheet in sheets)
    as_floats = [float(value) for found in cells for value in found]
    # The file format holds 16 digits.
    assert sorted(as_floats) == pytest.approx(
        sorted(float(cell.value or 0) for cell in numbers), rel=1e-15
    )
    exact = {f"{cell.value:f}" for cell in numbers}
    assert exact <= set(_words(parts))
    assert {each.id for each in document.references} <= set(_words(parts))
    assert document.code in _words(parts)


def test_xlsx_of__hostile_names_are_words(demo_park: DemoPark) -> None:
    parts = _parts(xlsx_of(hostile_report(drawn_up(demo_park.root, "park-period", "en"))))

    assert {inert(name) for name in HOSTILE} <= set(_words(parts))
    assert not [name for name, part in parts.items() if "<f>" in part or "<hyperlink" in part]
    assert not [name for name in parts if "external" in name.lower() or "vba" in name.lower()]


def test_xlsx_of__names_of_sheets_are_ones_that_excel_takes(demo_park: DemoPark) -> None:
    document = hostile_report(drawn_up(demo_park.root, "park-period", "zh"))
    twice = replace(document, sections=(*document.sections, *document.sections))
    names = re.findall(r"<sheet name=\"(.*?)\"", _parts(xlsx_of(twice))["xl/workbook.xml"])
    assert len(names) == len(set(names)) == len(twice.sections) + 3
    assert max(map(len, map(unescape, names))) <= 31
    assert text("report.sheet.figures", "zh") in names
