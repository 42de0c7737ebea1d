"""Tables of certificates as CSV and JSON: written in one way, read strictly."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Final, NoReturn

from taihang.adapters.forms.read_csv import BLANKS, MAX_BYTES, MAX_COLUMNS, MAX_ROWS, read_csv
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.strict_json import JsonTextError, load_strict

FORMAT: Final = "taihang/certificate-table/v1"
_BOM: Final = "\ufeff"
"""So that a spreadsheet reads Chinese; our own reader takes it away again."""
_SHOWN: Final = 40


def write_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, kind: str, exchange: str
) -> bytes:
    """Return a table as bytes, the same for the same table.

    Args:
        headings: Of the columns.
        rows: As long as the headings, each.
        kind: ``csv`` or ``json``.
        exchange: Name of the map, which a JSON document states.

    Returns:
        UTF-8: CSV with a mark at its start and CRLF, or a JSON document of one object.
    """
    if kind == "csv":
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\r\n").writerows([headings, *rows])
        return f"{_BOM}{out.getvalue()}".encode()
    records = [dict(zip(headings, row, strict=True)) for row in rows]
    document = {"format": FORMAT, "map": exchange, "records": records}
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode()


def read_table(data: bytes, *, name: str) -> Sheet:
    """Read the cells of a table.

    Args:
        data: The whole file.
        name: Its name; its end says what it is.

    Returns:
        The cells.

    Raises:
        FormFileError: If it is neither CSV nor JSON, or not one that every reader reads alike.
    """
    if len(data) > MAX_BYTES:
        _refuse(name, f"{len(data)} bytes", f"at most {MAX_BYTES}")
    suffix = name.lower().rpartition(".")[2]
    if suffix not in {"csv", "json"}:
        _refuse(name, f"a file .{suffix[:_SHOWN]}", "a table as .csv or .json")
    return read_csv(data, name=name) if suffix == "csv" else _read_json(data, name)


def _read_json(data: bytes, name: str) -> Sheet:
    try:
        value = load_strict(data)
    except JsonTextError as error:
        raise FormFileError(
            name=name,
            what=error.given,
            expected=f'{error.expected}; amounts as text or whole numbers, such as "12.5"',
            remedy="let the program write plain JSON",
        ) from error
    records = _records(value, name)
    headings = list(dict.fromkeys(key for record in records for key in record))
    if len(headings) > MAX_COLUMNS:
        _refuse(name, f"{len(headings)} keys", f"at most {MAX_COLUMNS}")
    head = tuple(Cell(f"records[].{key[:_SHOWN]}", CellKind.PLAIN, key) for key in headings)
    rows = tuple(
        tuple(_cell(record.get(key), f"records[{number}].{key[:_SHOWN]}") for key in headings)
        for number, record in enumerate(records)
    )
    return Sheet(head, rows)


def _records(value: JsonValue, name: str) -> list[dict[str, JsonValue]]:
    records = value.get("records") if isinstance(value, dict) else value
    if isinstance(value, dict) and not value.keys() <= {"format", "map", "records"}:
        _refuse(name, f"the keys {', '.join(sorted(value))[:_SHOWN]}", "records alone")
    if not isinstance(records, list) or len(records) > MAX_ROWS:
        _refuse(name, "no list of records, or too many", f"a list of at most {MAX_ROWS}")
    found = [record for record in records if isinstance(record, dict)]
    if len(found) != len(records):
        _refuse(name, "a record that is no object", "an object for each record")
    return found


def _cell(value: JsonValue, where: str) -> Cell:
    if value is None:
        return Cell(where, CellKind.EMPTY, "")
    if isinstance(value, bool):
        return Cell(where, CellKind.BOOLEAN, str(value).lower())
    if isinstance(value, str | int):
        text = str(value).strip(BLANKS)
        return Cell(where, CellKind.PLAIN if text else CellKind.EMPTY, text)
    return Cell(where, CellKind.BROKEN, type(value).__name__)


def _refuse(name: str, what: str, expected: str) -> NoReturn:
    raise FormFileError(
        name=name, what=what, expected=expected, remedy="export it again as CSV UTF-8 or JSON"
    )
