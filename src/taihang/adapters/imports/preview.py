"""The first rows of a file beside what they become: read by the very reader that reads them all.

Each row is put into a file of its own under the names of the real one, and decoded by the same map.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from taihang.adapters.imports.account import ImportResult
from taihang.adapters.imports.decode import decode_folder
from taihang.adapters.imports.import_map import CsvFormat, ImportMap, TableMap, match_columns
from taihang.adapters.imports.plain_copy import csv_rows, unique_names
from taihang.adapters.imports.workbook import Workbook
from taihang.core.errors import TaihangError
from taihang.core.metering.import_draft import SeenReading, SeenRow

_ROWS: Final = 6
_VALUES: Final = 6
"""Columns of a wide table that are shown."""
_READINGS: Final = 6
"""Readings of one row that are shown."""
_FILE: Final = "row.csv"


def preview_of(folder: Path, import_map: ImportMap) -> list[SeenRow]:
    """Return the first rows of the first file of each table.

    Args:
        folder: The files.
        import_map: How to read them.

    Returns:
        The rows, with what each would become or why it would be refused.
    """
    rows: list[SeenRow] = []
    for table in import_map.tables:
        files = sorted({file for glob in table.files for file in folder.glob(glob)})
        if files:
            rows += _table_rows(files[0], table, import_map)
    return rows


def _table_rows(path: Path, table: TableMap, import_map: ImportMap) -> Iterator[SeenRow]:
    head, data = _split(path, table)
    form = CsvFormat(delimiter=",", encoding="utf-8", rows=table.rows)
    alone = replace(table, files=(_FILE,), csv=form, excel=None, values=table.values[:_VALUES])
    single = replace(import_map, tables=(alone,))
    names = unique_names(head[table.rows.header - 1] if table.rows.header else ())
    with TemporaryDirectory() as scratch:
        for number, cells in data:
            with (Path(scratch) / _FILE).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([*head, _padded(cells, len(names))])
            seen = _shown(names, cells, alone)
            yield _seen(path.name, number, seen, _decoded(Path(scratch), single))


def _split(path: Path, table: TableMap) -> tuple[list[list[str]], list[tuple[int, list[str]]]]:
    """Return the rows above the data, each at its place, and the first rows of data."""
    if table.csv is not None:
        rows = csv_rows(path, table.csv, name=path.name)
    else:
        rows = Workbook(path, name=path.name).rows(table.excel.sheet if table.excel else "")
    head: list[list[str]] = [[] for _ in range(table.rows.first - 1)]
    data: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        if number < table.rows.first:
            head[number - 1] = cells
        elif any(cells):
            data.append((number, cells))
        if len(data) == _ROWS:
            break
    return head, data


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))] if width else list(cells)


def _decoded(folder: Path, import_map: ImportMap) -> ImportResult | str:
    try:
        return decode_folder(folder, import_map)
    except TaihangError as error:
        return str(error)


def _shown(
    names: Sequence[str], cells: Sequence[str], table: TableMap
) -> tuple[tuple[str, str], ...]:
    """Return name and text of the cells that the map reads."""
    pairs = zip(names, cells, strict=False)
    return tuple((name, cell) for name, cell in pairs if _matters(name, table))


def _seen(
    file: str, number: int, cells: tuple[tuple[str, str], ...], result: ImportResult | str
) -> SeenRow:
    if isinstance(result, str):
        return SeenRow(file=file, row=number, cells=cells, readings=(), refused=(result,))
    readings = (
        SeenReading(
            point=block.point,
            quantity=block.quantity,
            start_s=start_s,
            count=count,
            unit=block.unit,
            scale=block.scale,
            quality=quality,
        )
        for block in result.blocks
        for start_s, count, quality in zip(
            block.times_s.tolist(), block.counts.tolist(), block.quality.tolist(), strict=True
        )
    )
    refused = tuple(f"{row.column}: {row.reason}: {row.given}" for row in result.refused)
    return SeenRow(
        file=file,
        row=number,
        cells=cells,
        readings=tuple(islice(readings, _READINGS)),
        refused=refused[:_READINGS],
    )


def _matters(name: str, table: TableMap) -> bool:
    time = table.time
    if name in {time.column, time.clock, table.point_column}:
        return True
    return any(match_columns(value, [name]) for value in table.values)
