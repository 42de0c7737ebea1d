"""A report to and from what is kept of it: the machine form is the report, word for word."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import cast

from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.inert import inert
from taihang.interfaces.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Reference,
    Seal,
    Section,
    Table,
    Tone,
    body_of,
)

_PASSING = ("log", "code_version")
"""Parts of the machine form that change while no figure does."""


def content_of(document: Document) -> dict[str, JsonValue]:
    """Return what a report says, without where the log stood and which code drew it up.

    Args:
        document: The report.
    """
    return {key: value for key, value in body_of(document).items() if key not in _PASSING}


def document_of(body: Mapping[str, JsonValue], drawings: Sequence[str]) -> Document:
    """Return the report that a machine form was made of.

    Args:
        body: What ``body_of`` gave.
        drawings: The drawing of each section.

    Returns:
        A report that has the same machine form.
    """
    log = _object(body["log"])
    sections = [_section(_object(each)) for each in _listed(body["sections"])]
    return Document(
        kind=str(body["kind"]),
        lang=cast("Lang", body["lang"]),
        park=str(body["park"]),
        subject=str(body["subject"]),
        period=str(body["period"]),
        title=str(body["title"]),
        subtitle=str(body["subtitle"]),
        figures=tuple(_figure(_object(each)) for each in _listed(body["figures"])),
        sections=tuple(
            replace(section, drawing=drawing)
            for section, drawing in zip(sections, drawings, strict=True)
        ),
        references=tuple(
            Reference(id=str(_object(each)["id"]), sha256=str(_object(each)["sha256"]))
            for each in _listed(body["references"])
        ),
        log_origin=str(log["origin"]),
        log_size=int(str(log["size"])),
        log_root=str(log["root"]),
        code_version=str(body["code_version"]),
    )


def inert_document(document: Document) -> Document:
    """Return a report in which no word does anything but stand there.

    Args:
        document: The report, with names that anybody may have chosen.
    """
    return replace(
        document,
        title=inert(document.title),
        subtitle=inert(document.subtitle),
        figures=tuple(
            replace(
                each,
                label=inert(each.label),
                unit=inert(each.unit),
                note=inert(each.note),
                cell=_inert_cell(each.cell),
            )
            for each in document.figures
        ),
        sections=tuple(
            Section(
                title=inert(each.title),
                sentences=tuple(map(inert, each.sentences)),
                tables=tuple(map(_inert_table, each.tables)),
                drawing=inert(each.drawing),
            )
            for each in document.sections
        ),
        seal=None if document.seal is None else _inert_seal(document.seal),
    )


def _inert_seal(seal: Seal) -> Seal:
    return replace(
        seal,
        banner=inert(seal.banner),
        mark=inert(seal.mark),
        rows=tuple((inert(label), inert(words)) for label, words in seal.rows),
    )


def _inert_table(table: Table) -> Table:
    return replace(
        table,
        title=inert(table.title),
        note=inert(table.note),
        columns=tuple(
            replace(each, title=inert(each.title), unit=inert(each.unit)) for each in table.columns
        ),
        rows=tuple(tuple(map(_inert_cell, row)) for row in table.rows),
    )


def _inert_cell(cell: Cell) -> Cell:
    return replace(cell, words=inert(cell.words))


def _section(of: Mapping[str, JsonValue]) -> Section:
    return Section(
        title=str(of["title"]),
        sentences=tuple(map(str, _listed(of["sentences"]))),
        tables=tuple(_table(_object(each)) for each in _listed(of["tables"])),
    )


def _table(of: Mapping[str, JsonValue]) -> Table:
    return Table(
        title=str(of["title"]),
        columns=tuple(_column(_object(each)) for each in _listed(of["columns"])),
        rows=tuple(
            tuple(_cell(_object(cell)) for cell in _listed(row)) for row in _listed(of["rows"])
        ),
        n_sums=int(str(of["sums"])),
        note=str(of["note"]),
    )


def _column(of: Mapping[str, JsonValue]) -> Column:
    return Column(title=str(of["title"]), unit=str(of["unit"]), is_number=of["number"] is True)


def _figure(of: Mapping[str, JsonValue]) -> Figure:
    return Figure(
        label=str(of["label"]), unit=str(of["unit"]), note=str(of["note"]), cell=_cell(of)
    )


def _cell(of: Mapping[str, JsonValue]) -> Cell:
    tone = Tone(str(of.get("tone", Tone.PLAIN.value)))
    statement = str(of.get("statement", ""))
    if "value" not in of:
        return Cell(words=str(of["words"]), statement=statement, tone=tone)
    printed = str(of["printed"])
    digits = len(printed.partition(".")[2])
    return Cell(value=Decimal(str(of["value"])), digits=digits, statement=statement, tone=tone)


def _object(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TypeError(type(value))
    return value


def _listed(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise TypeError(type(value))
    return value
