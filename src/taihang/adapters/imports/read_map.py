"""Reads an import map: every key is known and every needed key is given, or the map is refused."""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from taihang.adapters.imports.import_map import (
    ACROSS,
    EPOCH_S,
    IN_DATA,
    NATIVE,
    TEXT_FOR_MISSING,
    UNITS,
    Ambiguous,
    CsvFormat,
    Duplicates,
    ExcelFormat,
    ImportMap,
    Kind,
    Label,
    Midnight,
    Numbers,
    Resample,
    Rows,
    TableMap,
    TimeColumn,
    ValueColumn,
)
from taihang.adapters.imports.map_keys import ImportMapError, MapKeys
from taihang.core.periods import STEP_S

_PACKAGE: Final = "taihang.adapters.imports"
_OFFSET: Final = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
_DAY_S: Final = 86_400
_WORDS_FOR_MISSING: Final = ("empty", "nan")


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
    keys = MapKeys(document, where)
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


def _table(keys: MapKeys) -> TableMap:
    label = keys.choice("label", Label)
    step_s = 0 if label is Label.INSTANT else keys.whole("step_s")
    point_column = keys.optional_text("point_column")
    time = _time(keys.table("time"), label, step_s)
    values = tuple(
        _value(value, label, point_column, is_across=time.across is not None)
        for value in keys.tables("value")
    )
    result = TableMap(
        files=keys.text_or_texts("files"),
        csv=_csv(keys.table("csv")) if keys.has("csv") else None,
        excel=_excel(keys.table("excel")) if keys.has("excel") else None,
        label=label,
        step_s=step_s,
        resample=_resample(keys, step_s, values),
        duplicates=keys.choice("duplicates", Duplicates),
        point_column=point_column,
        time=time,
        values=values,
        ignore=keys.text_or_texts("ignore") if keys.has("ignore") else (),
    )
    _demand_text_table(keys, result)
    keys.demand_all_used()
    return result


def _demand_text_table(keys: MapKeys, table: TableMap) -> None:
    """Refuse two kinds of file at once, and what only a table of text can have."""
    if table.csv is not None and table.excel is not None:
        raise keys.wrong("excel", given="csv and excel", expected="one of them")
    is_text = table.csv is not None or table.excel is not None
    given = [
        name
        for name, value in (
            ("ignore", table.ignore),
            ("time.clock", table.time.clock),
            ("time.across", table.time.across),
        )
        if value
    ]
    if given and not is_text:
        raise keys.wrong(given[0], given="a Parquet file", expected="csv or excel beside it")


def _resample(keys: MapKeys, step_s: int, values: Sequence[ValueColumn]) -> Resample | None:
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


def _csv(keys: MapKeys) -> CsvFormat:
    result = CsvFormat(
        delimiter=keys.text("delimiter"), encoding=keys.text("encoding"), rows=_rows(keys)
    )
    keys.demand_all_used()
    return result


def _excel(keys: MapKeys) -> ExcelFormat:
    result = ExcelFormat(sheet=keys.text("sheet"), rows=_rows(keys))
    keys.demand_all_used()
    return result


def _rows(keys: MapKeys) -> Rows:
    header = keys.row("header_row", absent=Rows().header, least=0)
    first = keys.row("first_row", absent=header + 1, least=header + 1)
    return Rows(header=header, first=first)


def _time(keys: MapKeys, label: Label, step_s: int) -> TimeColumn:
    zone = keys.text("zone")
    is_wall_clock = zone != IN_DATA and not _OFFSET.fullmatch(zone)
    if is_wall_clock:
        _demand_zone(keys, zone)
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
        clock=keys.optional_text("clock"),
        across=keys.optional_text("across"),
    )
    _demand_across(keys, result, step_s)
    keys.demand_all_used()
    return result


