"""Reads an import map: every key is known and every needed key is given, or the map is refused."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from taihang.adapters.imports.import_map import (
    EPOCH_S,
    IN_DATA,
    NATIVE,
    UNITS,
    Ambiguous,
    CsvFormat,
    Duplicates,
    ImportMap,
    Kind,
    Label,
    Midnight,
    Resample,
    TableMap,
    TimeColumn,
    ValueColumn,
)
from taihang.core.errors import InputError
from taihang.core.periods import STEP_S

_PACKAGE: Final = "taihang.adapters.imports"
_OFFSET: Final = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
_WORDS_FOR_MISSING: Final = ("empty", "nan")


class ImportMapError(InputError):
    """An import map says something unknown, contradictory or too little."""

    code = "input.import-map"


def bundled_maps() -> tuple[str, ...]:
    """Return the names of the maps that come with the platform, sorted."""
    folder = files(_PACKAGE) / "maps"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if _is_toml(f.name)))


def load_map(name_or_path: str | Path) -> ImportMap:
    """Read an import map.

    Args:
        name_or_path: Name of a bundled map, or path of a TOML file.

    Returns:
        The map, checked in every key.

    Raises:
        ImportMapError: If there is no such map, or it says something unknown or contradictory.

    Example:
        >>> load_map("demo-park").tables[0].values[0].point
        'M-{}'
    """
    if str(name_or_path) in bundled_maps():
        text = (files(_PACKAGE) / "maps" / f"{name_or_path}.toml").read_text(encoding="utf-8")
    elif _is_toml(str(name_or_path)) and Path(name_or_path).is_file():
        text = _map_text(Path(name_or_path))
    else:
        raise ImportMapError(
            given=f"the map {str(name_or_path)!r}",
            expected=f"one of {', '.join(bundled_maps())}, or the path of a .toml file",
            remedy="correct the name or write a map",
        )
    return parse_map(text, where=str(name_or_path))


def _map_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ImportMapError(
            given=f"{path}, whose byte {error.start} is not UTF-8",
            expected="a TOML file in UTF-8",
            remedy="save it as UTF-8",
        ) from error


def parse_map(text: str, *, where: str) -> ImportMap:
    """Return the map that a TOML text describes.

    Args:
        text: The TOML text.
        where: What to call it in messages.

    Returns:
        The map.

    Raises:
        ImportMapError: If the text is not TOML or says something unknown or contradictory.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImportMapError(
            given=f"{where}: {error}", expected="a TOML file", remedy="correct its syntax"
        ) from error
    keys = _Keys(document, where)
    result = ImportMap(
        name=keys.text("name"),
        title=keys.text("title"),
        notes=tuple(keys.texts("notes")),
        tables=tuple(_table(table) for table in keys.tables("table")),
    )
    keys.demand_all_used()
    return result


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


_Choice = TypeVar("_Choice", bound=StrEnum)


class _Keys:
    """One TOML table, read key by key; whatever was not asked for is an error in the end."""

    def __init__(self, entries: Mapping[str, object], where: str) -> None:
        self._entries = entries
        self.where = where
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        self._asked.append(key)
        return key in self._entries

    def take(self, key: str) -> object:
        if not self.has(key):
            raise self.wrong(key, given="nothing", expected="a value; there is no default")
        return self._entries[key]

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, given=repr(value), expected="a text in quotes")
        return value

    def texts(self, key: str) -> list[str]:
        values = self.list(key)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, given=repr(values), expected="a list of texts")
        return [str(value) for value in values]

    def list(self, key: str) -> Sequence[object]:
        value = self.take(key)
        if not isinstance(value, list):
            raise self.wrong(key, given=repr(value), expected="a list in [ ]")
        return cast("list[object]", value)

    def whole(self, key: str) -> int:
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.wrong(key, given=repr(value), expected="a whole number above 0")
        return value

    def choice(self, key: str, choices: type[_Choice]) -> _Choice:
        value = self.text(key)
        if value not in set(choices):
            raise self.wrong(key, given=repr(value), expected=f"one of {', '.join(choices)}")
        return choices(value)

    def decimal(self, key: str) -> Decimal:
        value = self.text(key)
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number == 0:
            raise self.wrong(key, given=repr(value), expected='a plain number in quotes, as "0.01"')
        return number

    def table(self, key: str) -> "_Keys":
        return self._inner(self.take(key), key)

    def tables(self, key: str) -> "Sequence[_Keys]":
        values = self.list(key)
        if not values:
            raise self.wrong(key, given="an empty list", expected=f"at least one [[{key}]]")
        return [self._inner(value, f"{key} {n}") for n, value in enumerate(values, 1)]

    def demand_all_used(self) -> None:
        for key in self._entries:
            if key not in self._asked:
                allowed = ", ".join(dict.fromkeys(self._asked))
                raise self.wrong(
                    key, given="a key that is unknown here", expected=f"one of {allowed}"
                )

    def wrong(self, key: str, *, given: str, expected: str) -> ImportMapError:
        return ImportMapError(
            given=f"{self.where}, {key}: {given}", expected=expected, remedy="correct the map"
        )

    def _inner(self, value: object, name: str) -> "_Keys":
        if not isinstance(value, dict):
            raise self.wrong(name, given=repr(value), expected="a table")
        return _Keys(cast("dict[str, object]", value), f"{self.where}, {name}")


