"""An import map in the making: what was guessed of a file, why, and how sure that is.

A person looks at it, corrects it and lets it be read; only then does anything become a reading. All
values are those of an import map (``docs/how-to/import-maps.md``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from taihang.core.metering.readings import ReadingBlock

LEFT_OUT = ""
"""Point of a column that is not read."""


class Confidence(StrEnum):
    """How sure a guess is."""

    SURE = "sure"
    """The file says so itself."""
    LIKELY = "likely"
    """It follows from several signs; a person should look."""
    UNSURE = "unsure"
    """Nothing in the file says so; a person must say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Why a field says what it says."""

    confidence: Confidence
    reason: str
    """A stable code; every language has a sentence for it."""
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the sentence shows, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDraft:
    """One column of a wide table, or one entry of the point column of a long one."""

    source: str
    """Name of the column, or the entry."""
    point: str
    """Point of its readings; empty: it is not read."""
    quantity: str
    unit: str
    multiplier: str
    scale: str = ""
    """What a stored count is worth, for a register or a sample."""
    modulus: int = 0
    """Counts at which a register starts again."""
    why_point: Guess
    why_unit: Guess


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """One kind of table, in one or several files of the same shape."""

    files: tuple[str, ...]
    kind: str
    """``csv``, ``xlsx`` or ``parquet``."""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    first_row: int = 2
    names: tuple[str, ...]
    """Every column of the files, in order."""
    ignore: tuple[str, ...] = ()
    time_column: str
    clock_column: str = ""
    """A second column, with the time of day."""
    across: str = ""
    """Pattern of columns that hold one time of day each."""
    time_format: str
    zone: str
    ambiguous: str
    midnight: str
    label: str
    step_s: int
    resample: str = ""
    duplicates: str
    point_column: str = ""
    """The column that names the point of each row of a long table."""
    value_column: str = ""
    """The column of numbers of a long table."""
    numbers: str
    missing: tuple[str, ...]
    """``empty``, ``nan``, and texts that mean missing."""
    columns: tuple[ColumnDraft, ...]
    why: Mapping[str, Guess]
    """Reason of each field, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRows:
    """What a person says of the rows of a file, in the place of a guess."""

    sheet: str = ""
    """The sheet of a workbook; empty: the one with the most rows."""
    header_row: int
    first_row: int
    point_column: str | None = None
    """The column that names the meter of each row; empty: none does; None: it is guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file of an upload."""

    name: str
    n_bytes: int
    sha256: str
    n_rows: int
    """Rows of data."""
    first_cells: tuple[tuple[str, ...], ...]
    """The first rows as they stand in the file, names included."""
    first_numbers: tuple[int, ...]
    """Where each of them stands in the file, from 1."""
    sheets: tuple[str, ...] = ()
    """Every sheet of a workbook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What an upload looks like."""

    files: tuple[FileFacts, ...]
    unread: tuple[str, ...]
    """Files of the upload that are no tables."""
    tables: tuple[TableDraft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedUpload:
    """An upload that waits for a person to say how it is to be read."""

    id: str
    """Given by the sender: the same id again is the same upload."""
    name: str
    """As the sender called it."""
    by: str
    """Who sent it."""
    at_s: int
    """When [s since 1970-01-01T00:00Z]."""
    n_bytes: int
    examined: Examined
    """What was guessed at first."""
    tables: tuple[TableDraft, ...]
    """The draft as it stands now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPoint:
    """A point of the park that a column may belong to."""

    id: str
    names: tuple[str, ...]
    """What else it may be called: its asset, the names of the asset, numbers on papers."""
    measures: str
    """What its meter measures; empty for a declared series."""
    kind: str
    """``meter``, ``medium``, ``reactive`` or ``series``."""
    unit: str
    scale: str
    """What one count of its register or series is worth, in ``unit``."""
    modulus: int = 0
    multiplier: int = 1
    """Ratio of its transformers: what a dial shows times this is what flowed."""
    max_kw: float | None = None
    is_solar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """Where a park lies and what its clock says."""

    zone: str
    longitude_deg: float
    now_s: int
    """The present instant [s since 1970-01-01T00:00Z]."""


class Severity(StrEnum):
    """What an oddity means for the import."""

    STOPS = "stops"
    """Nothing can be imported before it is put right."""
    LOOK = "look"
    """A person should look; the import goes on if wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something about the readings that a person should know before they are stored."""

    kind: str
    """A stable code; every language has a sentence for it."""
    severity: Severity
    point: str = ""
    n: int = 0
    """How often."""
    first_s: int | None = None
    """The first of it [s since 1970-01-01T00:00Z]."""
    said: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReading:
    """One reading as it would be stored."""

    point: str
    quantity: str
    start_s: int
    count: int
    unit: str
    scale: str
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """One row of a file beside what it would become."""

    file: str
    row: int
    cells: tuple[tuple[str, str], ...]
    """Name and text of the cells that matter."""
    readings: tuple[SeenReading, ...]
    refused: tuple[str, ...]
    """Column, reason and what was given, of each value that would be refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedValue:
    """One value that is no reading."""

    file: str
    row: int
    column: str
    point: str
    reason: str
    given: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """What an import map makes of an upload; nothing of it is stored yet."""

    map_text: str
    """The map as TOML, fit for ``taihang import``."""
    rows_read: int
    rows_used: int
    rows_missing: int
    rows_repeated: int
    rows_refused: int
    refused: tuple[RefusedValue, ...]
    """The first refused values, one by one."""
    oddities: tuple[Oddity, ...]
    preview: tuple[SeenRow, ...]
    notes: tuple[str, ...]
    sha256: Mapping[str, str]
    """Hash of every file that was read, by its name."""
    blocks: tuple[ReadingBlock, ...]
