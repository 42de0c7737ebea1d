"""Read dated facts from TOML: the bundled tables of the standards, and the facts of one park.

A file holds single facts and matrices, and defaults for both::

    title_zh = "…"                # optional, as is title_en
    [defaults]                    # any field of a fact
    document = "GB/T 2589-2020"

    [[fact]]                      # one value
    code = "heat.ef"
    value = "0.11"

    [[matrix]]                    # a table as it is printed; any field of a fact may stand here too
    columns = [{ code = "ncv.*", unit = "kJ/kg" }, { code = "coal-equivalent.*", unit = "kgce/kg" }]
    rows = [
      ["raw-coal", "原煤", "20934", "0.7143"],
      ["lng", "液化天然气", "51498", "1.7572", { status = "from-memory", source = "from-memory" }],
    ]

The first cell of a row replaces ``*`` in the column's code or region, the second is the Chinese
name and opens the note, an empty cell is a value that the text does not print, and a closing table
overrides for this row. What is nearer wins: row, column, matrix, defaults. Values are strings, so
that no binary float ever stands between the printed digits and the ``Decimal``.

Nothing is forgiven: an unknown key, a missing field, a number that is not a string or two facts in
force at once stop the reading, with file and line.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Final, cast

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook

STATUSES: Final = ("verified", "calc", "from-memory", "uncertain")
"""How sure we are of a value, surest first."""

_REQUIRED: Final = (
    "code",
    "value",
    "unit",
    "region",
    "valid_from",
    "document",
    "clause",
    "source",
    "status",
    "set",
)
_FACT_KEYS: Final = frozenset({*_REQUIRED, "valid_to", "data_year", "note"})
_FILE_KEYS: Final = frozenset({"title_zh", "title_en", "defaults", "fact", "matrix"})
_MATRIX_KEYS: Final = frozenset({"columns", "rows"})
_CODE: Final = re.compile(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*")
_NAME_CELLS: Final = 2
"""A row opens with its name and its Chinese name; values follow."""


class FactFileError(InputError):
    """A file of facts says something that is not a fact."""

    code = "input.fact-file"


class FactConflictError(InputError):
    """Two facts of one set, code and region are in force on the same day."""

    code = "input.fact-conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """One file of facts."""

    name: str
    """File name without its ending, for example ``gbt_2589``."""
    title_zh: str
    title_en: str
    facts: tuple[Fact, ...]


@cache
def load_facts() -> FactBook:
    """Return the facts of every bundled table, read once in a process: they come with the code.

    Example:
        >>> book = load_facts()
        >>> book.in_force("grid.average", on=date(2026, 6, 1), region="Shanxi").value
        Decimal('0.6634')
    """
    facts = [fact for table in load_tables() for fact in table.facts]
    _refuse_conflicts(facts, source="the bundled tables")
    return FactBook(facts)


def load_tables() -> tuple[FactTable, ...]:
    """Return every bundled table, in order of its name."""
    folder = files("taihang.standards").joinpath("tables")
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return tuple(
        read_table(entry.read_text(encoding="utf-8"), name=entry.name.removesuffix(".toml"))
        for entry in found
    )


def read_facts(text: str, *, source: str) -> tuple[Fact, ...]:
    """Read the facts of one park.

    Args:
        text: The TOML text.
        source: What the text is called in messages, usually its file name.

    Returns:
        The facts in the order of the text.

    Raises:
        FactFileError: If anything in the text is not a fact; the message names key and line.
        FactConflictError: If two facts of the text are in force at once.
    """
    return read_table(text, name=source).facts


def read_table(text: str, *, name: str) -> FactTable:
    """Read one table.

    Args:
        text: The TOML text.
        name: What the table is called in messages and in the documentation.

    Returns:
        The table, its facts in the order of the text: single facts first, then matrices.

    Raises:
        FactFileError: If anything in the text is not a fact; the message names key and line.
        FactConflictError: If two facts of the text are in force at once.
    """
    try:
        raw = cast("dict[str, object]", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FactFileError(
            given=f"{name}: {error}", expected="valid TOML", remedy="correct the text there"
        ) from error
    _refuse_unknown(raw, _FILE_KEYS, where=name)
    defaults = _table(raw.get("defaults", {}), where=f"{name} [defaults]")
    _refuse_unknown(defaults, _FACT_KEYS, where=f"{name} [defaults]")
    singles = _tables(raw.get("fact", []), where=f"{name} [[fact]]")
    matrices = _tables(raw.get("matrix", []), where=f"{name} [[matrix]]")
    records = [
        *_single_records(singles, defaults, _places(text, "[[fact]]", name, len(singles))),
        *_matrix_records(matrices, defaults, text=text, name=name),
    ]
    facts = tuple(_fact(record) for record in records)
    _refuse_conflicts(facts, source=name)
    return FactTable(
        name=name,
        title_zh=_title(raw, "title_zh", name),
        title_en=_title(raw, "title_en", name),
        facts=facts,
    )


@dataclass(frozen=True, slots=True)
class _Record:
    """The merged fields of one fact, and where they stand."""

    fields: Mapping[str, object]
    where: str

    def wrong(self, key: str, expected: str) -> FactFileError:
        """Return the error that names the key, its value and what it should be."""
        return FactFileError(
            given=f"{self.where}: {key} = {self.fields.get(key)!r}",
            expected=expected,
            remedy=f"correct {key!r} there",
        )

    def text(self, key: str) -> str:
        value = self.fields.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "a text that is not empty")
        return value

    def day(self, key: str) -> date:
        value = self.fields.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(key, "a day as YYYY-MM-DD without quotes")
        return value

    def decimal(self, key: str) -> Decimal:
        value = self.fields.get(key)
        expected = 'a finite decimal number in quotes, for example "0.5306"'
        if not isinstance(value, str):
            raise self.wrong(key, expected)
        try:
            number = Decimal(value)
        except InvalidOperation as error:
            raise self.wrong(key, expected) from error
        if not number.is_finite():
            raise self.wrong(key, expected)
        return number

    def data_year(self) -> int | None:
        value = self.fields.get("data_year")
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong("data_year", "a year as a whole number, for example 2023")
        return value


def _fact(record: _Record) -> Fact:
    for key in _REQUIRED:
        if key not in record.fields:
            raise record.wrong(key, f"{key!r}, for every fact needs {', '.join(_REQUIRED)}")
    code, status = record.text("code"), record.text("status")
    if not _CODE.fullmatch(code):
        raise record.wrong("code", "letters and digits joined by dots or hyphens")
    if status not in STATUSES:
        raise record.wrong("status", f"one of {', '.join(STATUSES)}")
    valid_from = record.day("valid_from")
    valid_to = record.day("valid_to") if "valid_to" in record.fields else None
    if valid_to is not None and valid_to <= valid_from:
        raise record.wrong("valid_to", f"a day after valid_from {valid_from.isoformat()}, or none")
    return Fact(
        code=code,
        value=record.decimal("value"),
        unit=record.text("unit"),
        region=record.text("region"),
        valid_from=valid_from,
        valid_to=valid_to,
        data_year=record.data_year(),
        document=record.text("document"),
        clause=record.text("clause"),
        source=record.text("source"),
        status=status,
        set=record.text("set"),
        note=record.text("note") if "note" in record.fields else "",
    )


def _single_records(
    singles: list[dict[str, object]], defaults: Mapping[str, object], places: list[str]
) -> Iterator[_Record]:
    for single, where in zip(singles, places, strict=True):
        _refuse_unknown(single, _FACT_KEYS, where=where)
        yield _Record({**defaults, **single}, where)


def _matrix_records(
    matrices: list[dict[str, object]], defaults: Mapping[str, object], *, text: str, name: str
) -> Iterator[_Record]:
    heads = _places(text, "[[matrix]]", name, len(matrices))
    rows = [
        _list(matrix.get("rows"), where=f"{head}: rows")
        for matrix, head in zip(matrices, heads, strict=True)
    ]
    places = iter(_places(text, '["', name, sum(len(of_matrix) for of_matrix in rows)))
    for matrix, of_matrix, head in zip(matrices, rows, heads, strict=True):
        _refuse_unknown(matrix, _FACT_KEYS | _MATRIX_KEYS, where=head)
        columns = _tables(matrix.get("columns"), where=f"{head}: columns")
        for column in columns:
            _refuse_unknown(column, _FACT_KEYS, where=f"{head}: columns")
        shared = {key: value for key, value in matrix.items() if key not in _MATRIX_KEYS}
        merged = [{**defaults, **shared, **column} for column in columns]
        for row in of_matrix:
            yield from _row_records(row, merged, next(places))


def _row_records(row: object, columns: list[dict[str, object]], where: str) -> Iterator[_Record]:
    cells = _list(row, where=where)
    own: dict[str, object] = {}
    overrides = any(isinstance(cell, dict) for cell in cells[-1:])
    if overrides:
        own = _table(cells[-1], where=where)
        _refuse_unknown(own, _FACT_KEYS, where=where)
        cells = cells[:-1]
    if len(cells) != _NAME_CELLS + len(columns) or not all(isinstance(c, str) for c in cells):
        raise FactFileError(
            given=f"{where}: a row of {len(cells)} cells: {cells}",
            expected=f"a name, a Chinese name and {len(columns)} values, all in quotes",
            remedy="add or take away cells",
        )
    row_name, label, *values = cast("list[str]", cells)
    for column, value in zip(columns, values, strict=True):
        if not value:
            continue  # the text prints no such value: there is no fact, and certainly no zero
        fields: dict[str, object] = {**column, **own, "value": value}
        for key in ("code", "region"):
            fields[key] = str(fields.get(key, "")).replace("*", row_name)
        fields["note"] = f"{label}；{fields['note']}" if "note" in fields else label
        yield _Record(fields, where)


def _places(text: str, opening: str, name: str, count: int) -> list[str]:
    """Name the place of each of ``count`` parts by the line that opens it.

    A line can only be named when every part opens a line of its own; otherwise parts are counted.
    """
    lines = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.lstrip().startswith(opening)
    ]
    if len(lines) == count:
        return [f"{name} line {number}" for number in lines]
    return [f"{name} {opening} number {index}" for index in range(1, count + 1)]


def _refuse_unknown(table: Mapping[str, object], known: frozenset[str], *, where: str) -> None:
    for key, value in table.items():
        if key not in known:
            raise FactFileError(
                given=f"{where}: unknown key {key!r} = {value!r}",
                expected=f"one of {', '.join(sorted(known))}",
                remedy="correct or remove the key",
            )


def _refuse_conflicts(facts: Iterable[Fact], *, source: str) -> None:
    seen: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in facts:
        others = seen.setdefault((fact.set, fact.code, fact.region), [])
        for other in others:
            if _overlap(fact, other):
                raise FactConflictError(
                    given=f"{source}: {other.key} and {fact.key}",
                    expected="at most one fact of a set, code and region on any day",
                    remedy="end the older one with valid_to, or give one of them another set",
                )
        others.append(fact)


def _overlap(one: Fact, other: Fact) -> bool:
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )


def _title(raw: Mapping[str, object], key: str, name: str) -> str:
    return _Record(raw, name).text(key) if key in raw else ""


def _table(value: object, *, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise FactFileError(given=f"{where}: {value!r}", expected="a table", remedy="write a table")
    return cast("dict[str, object]", value)


def _tables(value: object, *, where: str) -> list[dict[str, object]]:
    return [_table(entry, where=where) for entry in _list(value, where=where)]


def _list(value: object, *, where: str) -> list[object]:
    if not isinstance(value, list):
        raise FactFileError(given=f"{where}: {value!r}", expected="a list", remedy="write a list")
    return cast("list[object]", value)
