"""A form as JSON, for programs: the columns as keys, amounts as decimal text."""

from typing import Final

from taihang.adapters.forms.read_csv import BLANKS
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.form import COLUMNS, MAX_ROWS
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.strict_json import JsonTextError, load_strict

FORMAT: Final = "taihang/form/v1"
_SHOWN: Final = 40


def read_json(data: bytes, *, name: str) -> Sheet:
    """Read the cells of a JSON file: ``{"format": "taihang/form/v1", "lines": [{…}, …]}``.

    Args:
        data: The whole file.
        name: Its name, for messages.

    Returns:
        The cells, one row a line.

    Raises:
        FormFileError: If it is not JSON that every reader reads alike.
    """
    try:
        value = load_strict(data)
    except JsonTextError as error:
        raise FormFileError(
            name=name,
            what=error.given,
            expected=f'{error.expected}; amounts as text, such as "12.8"',
            remedy="let the program write plain JSON; docs/how-to/hand-in-a-form.md shows the form",
        ) from error
    lines = _lines(value, name)
    head = tuple(Cell(f"lines.{key}", CellKind.PLAIN, key) for key in COLUMNS)
    return Sheet(head, tuple(_row(line, number, name) for number, line in enumerate(lines)))


def _lines(value: JsonValue, name: str) -> list[JsonValue]:
    is_form = isinstance(value, dict) and value.keys() == {"format", "lines"}
    if not (is_form and isinstance(value, dict) and value["format"] == FORMAT):
        raise _other(name, "an object that is no form of this kind")
    lines = value["lines"]
    if not isinstance(lines, list) or len(lines) > MAX_ROWS:
        raise _other(name, "lines that are no list, or too many")
    return lines


def _row(line: JsonValue, number: int, name: str) -> tuple[Cell, ...]:
    if not isinstance(line, dict):
        raise _other(name, f"lines[{number}], which is no object")
    if unknown := sorted(line.keys() - {*COLUMNS}):
        raise _other(name, f"lines[{number}] with the key {unknown[0][:_SHOWN]!r}")
    return tuple(_cell(line.get(key), f"lines[{number}].{key}") for key in COLUMNS)


def _cell(value: JsonValue, where: str) -> Cell:
    if value is None:
        return Cell(where, CellKind.EMPTY, "")
    if isinstance(value, bool):
        return Cell(where, CellKind.BOOLEAN, str(value).lower())
    if isinstance(value, str | int):
        text = str(value).strip(BLANKS)
        return Cell(where, CellKind.PLAIN if text else CellKind.EMPTY, text)
    return Cell(where, CellKind.BROKEN, type(value).__name__)


def _other(name: str, what: str) -> FormFileError:
    return FormFileError(
        name=name,
        what=what,
        expected=f'{{"format": "{FORMAT}", "lines": […]}} with the keys {", ".join(COLUMNS)}',
        remedy="let the program write it as docs/how-to/hand-in-a-form.md shows",
    )
