"""A form as CSV: one encoding, one delimiter, every row as wide as the headings."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.sheet import Cell, CellKind, Sheet

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_COLUMNS: Final = 64
MAX_ROWS: Final = 20_001
"""Rows of one form, with its headings."""
BLANKS: Final = " \t\u3000\u00a0"
"""What is no part of a cell at its ends: blanks, also the wide and the unbreakable one."""
_BOM: Final = b"\xef\xbb\xbf"
_OTHER_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_OTHER_DELIMITERS: Final = ";\t|，；"


def read_csv(data: bytes, *, name: str) -> Sheet:
    """Read the cells of a CSV file.

    Args:
        data: The whole file.
        name: Its name, for messages.

    Returns:
        The cells; rows without anything in them are left out.

    Raises:
        FormFileError: If encoding, quoting or width is not one that every reader reads alike.
    """
    if len(data) > MAX_BYTES:
        raise FormFileError(
            name=name,
            what=f"{len(data)} bytes",
            expected=f"at most {MAX_BYTES}",
            remedy="hand the form in as several, for example one a quarter",
        )
    rows = _cells(_decoded(data, name), name)
    head = next(rows, None)
    if head is None:
        raise FormFileError(
            name=name, what="nothing", expected="headings and rows", remedy="fill the template"
        )
    texts = [cell.text for cell in head]
    if len(texts) == 1 and any(sign in texts[0] for sign in _OTHER_DELIMITERS):
        raise FormFileError(
            name=name,
            what=f"headings {texts[0][:60]!r} without a comma between them",
            expected="cells with a comma between them",
            remedy="save it as CSV with commas, or as .xlsx",
        )
    return Sheet(tuple(head), tuple(_of_width(rows, len(head), name)))


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(_OTHER_BOMS) or b"\0" in data:
        raise FormFileError(
            name=name,
            what="UTF-16, or bytes that no text has",
            expected="text in UTF-8 or GB 18030",
            remedy="save it as “CSV UTF-8”, or as .xlsx",
        )
    body = data.removeprefix(_BOM)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        at = data[: error.start + len(data) - len(body)].count(b"\n") + 1
        if data.startswith(_BOM):
            raise _mixed(name, at) from error
    return _decoded_gb18030(body, name)


def _decoded_gb18030(data: bytes, name: str) -> str:
    """Decode what Excel writes in Chinese; no line of it may be UTF-8, or the file holds both."""
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("gb18030")
        except UnicodeDecodeError as error:
            raise _mixed(name, number) from error
        if not line.isascii() and _is_utf8(line):
            raise _mixed(name, number)
    return data.decode("gb18030")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mixed(name: str, line: int) -> FormFileError:
    return FormFileError(
        name=name,
        what=f"line {line}, which is in another encoding than the rest, or in none",
        expected="text in UTF-8, or all of it in GB 18030",
        remedy="save it as “CSV UTF-8”, or as .xlsx",
    )


def _cells(text: str, name: str) -> Iterator[list[Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, row in enumerate(reader, 1):
            if len(row) > MAX_COLUMNS or number > MAX_ROWS:
                raise FormFileError(
                    name=name,
                    what=f"row {number} with {len(row)} cells",
                    expected=f"at most {MAX_ROWS} rows of {MAX_COLUMNS} cells",
                    remedy="hand the form in as several",
                )
            cells = [_cell(value, number, at) for at, value in enumerate(row, 1)]
            if any(cell.kind is not CellKind.EMPTY for cell in cells):
                yield cells
    except csv.Error as error:
        raise FormFileError(
            name=name,
            what=f"line {reader.line_num}: {error}",
            expected="cells as CSV has them, quotes doubled inside quotes",
            remedy="save it again from the program that wrote it",
        ) from error


def _cell(value: str, row: int, column: int) -> Cell:
    text = value.strip(BLANKS)
    kind = CellKind.PLAIN if text else CellKind.EMPTY
    return Cell(f"row {row}, column {column}", kind, text)


def _of_width(rows: Iterator[list[Cell]], width: int, name: str) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        if len(row) != width:
            where = row[0].where.partition(",")[0]
            raise FormFileError(
                name=name,
                what=f"{where} with {len(row)} cells under {width} headings",
                expected="as many cells as headings",
                remedy="put a text with a comma in it between quotes",
            )
        yield tuple(row)
