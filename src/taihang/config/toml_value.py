"""From what a person types into a field to a value of TOML, and back.

What cannot be a value of its shape is written as a text: the reader of the park file then refuses
it in its own words, with what was given, expected, and what to write.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, cast

from taihang.config.table_reader import ALL, Shape

_NUMBER: Final = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BETWEEN: Final = re.compile(r"[,;，；、\n]+")
_SINCE_UNTIL: Final = re.compile(r"\s*(\S*)\s*(?:…|\.\.|~|至)\s*(\S*)\s*")
SPAN: Final = "…"
"""Stands between the first day of service and the first day after it."""


def toml_value(shape: Shape, typed: str) -> str:
    """Return a value of TOML.

    Args:
        shape: What the value looks like.
        typed: What was typed; not empty.

    Returns:
        The value, on one line.

    Example:
        >>> toml_value(Shape.NUMBER, "110"), toml_value(Shape.NUMBER, "110 kV")
        ('110', '"110 kV"')
        >>> toml_value(Shape.TEXTS, "E01, E02"), toml_value(Shape.SERVICE, "2025-01-01 …")
        ('["E01", "E02"]', '{ since = 2025-01-01 }')
    """
    text = typed.strip()
    if shape is Shape.TEXTS_OR_ALL and text == ALL:
        return quoted(text)
    write = _WRITERS.get(shape)
    return quoted(text) if write is None else write(text)


def typed_value(shape: Shape, value: object) -> str:
    """Return what stands in a field for a value that the parser of TOML gave.

    Example:
        >>> typed_value(Shape.TEXTS, ["E01", "E02"]), typed_value(Shape.FLAG, True)
        ('E01, E02', 'true')
        >>> typed_value(Shape.SERVICE, {"since": date(2025, 1, 1)})
        '2025-01-01 …'
    """
    if shape is Shape.SERVICE and isinstance(value, dict):
        days = cast("Mapping[str, object]", value)
        since, until = (_plain(days.get(name, "")) for name in ("since", "until"))
        return f"{since} {SPAN} {until}".strip()
    if isinstance(value, dict):
        amounts = cast("Mapping[str, object]", value)
        return ", ".join(f"{name} = {_plain(amount)}" for name, amount in amounts.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, cast("list[object]", value)))
    return _plain(value)


def toml_key(name: str) -> str:
    """Return a key as it stands in TOML.

    Example:
        >>> toml_key("E01"), toml_key("M.1")
        ('E01', '"M.1"')
    """
    return name if _BARE_KEY.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """Return a text as a basic string of TOML: JSON's escapes are TOML's, but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(text: str) -> str:
    return text.lstrip("+") if _NUMBER.fullmatch(text) else quoted(text)


def _flag(text: str) -> str:
    return text if text in {"true", "false"} else quoted(text)


def _listed(text: str) -> str:
    return f"[{', '.join(quoted(part) for part in _parts(text))}]"


def _parts(text: str) -> Sequence[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def _amounts(text: str) -> str:
    pairs = [part.partition("=") for part in _parts(text.replace("：", "=").replace(":", "="))]
    inner = ", ".join(f"{toml_key(name.strip())} = {quoted(n.strip())}" for name, _, n in pairs)
    return f"{{ {inner} }}"


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return quoted(text)
    return text if _DAY.fullmatch(text) else quoted(text)


def _service(text: str) -> str:
    found = _SINCE_UNTIL.fullmatch(text)
    if found is None:
        return quoted(text)
    days = {"since": found[1], "until": found[2]}
    return f"{{ {', '.join(f'{name} = {_day(day)}' for name, day in days.items() if day)} }}"


_WRITERS: Final[Mapping[Shape, Callable[[str], str]]] = {
    Shape.NUMBER: _number,
    Shape.FLAG: _flag,
    Shape.DAY: _day,
    Shape.SERVICE: _service,
    Shape.TEXTS: _listed,
    Shape.TEXTS_OR_ALL: _listed,
    Shape.CHOICES: _listed,
    Shape.EXACTS: _listed,
    Shape.AMOUNTS: _amounts,
}
"""Who writes which shape; every other one is a text."""
