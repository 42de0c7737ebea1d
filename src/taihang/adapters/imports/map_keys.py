"""The keys of an import map, read one by one; whatever was not asked for is an error in the end."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar, cast

from taihang.core.errors import InputError

_Choice = TypeVar("_Choice", bound=StrEnum)


class ImportMapError(InputError):
    """An import map says something unknown, contradictory or too little."""

    code = "input.import-map"


class MapKeys:
    """One TOML table.

    Args:
        entries: Its keys and values.
        where: What to call it in messages.
    """

    def __init__(self, entries: Mapping[str, object], where: str) -> None:
        self._entries = entries
        self.where = where
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        """Say whether a key is there; it is known from now on."""
        self._asked.append(key)
        return key in self._entries

    def take(self, key: str) -> object:
        """Return a value that must be there."""
        if not self.has(key):
            raise self.wrong(key, given="nothing", expected="a value; there is no default")
        return self._entries[key]

    def text(self, key: str) -> str:
        """Return a text."""
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, given=repr(value), expected="a text in quotes")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text where the key is there."""
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        values = self.list(key)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, given=repr(values), expected="a list of texts")
        return [str(value) for value in values]

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """Return a text, or a list of at least one, as a list."""
        if isinstance(self.take(key), str):
            return (self.text(key),)
        values = self.texts(key)
        if not values or not all(values):
            raise self.wrong(key, given=repr(values), expected="a text, or a list of some")
        return tuple(values)

    def list(self, key: str) -> Sequence[object]:
        """Return a list."""
        value = self.take(key)
        if not isinstance(value, list):
            raise self.wrong(key, given=repr(value), expected="a list in [ ]")
        return cast("list[object]", value)

    def whole(self, key: str) -> int:
        """Return a whole number above 0."""
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.wrong(key, given=repr(value), expected="a whole number above 0")
        return value

    def row(self, key: str, *, absent: int, least: int) -> int:
        """Return the number of a row where the key is there, else the one that it then is."""
        if not self.has(key):
            return absent
        value = self._entries[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(key, given=repr(value), expected=f"the number of a row from {least}")
        return value

    def choice(self, key: str, choices: type[_Choice]) -> _Choice:
        """Return one word of a closed set."""
        value = self.text(key)
        if value not in set(choices):
            raise self.wrong(key, given=repr(value), expected=f"one of {', '.join(choices)}")
        return choices(value)

    def decimal(self, key: str) -> Decimal:
        """Return a number that stands in quotes."""
        value = self.text(key)
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number == 0:
            raise self.wrong(key, given=repr(value), expected='a plain number in quotes, as "0.01"')
        return number

    def texts_by_name(self, key: str) -> dict[str, str]:
        """Return a table of texts, at least one."""
        value = self.take(key)
        content = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        if not content or not all(isinstance(each, str) and each for each in content.values()):
            raise self.wrong(key, given=repr(content), expected="a table of texts")
        return {name: str(each) for name, each in content.items()}

    def table(self, key: str) -> "MapKeys":
        """Return a table."""
        return self._inner(self.take(key), key)

    def tables(self, key: str) -> "Sequence[MapKeys]":
        """Return a list of tables, at least one."""
        values = self.list(key)
        if not values:
            raise self.wrong(key, given="an empty list", expected=f"at least one [[{key}]]")
        return [self._inner(value, f"{key} {n}") for n, value in enumerate(values, 1)]

    def demand_all_used(self) -> None:
        """Refuse a key that nobody asked for.

        Raises:
            ImportMapError: If there is one.
        """
        for key in self._entries:
            if key not in self._asked:
                allowed = ", ".join(dict.fromkeys(self._asked))
                raise self.wrong(
                    key, given="a key that is unknown here", expected=f"one of {allowed}"
                )

    def wrong(self, key: str, *, given: str, expected: str) -> ImportMapError:
        """Return the refusal of a key."""
        return ImportMapError(
            given=f"{self.where}, {key}: {given}", expected=expected, remedy="correct the map"
        )

    def _inner(self, value: object, name: str) -> "MapKeys":
        if not isinstance(value, dict):
            raise self.wrong(name, given=repr(value), expected="a table")
        return MapKeys(cast("dict[str, object]", value), f"{self.where}, {name}")
