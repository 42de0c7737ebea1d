"""What a guess looks at: the first rows of a table, its last ones, and some from everywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

HEAD_ROWS: Final = 3_000
TAIL_ROWS: Final = 60
SPREAD_ROWS: Final = 3_000
MAX_ENTRIES: Final = 2_000
"""A column with more different texts names no points."""
MAX_ENTRY_CHARS: Final = 120
MAX_ROWS: Final = 5_000_000


@dataclass(slots=True)
class Grid:
    """Rows of one file, without reading any of them."""

    head: list[list[str]] = field(default_factory=list[list[str]])
    """The first rows that hold anything."""
    head_numbers: list[int] = field(default_factory=list[int])
    """Where each of them stands in the file, from 1."""
    tail: list[tuple[int, list[str]]] = field(default_factory=list[tuple[int, list[str]]])
    """The last rows behind the head, each with its number."""
    spread: list[list[str]] = field(default_factory=list[list[str]])
    """Rows at equal distances over the whole file."""
    n_rows: int = 0
    """Rows that hold anything, names included."""
    entries: dict[int, dict[str, None]] = field(default_factory=dict[int, dict[str, None]])
    """Different texts of each column, by its place, as long as they are few."""
    _many: set[int] = field(default_factory=set[int])
    _every: int = 1

    @classmethod
    def of(cls, rows: Iterable[tuple[int, list[str]]]) -> "Grid":
        """Take rows in.

        Args:
            rows: Number and cells of each row of a file.
        """
        grid = cls()
        for number, cells in rows:
            if any(cell.strip() for cell in cells):
                grid._take(number, cells)
        return grid

    def texts(self, place: int, *, first_row: int) -> list[str]:
        """Return the cells of a column that hold anything: those of the head, then the others.

        Args:
            place: Place of the column, from 0.
            first_row: The first row of data.
        """
        rows = [*self.data(first_row), *self.spread, *(row for _, row in self.tail)]
        return [cell for row in rows if place < len(row) and (cell := row[place].strip())]

    def data(self, first_row: int) -> list[list[str]]:
        """Return the rows of the head that are data."""
        numbered = zip(self.head_numbers, self.head, strict=True)
        return [row for number, row in numbered if number >= first_row]

    def row(self, number: int) -> Sequence[str]:
        """Return a row of the head by its number, without cells where it holds nothing."""
        numbered = zip(self.head_numbers, self.head, strict=True)
        return next((row for at, row in numbered if at == number), ())

    def _take(self, number: int, cells: list[str]) -> None:
        self.n_rows += 1
        if len(self.head) < HEAD_ROWS:
            self.head.append(cells)
            self.head_numbers.append(number)
        else:
            self._spread_one(cells)
            self.tail.append((number, cells))
            del self.tail[:-TAIL_ROWS]
        self._note_entries(cells)

    def _spread_one(self, cells: list[str]) -> None:
        if (self.n_rows - HEAD_ROWS - 1) % self._every == 0:
            self.spread.append(cells)
        if len(self.spread) > SPREAD_ROWS:
            self.spread = self.spread[::2]
            self._every *= 2

    def _note_entries(self, cells: list[str]) -> None:
        for place, cell in enumerate(cells):
            if place in self._many:
                continue
            known = self.entries.setdefault(place, {})
            known[cell.strip()] = None
            if len(known) > MAX_ENTRIES or len(cell) > MAX_ENTRY_CHARS:
                self._many.add(place)
                del self.entries[place]
