"""A report as one HTML file: no script, no outside file, prints as it looks."""

from importlib.resources import files
from typing import Final

from django.template import Context, Engine
from django.utils.safestring import mark_safe

from taihang.interfaces.catalogue import text
from taihang.interfaces.qr import QUIET, qr_path
from taihang.interfaces.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Seal,
    Section,
    Table,
    log_words,
)
from taihang.interfaces.reports.document_file import inert_document
from taihang.interfaces.text_width import width_of

_SHORT: Final = 14
"""Words up to this width stay on one line, as dates do."""
_FOLDER = "taihang.interfaces.reports"


def html_of(document: Document) -> bytes:
    """Set a report as HTML.

    Args:
        document: The report.

    Returns:
        One UTF-8 file that needs nothing else; names of any content are shown literally.
    """
    # Django escapes every value; nothing in the template is marked safe but our own style sheet
    # and drawings, whose words were escaped where they were drawn.
    document = inert_document(document)
    folder = files(_FOLDER).joinpath("templates")
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    template = Engine(autoescape=True).from_string(
        folder.joinpath("report.html").read_text(encoding="utf-8").replace("/* style */", style)
    )
    numbers = {each.id: str(i) for i, each in enumerate(document.references, start=1)}
    return template.render(
        Context(
            {
                "lang": "zh-CN" if document.lang == "zh" else "en",
                "document": document,
                "seal": document.seal,
                "qr": None if document.seal is None else _qr(document.seal),
                "figures": [_figure(figure, numbers) for figure in document.figures],
                "sections": [_section(section, numbers) for section in document.sections],
                "references": [
                    {"number": numbers[each.id], "id": each.id, "sha256": each.sha256}
                    for each in document.references
                ],
                "log": log_words(document),
                "words": {
                    name: text(f"report.{name}", document.lang)
                    for name in ("code", "references", "reference_note", "statement", "hash")
                },
                "version": text("report.version", document.lang, version=document.code_version),
            }
        )
    ).encode()


def _qr(seal: Seal) -> dict[str, str]:
    """Return a QR code as the path of an SVG and the side of its view box."""
    return {"path": qr_path(seal.modules), "side": str(len(seal.modules) + 2 * QUIET)}


def _figure(figure: Figure, numbers: dict[str, str]) -> dict[str, object]:
    return {
        "label": figure.label,
        "unit": figure.unit,
        "note": figure.note,
        **_cell(figure.cell, numbers),
    }


def _section(section: Section, numbers: dict[str, str]) -> dict[str, object]:
    return {
        "title": section.title,
        "sentences": section.sentences,
        "drawing": mark_safe(section.drawing),  # noqa: S308 - drawn and escaped by sankey_svg
        "tables": [_table(table, numbers) for table in section.tables],
    }


def _table(table: Table, numbers: dict[str, str]) -> dict[str, object]:
    first_sum = len(table.rows) - table.n_sums
    return {
        "title": table.title,
        "note": table.note,
        "columns": table.columns,
        "rows": [
            {
                "is_sum": i >= first_sum,
                "cells": [
                    _placed(cell, column, numbers)
                    for cell, column in zip(row, table.columns, strict=True)
                ],
            }
            for i, row in enumerate(table.rows)
        ],
    }


def _placed(cell: Cell, column: Column, numbers: dict[str, str]) -> dict[str, object]:
    is_short = width_of(cell.printed) <= _SHORT
    return {**_cell(cell, numbers), "is_number": column.is_number, "is_short": is_short}


def _cell(cell: Cell, numbers: dict[str, str]) -> dict[str, object]:
    return {
        "printed": cell.printed,
        "tone": cell.tone.value,
        "statement": cell.statement,
        "number": numbers.get(cell.statement, ""),
    }
