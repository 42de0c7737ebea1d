"""What a single value of a park file may be, with the words that refuse it.

A rule knows its unit, its bounds and a good example, and nothing of tables and lines.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from math import isfinite
from typing import Final

from taihang.core.park.problem import visible

ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
"""Ids go into file names, point names and URLs: plain ASCII, at most 32 characters."""
_TEXT_CHARS_MAX: Final = 200
_SHOWN_CHARS_MAX: Final = 60
_NUMBER_MAX: Final = 10**12
"""Beyond every honest value of every key; keeps later arithmetic inside 64 bits."""
_PLAIN_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")
_URL: Final = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9_.~-]{1,100}){0,8}"
)
_LEADING_NUMBER: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """A number with a unit and a lower bound."""

    words: str
    """What is expected, for example ``a number of kilovolts``."""
    unit: str
    """Its symbol in the reference, ``1`` for ratios and counts."""
    example: str
    above: int | None = None
    """It must be greater than this."""
    at_least: int | None = None
    """It must not be less than this."""
    at_most: int = _NUMBER_MAX

    @property
    def expected(self) -> str:
        """The rule in words."""
        bounds = [
            "" if self.above is None else f"above {self.above}",
            "" if self.at_least is None else f"of {self.at_least} or more",
            "" if self.at_most == _NUMBER_MAX else f"and at most {self.at_most}",
        ]
        return " ".join([self.words, *(bound for bound in bounds if bound)])

    def allows(self, value: Decimal) -> bool:
        """Say whether a number is finite and within the bounds."""
        return (
            value.is_finite()
            and (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and abs(value) <= self.at_most
        )

    def remedy_for(self, value: object) -> str:
        """Say what to write, from the number inside a text such as ``"110 kV"`` where it fits."""
        found = _LEADING_NUMBER.match(value) if isinstance(value, str) else None
        if found and self.allows(Decimal(found.group(1))):
            return f"write {found.group(1)}"
        return f"write for example {self.example}"


COUNT: Final = NumberRule(words="a whole number", unit="1", example="1", at_least=1)
DIGITS: Final = NumberRule(
    words="a whole number of digits", unit="1", example="8", at_least=1, at_most=18
)
"""Digits of the dial of a register."""


def number_of(value: object, rule: NumberRule) -> float | None:
    """Return a TOML number that the rule allows, else None.

    Args:
        value: What the parser gave; its fractions are ``Decimal``.
        rule: Unit and bounds.

    Returns:
        The number, or None for another type, NaN, infinity, or one out of bounds.
    """
    exact = _decimal_of_number(value)
    if exact is None or not rule.allows(exact):
        return None
    number = float(exact)
    return number if isfinite(number) else None


def count_of(value: object, rule: NumberRule) -> int | None:
    """Return a TOML integer that the rule allows, else None; true and false are no integers."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if rule.allows(Decimal(value)) else None


def decimal_of(value: object, rule: NumberRule) -> Decimal | None:
    """Return an exact decimal, written as a number or as a text, else None.

    Example:
        >>> rule = NumberRule(words="a price", unit="CNY/kWh", example='"0.35"', above=0)
        >>> decimal_of("0.3320", rule), decimal_of(True, rule)
        (Decimal('0.3320'), None)
    """
    if isinstance(value, str):
        exact = Decimal(value) if _PLAIN_DECIMAL.fullmatch(value) else None
    else:
        exact = _decimal_of_number(value)
    return exact if exact is not None and rule.allows(exact) else None


def text_of(value: object) -> str | None:
    """Return a text of one line that begins and ends with something visible, else None."""
    if not isinstance(value, str) or not value.isprintable() or value != value.strip():
        return None
    return value if 0 < len(value) <= _TEXT_CHARS_MAX else None


def id_of(value: object) -> str | None:
    """Return an id, else None."""
    return value if isinstance(value, str) and ID_PATTERN.fullmatch(value) else None


def key_of(value: object) -> bytes | None:
    """Return a public key written as 64 hexadecimal digits, else None."""
    if not isinstance(value, str) or not _PUBLIC_KEY.fullmatch(value):
        return None
    return bytes.fromhex(value)


def url_of(value: object) -> str | None:
    """Return an address of the web that names one place exactly, else None.

    No user, no query, no fragment, no slash at the end: what is put behind it is all that varies.

    Example:
        >>> url_of("https://w.example:8200/taihang"), url_of("https://user@w.example")
        ('https://w.example:8200/taihang', None)
    """
    return value if isinstance(value, str) and _URL.fullmatch(value) else None


def scale_of(value: object) -> str | None:
    """Return a plain decimal number above 0, as a text, else None."""
    if not isinstance(value, str) or not _PLAIN_DECIMAL.fullmatch(value):
        return None
    return value if Decimal(value) > 0 else None


def day_of(value: object) -> date | None:
    """Return a local day; a time of day is no day, with or without a zone."""
    return value if type(value) is date else None


def shown(value: object) -> str:
    """Write a value of the parser as it could stand in the file, shortened.

    Example:
        >>> shown("110 kV"), shown(True), shown({"a": 1})
        ('"110 kV"', 'true', 'a table')
    """
    if isinstance(value, str):
        text = value if len(value) <= _SHOWN_CHARS_MAX else value[:_SHOWN_CHARS_MAX] + "…"
        return f'"{visible(text)}"'
    if isinstance(value, Mapping | list):
        return "a table" if isinstance(value, Mapping) else "a list"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int) and abs(value) > _NUMBER_MAX:
        return f"an integer of {value.bit_length()} bits"
    return str(value).lower()[:_SHOWN_CHARS_MAX]  # as TOML spells true, inf and nan


def _decimal_of_number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    return value if isinstance(value, Decimal) else None
