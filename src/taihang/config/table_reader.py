"""Reads one table of a park file key by key and keeps every problem instead of stopping at one.

A refused or missing value is noted and stands as an empty placeholder, so that the rest of the
table is judged too; whoever built an object from placeholders throws it away, because the list of
problems is not empty.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar, cast

from taihang.config.value_rules import (
    NumberRule,
    count_of,
    day_of,
    decimal_of,
    id_of,
    key_of,
    number_of,
    scale_of,
    shown,
    text_of,
    url_of,
)
from taihang.core.park.assets import ALWAYS, InService
from taihang.core.park.problem import KeyPath, ParkProblem, nearest_name, remedy_for_name

_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)

ALL: Final = "all"
"""Stands for every enterprise and charging station where users are named."""
_KEY: Final = "0123456789abcdef" * 4
ID_WORDS: Final = "letters, digits, _ . or -, 32 characters at most"


class Shape(StrEnum):
    """What a value looks like in the file, so that a form can ask for it."""

    TEXT = "text"
    """Also ids, addresses, keys: anything that stands in quotes."""
    TEXTS = "texts"
    TEXTS_OR_ALL = "texts-or-all"
    NUMBER = "number"
    EXACT = "exact"
    """A number that money or a ratio needs without loss; it may stand in quotes."""
    EXACTS = "exacts"
    AMOUNTS = "amounts"
    """A small table of such numbers by id."""
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    DAY = "day"
    SERVICE = "service"
    """The days since and until which something is there."""
    TABLE = "table"
    """A table of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What the reader asked a table for: the ground of the reference page and of every form."""

    name: str
    required: bool
    unit: str
    """Symbol of the unit, ``1`` for ratios and counts, empty where there is none."""
    shape: Shape
    options: tuple[str, ...] = ()
    """What may stand there, of a closed set."""
    rule: NumberRule | None = None
    """Bounds of a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask(KeyFacts):
    """A key that is asked for, with the words that refuse a bad value."""

    expected: str
    remedy_for: Callable[[object], str]