def _demand_zone(keys: MapKeys, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise keys.wrong(
            "zone",
            given=repr(zone),
            expected=f"an IANA name, an offset such as +08:00, or {IN_DATA}",
        ) from error


def _demand_across(keys: MapKeys, time: TimeColumn, step_s: int) -> None:
    """Refuse a second place of the time of day that nothing can be read from."""
    second = "across" if time.across is not None else "clock" if time.clock is not None else None
    if second is None:
        return
    if time.format in {NATIVE, EPOCH_S} or (time.clock is not None and time.across is not None):
        raise keys.wrong(second, given=second, expected="a strptime format, and one of them alone")
    if time.across is None:
        return
    if ("%" in time.across) == ("{}" in time.across):
        raise keys.wrong(
            "across", given=repr(time.across), expected='a pattern such as "%H:%M" or "P{}"'
        )
    if not step_s or _DAY_S % step_s:
        raise keys.wrong("across", given=f"steps of {step_s} s", expected="steps that divide a day")


def _value(
    keys: MapKeys, label: Label, point_column: str | None, *, is_across: bool
) -> ValueColumn:
    kind = keys.choice("quantity", Kind)
    if (kind is Kind.REGISTER) != (label is Label.INSTANT):
        raise keys.wrong(
            "quantity",
            given=f"{kind} with the label {label}",
            expected="a register has the label instant, and only a register",
        )
    missing = keys.list("missing")
    words = [item for item in missing if isinstance(item, str)]
    texts = [word for word in words if word.startswith(TEXT_FOR_MISSING)]
    entries = _entries(keys, point_column)
    result = ValueColumn(
        column=_column(keys, point_column, is_across=is_across),
        point="" if entries is not None else keys.text("point"),
        kind=kind,
        unit=_unit(keys, kind),
        multiplier=keys.decimal("multiplier"),
        missing_codes=tuple(_code(keys, item) for item in missing if not isinstance(item, str)),
        missing_words=frozenset(_word(keys, item) for item in words if item not in texts),
        scale=_scale(keys, kind),
        modulus=keys.whole("modulus") if kind is Kind.REGISTER else 0,
        missing_texts=frozenset(word.removeprefix(TEXT_FOR_MISSING) for word in texts),
        numbers=keys.choice("numbers", Numbers) if keys.has("numbers") else Numbers.PLAIN,
        entries=entries,
    )
    _demand_template(keys, result, point_column)
    keys.demand_all_used()
    return result


def _entries(keys: MapKeys, point_column: str | None) -> dict[str, str] | None:
    if not keys.has("entries"):
        return None
    if point_column is None or keys.has("point"):
        raise keys.wrong("entries", given="entries", expected="a point_column, and no point")
    return keys.texts_by_name("entries")


def _column(keys: MapKeys, point_column: str | None, *, is_across: bool) -> str:
    column = keys.text("column")
    if is_across and column != ACROSS:
        raise keys.wrong("column", given=repr(column), expected=f"{ACROSS}, as the times are")
    if column.count("*") > 1 or (point_column is not None and "*" in column):
        raise keys.wrong(
            "column",
            given=repr(column),
            expected="one * at most, and none beside a point_column",
        )
    return column


def _demand_template(keys: MapKeys, value: ValueColumn, point_column: str | None) -> None:
    is_template = point_column is not None or "*" in value.column
    if value.entries is None and value.point.count("{}") != int(is_template):
        raise keys.wrong(
            "point",
            given=repr(value.point),
            expected="{} once where points come from a column or a *, else no {}",
        )


def _unit(keys: MapKeys, kind: Kind) -> str:
    unit = keys.text("unit")
    if kind is not Kind.SAMPLE and unit not in UNITS[kind]:
        raise keys.wrong("unit", given=repr(unit), expected=f"one of {', '.join(UNITS[kind])}")
    return unit


def _scale(keys: MapKeys, kind: Kind) -> str:
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


def _code(keys: MapKeys, item: object) -> float:
    if isinstance(item, bool) or not isinstance(item, int | float):
        raise keys.wrong("missing", given=repr(item), expected="numbers, or empty and nan")
    return float(item)


def _word(keys: MapKeys, item: str) -> str:
    if item not in _WORDS_FOR_MISSING:
        known = " or ".join((*_WORDS_FOR_MISSING, f"{TEXT_FOR_MISSING}…"))
        raise keys.wrong("missing", given=repr(item), expected=f"{known}, or numbers")
    return item
