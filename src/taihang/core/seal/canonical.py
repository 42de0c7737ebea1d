"""Canonical JSON: one value, one spelling, so that a hash of the text is a hash of the value.

UTF-8, keys in order of code points, no white space, and only text, whole numbers, true, false,
null, lists and objects. A decimal travels as text: no reader ever meets a float.
"""

import json
import re
from binascii import unhexlify
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, TypeAlias

from typing_extensions import override

from taihang.core.errors import InputError
from taihang.core.tlog.note import NoteFormatError, decode_base64

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What canonical JSON can say."""

MAX_DEPTH: Final = 32
INT64_MIN: Final = -(1 << 63)
INT64_MAX: Final = (1 << 63) - 1
_MAX_INT_DIGITS: Final = 20
_TEXT_LIMIT: Final = 4_096
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*")


class CanonicalJsonError(InputError):
    """A value or a text is not canonical JSON; the message says what and where."""

    code = "input.canonical-json"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="write it with the canonical encoder"
        )


class DocumentError(InputError):
    """A document has the right spelling and the wrong fields."""

    code = "input.document"

    def __init__(self, *, where: str, given: str, expected: str) -> None:
        super().__init__(
            given=f"{where}: {given}",
            expected=expected,
            remedy="take the file again from its source",
        )
        self.where = where
        """Path of the field, for example ``events[2].kind``."""


_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
)


def canonical_bytes(value: JsonValue) -> bytes:
    r"""Write a value in its one canonical spelling.

    Args:
        value: What to write; integers of 64 bits, nested at most 32 deep.

    Returns:
        The UTF-8 bytes, without a newline at the end.

    Raises:
        CanonicalJsonError: If the value holds anything else, such as a float.

    Example:
        >>> canonical_bytes({"b": [1, True, None], "a": "太行\n"}).decode()
        '{"a":"太行\\n","b":[1,true,null]}'
    """
    _check(value, depth=0)
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise CanonicalJsonError(
            given="half of a surrogate pair", expected="text that UTF-8 can write"
        ) from error


def load_canonical(data: bytes) -> JsonValue:
    """Read canonical JSON and refuse every other spelling.

    Args:
        data: The bytes of the whole document.

    Returns:
        The value; ``canonical_bytes`` of it gives the same bytes again.

    Raises:
        CanonicalJsonError: If the bytes are no JSON, hold a float, a doubled key, a number beyond
            64 bits or more than 32 levels, or are not canonical; the message says at which byte.
    """
    try:
        value: JsonValue = _DECODER.decode(data.decode())
    except UnicodeDecodeError as error:
        raise CanonicalJsonError(
            given=f"byte {error.start}: {error.reason}", expected="UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        raise CanonicalJsonError(given=f"byte {offset}: {error.msg}", expected="JSON") from error
    except RecursionError as error:
        raise CanonicalJsonError(
            given="very deep nesting", expected=f"at most {MAX_DEPTH} levels"
        ) from error
    canonical = canonical_bytes(value)
    if canonical != data:
        raise CanonicalJsonError(
            given=f"byte {_first_difference(data, canonical)} differs from the canonical form",
            expected="sorted keys, no white space, the shortest escapes",
        )
    return value


class Fields:
    """One JSON object with exactly the keys that its format names, read with type and bounds."""

    __slots__ = ("_values", "where")

    def __init__(self, value: JsonValue, *, where: str, keys: frozenset[str]) -> None:
        if not isinstance(value, dict):
            raise DocumentError(where=where, given=type(value).__name__, expected="an object")
        if value.keys() != keys:
            unknown, absent = sorted(value.keys() - keys), sorted(keys - value.keys())
            raise DocumentError(
                where=where,
                given=f"unknown keys {unknown}, absent keys {absent}",
                expected=f"exactly {sorted(keys)}",
            )
        self._values = value
        self.where = where
        """Path of the object, for messages."""

    def raw(self, key: str) -> JsonValue:
        """Return a field as it is."""
        return self._values[key]

    def error(self, key: str, *, expected: str) -> DocumentError:
        """Return the error that tells of a field's value."""
        given = f"{self._values[key]!r}"[:80]
        return DocumentError(where=f"{self.where}.{key}", given=given, expected=expected)

    def text(
        self, key: str, *, pattern: re.Pattern[str] | None = None, limit: int = _TEXT_LIMIT
    ) -> str:
        """Return a text of at most so many characters; a pattern, if given, fits all of it."""
        value = self._values[key]
        if not isinstance(value, str) or len(value) > limit:
            raise self.error(key, expected=f"a text of at most {limit} characters")
        if pattern is not None and not pattern.fullmatch(value):
            raise self.error(key, expected=f"a text like {pattern.pattern}")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None where the field is null."""
        return None if self._values[key] is None else self.text(key)

    def constant(self, key: str, *, expected: str | int) -> None:
        """Refuse any value but one."""
        value = self._values[key]
        if value != expected or type(value) is not type(expected):
            raise self.error(key, expected=repr(expected))

    def integer(self, key: str, *, low: int = INT64_MIN, high: int = INT64_MAX) -> int:
        """Return a whole number within bounds; true and false are none."""
        value = self._values[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, expected=f"a whole number of {low} … {high}")
        return value

    def items(self, key: str, *, limit: int) -> list[JsonValue]:
        """Return a list of at most so many items."""
        value = self._values[key]
        if not isinstance(value, list) or len(value) > limit:
            raise self.error(key, expected=f"a list of at most {limit} items")
        return value

    def hex_bytes(self, key: str, *, n_bytes: int) -> bytes:
        """Return so many bytes written in lower-case hexadecimal."""
        value = self._values[key]
        if not isinstance(value, str) or len(value) != 2 * n_bytes or not _HEX.fullmatch(value):
            raise self.error(key, expected=f"{n_bytes} bytes in lower-case hexadecimal")
        return unhexlify(value)

    def base64_bytes(self, key: str, *, n_bytes: int | None = None) -> bytes:
        """Return bytes written in base64, so many if a number is given."""
        decoded = base64_item(self._values[key], where=f"{self.where}.{key}")
        if n_bytes is not None and len(decoded) != n_bytes:
            raise self.error(key, expected=f"{n_bytes} bytes in base64")
        return decoded

    @override
    def __repr__(self) -> str:
        return f"Fields({self.where})"


def base64_item(value: JsonValue, *, where: str) -> bytes:
    """Return the bytes of one base64 text.

    Args:
        value: The text.
        where: Path of the value, for the message.

    Returns:
        The decoded bytes.

    Raises:
        DocumentError: If it is no text, or no base64 in its one spelling.
    """
    if not isinstance(value, str):
        raise DocumentError(where=where, given=type(value).__name__, expected="base64 text")
    try:
        return decode_base64(value)
    except NoteFormatError as error:
        raise DocumentError(where=where, given=error.given[:80], expected=error.expected) from error


def is_ascending(keys: Iterable[tuple[int | str, ...]]) -> bool:
    """Say whether keys are in strictly ascending order: sorted, and none twice.

    Example:
        >>> is_ascending([(1, "a"), (1, "b")]), is_ascending([(1,), (1,)])
        (True, False)
    """
    return all(before < after for before, after in pairwise(keys))


def _check(value: JsonValue, *, depth: int) -> None:
    """Refuse what canonical JSON cannot say; the caller's types may lie, so all are looked at."""
    if isinstance(value, dict | list):
        _check_inside(value, depth=depth)
    elif isinstance(value, int):
        if not INT64_MIN <= value <= INT64_MAX:
            raise CanonicalJsonError(given=f"number {value}", expected="a number of 64 bits")
    elif not isinstance(value, str | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise CanonicalJsonError(
            given=f"{value!r} of type {type(value).__name__}",
            expected="text, whole number, true, false, null, list or object",
        )


def _check_inside(value: dict[str, JsonValue] | list[JsonValue], *, depth: int) -> None:
    if depth == MAX_DEPTH:
        raise CanonicalJsonError(
            given=f"nesting beyond {MAX_DEPTH} levels", expected=f"at most {MAX_DEPTH} levels"
        )
    if isinstance(value, dict):
        _check_keys(value)
        value = list(value.values())
    for item in value:
        # Nearly all of a document is text: one look is enough for it.
        if type(item) is not str:
            _check(item, depth=depth + 1)


def _check_keys(value: dict[str, JsonValue]) -> None:
    if set(map(type, value)) == {str}:
        return
    for key in value:
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CanonicalJsonError(given=f"key {key!r}", expected="text as key")


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        doubled, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise CanonicalJsonError(given=f"key {doubled!r} twice", expected="each key once")
    return found


def _whole(digits: str) -> int:
    # Python refuses to read integers of thousands of digits with an error of its own.
    if len(digits) > _MAX_INT_DIGITS:
        raise CanonicalJsonError(given=f"number {digits[:24]}…", expected="a number of 64 bits")
    return int(digits)


def _no_float(text: str) -> int:
    raise CanonicalJsonError(
        given=f"number {text[:24]}", expected="a whole number; decimals travel as text"
    )


def _first_difference(data: bytes, canonical: bytes) -> int:
    pairs = enumerate(zip(data, canonical, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(data), len(canonical)))


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_no_float,
    parse_constant=_no_float,
)
