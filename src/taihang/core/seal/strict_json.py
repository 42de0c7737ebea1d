"""Reads JSON that a stranger sends, and refuses whatever two readers could read differently.

Python's own reader takes NaN, keeps the last of two equal keys, turns 1e400 into infinity and
counts ``true`` as 1. Here a value is text, a whole number of 64 bits, true, false, null, a list or
an object with each key once, nested at most 32 deep; every refusal names the field.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from taihang.core.errors import InputError
from taihang.core.seal.canonical import INT64_MAX, INT64_MIN, MAX_DEPTH, JsonValue

ROOT: Final = "body"
"""How the whole document is called where a message names a place."""
_INT_DIGITS: Final = 20
_SHOWN: Final = 24
_BOM: Final = b"\xef\xbb\xbf"


class JsonTextError(InputError):
    """A body is not JSON that every reader reads alike."""

    code = "input.json-text"

    def __init__(self, *, where: str, given: str, expected: str) -> None:
        super().__init__(
            given=f"{where}: {given}",
            expected=expected,
            remedy="let the sender write plain JSON; docs/api/ingest.md shows the form",
        )
        self.where = where
        """The field, for example ``body.blocks[0].counts[3]``."""


@dataclass(frozen=True, slots=True)
class _Odd:
    """Stands where a value stood that is refused; its place is known when the tree is walked."""

    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class _Doubled:
    """Stands for an object that has a key twice."""

    key: str


_Raw: TypeAlias = "_Odd | _Doubled | bool | int | str | list[_Raw] | dict[str, _Raw] | None"


def load_strict(data: bytes) -> JsonValue:
    """Read a JSON document.

    Args:
        data: The bytes of the whole body.

    Returns:
        The value.

    Raises:
        JsonTextError: If it is no UTF-8, no JSON, or holds what readers read differently.

    Example:
        >>> load_strict(b'{"counts": [1, null]}')
        {'counts': [1, None]}
        >>> load_strict(b'{"counts": [1, NaN]}')
        Traceback (most recent call last):
        ...
        taihang.core.seal.strict_json.JsonTextError: input.json-text: given \
body.counts[1]: number NaN; expected a whole number of 64 bits; let the sender write plain JSON; \
docs/api/ingest.md shows the form
    """
    if data.startswith(_BOM):
        raise JsonTextError(where=ROOT, given="a byte order mark", expected="UTF-8 without one")
    try:
        value: _Raw = _DECODER.decode(data.decode())
    except UnicodeDecodeError as error:
        raise JsonTextError(
            where=ROOT, given=f"byte {error.start}: {error.reason}", expected="UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        raise JsonTextError(
            where=ROOT, given=f"byte {offset}: {error.msg}", expected="JSON"
        ) from error
    except RecursionError as error:
        raise JsonTextError(
            where=ROOT, given="very deep nesting", expected=f"at most {MAX_DEPTH} levels"
        ) from error
    return _checked(value, where=ROOT, depth=0)


def _checked(value: _Raw, *, where: str, depth: int) -> JsonValue:
    """Return the value if it is sound all through."""
    if isinstance(value, _Odd):
        raise JsonTextError(where=where, given=value.given, expected=value.expected)
    if isinstance(value, _Doubled):
        raise JsonTextError(
            where=f"{where}.{value.key}", given="the key twice", expected="each key once"
        )
    if isinstance(value, str):
        _check_text(value, where)
    if not isinstance(value, list | dict):
        return value
    if depth == MAX_DEPTH:
        raise JsonTextError(
            where=where,
            given=f"nesting beyond {MAX_DEPTH} levels",
            expected=f"at most {MAX_DEPTH} levels",
        )
    if isinstance(value, list):
        return [
            _checked(item, where=f"{where}[{index}]", depth=depth + 1)
            # Most items of a long list are numbers, and numbers were checked as they were read.
            if not isinstance(item, int)
            else item
            for index, item in enumerate(value)
        ]
    return {
        key: _checked(item, where=_joined(where, key), depth=depth + 1)
        for key, item in value.items()
    }


def _joined(where: str, key: str) -> str:
    """Return the place of a field; a key that no log line should carry is refused here."""
    _check_text(key, where)
    return f"{where}.{key[:_SHOWN]}"


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise JsonTextError(
            where=where, given="half of a surrogate pair", expected="text that UTF-8 can write"
        ) from error


def _object(pairs: list[tuple[str, _Raw]]) -> dict[str, _Raw] | _Doubled:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return _Doubled(next(_doubled(pairs))[:_SHOWN].encode(errors="replace").decode())


def _doubled(pairs: list[tuple[str, _Raw]]) -> Iterator[str]:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            yield key
        seen.add(key)


def _whole(digits: str) -> int | _Odd:
    # Python refuses to read integers of thousands of digits with an error of its own.
    value = int(digits) if len(digits) <= _INT_DIGITS else None
    if value is not None and INT64_MIN <= value <= INT64_MAX:
        return value
    return _odd_number(digits)


def _odd_number(text: str) -> _Odd:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… of {len(text)} signs"
    return _Odd(f"number {shown}", "a whole number of 64 bits")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_odd_number,
    parse_constant=_odd_number,
)
