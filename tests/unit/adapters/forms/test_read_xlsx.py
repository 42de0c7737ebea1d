"""Excel: every cell as it is shown, nothing hidden, and no word of the file believed unread."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.forms.read_xlsx import read_xlsx
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from xlsx_kit import (
    HEAD,
    LINE,
    MAIN,
    book_xml,
    cell,
    library_workbook,
    packed,
    parts,
    rels,
    row,
    sheet_xml,
    with_sheet,
)

BESIDE = frozenset(("Lists",))


def read(data: bytes) -> Sheet:
    return read_xlsx(data, name="f.xlsx", beside=BESIDE)


def refused(data: bytes) -> str:
    with pytest.raises(FormFileError) as error:
        read(data)
    return error.value.given


def second(cells: str, **changes: str) -> Cell:
    """The first cell of the second row."""
    rows = row(1, ("amount", "x")) + f'<row r="2">{cells}{cell("B2", "x")}</row>'
    return read(packed({**parts(rows), **changes})).rows[0][0]


def test_read_xlsx__reads_what_a_library_wrote() -> None:
    sheets = {"表": (HEAD, (), (), LINE), "Lists": (("anything",),), "Sheet3": ()}

    found = read(library_workbook(sheets))

    assert [each.text for each in found.head] == list(HEAD)
    ((*line,),) = found.rows
    assert [each.text for each in line] == [str(value) for value in LINE]
    assert (line[5].kind, line[5].where, line[0].kind) == (CellKind.NUMBER, "F4", CellKind.TEXT)


def test_read_xlsx__does_not_believe_the_dimension() -> None:
    data = with_sheet(sheet_xml(row(1, HEAD) + row(2, LINE) + row(900, LINE)))

    assert [found[0].where for found in read(data).rows] == ["A2", "A900"]


@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_read_xlsx__gives_decimals_back_as_they_are_shown(number: Decimal) -> None:
    """The file holds the binary form, of which a spreadsheet shows 15 digits."""
    found = second(f'<c r="A2"><v>{float(number):.17g}</v></c>')

    assert found.kind is CellKind.NUMBER
    assert Decimal(found.text) == number


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ('<c r="A2"><v>1E3</v></c>', CellKind.NUMBER, "1000"),
        ('<c r="A2"><v>12.800000000000001</v></c>', CellKind.NUMBER, "12.8"),
        ('<c r="A2"><v>1e400</v></c>', CellKind.BROKEN, "1e400"),
        ('<c r="A2"><v>NaN</v></c>', CellKind.BROKEN, "NaN"),
        ('<c r="A2"><v>1,5</v></c>', CellKind.BROKEN, "1,5"),
        ('<c r="A2"><v>١٢</v></c>', CellKind.BROKEN, "١٢"),
        ('<c r="A2" t="b"><v>1</v></c>', CellKind.BOOLEAN, "1"),
        ('<c r="A2" t="e"><v>#REF!</v></c>', CellKind.ERROR, "#REF!"),
        ('<c r="A2" t="d"><v>2026-08-01</v></c>', CellKind.DATE, "2026-08-01"),
        ('<c r="A2" t="str"><v> 12.8 </v></c>', CellKind.TEXT, "12.8"),
        ('<c r="A2"><f>SUM(B1:B9)</f><v>12.5</v></c>', CellKind.NUMBER, "12.5"),
        ('<c r="A2"><f>SUM(B1:B9)</f></c>', CellKind.UNSAVED, "=SUM(B1:B9)"),
        ('<c r="A2"><f>1+1</f><v></v></c>', CellKind.UNSAVED, "=1+1"),
        ('<c r="A2" s="1"><v>46235</v></c>', CellKind.DATE, "46235"),
        ('<c r="A2" s="2"><v>46235</v></c>', CellKind.DATE, "46235"),
        ('<c r="A2" s="3"><v>0.05</v></c>', CellKind.PERCENT, "0.05"),
        ('<c r="A2" s="4"><v>5</v></c>', CellKind.NUMBER, "5"),
        ('<c r="A2" s="5"><v>0.5</v></c>', CellKind.DATE, "0.5"),
        ('<c r="A2" t="s"><v>0</v></c>', CellKind.TEXT, "甲厂"),
        ('<c r="A2" t="s"><v>1</v></c>', CellKind.TEXT, "天然气"),
        ('<c r="A2"/>', CellKind.EMPTY, ""),
        ('<c r="A2" t="inlineStr"><is><t> \u3000</t></is></c>', CellKind.EMPTY, ""),
    ],
)
def test_read_xlsx__says_what_kind_of_thing_stands_in_a_cell(
    written: str, kind: CellKind, text: str
) -> None:
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>'
        '<numFmt numFmtId="170" formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;"/>'
        '<numFmt numFmtId="171" formatCode="[Red]#,##0.00&quot; days&quot;"/>'
        '<numFmt numFmtId="172" formatCode="[h]:mm"/></numFmts><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="17"/><xf numFmtId="170"/><xf numFmtId="10"/>'
        '<xf numFmtId="171"/><xf numFmtId="172"/></cellXfs></styleSheet>'
    )
    texts = (
        f'<sst xmlns="{MAIN}"><si><t>甲厂</t><rPh sb="0" eb="1"><t>jia</t></rPh></si>'
        "<si><r><t>天然</t></r><r><t>气</t></r></si></sst>"
    )
    related = rels(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "styles", "styles.xml"),
        ("rId3", "sharedStrings", "/xl/sharedStrings.xml"),
    )

    found = second(
        written,
        **{
            "xl/styles.xml": styles,
            "xl/sharedStrings.xml": texts,
            "xl/_rels/workbook.xml.rels": related,
        },
    )

    assert (found.kind, found.text) == (kind, text)


def test_read_xlsx__takes_no_saved_value_that_the_file_itself_calls_stale() -> None:
    more = book_xml(more='<calcPr fullCalcOnLoad="1"/>')

    assert (
        second('<c r="A2"><f>1+1</f><v>0</v></c>', **{"xl/workbook.xml": more}).kind
        is CellKind.UNSAVED
    )


TWO = '<sheet name="S" sheetId="1" r:id="rId1"/><sheet name="T" sheetId="2" r:id="rId2"{}/>'
TWO_RELS = rels(
    ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/sheet2.xml")
)
BOOK_RELS = "xl/_rels/workbook.xml.rels"


def two_sheets(state: str, second_rows: str = "") -> bytes:
    """A workbook with the form on the first sheet and another sheet beside it."""
    return packed(
        {
            **parts(),
            "xl/workbook.xml": book_xml(TWO.format(state)),
            BOOK_RELS: TWO_RELS,
            "xl/worksheets/sheet2.xml": sheet_xml(second_rows),
        }
    )


def one_sheet(rows: str, *, before: str = "", after: str = "") -> bytes:
    """A workbook with one sheet of some rows below sound headings."""
    return with_sheet(sheet_xml(row(1, HEAD) + rows, before=before, after=after))


def cells(*placed: str) -> bytes:
    """A workbook with one row of cells at some places."""
    return with_sheet(sheet_xml(f'<row r="1">{"".join(cell(at, "x") for at in placed)}</row>'))


MERGED = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
COLS = '<cols><col min="3" max="4" hidden="true"/></cols>'
CHART = rels(("rId1", "chartsheet", "c.xml"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (one_sheet("", after=MERGED), "merged cells A1:B1"),
        (one_sheet(row(2, LINE, ' hidden="1"')), "hidden row 2"),
        (one_sheet(row(2, LINE, ' ht="0"')), "hidden row 2"),
        (one_sheet("", before=COLS), "hidden columns 3 to 4"),
        (one_sheet("", before='<sheetFormatPr zeroHeight="1"/>'), "hidden"),
        (with_sheet(sheet_xml("")), "0 sheets"),
        (with_sheet(sheet_xml(row(2, HEAD) + row(1, LINE))), "row 1 behind row 2"),
        (one_sheet(row(1, LINE)), "row 1 behind row 1"),
        (cells("B1", "A1"), "'A1'"),
        (cells("A1", "A1"), "'A1'"),
        (cells("A7"), "'A7'"),
        (cells("BM1"), "column 65"),
        (with_sheet(sheet_xml(row(1, ("id", "x")) + row(2, ("a", "b", "c")))), "C2 beside"),
        (with_sheet(sheet_xml('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')), "text number 7"),
        (two_sheets(' state="hidden"'), "hidden sheet 'T'"),
        (two_sheets(' state="veryHidden"'), "hidden sheet 'T'"),
        (two_sheets("", row(1, HEAD)), "2 sheets"),
        (packed({**parts(), "_rels/.rels": rels()}), "no workbook in it"),
        (packed({**parts(), BOOK_RELS: rels()}), "of kind ''"),
        (packed({**parts(), BOOK_RELS: CHART}), "'chartsheet'"),
    ],
)
def test_read_xlsx__refuses_what_whoever_signs_cannot_see(data: bytes, told: str) -> None:
    assert told in refused(data)


def test_read_xlsx__stops_at_its_bound_of_rows() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 20_003))

    assert "more than 20001 rows" in refused(with_sheet(sheet_xml(rows)))


def test_read_xlsx__takes_places_that_are_left_out_as_the_format_allows() -> None:
    data = with_sheet(sheet_xml("<row><c><v>1</v></c></row><row><c><v>2</v></c></row>"))

    assert [each.where for each in read(data).rows[0]] == ["A2"]