def _table(keys: _Keys) -> TableMap:
    label = keys.choice("label", Label)
    step_s = 0 if label is Label.INSTANT else keys.whole("step_s")
    point_column = keys.text("point_column") if keys.has("point_column") else None
    values = tuple(_value(value, label, point_column) for value in keys.tables("value"))
    result = TableMap(
        files=keys.text("files"),
        csv=_csv(keys.table("csv")) if keys.has("csv") else None,
        label=label,
        step_s=step_s,
        resample=_resample(keys, step_s, values),
        duplicates=keys.choice("duplicates", Duplicates),
        point_column=point_column,
        time=_time(keys.table("time"), label),
        values=values,
    )
    keys.demand_all_used()
    return result


def _resample(keys: _Keys, step_s: int, values: Sequence[ValueColumn]) -> Resample | None:
    if step_s == STEP_S or not any(value.is_energy for value in values):
        return None
    resample = keys.choice("resample", Resample)
    if resample is Resample.SUM and STEP_S % step_s:
        raise keys.wrong(
            "resample",
            given=f"sum of steps of {step_s} s",
            expected=f"a step that divides {STEP_S} s, or split",
        )
    return resample


def _csv(keys: _Keys) -> CsvFormat:
    result = CsvFormat(delimiter=keys.text("delimiter"), encoding=keys.text("encoding"))
    keys.demand_all_used()
    return result


def _time(keys: _Keys, label: Label) -> TimeColumn:
    zone = keys.text("zone")
    is_wall_clock = zone != IN_DATA and not _OFFSET.fullmatch(zone)
    if is_wall_clock:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise keys.wrong(
                "zone",
                given=repr(zone),
                expected=f"an IANA name, an offset such as +08:00, or {IN_DATA}",
            ) from error
    format_ = keys.text("format")
    if format_ == EPOCH_S and zone != IN_DATA:
        raise keys.wrong("zone", given=repr(zone), expected=f"{IN_DATA}, as {EPOCH_S} is UTC")
    if format_ not in {NATIVE, EPOCH_S} and ("%z" in format_) != (zone == IN_DATA):
        raise keys.wrong(
            "zone", given=f"{zone!r} with {format_!r}", expected=f"%z exactly with {IN_DATA}"
        )
    result = TimeColumn(
        column=keys.text("column"),
        format=format_,
        zone=zone,
        ambiguous=keys.choice("ambiguous", Ambiguous) if is_wall_clock else None,
        midnight=keys.choice("midnight", Midnight) if label is Label.PERIOD_END else None,
    )
    keys.demand_all_used()
    return result


def _value(keys: _Keys, label: Label, point_column: str | None) -> ValueColumn:
    kind = keys.choice("quantity", Kind)
    if (kind is Kind.REGISTER) != (label is Label.INSTANT):
        raise keys.wrong(
            "quantity",
            given=f"{kind} with the label {label}",
            expected="a register has the label instant, and only a register",
        )
    missing = keys.list("missing")
    result = ValueColumn(
        column=_column(keys, point_column),
        point=keys.text("point"),
        kind=kind,
        unit=_unit(keys, kind),
        multiplier=keys.decimal("multiplier"),
        missing_codes=tuple(_code(keys, item) for item in missing if not isinstance(item, str)),
        missing_words=frozenset(_word(keys, item) for item in missing if isinstance(item, str)),
        scale=_scale(keys, kind),
        modulus=keys.whole("modulus") if kind is Kind.REGISTER else 0,
    )
    _demand_template(keys, result, point_column)
    keys.demand_all_used()
    return result


def _column(keys: _Keys, point_column: str | None) -> str:
    column = keys.text("column")
    if column.count("*") > 1 or (point_column is not None and "*" in column):
        raise keys.wrong(
            "column",
            given=repr(column),
            expected="one * at most, and none beside a point_column",
        )
    return column


def _demand_template(keys: _Keys, value: ValueColumn, point_column: str | None) -> None:
    is_template = point_column is not None or "*" in value.column
    if value.point.count("{}") != int(is_template):
        raise keys.wrong(
            "point",
            given=repr(value.point),
            expected="{} once where points come from a column or a *, else no {}",
        )


def _unit(keys: _Keys, kind: Kind) -> str:
    unit = keys.text("unit")
    if kind is not Kind.SAMPLE and unit not in UNITS[kind]:
        raise keys.wrong("unit", given=repr(unit), expected=f"one of {', '.join(UNITS[kind])}")
    return unit


def _scale(keys: _Keys, kind: Kind) -> str:
    """Return the stored scale: whole Wh for energy, stated by the map for everything else."""
    if kind not in {Kind.REGISTER, Kind.SAMPLE}:
        return "1"
    scale = keys.decimal("scale")
    if scale < 0 or (kind is Kind.REGISTER and scale != scale.to_integral_value()):
        raise keys.wrong(
            "scale",
            given=str(scale),
            expected="above 0, and whole Wh, L, g, kJ or varh for a register",
        )
    return f"{scale:f}"


def _code(keys: _Keys, item: object) -> float:
    if isinstance(item, bool) or not isinstance(item, int | float):
        raise keys.wrong("missing", given=repr(item), expected="numbers, or empty and nan")
    return float(item)


def _word(keys: _Keys, item: str) -> str:
    if item not in _WORDS_FOR_MISSING:
        raise keys.wrong(
            "missing", given=repr(item), expected=f"{' or '.join(_WORDS_FOR_MISSING)}, or numbers"
        )
    return item
