"""How a text file is written: its encoding and what stands between its cells, or why it is none."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import Final, NoReturn

from taihang.adapters.imports.plain_copy import MAX_CELL_CHARS, MAX_COLUMNS
from taihang.adapters.imports.refusal import TableUnreadableError

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS: Final = ",\t;|，"
_SNIFFED_LINES: Final = 200
_LINE_MAX: Final = 4 * 1024 * 1024
"""Longest line of a text table [byte]."""


@dataclass(frozen=True, slots=True)
class TextForm:
    """How one text file is written."""

    encoding: str
    delimiter: str
    is_certain: bool
    """Whether every line has as many cells as the others."""


def text_form(data: bytes, *, name: str) -> TextForm:
    """Find out how a text file is written.

    Args:
        data: The whole file.
        name: What to call it in messages.

    Returns:
        Encoding and delimiter.

    Raises:
        TableUnreadableError: If it is no text of one encoding, or no table.
    """
    encoding = _encoding(data, name)
    text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    if "\0" in text[:_LINE_MAX]:
        _refuse(name, "bytes that no text has", "a text table, or a workbook named .xlsx")
    lines = [line for line in text[:_LINE_MAX].splitlines() if line.strip()][:_SNIFFED_LINES]
    if not lines:
        _refuse(name, "nothing", "names of columns and rows of data")
    widths = {each: _widths("\n".join(lines), each) for each in _DELIMITERS}
    share = {each: _share(found) for each, found in widths.items()}
    delimiter = max(_DELIMITERS, key=lambda each: share[each])
    if share[delimiter] == (0, 0):
        _refuse(name, f"lines such as {lines[0][:60]!r}", "cells with , ; | or tabs between")
    if max(widths[delimiter]) > MAX_COLUMNS:
        told = f"{max(widths[delimiter])} columns"
        _refuse(name, told, f"at most {MAX_COLUMNS}; export fewer meters into one file")
    return TextForm(encoding, delimiter, is_certain=len(widths[delimiter]) == 1)


def _encoding(data: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _demanded(data, encoding, name)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _gb18030(data, name)
    return "utf-8"


def _demanded(data: bytes, encoding: str, name: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        _refuse_mixed(name, data.count(b"\n", 0, error.start) + 1)
    return encoding


def _gb18030(data: bytes, name: str) -> str:
    """Accept what Excel writes in Chinese; no line of it may be UTF-8, or the file holds both."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        if _reads(line, "utf-8") or not _reads(line, "gb18030"):
            _refuse_mixed(name, number)
    return "gb18030"


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _widths(text: str, delimiter: str) -> Counter[int]:
    csv.field_size_limit(MAX_CELL_CHARS)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return Counter()
    return Counter(len(row) for row in rows if row)


def _share(widths: Counter[int]) -> tuple[float, int]:
    """Return how many lines have the most usual width, and that width; nothing for one cell."""
    if not widths:
        return 0, 0
    width, n = widths.most_common(1)[0]
    return (n / widths.total(), width) if width > 1 else (0, 0)


def _refuse_mixed(name: str, line: int) -> NoReturn:
    _refuse(
        name,
        f"line {line}, which is in another encoding than the rest, or in none",
        "text in UTF-8, or all of it in GB 18030",
    )


def _refuse(name: str, what: str, expected: str) -> NoReturn:
    raise TableUnreadableError(
        given=f"{name}: {what}",
        expected=expected,
        remedy="save it as “CSV UTF-8” or .xlsx from the program that wrote it",
    )
