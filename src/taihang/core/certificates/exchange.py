"""How certificates leave the park and come to it as tables: which column is what.

A map is configuration, not code: the columns, the unit and the words of one registry, or of one
published list of attributes. No map claims to be the official format of a registry.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError

WHOLE_MWH: Final = 1_000_000
_FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class FormulaTextError(InputError):
    """A text would run as a formula where a spreadsheet opens the table."""

    code = "input.formula-text"


class ExchangeColumnError(InputError):
    """A map asks for a column that the records do not have."""

    code = "input.exchange-column"


class View(StrEnum):
    """Which records a map exports."""

    GEC = "gec"
    """Whole certificates by plant, month and kind."""
    GRANULAR = "granular"
    """EnergyTag records."""


class EnergyUnit(StrEnum):
    """What a number of a column counts."""

    WH = "Wh"
    KWH = "kWh"
    MWH = "MWh"
    CERTIFICATES = "certificates"
    """Of 1 MWh each, counted by their serial numbers."""


WORTH_WH: Final[Mapping[EnergyUnit, Decimal]] = {
    EnergyUnit.WH: Decimal(1),
    EnergyUnit.KWH: Decimal(1_000),
    EnergyUnit.MWH: Decimal(WHOLE_MWH),
    EnergyUnit.CERTIFICATES: Decimal(WHOLE_MWH),
}


class TimeStyle(StrEnum):
    """How a table says when the energy was produced."""

    MONTH = "month"
    """A local month, ``2026-06``."""
    DAYS = "days"
    """A first and a last local day, both part of it."""
    INSTANTS = "instants"
    """Start and end in UTC, ``2026-06-01T00:15:00Z``; half-open."""


class Field(StrEnum):
    """What an imported record may say; a map names the column of each."""

    SERIAL_FIRST = "serial_first"
    SERIAL_LAST = "serial_last"
    """Absent: a record is one certificate."""
    DEVICE_CODE = "device_code"
    DEVICE_NAME = "device_name"
    TECHNOLOGY = "technology"
    MONTH = "month"
    START = "start"
    END = "end"
    ENERGY = "energy"
    STATUS = "status"
    EXPIRES = "expires"
    """First day on which it is no longer valid; absent: whoever imports must say it."""
    KIND = "kind"
    """Tradable or not, in the words of the registry."""


TIME_FIELDS: Final[Mapping[TimeStyle, tuple[Field, ...]]] = {
    TimeStyle.MONTH: (Field.MONTH,),
    TimeStyle.DAYS: (Field.START, Field.END),
    TimeStyle.INSTANTS: (Field.START, Field.END),
}
NEEDED: Final = (
    Field.SERIAL_FIRST,
    Field.DEVICE_CODE,
    Field.DEVICE_NAME,
    Field.TECHNOLOGY,
    Field.ENERGY,
)
"""Fields that every map of imports names, besides those of its time style."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportColumns:
    """Which column of a foreign table is what."""

    columns: Mapping[Field, str]
    """Heading by field."""
    unit: EnergyUnit
    time: TimeStyle
    taken: frozenset[str]
    """Words of the status column whose records are taken; others refuse the file."""
    ignored: frozenset[str]
    """Headings that may stand there and say nothing to us; any other heading refuses the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeMap:
    """One map."""

    name: str
    title_zh: str
    title_en: str
    registry: str
    """Short word for who keeps these certificates, for example ``i-rec``."""
    view: View | None
    """What is exported with it; None: nothing."""
    exports: Mapping[str, str]
    """Heading → name of the text of a record, in the order of the columns."""
    imports: ImportColumns | None
    """None: nothing is imported with it."""


def export_table(
    records: Iterable[Mapping[str, str]], *, exchange: ExchangeMap
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and rows of a table.

    Args:
        records: Named texts of each record.
        exchange: The map.

    Returns:
        The headings, and a row for each record.

    Raises:
        ExchangeColumnError: If a record has no text of a name that the map asks for.
        FormulaTextError: If a text would run as a formula.
    """
    rows: list[tuple[str, ...]] = []
    for record in records:
        for heading, name in exchange.exports.items():
            if name not in record:
                raise ExchangeColumnError(
                    given=f"the column {heading!r} of {name!r}",
                    expected=f"one of {', '.join(record)}",
                    remedy=f"correct the map {exchange.name}",
                )
        rows.append(_safe([record[name] for name in exchange.exports.values()]))
    return tuple(exchange.exports), rows


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would run a text instead of showing it.

    Example:
        >>> [is_formula(text) for text in ("=1+1", "-36.2", "-cmd", "PV01", "@x")]
        [True, False, True, False, True]
    """
    return bool(_FORMULA.match(text)) and not _PLAIN_NUMBER.fullmatch(text)


def _safe(texts: Sequence[str]) -> tuple[str, ...]:
    for text in texts:
        if is_formula(text):
            raise FormulaTextError(
                given=repr(text[:40]),
                expected="a text that no spreadsheet runs: not =, +, -, @ first",
                remedy="give the plant or party another name in park.toml",
            )
    return tuple(texts)
