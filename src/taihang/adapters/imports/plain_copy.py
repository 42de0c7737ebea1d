"""Writes a text table or a sheet anew as the plain table that the reader of tables takes.

The copy begins with the names, holds data rows only, and says of each row where it stood. Cells are
copied as text: nothing is read, rounded or left out here but rows without anything in them.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from taihang.adapters.imports.import_map import CsvFormat, TableMap
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.workbook import Workbook

ROW: Final = "taihang:row"
"""Name of the column of a copy that tells where a row stood below the names, from 1."""
MAX_COLUMNS: Final = 2_000
MAX_CELL_CHARS: Final = 32_768
"""Longest text of one cell: what a spreadsheet holds."""


def as_plain_csv(path: Path, table: TableMap, target: Path, *, name: str) -> tuple[Path, str]:
    """Return a plain table in UTF-8 with the rows of a text file or workbook.

    Args:
        path: The file.
        table: What the map says of it; a text table or a workbook.
        target: Where a copy may be written.
        name: What to call the file in messages.

    Returns:
        The file itself or its copy, and what stands between the cells.

    Raises:
        TableUnreadableError: If its rows cannot be told apart.
    """
    if table.csv is not None and not table.needs_copy:
        return _recoded(path, table.csv, target), table.csv.delimiter
    if table.csv is None:
        rows = _workbook_rows(path, table, name)
    else:
        rows = csv_rows(path, table.csv, name=name)
    _write(rows, table, target, name=name)
    return target, ","


def csv_rows(path: Path, form: CsvFormat, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of every row of a text table, from 1; blank rows have no cells.

    Args:
        path: The file.
        form: How it is written.
        name: What to call it in messages.

    Raises:
        TableUnreadableError: If quotes do not end, or a cell is longer than any cell.
    """
    csv.field_size_limit(MAX_CELL_CHARS)
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    text = io.StringIO(path.read_bytes().decode(encoding), newline="")
    reader = csv.reader(text, delimiter=form.delimiter, strict=True)
    try:
        yield from enumerate(reader, 1)
    except csv.Error as error:
        raise TableUnreadableError(
            given=f"{name}, line {reader.line_num}: {error}",
            expected="cells as CSV has them, quotes doubled inside quotes",
            remedy="save it again from the program that wrote it",
        ) from error


def unique_names(cells: Sequence[str]) -> list[str]:
    """Return the names of columns as the reader of tables makes them.

    Names that differ in case alone count as the same; an empty one gets its place, from 0.

    Example:
        >>> unique_names(["time", "kWh", "KWH", ""])
        ['time', 'kWh', 'KWH_1', 'column3']
    """
    seen: dict[str, int] = {}
    names: list[str] = []
    for place, cell in enumerate(cells):
        name = cell or f"column{place}"
        again = seen.get(name.lower())
        seen[name.lower()] = 0 if again is None else again + 1
        names.append(name if again is None else f"{name}_{again + 1}")
    return names


def _recoded(path: Path, form: CsvFormat, target: Path) -> Path:
    if form.encoding == "utf-8":
        return path
    target.write_text(path.read_bytes().decode(form.encoding), encoding="utf-8", newline="")
    return target


def _workbook_rows(path: Path, table: TableMap, name: str) -> Iterator[tuple[int, list[str]]]:
    sheet = "" if table.excel is None else table.excel.sheet
    return Workbook(path, name=name).rows(sheet)


def _write(
    rows: Iterator[tuple[int, list[str]]], table: TableMap, target: Path, *, name: str
) -> None:
    is_sheet = table.excel is not None
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        names: list[str] | None = None
        for number, cells in rows:
            if names is None and number >= (table.rows.header or table.rows.first):
                names = _names(cells, number, table, name)
                writer.writerow([ROW, *names])
            if names is None or number < table.rows.first or not any(cells):
                continue
            _demand_width(len(cells), len(names), number, name, is_sheet=is_sheet)
            # In a sheet only what stands below a name belongs to the table.
            padded = [*cells[: len(names)], *[""] * (len(names) - len(cells))]
            writer.writerow([number - table.rows.header, *padded])
    if names is None:
        raise TableUnreadableError(
            given=f"{name}, which ends before row {table.rows.header or table.rows.first}",
            expected="the names of its columns there",
            remedy="correct header_row in the map",
        )


def _names(cells: Sequence[str], number: int, table: TableMap, name: str) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise TableUnreadableError(
            given=f"{name} with {len(cells)} columns",
            expected=f"at most {MAX_COLUMNS}",
            remedy="export fewer meters into one file",
        )
    if table.rows.header and number > table.rows.header:
        raise TableUnreadableError(
            given=f"{name} with nothing in row {table.rows.header}",
            expected="the names of its columns there",
            remedy="correct header_row in the map",
        )
    named = list(cells) if table.rows.header else [""] * len(cells)
    while table.excel is not None and named and not named[-1]:
        named.pop()
    return unique_names(named if table.rows.header else [""] * len(cells))


def _demand_width(n: int, n_names: int, number: int, name: str, *, is_sheet: bool) -> None:
    if n != n_names and not is_sheet:
        raise TableUnreadableError(
            given=f"{name}: row {number} with {n} cells under {n_names} names",
            expected="as many cells as names",
            remedy="put a text with a delimiter in it between quotes",
        )
