"""Tables of certificates: the same bytes for the same table, and no file that reads two ways."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.forms.exchange_file import read_table, write_table
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.sheet import CellKind, Sheet

HEADINGS = ("编号", "Wh")
CELL = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


def texts(sheet: Sheet) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    return (
        tuple(cell.text for cell in sheet.head),
        [tuple(cell.text for cell in row) for row in sheet.rows],
    )


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5), st.sampled_from(["csv", "json"]))
def test_read_table__reads_what_write_table_writes(rows: list[tuple[str, str]], kind: str) -> None:
    data = write_table(HEADINGS, rows, kind=kind, exchange="gec")

    assert texts(read_table(data, name=f"t.{kind}")) == (HEADINGS, rows)
    assert data == write_table(HEADINGS, rows, kind=kind, exchange="gec")


def test_write_table__a_spreadsheet_reads_its_chinese() -> None:
    assert write_table(HEADINGS, [], kind="csv", exchange="gec").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'[{"a": 1, "a": 2}]', "twice"),
        (b'[{"a": NaN}]', "NaN"),
        (b'[{"a": 1.5}]', "1.5"),
        (b'[{"a": 1e400}]', "1e400"),
        (b'\xef\xbb\xbf[{"a": 1}]', "byte order mark"),
        (b'[{"a": "\\ud800"}]', "surrogate"),
        (b"[" * 100 + b"]" * 100, "32 levels"),
        (b'{"records": [], "more": 1}', "records alone"),
        (b'{"records": {}}', "list"),
        (b"[1]", "no object"),
        (b"7", "list"),
        (b"", "byte 0"),
        (json.dumps([{str(n): "1" for n in range(65)}]).encode(), "65 keys"),
    ],
)
def test_read_table__refuses_json_that_readers_read_differently(data: bytes, word: str) -> None:
    with pytest.raises(FormFileError, match=word):
        read_table(data, name="t.json")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("a,b\n1,2".encode("utf-16"), "UTF-16"),
        (b"a,b\n1", "1 cells under 2"),
        (b"a;b\n1;2", "comma"),
        (b'a,b\n"1,2', "row|line"),
        (b"a,b\n\x00,2", "UTF-16"),
        (b"", "nothing"),
        (b"x" * (8 * 1024 * 1024 + 1), "at most"),
    ],
)
def test_read_table__refuses_csv_that_readers_read_differently(data: bytes, word: str) -> None:
    with pytest.raises(FormFileError, match=word):
        read_table(data, name="t.csv")


@pytest.mark.parametrize("name", ["t.xlsx", "t", "t.csv.exe"])
def test_read_table__takes_csv_and_json_alone(name: str) -> None:
    with pytest.raises(FormFileError, match=r"\.csv or \.json"):
        read_table(b"a,b\n1,2", name=name)


def test_read_table__null_and_nested_values_are_no_texts() -> None:
    (row,) = read_table(b'[{"a": null, "b": [1], "c": true, "d": 7}]', name="t.json").rows

    assert [cell.kind for cell in row] == [
        CellKind.EMPTY,
        CellKind.BROKEN,
        CellKind.BOOLEAN,
        CellKind.PLAIN,
    ]