class TableReader:
    """One table being read."""

    def __init__(
        self, table: Mapping[str, object], *, path: KeyPath, problems: list[ParkProblem]
    ) -> None:
        self._table = table
        self._path = path
        self._problems = problems
        self._asks: list[_Ask] = []

    @property
    def asked(self) -> tuple[KeyFacts, ...]:
        """Every key asked for so far, in order."""
        return tuple(self._asks)

    @property
    def id(self) -> str:
        """The id under which the table stands."""
        return str(self._path[-1])

    def text(self, name: str, *, example: str) -> str:
        """Read a text of one line."""
        ask = _plain(name, expected="a text of one line", example=f'"{example}"')
        return self._value(ask, text_of) or ""

    def optional_text(self, name: str, *, example: str) -> str | None:
        """Read a text of one line, where it is given."""
        ask = _plain(name, expected="a text of one line", example=f'"{example}"', required=False)
        return self._value(ask, text_of)

    def reference(self, name: str, *, example: str) -> str:
        """Read the id of another object."""
        ask = _plain(
            name,
            expected=f"an id of {ID_WORDS}",
            example=f'"{example}"',
        )
        return self._value(ask, id_of) or ""

    def optional_reference(self, name: str, *, example: str) -> str | None:
        """Read the id of another object, where it is given."""
        ask = _plain(
            name,
            expected=f"an id of {ID_WORDS}",
            example=f'"{example}"',
            required=False,
        )
        return self._value(ask, id_of)

    def references(self, name: str, *, example: str) -> tuple[str, ...]:
        """Read a list of ids of other objects, at least one."""
        ask = _plain(
            name,
            expected=f"a list of one or more ids of {ID_WORDS}",
            example=f'["{example}"]',
            shape=Shape.TEXTS,
        )
        return self._value(ask, lambda value: _list_of(value, id_of) or None) or ()

    def references_or_all(self, name: str, *, everyone: tuple[str, ...]) -> tuple[str, ...]:
        """Read a list of ids, or the word ``"all"``, which stands for everyone in order."""
        ask = _plain(
            name,
            expected=f'"all", or a list of one or more ids of {ID_WORDS}',
            example='["E01"]',
            shape=Shape.TEXTS_OR_ALL,
        )
        return (
            self._value(
                ask, lambda value: (everyone if value == ALL else _list_of(value, id_of)) or None
            )
            or ()
        )

    def words(self, name: str, *, example: str) -> tuple[str, ...]:
        """Read a list of words; it may be empty."""
        ask = _plain(name, expected="a list of texts", example=f'["{example}"]', shape=Shape.TEXTS)
        return self._value(ask, lambda value: _list_of(value, text_of)) or ()

    def optional_words(self, name: str, *, example: str) -> tuple[str, ...]:
        """Read a list of words, where it is given; without it there are none."""
        ask = _plain(
            name,
            expected="a list of texts",
            example=f'["{example}"]',
            required=False,
            shape=Shape.TEXTS,
        )
        return self._value(ask, lambda value: _list_of(value, text_of)) or ()

    def number(self, name: str, rule: NumberRule) -> float:
        """Read a number of float precision."""
        return self._value(_measured(name, rule), lambda value: number_of(value, rule)) or 0.0

    def optional_number(self, name: str, rule: NumberRule) -> float | None:
        """Read a number where it is given."""
        ask = _measured(name, rule, required=False)
        return self._value(ask, lambda value: number_of(value, rule))

    def count(self, name: str, rule: NumberRule) -> int:
        """Read a whole number."""
        return self._value(_measured(name, rule), lambda value: count_of(value, rule)) or 0

    def optional_count(self, name: str, rule: NumberRule) -> int | None:
        """Read a whole number where it is given."""
        ask = _measured(name, rule, required=False)
        return self._value(ask, lambda value: count_of(value, rule))

    def exact(self, name: str, rule: NumberRule) -> Decimal:
        """Read a decimal number without loss, as money needs it."""
        ask = _measured(name, rule, shape=Shape.EXACT)
        return self._value(ask, lambda value: decimal_of(value, rule)) or Decimal(0)

    def optional_exact(self, name: str, rule: NumberRule) -> Decimal | None:
        """Read a decimal number without loss, where it is given."""
        ask = _measured(name, rule, required=False, shape=Shape.EXACT)
        return self._value(ask, lambda value: decimal_of(value, rule))

    def amounts(self, name: str, rule: NumberRule) -> dict[str, Decimal]:
        """Read a small table of decimal numbers by id; it may be empty."""
        ask = _plain(
            name,
            expected="a table of amounts by id",
            example='{ so2 = "5" }',
            shape=Shape.AMOUNTS,
        )
        return self._value(ask, lambda value: _amounts_of(value, rule)) or {}

    def optional_amounts(self, name: str, rule: NumberRule) -> dict[str, Decimal]:
        """Read a small table of decimal numbers by id, at least one, where it is given."""
        ask = _Ask(
            name=name,
            required=False,
            unit=rule.unit,
            shape=Shape.AMOUNTS,
            expected="a table of one or more amounts by id",
            remedy_for=lambda _: f'write for example {{ peak = "{rule.example}" }}',
        )
        return self._value(ask, lambda value: _amounts_of(value, rule) or None) or {}

    def exacts(self, name: str, rule: NumberRule) -> tuple[Decimal, ...]:
        """Read a list of decimal numbers, at least one."""
        return self._exacts(name, rule, required=True)

    def optional_exacts(self, name: str, rule: NumberRule) -> tuple[Decimal, ...]:
        """Read a list of decimal numbers, at least one, where it is given."""
        return self._exacts(name, rule, required=False)

    def scale(self, name: str) -> str:
        """Read what a count is worth, a plain decimal number above 0 as text."""
        ask = _plain(name, expected="a plain decimal number above 0 in quotes", example='"0.01"')
        return self._value(ask, scale_of) or ""

    def public_key(self, name: str) -> bytes:
        """Read a public key."""
        ask = _plain(
            name, expected="a public key, 64 hexadecimal digits in quotes", example=f'"{_KEY}"'
        )
        return self._value(ask, key_of) or b""

    def public_keys(self, name: str) -> tuple[bytes, ...]:
        """Read a list of public keys, at least one."""
        ask = _plain(
            name,
            expected="a list of one or more public keys, 64 hexadecimal digits each",
            example=f'["{_KEY}"]',
            shape=Shape.TEXTS,
        )
        return self._value(ask, lambda value: _list_of(value, key_of) or None) or ()

    def url(self, name: str, *, example: str) -> str:
        """Read the address of a service of somebody else."""
        ask = _plain(
            name,
            expected="an http or https address without user, query, or slash at the end",
            example=f'"{example}"',
        )
        return self._value(ask, url_of) or ""

    def flag(self, name: str) -> bool:
        """Read true or false."""
        ask = _plain(
            name,
            expected="true or false",
            example="true or false, without quotes",
            shape=Shape.FLAG,
        )
        return self._value(ask, lambda value: value if isinstance(value, bool) else None) or False

    def optional_flag(self, name: str) -> bool | None:
        """Read true or false, where it is given."""
        ask = _plain(
            name,
            expected="true or false",
            example="true or false, without quotes",
            required=False,
            shape=Shape.FLAG,
        )
        return self._value(ask, lambda value: value if isinstance(value, bool) else None)

    def choice(self, name: str, choices: type[_Choice]) -> _Choice:
        """Read one word out of a closed set."""
        ask = _chosen(name, choices)
        return self._value(ask, lambda value: _choice_of(value, choices)) or next(iter(choices))

    def choices(self, name: str, choices: type[_Choice]) -> tuple[_Choice, ...]:
        """Read a list of words out of a closed set, at least one."""
        known = ", ".join(choice.value for choice in choices)
        ask = _plain(
            name,
            expected=f"a list of one or more of {known}",
            example=f'["{next(iter(choices)).value}"]',
            shape=Shape.CHOICES,
            options=tuple(choice.value for choice in choices),
        )
        return (
            self._value(
                ask, lambda value: _list_of(value, lambda each: _choice_of(each, choices)) or None
            )
            or ()
        )

    def optional_choice(self, name: str, choices: type[_Choice]) -> _Choice | None:
        """Read one word out of a closed set, where it is given."""
        ask = _chosen(name, choices, required=False)
        return self._value(ask, lambda value: _choice_of(value, choices))

    def in_service(self) -> InService:
        """Read the days of service, always where they are not given."""
        ask = _plain(
            "in_service",
            expected="a table of the days since and until",
            example="{ since = 2025-01-01 }",
            required=False,
            shape=Shape.SERVICE,
        )
        table = self._value(ask, table_of)
        if table is None:
            return ALWAYS
        days = TableReader(table, path=(*self._path, ask.name), problems=self._problems)
        read = read_days(days)
        days.close()
        return read

    def day(self, name: str) -> date:
        """Read a local day."""
        return self._value(_asked_day(name, required=True), day_of) or date.min

    def optional_day(self, name: str) -> date | None:
        """Read a local day, where it is given."""
        return self._value(_asked_day(name, required=False), day_of)

    def table(self, name: str, *, required: bool) -> Mapping[str, object] | None:
        """Read a table; None where it is not there or is none."""
        ask = _plain(
            name,
            expected="a table",
            example=f"[{name}] on a line of its own",
            required=required,
            shape=Shape.TABLE,
        )
        return self._value(ask, table_of)

    def close(self) -> None:
        """Note what was missing and what nobody asked for; call it once every key is read."""
        unasked = [name for name in self._table if name not in {ask.name for ask in self._asks}]
        absent = tuple(ask.name for ask in self._asks if ask.name not in self._table)
        misspelt = {name: nearest_name(name, known=absent) for name in unasked}
        for name, meant in misspelt.items():
            self._note(
                name,
                given="an unknown key",
                expected=f"one of {', '.join(ask.name for ask in self._asks)}",
                remedy="remove it" if meant is None else f"write {meant}",
            )
        for ask in self._asks:
            # A misspelt key is one mistake, so it is told once.
            if ask.required and ask.name in absent and ask.name not in misspelt.values():
                self._note(
                    ask.name, given="nothing", expected=ask.expected, remedy=ask.remedy_for(None)
                )

    def _exacts(self, name: str, rule: NumberRule, *, required: bool) -> tuple[Decimal, ...]:
        ask = _Ask(
            name=name,
            required=required,
            unit=rule.unit,
            shape=Shape.EXACTS,
            expected=f"a list, each {rule.expected}",
            remedy_for=lambda _: f"write for example [{rule.example}, {rule.example}]",
        )
        accept = partial(decimal_of, rule=rule)
        return self._value(ask, lambda value: _list_of(value, accept) or None) or ()

    def _value(self, ask: _Ask, accept: Callable[[object], _Value | None]) -> _Value | None:
        self._asks.append(ask)
        if ask.name not in self._table:
            return None
        given = self._table[ask.name]
        value = accept(given)
        if value is None:
            self._note(
                ask.name, given=shown(given), expected=ask.expected, remedy=ask.remedy_for(given)
            )
        return value

    def _note(self, name: str, *, given: str, expected: str, remedy: str) -> None:
        self._problems.append(
            ParkProblem(path=(*self._path, name), given=given, expected=expected, remedy=remedy)
        )


