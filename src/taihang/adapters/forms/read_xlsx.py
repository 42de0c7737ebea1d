"""A form as .xlsx: every cell as it is shown, and nothing that whoever signs cannot see.

The stated dimension of a sheet is not believed: rows and cells say themselves where they stand.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from taihang.adapters.forms.package import Package, children, local
from taihang.adapters.forms.read_csv import BLANKS, MAX_COLUMNS, MAX_ROWS
from taihang.core.activity.sheet import Cell, CellKind, Sheet

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_DATE_IDS: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Formats that every program knows as dates or times by number (ECMA-376 Part 1, 18.8.30)."""
_PERCENT_IDS: Final = frozenset((9, 10))
# What a format shows literally, and colours and currencies; not [h], which is elapsed time.
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_DATE_SIGNS: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
_ON: Final = frozenset(("1", "true", "on"))
_KINDS: Final = {"b": CellKind.BOOLEAN, "e": CellKind.ERROR, "d": CellKind.DATE}
_EXCEL_DIGITS: Final = 15
"""So many digits a spreadsheet shows of a number; behind them stands its binary form."""


def read_xlsx(data: bytes, *, name: str, beside: frozenset[str]) -> Sheet:
    """Read the cells of the one sheet of a workbook that holds anything.

    Args:
        data: The whole file.
        name: Its name, for messages.
        beside: Names of sheets that may stand beside it and are not read: lists of the template.

    Returns:
        The cells; rows without anything in them are left out.

    Raises:
        FormFileError: If something is hidden, merged or linked, or the file lies about itself.
    """
    package = Package(data, name=name)
    book = _Book(package)
    sheets = [
        rows for title, part in book.sheets() if title not in beside and (rows := book.rows(part))
    ]
    if len(sheets) != 1:
        package.refuse(f"{len(sheets)} sheets with something in them", "one sheet with the form")
    ((_, head), *rows) = sheets[0]
    width = max(cell.column for cell in head)
    return Sheet(
        tuple(_row(head, width, 1, package)),
        tuple(tuple(_row(row, width, number, package)) for number, row in rows),
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell that is not empty, and the number of its column from 1."""

    column: int
    cell: Cell


def _row(row: Sequence[_Placed], width: int, number: int, package: Package) -> Iterator[Cell]:
    by_column = {placed.column: placed.cell for placed in row}
    if beyond := [placed.cell.where for placed in row if placed.column > width]:
        package.refuse(
            f"{beyond[0]} beside the headings", "nothing outside the columns of the form"
        )
    for column in range(1, width + 1):
        empty = Cell(f"{_letters(column)}{number}", CellKind.EMPTY, "")
        yield by_column.get(column, empty)


class _Book:
    """One workbook: sheets, texts that cells share, and what formats mean."""

    def __init__(self, package: Package) -> None:
        self._package = package
        roots = [at for kind, at in package.relations("").values() if kind == "officeDocument"]
        if len(roots) != 1:
            package.refuse("no workbook in it", "a workbook as .xlsx")
        self._root = package.xml(roots[0])
        self._relations = package.relations(roots[0])
        self._texts = self._shared()
        self._formats = self._cell_formats()
        self._is_unsaved = any(
            each.get("fullCalcOnLoad", "") in _ON for each in children(self._root, "calcPr")
        )

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Yield name and part of every sheet; a hidden one refuses the file."""
        for group in children(self._root, "sheets"):
            for sheet in children(group, "sheet"):
                title = sheet.get("name", "")
                if sheet.get("state", "visible") != "visible":
                    self._package.refuse(f"the hidden sheet {title!r}", "sheets that are all seen")
                ids = [value for key, value in sheet.items() if key.endswith("}id")]
                kind, part = self._relations.get("".join(ids), ("", ""))
                if kind != "worksheet":
                    self._package.refuse(f"the sheet {title!r} of kind {kind!r}", "worksheets only")
                yield title, part

    def rows(self, part: str) -> list[tuple[int, list[_Placed]]]:
        """Return number and cells of every row of a sheet that is not empty."""
        root = self._package.xml(part)
        self._demand_seen(root)
        found: list[tuple[int, list[_Placed]]] = []
        number = 0
        for row in (row for data in children(root, "sheetData") for row in children(data, "row")):
            number = self._next(row.get("r"), number, "row")
            cells = list(self._cells(row, number))
            if cells and (row.get("hidden", "") in _ON or row.get("ht") == "0"):
                self._package.refuse(f"the hidden row {number}", "rows that are all seen")
            if cells:
                found.append((number, cells))
            if len(found) > MAX_ROWS:
                self._package.refuse(f"more than {MAX_ROWS} rows", "a form in several files")
        return found

    def _demand_seen(self, root: Element) -> None:
        for group in children(root, "mergeCells"):
            for merged in children(group, "mergeCell"):
                self._package.refuse(f"the merged cells {merged.get('ref')}", "one value a cell")
        for group in children(root, "cols"):
            for col in children(group, "col"):
                if col.get("hidden", "") in _ON or col.get("width") == "0":
                    where = f"{col.get('min')} to {col.get('max')}"
                    self._package.refuse(f"hidden columns {where}", "columns that are all seen")
        for each in children(root, "sheetFormatPr"):
            if each.get("zeroHeight", "") in _ON:
                self._package.refuse("rows that are hidden unless shown", "rows that are all seen")

    def _next(self, told: str | None, before: int, what: str) -> int:
        """Return the number of a row; the format lets it be left out, but never go back."""
        number = (
            before + 1 if told is None else int(told) if told.isascii() and told.isdigit() else 0
        )
        if number <= before:
            self._package.refuse(
                f"{what} {told} behind {what} {before}", "places in order, each once"
            )
        return number

    def _cells(self, row: Element, number: int) -> Iterator[_Placed]:
        column = 0
        for element in children(row, "c"):
            told = element.get("r")
            column = column + 1 if told is None else self._column(told, number, column)
            if column > MAX_COLUMNS:
                self._package.refuse(f"column {column}", f"at most {MAX_COLUMNS} columns")
            cell = self._cell(element, f"{_letters(column)}{number}")
            if cell.kind is not CellKind.EMPTY:
                yield _Placed(column, cell)

    def _column(self, told: str, row: int, before: int) -> int:
        found = _REFERENCE.fullmatch(told)
        column = _number(found[1]) if found and int(found[2]) == row else 0
        if column <= before:
            self._package.refuse(
                f"the cell {told[:12]!r} in row {row}", "places in order, each once"
            )
        return column

    def _cell(self, element: Element, where: str) -> Cell:
        parts = {local(child): child for child in element}
        value = parts["v"].text if "v" in parts else None
        if "f" in parts and (not value or self._is_unsaved):
            return Cell(where, CellKind.UNSAVED, f"={parts['f'].text or ''}")
        kind = element.get("t", "n")
        if kind == "n" and value is not None:
            return self._number(where, value, element.get("s", "0"))
        if kind in _KINDS and value is not None:
            return Cell(where, _KINDS[kind], value)
        return _text(where, self._words(kind, parts, where))

    def _words(self, kind: str, parts: Mapping[str, Element], where: str) -> str:
        if kind == "inlineStr":
            return _plain_text(parts["is"]) if "is" in parts else ""
        value = (parts["v"].text if "v" in parts else None) or ""
        return self._shared_text(value, where) if kind == "s" and value else value

    def _number(self, where: str, value: str, style: str) -> Cell:
        as_shown = self._formats.get(style, CellKind.NUMBER)
        if not _NUMBER.fullmatch(value) or not math.isfinite(float(value)):
            return Cell(where, CellKind.BROKEN, value)
        shown = Decimal(f"{float(value):.{_EXCEL_DIGITS}g}")
        text = f"{shown:f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return Cell(where, as_shown, text)

    def _shared_text(self, index: str, where: str) -> str:
        at = int(index) if index.isascii() and index.isdigit() else -1
        if not 0 <= at < len(self._texts):
            self._package.refuse(
                f"{where} with the text number {index[:12]}", "a text that is there"
            )
        return self._texts[at]

    def _part_of(self, kind: str) -> Element | None:
        parts = [at for of, at in self._relations.values() if of == kind]
        return self._package.xml(parts[0]) if parts else None

    def _shared(self) -> list[str]:
        root = self._part_of("sharedStrings")
        return [] if root is None else [_plain_text(each) for each in children(root, "si")]

    def _cell_formats(self) -> dict[str, CellKind]:
        root = self._part_of("styles")
        if root is None:
            return {}
        custom = {
            each.get("numFmtId", ""): _kind_of_format(each.get("formatCode", ""))
            for group in children(root, "numFmts")
            for each in children(group, "numFmt")
        }
        ids = [
            each.get("numFmtId", "0")
            for group in children(root, "cellXfs")
            for each in children(group, "xf")
        ]
        return {str(at): custom.get(id_) or _kind_of_id(id_) for at, id_ in enumerate(ids)}


def _kind_of_id(id_: str) -> CellKind:
    number = int(id_) if id_.isascii() and id_.isdigit() else 0
    if number in _DATE_IDS:
        return CellKind.DATE
    return CellKind.PERCENT if number in _PERCENT_IDS else CellKind.NUMBER


def _kind_of_format(code: str) -> CellKind:
    signs = _LITERAL.sub("", code)
    if "%" in signs:
        return CellKind.PERCENT
    is_general = signs.strip().lower().startswith("general")
    return CellKind.DATE if _DATE_SIGNS.search(signs) and not is_general else CellKind.NUMBER


def _plain_text(element: Element) -> str:
    """Return the text of a cell, run by run, without the readings that stand above signs."""
    parts: list[str] = []
    for child in element:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) == "r":
            parts += [each.text or "" for each in children(child, "t")]
    return "".join(parts)


def _text(where: str, text: str) -> Cell:
    stripped = text.strip(BLANKS)
    return Cell(where, CellKind.TEXT if stripped else CellKind.EMPTY, stripped)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
