"""An empty form to fill in: headings, cells of the right kind, and lists of what may be chosen."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook

from taihang.core.activity.form import COLUMNS, TemplateWords
from taihang.core.errors import InputError

ROWS: Final = 500
"""Rows of the template that are prepared; more may be written below."""
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of making: the same template is the same bytes."""
_NUMBERS: Final = frozenset(("amount", "uncertainty"))
_WIDTH: Final = {"id": 24, "reason": 36}


class TemplateKindError(InputError):
    """An empty form is asked for as a kind of file that is none."""

    code = "input.form-template"


def form_template(kind: str, words: TemplateWords) -> bytes:
    """Return an empty form.

    Args:
        kind: ``.xlsx`` or ``.csv``.
        words: What it says.

    Returns:
        The file.

    Raises:
        TemplateKindError: If the kind is another one.
    """
    if kind == ".xlsx":
        return _xlsx(words)
    if kind == ".csv":
        return _csv(words)
    raise TemplateKindError(
        given=f"an empty form as {kind or 'a file without a suffix'}",
        expected=".xlsx or .csv",
        remedy="name the file form.xlsx; programs write JSON (docs/how-to/hand-in-a-form.md)",
    )


def _csv(words: TemplateWords) -> bytes:
    """Return the headings in UTF-8 with the mark that Excel looks for."""
    return ("\ufeff" + ",".join(words.headings) + "\r\n").encode()


def _xlsx(words: TemplateWords) -> bytes:
    """Return a workbook whose periods are text, so that no spreadsheet makes a day of a month."""
    data = BytesIO()
    book = Workbook(data, {"in_memory": True})
    book.set_properties({"created": _CREATED})  # pyright: ignore[reportUnknownMemberType] - untyped there
    head = book.add_format({"bold": True, "bottom": 1})  # pyright: ignore[reportUnknownMemberType]
    as_text = book.add_format({"num_format": "@"})  # pyright: ignore[reportUnknownMemberType]
    as_number = book.add_format()  # pyright: ignore[reportUnknownMemberType]
    sheet = book.add_worksheet(words.sheet)  # pyright: ignore[reportUnknownMemberType]
    lists = book.add_worksheet(words.lists_sheet)  # pyright: ignore[reportUnknownMemberType]
    for at, (column, heading) in enumerate(zip(COLUMNS, words.headings, strict=True)):
        kind = as_number if column in _NUMBERS else as_text
        sheet.set_column(at, at, _WIDTH.get(column, 16), kind)
        sheet.write_string(0, at, heading, head)
        choices = words.choices.get(column, ())
        lists.write_string(0, at, heading, head)
        for row, choice in enumerate(choices, 1):
            lists.write_string(row, at, choice)
        if choices:
            letter = chr(ord("A") + at)
            source = f"='{words.lists_sheet}'!${letter}$2:${letter}${len(choices) + 1}"
            # A help while typing; whatever stands there is judged when it is handed in.
            offered = {"validate": "list", "source": source, "error_type": "information"}
            sheet.data_validation(1, at, ROWS, at, offered)
    sheet.freeze_panes(1, 0)
    book.close()
    return data.getvalue()