def read_days(table: TableReader) -> InService:
    """Read the table behind ``in_service``."""
    return InService(since=table.optional_day("since"), until=table.optional_day("until"))


def table_of(value: object) -> Mapping[str, object] | None:
    """Return a TOML table, else None."""
    # The keys of a TOML table are always texts.
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _plain(
    name: str,
    *,
    expected: str,
    example: str,
    required: bool = True,
    shape: Shape = Shape.TEXT,
    options: tuple[str, ...] = (),
) -> _Ask:
    return _Ask(
        name=name,
        required=required,
        unit="",
        shape=shape,
        options=options,
        expected=expected,
        remedy_for=lambda _: f"write for example {example}",
    )


def _measured(
    name: str, rule: NumberRule, *, required: bool = True, shape: Shape = Shape.NUMBER
) -> _Ask:
    return _Ask(
        name=name,
        required=required,
        unit=rule.unit,
        shape=shape,
        rule=rule,
        expected=rule.expected,
        remedy_for=rule.remedy_for,
    )


def _chosen(name: str, choices: type[StrEnum], *, required: bool = True) -> _Ask:
    known = tuple(choice.value for choice in choices)
    return _Ask(
        name=name,
        required=required,
        unit="",
        shape=Shape.CHOICE,
        options=known,
        expected=f"one of {', '.join(known)}",
        remedy_for=lambda given: remedy_for_name(
            str(given), known=known, otherwise=f'write for example "{known[0]}"'
        ),
    )


def _asked_day(name: str, *, required: bool) -> _Ask:
    return _Ask(
        name=name,
        required=required,
        unit="",
        shape=Shape.DAY,
        expected="a local day without time of day and without quotes",
        remedy_for=_day_remedy,
    )


def _amounts_of(value: object, rule: NumberRule) -> dict[str, Decimal] | None:
    content = table_of(value)
    if content is None or any(id_of(name) is None for name in content):
        return None
    amounts = {name: decimal_of(given, rule) for name, given in content.items()}
    known = {name: amount for name, amount in amounts.items() if amount is not None}
    return known if len(known) == len(amounts) else None


def _day_remedy(given: object) -> str:
    day = given.date().isoformat() if isinstance(given, datetime) else "2025-01-01"
    return f"write {day}" if isinstance(given, datetime) else f"write for example {day}"


def _choice_of(value: object, choices: type[_Choice]) -> _Choice | None:
    return next((choice for choice in choices if choice.value == value), None)


def _list_of(value: object, accept: Callable[[object], _Value | None]) -> tuple[_Value, ...] | None:
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    accepted = [found for found in map(accept, items) if found is not None]
    return tuple(accepted) if len(accepted) == len(items) else None
