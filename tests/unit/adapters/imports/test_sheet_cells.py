"""Cells of a sheet become text: numbers as they are shown, days as ISO, formulas by their value."""

from pathlib import Path

import pytest

from import_kit import book
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.workbook import Workbook
from xlsx_kit import cell, workbook


def rows_of(tmp_path: Path, data: bytes) -> list[list[str]]:
    (tmp_path / "a.xlsx").write_bytes(data)
    return [cells for _, cells in Workbook(tmp_path / "a.xlsx", name="a.xlsx").rows("")]


def shown(tmp_path: Path, value: float, form: str) -> str:
    return rows_of(tmp_path, book([[value]], number_format=form))[0][0]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (45_658, "yyyy-mm-dd", "2025-01-01"),
        (45_658.010416666664, "yyyy/m/d h:mm", "2025-01-01 00:15:00"),
        (45_658.010416666664, "yyyy年m月d日 h:mm", "2025-01-01 00:15:00"),
        (45_658, "yyyy/m/d h:mm", "2025-01-01 00:00:00"),
        (0.010416666666666666, "h:mm", "00:15:00"),
        (1, "[h]:mm", "24:00:00"),
        (1234.5, "#,##0.00", "1234.5"),
        (1234.5, '0.0" m³"', "1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (45_658, "General", "45658"),
    ],
)
def test_sheet_cells__a_number_is_what_its_format_shows(
    tmp_path: Path, value: float, form: str, text: str
) -> None:
    assert shown(tmp_path, value, form) == text


def test_sheet_cells__a_formula_counts_by_its_saved_value_or_not_at_all(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c>'
        '<c r="D1" t="e"><v>#N/A</v></c><c r="E1" t="b"><v>1</v></c></row>'
    )

    assert rows_of(tmp_path, workbook(rows)) == [["2", "=1+1", "", "#N/A", "TRUE"]]


def test_sheet_cells__what_is_no_finite_number_stays_text(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1", "x")}<c r="B1"><v>1e400</v></c><c r="C1"><v>NaN</v></c></row>'

    assert rows_of(tmp_path, workbook(rows)) == [["x", "1e400", "NaN"]]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>', "go back"),
        ('<row r="1"><c r="ZZZ1"><v>1</v></c></row>', "more than 2000 columns"),
        ('<row r="1"><c r="A1" t="s"><v>9</v></c></row>', "text number 9"),
        (f'<row r="1">{cell("A1", "x" * 40_000)}</row>', "more than 32768 characters"),
    ],
)
def test_sheet_cells__what_no_spreadsheet_writes_is_refused(
    tmp_path: Path, rows: str, words: str
) -> None:
    with pytest.raises(TableUnreadableError, match=words):
        rows_of(tmp_path, workbook(rows))
