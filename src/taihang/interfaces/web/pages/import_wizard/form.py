"""From the fields that a person corrected to a draft of an import map, and to what the fields show.

Every field is a word of an import map. What a meter fixes (the worth of a count, where its dial
starts again) is taken from the park, never from a form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from taihang.core.errors import InputError
from taihang.core.metering.import_draft import (
    LEFT_OUT,
    ColumnDraft,
    KnownPoint,
    TableDraft,
    ToldRows,
)

LABELS: Final = ("period-start", "period-end")
MIDNIGHTS: Final = ("new-day", "old-day")
DUPLICATES: Final = ("same-is-one", "refuse")
NUMBERS: Final = ("1234.5", "1,234.5", "1234,5", "1.234,5")
STEPS_S: Final = (60, 300, 600, 900, 1_800, 3_600, 86_400)
WHAT: Final = (
    "mean-power:kW",
    "mean-power:MW",
    "mean-power:W",
    "energy:kWh",
    "energy:MWh",
    "energy:Wh",
    "register:kWh",
    "register:MWh",
    "register:Wh",
    "register:kvarh",
    "register:m³",
    "register:L",
    "register:t",
    "register:kg",
    "register:GJ",
    "register:MJ",
)
"""Quantity and unit of a column; that of a declared series is its own."""
_GRID_S: Final = 900
_BETWEEN: Final = re.compile(r"[,，;；\n]+")
_MOST: Final = 200
"""Longest text of a field [characters]."""
_WORDS: Final = frozenset(("empty", "nan"))
_TEXT: Final = "text:"
_LAST_ROW: Final = 1_000_000
_SAMPLE: Final = "sample"
_REGISTER: Final = "register"


class ImportFormError(InputError):
    """A field of the form of an import says nothing that can be done."""

    code = "input.import-form"


Posted = Mapping[str, str]
"""What a form sent: the value of each field."""


def corrected(
    posted: Posted, tables: Sequence[TableDraft], points: Mapping[str, KnownPoint]
) -> tuple[TableDraft, ...]:
    """Return drafts as a person corrected them.

    Args:
        posted: The fields; those of table 0 begin with ``t0-``.
        tables: The drafts as they were shown.
        points: The points that the person sees, by id.

    Raises:
        ImportFormError: If a field holds a word that is none of its own.
    """
    return tuple(
        _table(_Fields(posted, f"t{number}-"), table, points) for number, table in enumerate(tables)
    )


def told_rows(posted: Posted, tables: Sequence[TableDraft]) -> dict[str, ToldRows]:
    """Return what a person said of the rows of each file.

    Args:
        posted: The fields.
        tables: The drafts as they were shown.
    """
    told: dict[str, ToldRows] = {}
    for number, table in enumerate(tables):
        fields = _Fields(posted, f"t{number}-")
        header = fields.whole("header_row", least=0)
        rows = ToldRows(
            sheet=fields.said("sheet"),
            header_row=header,
            first_row=fields.whole("first_row", least=header + 1),
            point_column=fields.one_of("point_column", ("", *table.names)),
        )
        told |= dict.fromkeys(table.files, rows)
    return told


def what_of(column: ColumnDraft) -> str:
    """Return quantity and unit of a column as one word of the form."""
    return f"{column.quantity}:{column.unit}"


def shown_missing(missing: Sequence[str]) -> str:
    """Return the words for missing as they stand in their field.

    Example:
        >>> shown_missing(("empty", "text:--"))
        'empty, --'
    """
    return ", ".join(word.removeprefix(_TEXT) for word in missing)


class _Fields:
    """The fields of one table."""

    def __init__(self, posted: Posted, prefix: str) -> None:
        self._posted = posted
        self._prefix = prefix

    def said(self, name: str) -> str:
        value = self._posted.get(self._prefix + name, "").strip()
        if len(value) > _MOST:
            raise _wrong(name, f"{len(value)} characters", f"at most {_MOST}")
        return value

    def one_of(self, name: str, known: Sequence[str]) -> str:
        value = self.said(name)
        if value not in known:
            raise _wrong(name, repr(value), f"one of {', '.join(known)[:_MOST]}")
        return value

    def whole(self, name: str, *, least: int) -> int:
        value = self.said(name)
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1  # noqa: PLR2004 - digits
        if not least <= number <= _LAST_ROW:
            raise _wrong(name, repr(value), f"a whole number from {least}")
        return number

    def listed(self, name: str) -> tuple[str, ...]:
        return tuple(part for each in _BETWEEN.split(self.said(name)) if (part := each.strip()))


def _table(fields: _Fields, table: TableDraft, points: Mapping[str, KnownPoint]) -> TableDraft:
    step_s = fields.whole("step_s", least=1)
    words = fields.listed("missing")
    return replace(
        table,
        time_column=fields.one_of("time_column", table.names),
        clock_column=fields.one_of("clock_column", ("", *table.names)),
        time_format=fields.said("time_format"),
        zone=fields.said("zone"),
        label=fields.one_of("label", LABELS),
        midnight=fields.one_of("midnight", MIDNIGHTS),
        step_s=step_s,
        resample=_resample(step_s),
        duplicates=fields.one_of("duplicates", DUPLICATES),
        numbers=fields.one_of("numbers", NUMBERS),
        ignore=fields.listed("ignore"),
        missing=tuple(word if word in _WORDS else f"{_TEXT}{word}" for word in words),
        value_column=fields.one_of("value_column", ("", *table.names)),
        columns=tuple(
            _column(fields, f"c{place}-", column, points)
            for place, column in enumerate(table.columns)
        ),
    )


def _column(
    fields: _Fields, prefix: str, column: ColumnDraft, points: Mapping[str, KnownPoint]
) -> ColumnDraft:
    named = fields.said(f"{prefix}point")
    if named == LEFT_OUT:
        return replace(column, point=LEFT_OUT)
    point = points.get(named)
    if point is None:
        raise _wrong(column.source, repr(named), "a meter or series of the park, or nothing")
    # The unit of a declared series is its own, whatever stands beside it in the form.
    if point.kind == "series":
        quantity, unit = _SAMPLE, point.unit
    else:
        quantity, _, unit = fields.one_of(f"{prefix}what", WHAT).partition(":")
    return replace(
        column,
        point=point.id,
        quantity=quantity,
        unit=unit,
        multiplier=fields.said(f"{prefix}multiplier") or "1",
        scale=point.scale if quantity in {_REGISTER, _SAMPLE} else "",
        modulus=point.modulus if quantity == _REGISTER else 0,
    )


def _resample(step_s: int) -> str:
    if step_s == _GRID_S:
        return ""
    return "sum" if _GRID_S % step_s == 0 else "split"


def _wrong(name: str, given: str, expected: str) -> ImportFormError:
    return ImportFormError(
        given=f"{name}: {given}", expected=expected, remedy="correct the field; nothing was lost"
    )
