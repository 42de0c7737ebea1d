"""A report as an Excel workbook: the tables as they are read, and every figure in one flat list."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from taihang.interfaces.catalogue import text
from taihang.interfaces.reports.document import Cell, Document, Seal, Table, Tone, log_words
from taihang.interfaces.reports.document_file import inert_document
from taihang.interfaces.reports.flat import HEADS, flat_figures
from taihang.interfaces.text_width import width_of

_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of making: the same report is the same bytes."""
_COLOUR: Final = {Tone.GOOD: "#1D7258", Tone.BAD: "#B31508", Tone.OPEN: "#8A5100"}
_NAME_MAX: Final = 31
"""Longest name that a sheet may have."""
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDTH_MAX: Final = 68
"""Wide enough for a SHA-256."""


def xlsx_of(document: Document) -> bytes:
    """Set a report as a workbook.

    Args:
        document: The report.

    Returns:
        One file. Numbers are numbers, in print with the decimals of the report; words are words,
        also where they look like a formula. The sheet of figures says each number exactly, as text,
        with the id of its statement: a binary float cannot hold every decimal.
    """
    document = inert_document(document)
    data = BytesIO()
    book = Workbook(
        data,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": document.title, "created": _CREATED})  # pyright: ignore[reportUnknownMemberType] - untyped there
    sheets = _Sheets(book, document)
    sheets.cover()
    for i, section in enumerate(document.sections):
        sheets.section(i, section.title, section.sentences, section.tables)
    sheets.figures()
    if document.log_origin:
        sheets.references()
    book.close()
    return data.getvalue()


class _Sheets:
    """The sheets of one workbook."""

    def __init__(self, book: Workbook, document: Document) -> None:
        self._book = book
        self._document = document
        self._formats: dict[tuple[object, ...], Format] = {}
        self._names: set[str] = set()
        self._widths: dict[tuple[Worksheet, int], int] = {}

    def cover(self) -> None:
        """Write title, code and the figures at the head."""
        sheet = self._sheet(text("report.sheet.cover", self._document.lang))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 22)
        sheet.set_column(2, 3, 40)
        sheet.write_string(0, 0, self._document.title, self._format(bold=True, size=16))
        sheet.write_string(1, 0, self._document.subtitle)
        sheet.write_string(2, 0, text("report.code", self._document.lang))
        sheet.write_string(2, 1, self._document.shown_code)
        first = 4 if self._document.seal is None else self._seal(sheet, self._document.seal)
        for row, figure in enumerate(self._document.figures, start=first):
            sheet.write_string(row, 0, figure.label)
            self._write(sheet, row, 1, figure.cell)
            sheet.write_string(row, 2, figure.unit)
            sheet.write_string(row, 3, figure.note)

    def _seal(self, sheet: Worksheet, seal: Seal) -> int:
        """Write what stands on a copy of an issued report; return the row behind it."""
        row = 3
        if seal.banner:
            sheet.write_string(row, 0, seal.banner, self._format(bold=True, tone=Tone.BAD))
            row += 1
        for label, words in seal.rows:
            sheet.write_string(row, 0, label)
            sheet.write_string(row, 1, words)
            row += 1
        return row + 1

    def section(
        self, i: int, title: str, sentences: tuple[str, ...], tables: tuple[Table, ...]
    ) -> None:
        """Write one section: its sentences, then its tables under one another."""
        sheet = self._sheet(f"{i + 1} {title}")
        sheet.write_string(0, 0, title, self._format(bold=True, size=14))
        row = 1
        for sentence in sentences:
            sheet.write_string(row, 0, sentence)
            row += 1
        for table in tables:
            row = self._table(sheet, row + 1, table)
        if len(tables) == 1:
            sheet.freeze_panes(row - len(tables[0].rows) - bool(tables[0].note), 1)

    def _table(self, sheet: Worksheet, row: int, table: Table) -> int:
        if table.title:
            sheet.write_string(row, 0, table.title, self._format(bold=True))
            row += 1
        for column, head in enumerate(table.columns):
            words = f"{head.title}\n{head.unit}" if head.unit else head.title
            sheet.write_string(row, column, words, self._format(head=True, right=head.is_number))
            printed = [line[column].printed for line in table.rows]
            width = max(map(width_of, [head.title, head.unit, *printed]))
            # Tables under one another share their columns: the widest of them counts.
            width = self._widths[sheet, column] = max(width, self._widths.get((sheet, column), 0))
            sheet.set_column(column, column, min(width + 3, _WIDTH_MAX))
        first_sum = row + 1 + len(table.rows) - table.n_sums
        for line in table.rows:
            row += 1
            for column, cell in enumerate(line):
                self._write(sheet, row, column, cell, bold=row >= first_sum)
        if table.note:
            row += 1
            sheet.write_string(row, 0, table.note, self._format(tone=Tone.OPEN))
        return row + 1

    def figures(self) -> None:
        """Write every number once more, exact and flat, with the statement that says it."""
        lang = self._document.lang
        sheet = self._sheet(text("report.sheet.figures", lang))
        for column, head in enumerate(HEADS):
            sheet.write_string(
                0, column, text(f"report.flat.{head}", lang), self._format(head=True)
            )
        sheet.set_column(0, 5, 26)
        sheet.freeze_panes(1, 0)
        lines = [*flat_figures(self._document)]
        for row, line in enumerate(lines, start=1):
            for i, words in enumerate(line.cells):
                sheet.write_string(row, i, words)
        sheet.autofilter(0, 0, len(lines), len(HEADS) - 1)

    def references(self) -> None:
        """Write the statements behind the report, and where the log stood."""
        lang = self._document.lang
        sheet = self._sheet(text("report.references", lang))
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 70)
        sheet.write_string(0, 0, text("report.statement", lang), self._format(head=True))
        sheet.write_string(0, 1, text("report.hash", lang), self._format(head=True))
        row = 0
        for row, each in enumerate(self._document.references, start=1):
            sheet.write_string(row, 0, each.id)
            sheet.write_string(row, 1, each.sha256)
        sheet.write_string(row + 2, 0, log_words(self._document))
        version = text("report.version", lang, version=self._document.code_version)
        sheet.write_string(row + 3, 0, version)

    def _sheet(self, name: str) -> Worksheet:
        name = name.translate(_FORBIDDEN).strip()[:_NAME_MAX]
        while name.casefold() in self._names:  # Two sections of one title.
            name = name[: _NAME_MAX - 1] + "′"
        self._names.add(name.casefold())
        sheet = self._book.add_worksheet(name)  # pyright: ignore[reportUnknownMemberType]
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        seal = self._document.seal
        if seal is not None:
            # On every printed page: an & would begin a command of the spreadsheet.
            mark = seal.mark.replace("&", "&&")
            sheet.set_header(f"&L&14{mark}")  # pyright: ignore[reportUnknownMemberType]
            sheet.set_footer(f"&L{seal.code}&R&P / &N")  # pyright: ignore[reportUnknownMemberType]
        return sheet

    def _write(
        self, sheet: Worksheet, row: int, column: int, cell: Cell, *, bold: bool = False
    ) -> None:
        if cell.value is None:
            sheet.write_string(row, column, cell.words, self._format(bold=bold, tone=cell.tone))
            return
        digits = f"#,##0.{'0' * cell.digits}" if cell.digits else "#,##0"
        style = self._format(bold=bold, tone=cell.tone, digits=digits)
        sheet.write_number(row, column, float(cell.value), style)

    def _format(
        self,
        *,
        bold: bool = False,
        size: int = 11,
        head: bool = False,
        right: bool = False,
        tone: Tone = Tone.PLAIN,
        digits: str = "General",
    ) -> Format:
        key = (bold, size, head, right, tone, digits)
        if key not in self._formats:
            made = self._book.add_format({"bold": bold or head, "font_size": size})  # pyright: ignore[reportUnknownMemberType]
            made.set_num_format(digits)
            if head:
                made.set_bottom(2)
                made.set_text_wrap()
            if right:
                made.set_align("right")
            if tone in _COLOUR:
                made.set_font_color(_COLOUR[tone])
            self._formats[key] = made
        return self._formats[key]
