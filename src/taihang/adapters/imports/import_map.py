"""What an import map may say.

A map turns one family of foreign files into readings. It states what the files leave unsaid (zone,
label convention, unit, what counts as missing); nothing of that is ever guessed (§12).
``docs/how-to/import-maps.md`` lists every key with an example.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from taihang.core.series import Quantity


class Label(StrEnum):
    """What instant of its interval a time in the file names (§2)."""

    PERIOD_START = "period-start"
    PERIOD_END = "period-end"
    INSTANT = "instant"
    """No interval at all: the reading of a register."""


class Midnight(StrEnum):
    """Which day the label 00:00 of a period-ending file carries."""

    NEW_DAY = "new-day"
    """As the calendar has it: 00:00 begins its day."""
    OLD_DAY = "old-day"
    """The day just ended; the calendar would call that instant the next day's 00:00."""


class Ambiguous(StrEnum):
    """What to do with a wall-clock time that occurs twice when the clock is set back."""

    REFUSE = "refuse"
    ORDER_OF_ROWS = "order-of-rows"
    """The first row is the earlier instant, the second the later; one alone is refused."""


class Duplicates(StrEnum):
    """What to do with rows of the same point and time."""

    REFUSE = "refuse"
    """All but the first are refused."""
    SAME_IS_ONE = "same-is-one"
    """Rows that also have the same value are one reading; others are refused."""


class Resample(StrEnum):
    """How energy of another step comes to the settlement grid."""

    SUM = "sum"
    """Whole short steps are added: still measured."""
    SPLIT = "split"
    """Steps are cut at the quarter hours in proportion to time: estimated, but no Wh is lost."""


class Numbers(StrEnum):
    """How numbers are written, shown by an example; only these are told apart from text."""

    PLAIN = "1234.5"
    COMMA_GROUPS = "1,234.5"
    DECIMAL_COMMA = "1234,5"
    POINT_GROUPS = "1.234,5"


class Kind(StrEnum):
    """What the numbers of a column are."""

    REGISTER = "register"
    ENERGY = "energy"
    MEAN_POWER = "mean-power"
    REACTIVE_ENERGY = "reactive-energy"
    MEAN_REACTIVE_POWER = "mean-reactive-power"
    SAMPLE = "sample"


WATT_HOURS: Final = {
    "Wh": Decimal(1),
    "kWh": Decimal(1_000),
    "MWh": Decimal(1_000_000),
    "GWh": Decimal(1_000_000_000),
}
_VAR_HOURS: Final = {"varh": Decimal(1), "kvarh": Decimal(1_000), "Mvarh": Decimal(1_000_000)}
KILOWATTS: Final = {"W": Decimal("0.001"), "kW": Decimal(1), "MW": Decimal(1_000)}
_KILOVARS: Final = {"var": Decimal("0.001"), "kvar": Decimal(1), "Mvar": Decimal(1_000)}
_STEPS: Final = {
    "L": ("L", Decimal(1)),
    "m³": ("L", Decimal(1_000)),
    "g": ("g", Decimal(1)),
    "kg": ("g", Decimal(1_000)),
    "t": ("g", Decimal(1_000_000)),
    "kJ": ("kJ", Decimal(1)),
    "MJ": ("kJ", Decimal(1_000)),
    "GJ": ("kJ", Decimal(1_000_000)),
    **{unit: ("varh", worth) for unit, worth in _VAR_HOURS.items()},
}
"""Units of other registers: the step that a batch has, and how many of it they are."""
UNITS: Final[Mapping[Kind, Mapping[str, Decimal]]] = {
    Kind.REGISTER: WATT_HOURS | {unit: worth for unit, (_, worth) in _STEPS.items()},
    Kind.ENERGY: WATT_HOURS,
    Kind.MEAN_POWER: KILOWATTS,
    Kind.REACTIVE_ENERGY: _VAR_HOURS,
    Kind.MEAN_REACTIVE_POWER: _KILOVARS,
}
"""Units of each kind, worth in Wh, the step of a medium, varh, kW or kvar; a sample's is free."""
_QUANTITY: Final = {
    Kind.REGISTER: Quantity.REGISTER,
    Kind.ENERGY: Quantity.ENERGY,
    Kind.MEAN_POWER: Quantity.ENERGY,
    Kind.REACTIVE_ENERGY: Quantity.REACTIVE,
    Kind.MEAN_REACTIVE_POWER: Quantity.REACTIVE,
    Kind.SAMPLE: Quantity.SAMPLE,
}

