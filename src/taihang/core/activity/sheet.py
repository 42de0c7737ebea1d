"""A form as it stands in a file: headings and cells, each with its place and its kind.

Whoever reads a file puts down what is there and judges nothing; what a cell means, and whether it
may be there, is said once, for every kind of file, by ``core/activity/form.py``.
"""

from dataclasses import dataclass
from enum import StrEnum


class CellKind(StrEnum):
    """What stands in a cell."""

    EMPTY = "nothing"
    PLAIN = "plain text"
    """Of a file that knows no kinds: CSV, JSON."""
    TEXT = "text"
    NUMBER = "a number"
    PERCENT = "a percentage"
    DATE = "a date"
    BOOLEAN = "true or false"
    ERROR = "an error value"
    UNSAVED = "a formula without a saved value"
    BROKEN = "something unreadable"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    where: str
    """Its place as the reader of the file knows it: ``C7``, or ``row 7, column 3``."""
    kind: CellKind
    text: str
    """What stands there, without blanks around it; of a number its decimal digits."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form: a row of headings, and the rows below it that are not empty."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """Each as long as ``head``."""
