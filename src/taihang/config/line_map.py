"""On which line of a TOML text each key stands: the standard parser does not say.

The scanner expects a text that ``tomllib`` has accepted, so it checks nothing; it only walks over
keys, strings and brackets and counts lines. Every turn of every loop steps forward, so that it
comes to an end on any other text too.

Source: TOML 1.0.0.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from taihang.core.park.problem import KeyPath

_GAP: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'  # up to two quotes may stand right before the closing three
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")
_END: Final = ""
"""What stands behind the last character."""


@dataclass(frozen=True, slots=True)
class LineMap:
    """Lines of the keys of one text."""

    lines: Mapping[KeyPath, int]

    def line_of(self, path: KeyPath) -> int:
        r"""Return the line of a key path, or of the nearest table above it.

        Args:
            path: Keys from the root.

        Returns:
            The line, counted from 1; 1 for the root.

        Example:
            >>> lines = map_lines('[park]\nid = "demo"\n')
            >>> lines.line_of(("park", "id")), lines.line_of(("park", "province"))
            (2, 1)
        """
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


@dataclass(frozen=True, slots=True)
class PairSpan:
    """Where one key and its value stand in a text, as offsets of characters."""

    key_start: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class SpanMap:
    """Where everything of one text stands."""

    pairs: Mapping[KeyPath, PairSpan]
    """Every key with a value, those inside inline tables too."""
    headers: Mapping[KeyPath, PairSpan]
    """Every ``[header]``; its value is what stands behind it up to the end of the last pair."""


def map_spans(text: str) -> SpanMap:
    r"""Find where every key, value and header of a valid TOML text stands.

    Args:
        text: A text that ``tomllib.loads`` accepts.

    Returns:
        The places.

    Example:
        >>> text = '[park]\nid = "demo" # why'
        >>> span = map_spans(text).pairs["park", "id"]
        >>> text[span.value_start:span.value_end]
        '"demo"'
    """
    scanner = _Scanner(text)
    scanner.document()
    return SpanMap(scanner.pairs, scanner.headers)


def map_lines(text: str) -> LineMap:
    """Map every key, table and list place of a valid TOML text to its line.

    Args:
        text: A text that ``tomllib.loads`` accepts.

    Returns:
        The lines, counted from 1.
    """
    return LineMap(_Scanner(text).document())


class _Scanner:
    """One walk over the text; ``_at`` is where it stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}
        self._list_lengths: dict[KeyPath, int] = {}
        """How many ``[[tables]]`` each array of tables holds so far."""
        self.pairs: dict[KeyPath, PairSpan] = {}
        self.headers: dict[KeyPath, PairSpan] = {}

    def document(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._next():
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)
                if table in self.headers:
                    self.headers[table] = replace(self.headers[table], value_end=self._at)
        return self._lines

    def _next(self) -> str:
        """Step over white space and comments; return the next character, or nothing at the end."""
        self._skip(_GAP)
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        token = "" if match is None else match.group()
        self._at += len(token)
        return token

    def _mark(self, path: KeyPath, start: int) -> None:
        # The first mention is where a person looks for the table.
        self._lines.setdefault(path, bisect_right(self._line_starts, start))

    def _header(self) -> KeyPath:
        start = self._at
        is_list = self._text.startswith("[[", start)
        self._at += 2 if is_list else 1
        path: KeyPath = ()
        for key in (keys := self._keys())[:-1]:
            path = self._entered((*path, key), start)
        path = (*path, keys[-1])
        if is_list:
            self._list_lengths[path] = self._list_lengths.get(path, 0) + 1
        path = self._entered(path, start)
        self._next()
        self._at += 2 if is_list else 1
        self.headers[path] = PairSpan(start, self._at, self._at)
        return path

    def _entered(self, path: KeyPath, start: int) -> KeyPath:
        """Mark a table and step into the last element where it is an array of tables."""
        self._mark(path, start)
        if path in self._list_lengths:
            path = (*path, self._list_lengths[path] - 1)
            self._mark(path, start)
        return path

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._next() == ".":
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._next()
        quoted = self._skip(_STRING)
        return str(tomllib.loads(f"key = {quoted}")["key"]) if quoted else self._skip(_BARE_KEY)

    def _pair(self, table: KeyPath) -> None:
        self._next()
        start = self._at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self._next()
        self._at += 1  # the equals sign
        self._next()
        value_start = self._at
        self._value(path)
        # A scalar runs up to what ends it, blanks in front of that included.
        value_end = value_start + len(self._text[value_start : self._at].rstrip())
        self.pairs[path] = PairSpan(start, value_start, value_end)

    def _value(self, path: KeyPath) -> None:
        opening = self._next()
        if opening == "{":
            self._inline_table(path)
        elif opening == "[":
            self._list(path)
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._next() not in {"}", _END}:
            self._pair(path)
            if self._next() == ",":
                self._at += 1
        self._at += 1

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        place = 0
        while self._next() not in {"]", _END}:
            start = self._at
            self._mark((*path, place), start)
            self._value((*path, place))
            if self._next() == "," or self._at == start:
                self._at += 1
            place += 1
        self._at += 1
