"""One file of an upload as a guess sees it: its names, its rows, and what stands around them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NoReturn

from taihang.adapters.imports.grid import MAX_ROWS, Grid
from taihang.adapters.imports.guess_rows import guess_rows, unit_row
from taihang.adapters.imports.import_map import CsvFormat, Rows
from taihang.adapters.imports.plain_copy import csv_rows, unique_names
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.text_form import text_form
from taihang.adapters.imports.workbook import Workbook
from taihang.core.metering.import_draft import FileFacts, ToldRows

TEXT_KINDS: Final = frozenset((".csv", ".txt", ".tsv"))
BOOK_KINDS: Final = frozenset((".xlsx", ".xlsm"))
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK"
_BINARY: Final = (_OLD_OFFICE, _ZIP, b"%PDF", b"PAR1", b"\x1f\x8b")
_SHOWN_ROWS: Final = 12
_SHOWN_COLUMNS: Final = 40
_SHOWN_CHARS: Final = 60


@dataclass(frozen=True)
class SourceSheet:
    """One table of an upload."""

    path: Path
    name: str
    """Its path in the upload."""
    kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    """Every sheet of a workbook."""
    grid: Grid
    rows: Rows
    is_readable: bool
    """Whether something in it looks like data."""
    told: ToldRows | None = None
    """What a person said of it."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of its columns, as the reader of tables makes them."""
        if not self.rows.header:
            width = max((len(row) for row in self.grid.data(self.rows.first)), default=0)
            return tuple(unique_names([""] * width))
        names = [*self.grid.row(self.rows.header)]
        while self.kind == "xlsx" and names and not names[-1]:
            names.pop()
        return tuple(unique_names(names))

    @cached_property
    def headings(self) -> dict[str, str]:
        """All that stands above each column: groups of columns, its name, its unit."""
        above = [
            _filled(self.grid.row(number), len(self.names))
            for number in self.grid.head_numbers
            if number < self.rows.header and _spans(self.grid.row(number))
        ]
        units = unit_row(self.grid, self.rows)
        lines = [*above[-2:], self.names, _filled(units, len(self.names))]
        return {
            name: " ".join(dict.fromkeys(line[at] for line in lines if at < len(line) and line[at]))
            for at, name in enumerate(self.names)
        }

    @cached_property
    def preface(self) -> str:
        """What stands above the table, and how file and sheet are called."""
        rows = zip(self.grid.head_numbers, self.grid.head, strict=True)
        top = self.rows.header or self.rows.first
        words = [cell for number, row in rows if number < top for cell in row if cell]
        return " ".join([Path(self.name).stem, self.sheet, *words])[:1_000]

    def texts(self, name: str) -> list[str]:
        """Return the cells of a column that hold anything."""
        return self.grid.texts(self.names.index(name), first_row=self.rows.first)

    @cached_property
    def data(self) -> list[list[str]]:
        """Return the first rows of data, each as wide as the names."""
        width = len(self.names)
        return [
            [cell.strip() for cell in (row + [""] * width)[:width]]
            for row in self.grid.data(self.rows.first)
        ]

    def facts(self) -> FileFacts:
        """Return what a person is shown of the file."""
        data = self.path.read_bytes()
        return FileFacts(
            name=self.name,
            n_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            n_rows=max(self.grid.n_rows - sum(n < self.rows.first for n in self._numbers), 0),
            first_cells=tuple(
                tuple(cell[:_SHOWN_CHARS] for cell in row[:_SHOWN_COLUMNS])
                for row in self.grid.head[:_SHOWN_ROWS]
            ),
            first_numbers=tuple(self.grid.head_numbers[:_SHOWN_ROWS]),
            sheets=self.sheets,
        )

    @property
    def _numbers(self) -> list[int]:
        return self.grid.head_numbers


def is_table(path: Path) -> bool:
    """Say whether a file may be a table by its name."""
    return path.suffix.lower() in TEXT_KINDS | BOOK_KINDS


def read_source(path: Path, *, name: str, told: ToldRows | None = None) -> SourceSheet:
    """Look at a file.

    Args:
        path: The file.
        name: Its path in the upload.
        told: What a person said of its rows; without it they are guessed.

    Returns:
        Its rows and what they seem to be.

    Raises:
        TableUnreadableError: If it is not what its name says, damaged, or too large.
    """
    with path.open("rb") as file:
        begin = file.read(8)
    if path.suffix.lower() in BOOK_KINDS:
        return _book(path, name, begin, told)
    if begin.startswith(_BINARY):
        _refuse(name, "no text, whatever its name says", "a text table")
    data = path.read_bytes()
    form = text_form(data, name=name)
    rows = csv_rows(path, CsvFormat(delimiter=form.delimiter, encoding=form.encoding), name=name)
    grid = Grid.of(_counted(rows, name))
    found = _rows(grid, told)
    return SourceSheet(
        path=path,
        name=name,
        kind="csv",
        encoding=form.encoding,
        delimiter=form.delimiter,
        sheet="",
        sheets=(),
        grid=grid,
        rows=found or Rows(),
        is_readable=found is not None,
        told=told,
    )


def _book(path: Path, name: str, begin: bytes, told: ToldRows | None) -> SourceSheet:
    if begin.startswith(_OLD_OFFICE):
        _refuse(name, "an old or encrypted workbook", "a workbook as .xlsx")
    book = Workbook(path, name=name)
    grids = {sheet: Grid.of(_counted(book.rows(sheet), name)) for sheet in book.sheets}
    if not grids:
        _refuse(name, "a workbook without a sheet", "a sheet with a table")
    # The table is the sheet with the most rows; the others are notes and charts.
    sheet = max(grids, key=lambda each: grids[each].n_rows)
    if told is not None and told.sheet in grids:
        sheet = told.sheet
    found = _rows(grids[sheet], told)
    return SourceSheet(
        path=path,
        name=name,
        kind="xlsx",
        encoding="",
        delimiter="",
        sheet=sheet,
        sheets=tuple(grids),
        grid=grids[sheet],
        rows=found or Rows(),
        is_readable=found is not None,
        told=told,
    )


def _rows(grid: Grid, told: ToldRows | None) -> Rows | None:
    if told is None:
        return guess_rows(grid)
    return Rows(header=told.header_row, first=max(told.first_row, told.header_row + 1))


def _counted(rows: Iterator[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if number > MAX_ROWS:
            _refuse(name, f"more than {MAX_ROWS} rows", "an export of fewer months")
        yield number, cells


def _spans(row: Sequence[str]) -> bool:
    """Say whether a row above the names belongs to columns; one cell alone is a title."""
    return sum(bool(cell) for cell in row) > 1


def _filled(row: Sequence[str], width: int) -> list[str]:
    """Repeat a group's name over its columns, as merged cells show it."""
    filled: list[str] = []
    for cell in (*row, *[""] * width)[:width]:
        filled.append(cell.strip() or (filled[-1] if filled else ""))
    return filled


def _refuse(name: str, what: str, expected: str) -> NoReturn:
    raise TableUnreadableError(
        given=f"{name}: {what}",
        expected=expected,
        remedy="save it as .xlsx or “CSV UTF-8” from the program that wrote it",
    )
