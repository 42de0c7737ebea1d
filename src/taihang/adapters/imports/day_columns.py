"""Tables that have the times of a day across: a row a day, and one column for each interval."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from taihang.adapters.imports.import_map import ACROSS, Label, TableMap
from taihang.adapters.imports.refusal import ColumnMismatchError

_DAY_S: Final = 86_400
_END_OF_DAY: Final = re.compile(r"(?<!\d)24(?=\D?00)")
_NUMBER: Final = "{}"


@dataclass(frozen=True, slots=True)
class DayColumns:
    """The columns of one table that hold one time of day each."""

    names: tuple[str, ...]
    """As they stand in the file."""
    clocks: tuple[str, ...]
    """The time of day that each names, as ``HH:MM:SS``; ``24:00:00`` ends the day."""


def day_columns(names: Sequence[str], table: TableMap, *, name: str) -> DayColumns:
    """Find the columns that hold one time of day each.

    Args:
        names: All columns of a file.
        table: What the map says; its time has ``across``.
        name: What to call the file in messages.

    Returns:
        The columns, in the order of the file.

    Raises:
        ColumnMismatchError: If they are not exactly one for each step of a day.
    """
    across = table.time.across or ""
    found = [(each, clock) for each in names if (clock := _clock(each, across, table)) is not None]
    n_steps = _DAY_S // table.step_s
    if len({clock for _, clock in found}) != n_steps or len(found) != n_steps or ACROSS in names:
        raise ColumnMismatchError(
            given=f"{name}: {len(found)} columns that read as {across!r}",
            expected=f"{n_steps}, one for each step of {table.step_s} s of a day",
            remedy="correct across or step_s in the map",
        )
    columns, clocks = zip(*found, strict=True)
    return DayColumns(columns, clocks)


def clocks_of(names: Sequence[str], across: str) -> Iterator[tuple[str, int]]:
    """Yield every name that a pattern reads, with its second of the day.

    Args:
        names: Names of columns.
        across: A strptime pattern, such as ``%H:%M``.
    """
    for name in names:
        second = second_of_day(name, across)
        if second is not None:
            yield name, second


def second_of_day(name: str, across: str) -> int | None:
    """Return the second of the day that a name tells, 86 400 for its end, else None.

    Example:
        >>> second_of_day("0:15", "%H:%M"), second_of_day("24:00", "%H:%M")
        (900, 86400)
        >>> second_of_day("电量", "%H:%M") is None
        True
    """
    text = name.strip()
    plain = _END_OF_DAY.sub("00", text, count=1)
    try:
        read = datetime.strptime(plain, across)  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        return None
    second = read.hour * 3_600 + read.minute * 60 + read.second
    return _DAY_S if plain != text and second == 0 else second


def _clock(name: str, across: str, table: TableMap) -> str | None:
    second = _numbered(name, across, table) if _NUMBER in across else second_of_day(name, across)
    if second is None:
        return None
    return f"{second // 3_600:02}:{second % 3_600 // 60:02}:{second % 60:02}"


def _numbered(name: str, across: str, table: TableMap) -> int | None:
    """Return the second at which the interval of a number is labelled; number 1 begins the day."""
    head, _, tail = across.partition(_NUMBER)
    text = name.strip()
    inner = text[len(head) : len(text) - len(tail)]
    fits = text.startswith(head) and text.endswith(tail) and inner.isascii() and inner.isdigit()
    number = int(inner) if fits and len(inner) <= len(str(_DAY_S)) else 0
    if not 1 <= number <= _DAY_S // table.step_s:
        return None
    return (number if table.label is Label.PERIOD_END else number - 1) * table.step_s
