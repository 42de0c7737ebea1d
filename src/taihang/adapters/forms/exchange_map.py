"""Reads a map of certificate tables: every key is known, every needed key is there, or none."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final, NoReturn, TypeVar, cast

from taihang.core.certificates.exchange import (
    NEEDED,
    TIME_FIELDS,
    EnergyUnit,
    ExchangeMap,
    Field,
    ImportColumns,
    TimeStyle,
    View,
)
from taihang.core.errors import InputError

FORMAT: Final = "taihang/exchange-map/v1"
_PACKAGE: Final = "taihang.adapters.forms"
_MAX_BYTES: Final = 64 * 1024
_KEYS: Final = frozenset(
    ("format", "name", "title_zh", "title_en", "registry", "view", "export", "import")
)
_IMPORT_KEYS: Final = frozenset(("columns", "unit", "time", "taken", "ignored"))
_Word = TypeVar("_Word", bound=StrEnum)


class ExchangeMapError(InputError):
    """A map of certificate tables says something unknown, contradictory or too little."""

    code = "input.exchange-map"


def bundled_exchange_maps() -> tuple[str, ...]:
    """Return the names of the maps that come with the platform, sorted."""
    folder = files(_PACKAGE) / "exchange_maps"
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        )
    )


def load_exchange_map(name_or_path: str) -> ExchangeMap:
    """Read a map.

    Args:
        name_or_path: Name of a bundled map, or path of a TOML file.

    Raises:
        ExchangeMapError: If there is no such map, or it says something unknown or contradictory.

    Example:
        >>> load_exchange_map("energytag").registry
        'energytag'
    """
    if name_or_path in bundled_exchange_maps():
        text = (files(_PACKAGE) / "exchange_maps" / f"{name_or_path}.toml").read_text("utf-8")
        return parse_exchange_map(text, where=name_or_path)
    path = Path(name_or_path)
    if path.suffix != ".toml" or not path.is_file() or path.stat().st_size > _MAX_BYTES:
        _refuse(
            f"the map {name_or_path!r}",
            f"one of {', '.join(bundled_exchange_maps())}, or the path of a small .toml file",
        )
    return parse_exchange_map(path.read_text("utf-8"), where=path.name)


def parse_exchange_map(text: str, *, where: str) -> ExchangeMap:
    """Read the text of a map.

    Args:
        text: The TOML text.
        where: What it is called in messages.

    Raises:
        ExchangeMapError: If it says something unknown, contradictory or too little.
    """
    try:
        raw = cast("dict[str, object]", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ExchangeMapError(
            given=f"{where}: {error}", expected="valid TOML", remedy="correct the text there"
        ) from error
    _known(raw, _KEYS, where)
    if raw.get("format") != FORMAT:
        _refuse(f"{where}: format {raw.get('format')!r}", f"{FORMAT!r}")
    exports = _texts(raw, "export", where)
    view = _word(raw, "view", View, where) if "view" in raw else None
    if (view is None) != (not exports):
        _refuse(f"{where}: view without [export], or [export] without view", "both or neither")
    imports = (
        _imports(_table(raw["import"], f"{where} [import]"), where) if "import" in raw else None
    )
    if imports is None and not exports:
        _refuse(f"{where}: neither [export] nor [import]", "at least one of them")
    return ExchangeMap(
        name=_text(raw, "name", where),
        title_zh=_text(raw, "title_zh", where),
        title_en=_text(raw, "title_en", where),
        registry=_text(raw, "registry", where),
        view=view,
        exports=exports,
        imports=imports,
    )


def _imports(raw: Mapping[str, object], where: str) -> ImportColumns:
    where = f"{where} [import]"
    _known(raw, _IMPORT_KEYS, where)
    named = _texts(raw, "columns", where)
    time = _word(raw, "time", TimeStyle, where)
    columns: dict[Field, str] = {}
    for name, heading in named.items():
        if name not in set(Field):
            _refuse(f"{where}: the field {name!r}", f"one of {', '.join(Field)}")
        columns[Field(name)] = heading
    needed = {*NEEDED, *TIME_FIELDS[time]}
    allowed = {*needed, Field.SERIAL_LAST, Field.STATUS, Field.EXPIRES, Field.KIND}
    if not needed <= columns.keys() <= allowed:
        _refuse(
            f"{where}: columns for {', '.join(columns)}",
            f"{', '.join(sorted(needed))}, and perhaps serial_last, status, expires, kind",
        )
    if len(set(columns.values())) != len(columns):
        _refuse(f"{where}: one heading for two fields", "a heading for each field")
    taken = frozenset(_words(raw, "taken", where))
    if bool(taken) != (Field.STATUS in columns):
        _refuse(f"{where}: taken = {sorted(taken)}", "words exactly where a status column is named")
    return ImportColumns(
        columns=columns,
        unit=_word(raw, "unit", EnergyUnit, where),
        time=time,
        taken=taken,
        ignored=frozenset(_words(raw, "ignored", where)),
    )


def _known(raw: Mapping[str, object], known: frozenset[str], where: str) -> None:
    for key in raw:
        if key not in known:
            _refuse(f"{where}: the key {key!r}", f"one of {', '.join(sorted(known))}")


def _text(raw: Mapping[str, object], key: str, where: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        _refuse(f"{where}: {key} = {value!r}", "a text")
    return value


def _word(raw: Mapping[str, object], key: str, words: type[_Word], where: str) -> _Word:
    value = raw.get(key)
    if value not in set(words):
        _refuse(f"{where}: {key} = {value!r}", f"one of {', '.join(words)}")
    return words(value)


def _texts(raw: Mapping[str, object], key: str, where: str) -> dict[str, str]:
    table = _table(raw.get(key, {}), f"{where}: {key}")
    return {name: _text(table, name, f"{where}: {key}") for name in table}


def _words(raw: Mapping[str, object], key: str, where: str) -> list[str]:
    value = raw.get(key, [])
    if not isinstance(value, list):
        _refuse(f"{where}: {key} = {value!r}", "a list of texts")
    words = [item for item in cast("list[object]", value) if isinstance(item, str)]
    if len(words) != len(cast("list[object]", value)):
        _refuse(f"{where}: {key} = {value!r}", "a list of texts")
    return words


def _table(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        _refuse(f"{where}: {value!r}", "a table")
    return cast("dict[str, object]", value)


def _refuse(given: str, expected: str) -> NoReturn:
    raise ExchangeMapError(
        given=given,
        expected=expected,
        remedy="correct the map; docs/formats/certificate-exchange.md lists every key",
    )
