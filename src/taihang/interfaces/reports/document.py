"""A report as a document: what every form of it prints, in one order, with the same numbers.

A report is drawn up once and then only set: HTML, Excel, PDF and JSON take their words and numbers
from here, so that they cannot differ. Each number that a statement says carries the statement's id;
the document's own hash is printed on every form as its verification code.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final

from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text

FORMAT: Final = "taihang-report/v1"
"""What stands where no statement gives the figure; never a zero."""
_CODE_DIGITS: Final = 20
_CODE_GROUP: Final = 4


class Tone(StrEnum):
    """How a cell is meant."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    """Unknown, not assessed, or estimated in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Words, or one number and where it is said."""

    words: str = ""
    value: Decimal | None = None
    digits: int = 0
    """Decimals in print; the value itself is exact."""
    statement: str = ""
    """Id of the statement that says it; empty where it is summed or recomputed for this report."""
    tone: Tone = Tone.PLAIN

    @property
    def printed(self) -> str:
        """What a reader sees.

        Example:
            >>> Cell(value=Decimal("1234.5"), digits=1).printed
            '1,234.5'
        """
        return self.words if self.value is None else f"{self.value:,.{self.digits}f}"


def prose(text: str, *, tone: Tone = Tone.PLAIN) -> Cell:
    """Return a cell of words."""
    return Cell(words=text, tone=tone)


def number(value: Decimal | int | None, digits: int = 0, *, statement: str = "") -> Cell:
    """Return a cell of a number, or the mark of nothing where there is none."""
    if value is None:
        return Cell(words=NOTHING, tone=Tone.OPEN)
    return Cell(value=Decimal(value), digits=digits, statement=statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Head of a column."""

    title: str
    unit: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns; the last rows may be sums."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    n_sums: int = 0
    """How many of the last rows are sums of those above."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, sentences, tables."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    drawing: str = ""
    """An SVG element of this program's own making, every word in it escaped: the first table for
    the eye, or the hours that it sums up. In HTML and PDF only, and not under the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the figures at the head of a report."""

    label: str
    cell: Cell
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A statement behind the report."""

    id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What stands on the copies of an issued report, beside what it says."""

    code: str
    """The short code, to be typed by hand."""
    modules: tuple[str, ...]
    """Rows of the QR code of its address."""
    banner: str
    """That the copy is a draft, or provisional; empty where it is neither."""
    mark: str
    """The same in one word or two, across every page; empty likewise."""
    rows: tuple[tuple[str, str], ...]
    """Label and words: state, hash, address, who issued and who signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report."""

    kind: str
    """Which report, for example ``park-month``."""
    lang: Lang
    park: str
    subject: str
    period: str
    title: str
    subtitle: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    references: tuple[Reference, ...]
    """Every statement whose id a cell bears, in the order in which they first appear."""
    log_origin: str
    log_size: int
    log_root: str
    """The log at the time of drawing up: whoever holds a later checkpoint can ask for each id."""
    code_version: str
    seal: Seal | None = None
    """Of a copy of an issued report; no part of what the report says."""

    @property
    def shown_code(self) -> str:
        """The code that is printed: of an issued report the short one."""
        return self.code if self.seal is None else self.seal.code

    @property
    def code(self) -> str:
        """The verification code: the first digits of the hash over the machine form, in groups."""
        digits = sha256(canonical_bytes(body_of(self))).hexdigest()[:_CODE_DIGITS]
        return "-".join(
            digits[first : first + _CODE_GROUP] for first in range(0, _CODE_DIGITS, _CODE_GROUP)
        )


def log_words(document: Document) -> str:
    """Say where the log stood; nothing for a report of no park, which has no log."""
    if not document.log_origin:
        return ""
    return text(
        "report.log",
        document.lang,
        origin=document.log_origin,
        size=document.log_size,
        root=document.log_root,
    )


def cells_of(document: Document) -> Iterator[Cell]:
    """Yield every cell in the order of reading."""
    for figure in document.figures:
        yield figure.cell
    for section in document.sections:
        for table in section.tables:
            for row in table.rows:
                yield from row


def cited(figures: Iterable[Figure], sections: Iterable[Section]) -> tuple[str, ...]:
    """Return the ids that cells bear, each once, in the order in which they first appear."""
    found = [figure.cell.statement for figure in figures]
    for section in sections:
        for table in section.tables:
            found.extend(cell.statement for row in table.rows for cell in row)
    return tuple(dict.fromkeys(statement for statement in found if statement))


def machine_form(document: Document) -> dict[str, JsonValue]:
    """Return the report for machines: ``docs/formats/report.schema.json``.

    Args:
        document: The report.

    Returns:
        Its body, and the verification code over it.
    """
    return {**body_of(document), "code": document.code}


def body_of(document: Document) -> dict[str, JsonValue]:
    """Return what the verification code is over."""
    return {
        "format": FORMAT,
        "kind": document.kind,
        "lang": document.lang,
        "park": document.park,
        "subject": document.subject,
        "period": document.period,
        "title": document.title,
        "subtitle": document.subtitle,
        "figures": [
            {
                "label": figure.label,
                "unit": figure.unit,
                "note": figure.note,
                **_cell(figure.cell),
            }
            for figure in document.figures
        ],
        "sections": [
            {
                "title": section.title,
                "sentences": list(section.sentences),
                "tables": [_table(table) for table in section.tables],
            }
            for section in document.sections
        ],
        "references": [{"id": each.id, "sha256": each.sha256} for each in document.references],
        "log": {
            "origin": document.log_origin,
            "size": document.log_size,
            "root": document.log_root,
        },
        "code_version": document.code_version,
    }


def _table(table: Table) -> dict[str, JsonValue]:
    return {
        "title": table.title,
        "columns": [
            {"title": column.title, "unit": column.unit, "number": column.is_number}
            for column in table.columns
        ],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "sums": table.n_sums,
        "note": table.note,
    }


def _cell(cell: Cell) -> dict[str, JsonValue]:
    if cell.value is None:
        said: dict[str, JsonValue] = {"words": cell.words}
    else:
        said = {"value": format(cell.value, "f"), "printed": cell.printed}
    if cell.statement:
        said["statement"] = cell.statement
    if cell.tone is not Tone.PLAIN:
        said["tone"] = cell.tone.value
    return said
