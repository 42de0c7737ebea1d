"""A report as CSV: every number once, exact, with the statement that says it."""

import csv
from io import StringIO

from taihang.interfaces.catalogue import text
from taihang.interfaces.inert import csv_words
from taihang.interfaces.reports.document import Document
from taihang.interfaces.reports.flat import HEADS, flat_figures

_BOM = "\ufeff"
"""Without it a spreadsheet takes Chinese for another encoding."""


def csv_of(document: Document) -> bytes:
    """Set a report as CSV.

    Args:
        document: The report.

    Returns:
        One UTF-8 file, comma-separated, lines ended by CR LF (RFC 4180). Words that begin like a
        formula stand behind an apostrophe; numbers are plain decimals without separators.
    """
    lang, out = document.lang, StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([text(f"report.flat.{head}", lang) for head in HEADS])
    code = text("report.code", lang)
    writer.writerow(["", code, "", csv_words(document.shown_code), "", ""])
    if document.seal is not None:
        for label, words in document.seal.rows:
            writer.writerow(["", csv_words(label), "", csv_words(words), "", ""])
    for figure in flat_figures(document):
        where, row, column, value, unit, statement = figure.cells
        words = [csv_words(each) for each in (where, row, column)]
        writer.writerow([*words, value, csv_words(unit), csv_words(statement)])
    return (_BOM + out.getvalue()).encode()
