"""The cells of a sheet as text: what a workbook's elements say, one after the other."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

MAX_COLUMNS: Final = 2_000
MAX_TEXT_CHARS: Final = 32_768
_DAY_S: Final = 86_400
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day has no zone
_EPOCH_1904_DAYS: Final = 1_462
_LAST_DAY: Final = 2_958_465
_EXCEL_DIGITS: Final = 15
"""So many digits a spreadsheet shows of a number; behind them stands its binary form."""
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
# What a format shows literally, colours and conditions; not [h], which is elapsed time.
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


class OddSheetError(Exception):
    """A part holds what no spreadsheet writes; the reader of the workbook says which one."""


class Shown(Enum):
    """How a number is shown."""

    NUMBER = 0
    DAY = 1
    CLOCK = 2
    BOTH = 3


_DAY_IDS: Final = frozenset((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58))
_CLOCK_IDS: Final = frozenset((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56))
_BOTH_IDS: Final = frozenset((22,))
"""Formats that every program knows by number (ECMA-376 Part 1, 18.8.30)."""


class SharedTexts:
    """The texts that cells share, without the readings that stand above signs."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._is_text = False
        self._aside = 0

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        """Begin an element."""
        del attributes
        self._is_text = name == "t"
        self._aside += name == "rPh"

    def end(self, name: str, /) -> None:
        """End an element."""
        self._is_text = False
        self._aside -= name == "rPh"
        if name == "si":
            self.found.append("".join(self._parts)[:MAX_TEXT_CHARS])
            self._parts.clear()

    def data(self, text: str, /) -> None:
        """Take text."""
        if self._is_text and not self._aside:
            self._parts.append(text)


class Styles:
    """Which style shows a number as a day or a time of day."""

    def __init__(self) -> None:
        self._custom: dict[str, Shown] = {}
        self._ids: list[str] = []
        self._is_inside = False

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        """Begin an element."""
        if name == "numFmt":
            code = attributes.get("formatCode", "")
            self._custom[attributes.get("numFmtId", "")] = _shown_by(code)
        elif name == "cellXfs":
            self._is_inside = True
        elif name == "xf" and self._is_inside:
            self._ids.append(attributes.get("numFmtId", "0"))

    def end(self, name: str, /) -> None:
        """End an element."""
        self._is_inside = self._is_inside and name != "cellXfs"

    def found(self) -> list[Shown]:
        """Return how each style shows a number."""
        return [self._custom.get(id_) or _shown_of_id(id_) for id_ in self._ids]


class SheetCells:
    """Gathers the cells of one sheet, row by row."""

    def __init__(self, texts: Sequence[str], shown: Sequence[Shown], *, is_1904: bool) -> None:
        self._texts = texts
        self._shown = shown
        self._days = _EPOCH_1904_DAYS if is_1904 else 0
        self._rows: list[tuple[int, list[str]]] = []
        self._cells: list[str] = []
        self._row = 0
        self._column = 0
        self._kind = ""
        self._style = ""
        self._into = ""
        self._parts: dict[str, str] = {}
        self._aside = 0

    def taken(self) -> list[tuple[int, list[str]]]:
        """Return the rows that are complete, and forget them."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        """Begin an element."""
        if name == "c":
            self._begin(attributes)
        elif name == "row":
            told = attributes.get("r", "")
            self._row = int(told) if told.isascii() and told.isdigit() else self._row + 1
            self._cells, self._column = [], 0
        elif name in {"v", "f", "t"}:
            self._into = name
        self._aside += name == "rPh"

    def end(self, name: str, /) -> None:
        """End an element."""
        self._into = ""
        self._aside -= name == "rPh"
        if name == "c":
            self._place(self._text())
        elif name == "row" and any(self._cells):
            self._rows.append((self._row, self._cells))

    def data(self, text: str, /) -> None:
        """Take text."""
        if self._into and not self._aside:
            self._parts[self._into] = self._parts.get(self._into, "") + text
            if len(self._parts[self._into]) > MAX_TEXT_CHARS:
                raise OddSheetError(f"a cell of more than {MAX_TEXT_CHARS} characters")

    def _begin(self, attributes: Mapping[str, str]) -> None:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        column = _number_of(found[1]) if found else self._column + 1
        if column <= self._column:
            raise OddSheetError(f"cells of row {self._row} that go back")
        if column > MAX_COLUMNS:
            raise OddSheetError(f"more than {MAX_COLUMNS} columns")
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._parts = {}

    def _place(self, text: str) -> None:
        if text:
            self._cells += [""] * (self._column - 1 - len(self._cells))
            self._cells.append(text)

    def _text(self) -> str:
        value = self._parts.get("v", "")
        if "f" in self._parts and not value:
            return f"={self._parts['f']}"
        if self._kind == "s":
            return self._shared(value)
        if self._kind == "inlineStr":
            return self._parts.get("t", "").strip()
        if self._kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return self._number(value) if self._kind == "n" else value.strip()

    def _shared(self, value: str) -> str:
        at = int(value) if value.isascii() and value.isdigit() else -1
        if not 0 <= at < len(self._texts):
            raise OddSheetError(f"a text number {value[:12]} that is not there")
        return self._texts[at].strip()

    def _number(self, value: str) -> str:
        if not _NUMBER.fullmatch(value) or not math.isfinite(float(value)):
            return value.strip()
        style = int(self._style) if self._style.isdigit() else 0
        shown = self._shown[style] if style < len(self._shown) else Shown.NUMBER
        return _plain(value) if shown is Shown.NUMBER else _time_text(value, shown, self._days)


def _plain(value: str) -> str:
    text = f"{Decimal(f'{float(value):.{_EXCEL_DIGITS}g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time_text(value: str, shown: Shown, days: int) -> str:
    """Write a serial day as ISO text; a fraction alone is a time of day, and 1 its end."""
    seconds = round(Decimal(value) * _DAY_S)
    if not 0 <= seconds <= _LAST_DAY * _DAY_S:
        return value
    if shown is Shown.CLOCK and seconds <= _DAY_S:
        return f"{seconds // 3_600:02}:{seconds % 3_600 // 60:02}:{seconds % 60:02}"
    instant = _EPOCH + timedelta(days=days, seconds=seconds)
    is_day = shown is Shown.DAY and seconds % _DAY_S == 0
    return f"{instant:%Y-%m-%d}" if is_day else f"{instant:%Y-%m-%d %H:%M:%S}"


def _shown_of_id(id_: str) -> Shown:
    number = int(id_) if id_.isascii() and id_.isdigit() else 0
    if number in _BOTH_IDS:
        return Shown.BOTH
    if number in _CLOCK_IDS:
        return Shown.CLOCK
    return Shown.DAY if number in _DAY_IDS else Shown.NUMBER


def _shown_by(code: str) -> Shown:
    """Say how a format shows a number; ``m`` is a minute beside hours or seconds, else a month."""
    signs = _LITERAL.sub("", code).lower()
    if signs.strip().startswith("general"):
        return Shown.NUMBER
    has_clock = "h" in signs or "s" in signs
    has_day = "y" in signs or "d" in signs or ("m" in signs and not has_clock)
    if has_clock:
        return Shown.BOTH if has_day else Shown.CLOCK
    return Shown.DAY if has_day else Shown.NUMBER


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
