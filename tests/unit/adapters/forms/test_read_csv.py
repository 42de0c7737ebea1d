"""CSV: every cell comes through as written, and what two programs read differently is refused."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.forms.read_csv import MAX_BYTES, read_csv
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.sheet import CellKind

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=12
).filter(lambda text: text == text.strip() and not text.startswith("\ufeff"))


def texts(data: bytes) -> list[list[str]]:
    sheet = read_csv(data, name="f.csv")
    return [[cell.text for cell in cells] for cells in (sheet.head, *sheet.rows)]


@given(st.lists(st.tuples(WORDS, WORDS, WORDS).filter(any), min_size=1, max_size=5))
def test_read_csv__gives_back_every_cell(rows: list[tuple[str, ...]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("x", "y", "z"), *rows])

    assert texts(written.getvalue().encode()) == [["x", "y", "z"], *map(list, rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_read_csv__takes_what_excel_writes_in_chinese(encoding: str) -> None:
    text = "编号,说明\r\na,燃气表\r\n"

    assert texts(text.encode(encoding)) == [["编号", "说明"], ["a", "燃气表"]]


def test_read_csv__leaves_out_rows_with_nothing_in_them_and_keeps_the_number_of_the_others() -> (
    None
):
    sheet = read_csv("a,b\n,\n\n \u3000,\n1,2\n".encode(), name="f.csv")

    assert [[cell.where for cell in cells] for cells in sheet.rows] == [
        ["row 5, column 1", "row 5, column 2"]
    ]
    assert [cell.kind for cell in sheet.rows[0]] == [CellKind.PLAIN] * 2


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "nothing"),
        (b"\n,,\n", "nothing"),
        ("编号,说明\na,燃气".encode("utf-16"), "UTF-16"),
        (b"a,b\n1,\x00\n", "bytes that no text has"),
        ("编号,说明\n".encode() + "a,燃气表\n".encode("gb18030"), "another encoding"),
        ("编号,说明\n".encode("gb18030") + "a,燃气表\n".encode(), "another encoding"),
        (b"\xef\xbb\xbfa,b\n1,\xff\n", "another encoding"),
        (b"a,b\n1,\xff\xff\n", "another encoding"),
        (b"id;subject;period\n", "without a comma"),
        (b"id\tsubject\n", "without a comma"),
        (b"a,b\n1,2,3\n", "row 2 with 3 cells under 2 headings"),
        (b"a,b\n1\n", "row 2 with 1 cells"),
        (b'a,b\n1,"2\n', "line 2"),
        (b'a,b\n1,"2" x\n', "line 2"),
        (b"a," * 65 + b"\n", "66 cells"),
        (b"a,b\n" + b"1,2\n" * 20_001, "row 20002"),
        (b"x" * (MAX_BYTES + 1), f"{MAX_BYTES + 1} bytes"),
        (b"a,b\n" + b"x" * 140_000 + b",1\n", "field larger"),
    ],
)
def test_read_csv__refuses_what_two_programs_read_differently(data: bytes, told: str) -> None:
    with pytest.raises(FormFileError, match=r"f\.csv") as refused:
        read_csv(data, name="f.csv")

    assert told in refused.value.given
