"""Where the names of a table stand, where its data begins, and which rows below are none."""

import re
from collections.abc import Sequence
from typing import Final

from taihang.adapters.imports.grid import Grid
from taihang.adapters.imports.guess_values import is_missing
from taihang.adapters.imports.import_map import Rows
from taihang.adapters.imports.time_pattern import patterns_of

_LOOKED_AT: Final = 60
"""Rows of preface above a table at most."""
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9., ]*([eE][+-]?[0-9]+)?|[+-]?\.[0-9]+")
_UNIT: Final = re.compile(
    r"[(（\[]?(k|M|G)?(Wh|W|varh|var|VA)[)）\]]?|[(（\[]?(千瓦时|兆瓦时|千瓦|兆瓦|度|万kWh)[)）\]]?",
    re.IGNORECASE,
)
_SUMS: Final = re.compile(
    r"(合计|总计|小计|总和|平均|最大|最小|均值|制表|导出|备注|说明|Total|Sum|Average|Mean|Max|Min)",
    re.IGNORECASE,
)


def guess_rows(grid: Grid) -> Rows | None:
    """Say which row holds the names and which the first data.

    Args:
        grid: What the file begins with.

    Returns:
        The rows, or None where nothing looks like data.
    """
    rows, numbers = grid.head[:_LOOKED_AT], grid.head_numbers
    at = next((n for n, row in enumerate(rows) if is_data(row) and _goes_on(rows, n)), None)
    if at is None:
        return None
    above = [n for n in range(at) if _is_named(rows[n], width=len(rows[at]))]
    if not above:
        return Rows(header=0, first=numbers[at])
    names = above[-1]
    # A row of units stands below the names, never in their place.
    if len(above) > 1 and _are_units(rows[names]):
        names = above[-2]
    return Rows(header=numbers[names], first=numbers[at])


def is_data(row: Sequence[str]) -> bool:
    """Say whether a row has a time and something beside it that is a number or missing."""
    cells = [cell.strip() for cell in row]
    times = [n for n, cell in enumerate(cells) if _is_day(cell)]
    return bool(times) and any(
        _NUMBER.fullmatch(cell) or is_missing(cell)
        for n, cell in enumerate(cells)
        if n not in times
    )


def ignored_words(grid: Grid, rows: Rows, *, time_place: int) -> tuple[str, ...]:
    """Return how rows begin that stand among or below the data and are none of it.

    Args:
        grid: What the file begins and ends with.
        rows: Which rows are data.
        time_place: Place of the column of times.
    """
    texts = dict.fromkeys(
        cell
        for row in [*grid.data(rows.first), *(row for _, row in grid.tail), *grid.spread]
        if time_place < len(row) and (cell := row[time_place].strip())
    )
    found = [match[0] for text in texts if (match := _SUMS.match(text))]
    return tuple(dict.fromkeys(found))


def is_sum(text: str) -> bool:
    """Say whether a text begins a row of sums, or a note below a table."""
    return bool(_SUMS.match(text))


def unit_row(grid: Grid, rows: Rows) -> Sequence[str]:
    """Return the row of units between names and data, without cells where there is none."""
    between = (grid.row(number) for number in range(rows.header + 1, rows.first))
    return next((row for row in between if _are_units(row)), ())


def _is_day(cell: str) -> bool:
    # Eight digits alone are a day only where they are one; ten are seconds since 1970.
    if re.fullmatch(r"1[0-9]{9}", cell):
        return True
    return any(pattern.has_day for pattern in patterns_of([cell])) if cell else False


def _goes_on(rows: Sequence[Sequence[str]], n: int) -> bool:
    return n + 1 >= len(rows) or is_data(rows[n + 1])


def _is_named(row: Sequence[str], *, width: int) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) * 2 >= width and not any(_NUMBER.fullmatch(cell) for cell in cells[:1])


def _are_units(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    units = [cell for cell in cells if _UNIT.fullmatch(cell)]
    return bool(units) and len(units) >= len(cells) - 1
