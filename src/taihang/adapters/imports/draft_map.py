"""Writes a draft as the TOML of an import map: what ``taihang import --map`` takes."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from taihang.adapters.imports.import_map import ACROSS, IN_DATA, Kind, Label, Numbers, Rows
from taihang.core.metering.import_draft import LEFT_OUT, ColumnDraft, TableDraft
from taihang.core.periods import STEP_S

_OFFSET_SIGNS: Final = "+-"


def draft_text(tables: Sequence[TableDraft], *, name: str, title: str) -> str:
    """Return the import map that some drafts describe.

    Args:
        tables: The drafts; columns that are left out do not come into the map.
        name: Name of the map.
        title: What it reads, in words.

    Returns:
        TOML; it is read like every other map, and so refused like every other map.
    """
    lines = [f"name = {_quoted(name)}", f"title = {_quoted(title)}", "notes = []"]
    for table in tables:
        if any(column.point != LEFT_OUT for column in table.columns):
            lines += ["", "[[table]]", *_table(table)]
    return "\n".join(lines) + "\n"


def _table(table: TableDraft) -> Iterator[str]:
    label = _label(table)
    yield f"files = {_listed(table.files)}"
    yield _form(table)
    yield f"label = {_quoted(label)}"
    if label != Label.INSTANT:
        yield f"step_s = {table.step_s}"
        if table.step_s != STEP_S and table.resample:
            yield f"resample = {_quoted(table.resample)}"
    yield f"duplicates = {_quoted(table.duplicates)}"
    if table.point_column:
        yield f"point_column = {_quoted(table.point_column)}"
    if table.ignore:
        yield f"ignore = {_listed(table.ignore)}"
    yield from _time(table, label)
    yield from _values(table)


def _form(table: TableDraft) -> str:
    rows = Rows(header=table.header_row, first=table.first_row)
    where = "" if rows.are_plain else f", header_row = {rows.header}, first_row = {rows.first}"
    if table.kind == "xlsx":
        return f"excel = {{ sheet = {_quoted(table.sheet)}{where} }}"
    how = f"delimiter = {_quoted(table.delimiter)}, encoding = {_quoted(table.encoding)}"
    return f"csv = {{ {how}{where} }}"


def _label(table: TableDraft) -> str:
    """A register is read at an instant, whatever its table was taken for."""
    kinds = {column.quantity for column in table.columns if column.point != LEFT_OUT}
    return Label.INSTANT if kinds == {Kind.REGISTER} else table.label


def _time(table: TableDraft, label: str) -> Iterator[str]:
    yield ""
    yield "[table.time]"
    yield f"column = {_quoted(table.time_column)}"
    if table.clock_column:
        yield f"clock = {_quoted(table.clock_column)}"
    if table.across:
        yield f"across = {_quoted(table.across)}"
    yield f"format = {_quoted(table.time_format)}"
    yield f"zone = {_quoted(table.zone)}"
    if table.zone != IN_DATA and table.zone[:1] not in _OFFSET_SIGNS:
        yield f"ambiguous = {_quoted(table.ambiguous)}"
    if label == Label.PERIOD_END:
        yield f"midnight = {_quoted(table.midnight)}"


def _values(table: TableDraft) -> Iterator[str]:
    read = [column for column in table.columns if column.point != LEFT_OUT]
    if not table.point_column:
        for column in read:
            where = _quoted(ACROSS if table.across else column.source)
            yield from _value(table, column, where, f"point = {_quoted(column.point)}")
        return
    # Entries that are counted alike stand together.
    alike: dict[tuple[object, ...], list[ColumnDraft]] = {}
    for column in read:
        key = (column.quantity, column.unit, column.multiplier, column.scale, column.modulus)
        alike.setdefault(key, []).append(column)
    where = _quoted(ACROSS if table.across else table.value_column)
    for columns in alike.values():
        entries = ", ".join(f"{_quoted(each.source)} = {_quoted(each.point)}" for each in columns)
        yield from _value(table, columns[0], where, f"entries = {{ {entries} }}")


def _value(table: TableDraft, column: ColumnDraft, where: str, point: str) -> Iterator[str]:
    yield ""
    yield "[[table.value]]"
    yield f"column = {where}"
    yield point
    yield f"quantity = {_quoted(column.quantity)}"
    yield f"unit = {_quoted(column.unit)}"
    yield f"multiplier = {_quoted(column.multiplier)}"
    yield f"missing = {_listed(table.missing)}"
    if table.numbers != Numbers.PLAIN:
        yield f"numbers = {_quoted(table.numbers)}"
    if column.quantity in {Kind.REGISTER, Kind.SAMPLE}:
        yield f"scale = {_quoted(column.scale)}"
    if column.quantity == Kind.REGISTER:
        yield f"modulus = {column.modulus}"


def _quoted(text: str) -> str:
    """Write a basic string: JSON's escapes are TOML's, but for the one control sign JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
