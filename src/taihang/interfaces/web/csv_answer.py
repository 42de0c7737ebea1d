"""A table as a file that a spreadsheet opens and that no spreadsheet runs."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from django.http import HttpResponse

from taihang.interfaces.inert import csv_words
from taihang.interfaces.web.file_answer import file_answer

Value = str | int | float | None
_BOM: Final = "\ufeff"
"""Without it a spreadsheet takes Chinese for another encoding."""


def csv_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    """Return a file of comma-separated values.

    Args:
        name: Its name, of plain letters.
        heads: The heads of the columns, with their units.
        rows: Numbers are written plainly, words made inert, None stays empty: it is not zero.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([csv_words(head) for head in heads])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return file_answer(f"{name}.csv", _BOM + out.getvalue(), kind="text/csv; charset=utf-8")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return csv_words(value) if isinstance(value, str) else repr(value)