IN_DATA: Final = "in-data"
"""Zone of a column whose times each carry their own offset."""
NATIVE: Final = "native"
"""Format of a column that is stored as time, not as text."""
EPOCH_S: Final = "epoch-s"
"""Format of a column that counts seconds since 1970-01-01T00:00Z."""
ACROSS: Final = "across"
"""Names the numbers of a table that has its times of day across, one column each."""
TEXT_FOR_MISSING: Final = "text:"
"""Begins a word of ``missing`` that stands for a cell with exactly the text behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeColumn:
    """How the times of a table are written."""

    column: str
    format: str
    """``native``, ``epoch-s``, or a strptime pattern such as ``%Y-%m-%d %H:%M``."""
    zone: str
    """An IANA name, a fixed offset such as ``+08:00``, or ``in-data``."""
    ambiguous: Ambiguous | None
    """Given exactly where the zone is an IANA name."""
    midnight: Midnight | None
    """Given exactly where the label is ``period-end``."""
    clock: str | None = None
    """A second column, with the time of day; the format reads both with a blank between."""
    across: str | None = None
    """Names of the columns that hold one time of day each.

    A strptime pattern such as ``%H:%M``, or a text with ``{}`` for the number of the interval from
    1 on. The format then reads the day alone.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueColumn:
    """One column of numbers, or several that a pattern names."""

    column: str
    """Name of the column; one ``*`` makes it a pattern over columns."""
    point: str
    """Point of the readings; ``{}`` stands for the point column's entry or for what ``*`` met.

    Empty where ``entries`` names the points.
    """
    kind: Kind
    unit: str
    multiplier: Decimal
    """What a number is multiplied by to be in ``unit``, for example CT × PT."""
    missing_codes: tuple[float, ...]
    """Numbers that mean missing."""
    missing_words: frozenset[str]
    """``empty`` and ``nan``, where these mean missing; else such a row is refused."""
    scale: str
    """What one stored count is worth, in Wh or in the sample's unit."""
    modulus: int
    """Counts at which a register starts again from 0; 0 for everything else."""
    missing_texts: frozenset[str] = frozenset()
    """Texts that mean missing where a cell is exactly one of them, such as ``--``."""
    numbers: Numbers = Numbers.PLAIN
    entries: Mapping[str, str] | None = None
    """Entries of the point column that are read, each with its point; None: all, by ``point``."""

    @property
    def quantity(self) -> Quantity:
        """What the readings of this column mean."""
        return _QUANTITY[self.kind]

    @property
    def is_energy(self) -> bool:
        """Whether the readings are energy of an interval, active or reactive."""
        return self.quantity in {Quantity.ENERGY, Quantity.REACTIVE}

    @property
    def block_unit(self) -> str:
        """The unit of the readings."""
        step, _ = _STEPS.get(self.unit, ("Wh", None))
        by_quantity = {
            Quantity.SAMPLE: self.unit,
            Quantity.REACTIVE: "varh",
            Quantity.REGISTER: step,
        }
        return by_quantity.get(self.quantity, "Wh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which rows of a text table are what; counted from 1 as they stand in the file."""

    header: int = 1
    """The row of the names; 0: there is none, and columns are called ``column0``, ``column1`` …"""
    first: int = 2
    """The first row of data: what lies between is passed over."""

    @property
    def are_plain(self) -> bool:
        """Whether the names stand in the first row and data below them."""
        return (self.header, self.first) == (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """How a text table is written; absent for Parquet and workbooks."""

    delimiter: str
    encoding: str
    rows: Rows = Rows()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcelFormat:
    """Which sheet of a workbook holds the table; absent for other files."""

    sheet: str
    rows: Rows = Rows()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """How one kind of table, in one or several files, becomes readings."""

    files: tuple[str, ...]
    """Globs over the files of the folder."""
    csv: CsvFormat | None
    label: Label
    step_s: int
    """Length of an interval [s]; 0 for registers."""
    resample: Resample | None
    """How energy of a step that is not 15 minutes comes to the settlement grid."""
    duplicates: Duplicates
    point_column: str | None
    time: TimeColumn
    values: tuple[ValueColumn, ...]
    excel: ExcelFormat | None = None
    ignore: tuple[str, ...] = ()
    """Rows whose time begins with one of these texts are no rows: sums below a table."""

    @property
    def rows(self) -> Rows:
        """Which rows are what."""
        text = self.csv or self.excel
        return Rows() if text is None else text.rows

    @property
    def needs_copy(self) -> bool:
        """Whether the file must be written anew before it can be read as a plain table."""
        return self.excel is not None or not self.rows.are_plain or bool(self.ignore)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """One import map."""

    name: str
    title: str
    notes: tuple[str, ...]
    """What the person who imports should know."""
    tables: tuple[TableMap, ...]


def match_columns(value: ValueColumn, names: Sequence[str]) -> dict[str, str]:
    """Return the columns that a value entry reads, each with what its ``*`` met.

    ``*_pload`` meets ``G0-A`` in the column ``G0-A_pload``.
    """
    if "*" not in value.column:
        return {name: name for name in names if name == value.column}
    head, _, tail = value.column.partition("*")
    pattern = f"{_literal(head)}*{_literal(tail)}"
    return {
        name: name[len(head) : len(name) - len(tail)]
        for name in names
        if fnmatchcase(name, pattern)
    }


def _literal(text: str) -> str:
    """Return a glob that means the text itself."""
    return re.sub(r"([\[?])", r"[\1]", text)
