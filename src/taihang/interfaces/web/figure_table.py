"""Tables whose numbers open: heads, cells, and what each cell sorts by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taihang.interfaces.web.wording import DASH, number
from taihang.services.figure_standing import Told

_PRIORITIES: Final = ("p1", "p2", "p3")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    label: str
    is_number: bool = False
    priority: int = 1
    """1 always stays; 3 gives way first on a small screen, then 2."""

    @property
    def style(self) -> str:
        """Return the classes of its cells.

        Example:
            >>> Head("MWh", is_number=True, priority=2).style
            'p2 number'
        """
        return _PRIORITIES[self.priority - 1] + (" number" if self.is_number else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is read, what it sorts by, and the figure that it opens."""

    words: str
    sort: str = ""
    """Empty where the value is missing, which sorts to the end."""
    key: str = ""
    tone: str = ""
    """Style of a tag around the words; empty for none."""
    address: str = ""
    """Where the words lead to; empty for nowhere."""
    title: str = ""
    wraps: bool = False
    is_void: bool = False
    """Whether there can be no number here, which is not one that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A table, ready to print."""

    id: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def lines(self) -> list[list[tuple[Head, Cell]]]:
        """Return the cells with the heads above them."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


def told_cell(told: Told, *, digits: int, over: int = 1) -> Cell:
    """Return a number as a cell.

    Args:
        told: The number and its key.
        digits: Digits after the point.
        over: How many of its units one of the shown ones is.

    Example:
        >>> from decimal import Decimal
        >>> told_cell(Told(value=Decimal("1234567")), digits=1, over=1000).words
        '1,234.6'
    """
    if told.value is None:
        return Cell(words=DASH)
    shown = told.value / over
    return Cell(words=number(shown, digits=digits), sort=str(shown), key=told.key)


def void_cell() -> Cell:
    """Return the cell of a number that cannot be: of one who has no line the share of a line."""
    return Cell(words=DASH, is_void=True)


def words_cell(words: str, *, sort: str = "", tone: str = "", title: str = "") -> Cell:
    """Return words as a cell.

    Example:
        >>> words_cell("E17").sort
        'E17'
    """
    return Cell(words=words, sort=sort or words, tone=tone, title=title)


def plain_rows(table: FigureTable) -> Sequence[Sequence[str]]:
    """Return the cells as they are read, for a file."""
    return [[cell.words for cell in row] for row in table.rows]
