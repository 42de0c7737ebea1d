"""JSON: the columns as keys, decimals as text, and nothing that readers read differently."""

import json

import pytest

from taihang.adapters.forms.read_json import FORMAT, read_json
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.form import COLUMNS
from taihang.core.activity.sheet import CellKind


def body(*lines: object, **changes: object) -> bytes:
    return json.dumps({"format": FORMAT, "lines": list(lines), **changes}).encode()


def test_read_json__makes_a_cell_of_every_column() -> None:
    sheet = read_json(body({"id": " a ", "amount": "12.8", "version": 2}), name="f.json")

    assert tuple(cell.text for cell in sheet.head) == COLUMNS
    (row,) = sheet.rows
    by_column = dict(zip(COLUMNS, row, strict=True))
    assert {name: cell.text for name, cell in by_column.items() if cell.text} == {
        "id": "a",
        "amount": "12.8",
        "version": "2",
    }
    assert by_column["amount"].where == "lines[0].amount"
    assert by_column["unit"].kind is CellKind.EMPTY


def test_read_json__keeps_apart_what_is_no_text() -> None:
    (row,) = read_json(body({"id": True, "amount": ["1"]}), name="f.json").rows

    assert [cell.kind for cell in row if cell.kind is not CellKind.EMPTY] == [
        CellKind.BOOLEAN,
        CellKind.BROKEN,
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"format":"taihang/form/v1"}',
        body(more=1),
        body(format="taihang/form/v2"),
        body({"amount": 12.8}),
        b'{"format":"taihang/form/v1","lines":[{"id":"a","id":"b"}]}',
        b'{"format":"taihang/form/v1","lines":[{"amount":NaN}]}',
        b'{"format":"taihang/form/v1","lines":[{"amount":1e400}]}',
        b'\xef\xbb\xbf{"format":"taihang/form/v1","lines":[]}',
        body("a"),
        body({"Amount": "1"}),
        body(lines={}),
        body(*["a"] * 20_001),
        b"[" * 100_000,
    ],
)
def test_read_json__refuses_any_other(data: bytes) -> None:
    with pytest.raises(FormFileError, match=r"f\.json"):
        read_json(data, name="f.json")
