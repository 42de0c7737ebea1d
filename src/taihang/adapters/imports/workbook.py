"""A workbook as rows of text, read as a stream: nothing is executed, linked or believed.

The stated dimension of a sheet is not looked at: rows and cells say themselves where they stand. A
formula is never worked out; the value that was saved with it counts, and without one its text does,
which is no number. Dates come out as ISO text, so that the map reads them like any other time.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Final, Protocol, TypeAlias
from xml.parsers import expat

from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.sheet_cells import (
    OddSheetError,
    SharedTexts,
    SheetCells,
    Shown,
    Styles,
)

MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024
"""Largest workbook when all its parts are unpacked [byte]."""
MAX_PARTS: Final = 2_000
MAX_RATIO: Final = 300
"""Most that a part of some size may be packed; measured data is packed some 5 to 20 times."""
_RATIO_FROM_BYTES: Final = 1024 * 1024
_MAX_TEXTS: Final = 2_000_000
_MAX_DEPTH: Final = 64
_CHUNK_BYTES: Final = 1 << 16
_ENCRYPTED: Final = 1
_METHODS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_ON: Final = frozenset(("1", "true", "on"))
_ERRORS: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
Start: TypeAlias = Callable[[str, Mapping[str, str]], None]
End: TypeAlias = Callable[[str], None]


class Workbook:
    """One workbook.

    Args:
        path: The file.
        name: What to call it in messages.

    Raises:
        TableUnreadableError: If it is none, or larger than its bounds.
    """

    def __init__(self, path: Path, *, name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(path)
        except _ERRORS as error:
            raise self._refusal(f"no workbook: {error}", "a workbook as .xlsx") from error
        self._demand_bounded()
        self._book = self._book_part()
        self._texts: list[str] | None = None
        self._shown: list[Shown] | None = None

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of its sheets, as they stand side by side; hidden ones are among them."""
        return tuple(self._book.sheets)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """Yield number and cells of every row of a sheet that holds anything.

        Args:
            sheet: Its name; empty for the first.

        Raises:
            TableUnreadableError: If there is no such sheet, or it is damaged.
        """
        part = next(iter(self._book.sheets.values()), "") if not sheet else None
        part = self._book.sheets.get(sheet) if part is None else part
        if not part:
            names = ", ".join(self._book.sheets)[:200]
            raise self._refusal(f"no sheet {sheet!r}", f"one of its sheets: {names}")
        if self._texts is None:
            self._texts = self._shared_texts()
            self._shown = self._formats()
        reader = SheetCells(self._texts, self._shown or [], is_1904=self._book.is_1904)
        for _ in self._walk(part, reader):
            yield from reader.taken()

    def _demand_bounded(self) -> None:
        infos = self._zip.infolist()
        unpacked = sum(info.file_size for info in infos)
        if len(infos) > MAX_PARTS or len({info.filename for info in infos}) != len(infos):
            raise self._refusal(f"{len(infos)} parts, or one twice", f"at most {MAX_PARTS}")
        if unpacked > MAX_UNPACKED_BYTES:
            raise self._refusal(f"{unpacked} bytes unpacked", f"at most {MAX_UNPACKED_BYTES}")
        for info in infos:
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
                raise self._refusal("a part that is encrypted or packed oddly", "a plain .xlsx")
            packed = max(info.compress_size, 1)
            if info.file_size > _RATIO_FROM_BYTES and info.file_size > MAX_RATIO * packed:
                told = f"a part packed {info.file_size // packed} times"
                raise self._refusal(told, f"at most {MAX_RATIO} times")

    def _book_part(self) -> "_Book":
        roots = [at for kind, at in self._relations("").values() if kind == "officeDocument"]
        if len(roots) != 1:
            raise self._refusal("no workbook in it", "a workbook as .xlsx")
        book = _Book(self._relations(roots[0]))
        self._read(roots[0], book.start)
        return book

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder, _, file = part.rpartition("/")
        at = join(folder, "_rels", f"{file}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else join(dirname(part), target)
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = kind, normpath(path)

        if self._has(at):
            self._read(at, start)
        return found

    def _shared_texts(self) -> list[str]:
        parts = [at for kind, at in self._book.relations.values() if kind == "sharedStrings"]
        texts = SharedTexts()
        for part in parts[:1]:
            for _ in self._walk(part, texts):
                if len(texts.found) > _MAX_TEXTS:
                    raise self._refusal("too many texts", f"at most {_MAX_TEXTS}")
        return texts.found

    def _formats(self) -> list[Shown]:
        parts = [at for kind, at in self._book.relations.values() if kind == "styles"]
        styles = Styles()
        for part in parts[:1]:
            self._read(part, styles.start, styles.end)
        return styles.found()

    def _has(self, part: str) -> bool:
        return part in self._zip.NameToInfo

    def _read(
        self,
        part: str,
        start: Start,
        end: End = lambda _: None,
    ) -> None:
        for _ in self._walk(part, _Handlers(start, end)):
            pass

    def _walk(self, part: str, reader: "_Reader") -> Iterator[None]:
        """Parse a part chunk by chunk; no document type, so no entity to expand or to fetch."""
        if not self._has(part):
            raise self._refusal(f"no part {part[:80]}", "a whole workbook")
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        guard = _Guard(reader)
        parser.StartElementHandler = guard.start
        parser.EndElementHandler = guard.end
        parser.CharacterDataHandler = reader.data
        parser.StartDoctypeDeclHandler = guard.doctype
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    parser.Parse(chunk, False)  # noqa: FBT003 - the parser takes it by place
                    yield
                parser.Parse(b"", True)  # noqa: FBT003
                yield
        except OddSheetError as error:
            raise self._refusal(
                f"{part}: {error}", "a workbook as a spreadsheet writes it"
            ) from error
        except (expat.ExpatError, *_ERRORS) as error:
            raise self._refusal(f"{part}: {error}", "a whole workbook") from error

    def _refusal(self, what: str, expected: str) -> TableUnreadableError:
        return TableUnreadableError(
            given=f"{self._name}: {what}",
            expected=expected,
            remedy="save the sheet alone as a new .xlsx, or as CSV UTF-8",
        )


class _Reader(Protocol):
    """Takes the elements of one part; names come without their space."""

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        """Begin an element."""
        ...

    def end(self, name: str, /) -> None:
        """End an element."""
        ...

    def data(self, text: str, /) -> None:
        """Take text."""
        ...


class _Handlers:
    """A reader of elements that have no text."""

    def __init__(self, start: Start, end: End) -> None:
        self._start = start
        self._end = end

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        self._start(name, attributes)

    def end(self, name: str, /) -> None:
        self._end(name)

    def data(self, text: str, /) -> None:
        """Text means nothing here."""


class _Guard:
    """Stands before a reader and refuses what would act, reach out or never end."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise OddSheetError("elements inside elements without end")
        self._reader.start(name.rpartition(" ")[2], attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._reader.end(name.rpartition(" ")[2])

    def doctype(self, *_: object) -> None:
        raise OddSheetError("a document type")


@dataclass(slots=True)
class _Book:
    relations: dict[str, tuple[str, str]]
    sheets: dict[str, str] = field(default_factory=dict[str, str])
    is_1904: bool = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.is_1904 = attributes.get("date1904", "") in _ON
        elif name == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"]
            kind, part = self.relations.get("".join(ids), ("", ""))
            if kind == "worksheet":
                self.sheets[attributes.get("name", "")] = part
