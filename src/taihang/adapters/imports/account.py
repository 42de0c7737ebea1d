"""The account of an import: what became of every row, and what the result is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.metering.readings import ReadingBlock

_REFUSED_SHOWN: Final = 1_000
"""How many refused rows are listed one by one; all are counted."""


class RowsRefusedError(InputError):
    """Some rows were refused where only a clean import is wanted."""

    code = "input.import-rows-refused"


class Refusal(StrEnum):
    """Why a row was refused."""

    TIME_UNREADABLE = "time-unreadable"
    OFF_STEP = "time-off-step"
    """The time begins no step of the declared length."""
    TIME_SKIPPED = "time-skipped"
    """The clock was set forward over this time."""
    TIME_DOUBLED = "time-doubled"
    """The clock showed this time twice and nothing says which is meant."""
    NO_POINT = "no-point"
    EMPTY = "empty"
    """Empty, which the map does not declare as missing."""
    NOT_A_NUMBER = "not-a-number"
    """NaN or text, which the map does not declare as missing."""
    INFINITE = "infinite"
    TOO_LARGE = "too-large"
    """More than can be stored exactly."""
    NEGATIVE_REGISTER = "negative-register"
    OFF_DIAL = "off-dial"
    DUPLICATE = "duplicate-time"
    """A row of the same point and time came before."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that became no reading."""

    file: str
    row: int
    """Number of the row, 1 for the first below the heading."""
    column: str
    point: str
    reason: Refusal
    given: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import map made of a folder.

    A row is one value of one point at one time: a line of a wide table counts once for each column
    that is read. ``rows_read = rows_used + rows_missing + rows_repeated + rows_refused``.
    """

    blocks: tuple[ReadingBlock, ...]
    """One for each point and quantity, by point; times in order."""
    file_sha256: Mapping[str, str]
    """Hash of every file that was read, by its path in the folder."""
    rows_read: int
    rows_used: int
    rows_missing: int
    rows_repeated: int
    """Rows that say the same as another, where the map takes them as one."""
    rows_refused: int
    refused: tuple[RefusedRow, ...]
    """The first 1 000 refused rows, one by one."""
    unplaced_wh: Mapping[str, int]
    """Energy of used rows in quarter hours that are not wholly covered, by point [Wh or varh]."""
    notes: tuple[str, ...]
    """What the map says, and what was found, for the person who imports."""

    def require_clean(self) -> None:
        """Demand that no row was refused: all or nothing (F50).

        Raises:
            RowsRefusedError: If a row was refused; the message names the first ones.
        """
        if self.rows_refused:
            shown = "; ".join(
                f"{row.file} row {row.row}, {row.column} = {row.given}: {row.reason}"
                for row in self.refused[:5]
            )
            raise RowsRefusedError(
                given=f"{self.rows_refused} of {self.rows_read} rows refused: {shown}",
                expected="rows that all read as the map says",
                remedy="correct the rows or the map, then import again",
            )


@dataclass(slots=True)
class Ledger:
    """The account of every row, filled while tables are decoded."""

    hashes: dict[str, str] = field(default_factory=dict[str, str])
    unread_columns: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    unread_entries: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    n_read: int = 0
    n_used: int = 0
    n_missing: int = 0
    n_repeated: int = 0
    n_refused: int = 0
    refused: list[RefusedRow] = field(default_factory=list[RefusedRow])
    unplaced_wh: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def n_still_shown(self) -> int:
        """How many more refused rows are listed one by one."""
        return max(_REFUSED_SHOWN - len(self.refused), 0)

    def remarks(self) -> Iterator[str]:
        """Yield what a person should know beyond the readings."""
        for file, columns in self.unread_columns.items():
            if columns:
                yield f"{file}: columns not read: {', '.join(columns)}"
        for file, entries in self.unread_entries.items():
            if entries:
                yield f"{file}: entries not read: {', '.join(entries)}"
        if self.n_refused > len(self.refused):
            yield f"{self.n_refused} rows refused; the first {len(self.refused)} are listed"
        for point, wh in self.unplaced_wh.items():
            yield f"{point}: {wh} Wh lie in quarter hours that the file does not wholly cover"

    def result(self, blocks: tuple[ReadingBlock, ...], *, notes: tuple[str, ...]) -> ImportResult:
        """Close the account."""
        return ImportResult(
            blocks=blocks,
            file_sha256=self.hashes,
            rows_read=self.n_read,
            rows_used=self.n_used,
            rows_missing=self.n_missing,
            rows_repeated=self.n_repeated,
            rows_refused=self.n_refused,
            refused=tuple(self.refused),
            unplaced_wh=self.unplaced_wh,
            notes=notes,
        )
