"""The verification code of an issued report: short, typed by hand, derived from its hash.

Eleven symbols are the first 55 bits of the SHA-256 over the canonical figures, and one checks them:
the twelve are a word of a code over the field of 32 elements, in which any one wrong symbol and any
two that changed places are noticed. The alphabet has no letter that looks like a digit.
"""

import re
import unicodedata
from typing import Final

from taihang.core.errors import InputError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters without I, L, O and U."""
N_SYMBOLS: Final = 12
N_TURNS: Final = 4
"""So many codes a hash can give; the next is taken where another report bears the one before."""
_BITS: Final = 5
_HASH_BITS: Final = 256
_DATA_BITS: Final = (N_SYMBOLS - 1) * _BITS
_GROUP: Final = 4
_MODULUS: Final = 0b100101
"""x⁵ + x² + 1, of which x is a generator."""
_SIZE: Final = 1 << _BITS
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


class MistypedCodeError(InputError):
    """What was typed is no verification code: a symbol is wrong, missing, or one too many."""

    code = "input.report-code"


def codes_of(sha256: str) -> tuple[str, ...]:
    """Return the codes that a hash gives, the one to take first at the front.

    Args:
        sha256: Over the canonical figures. [hex]

    Example:
        >>> codes_of("ab" * 32)[0]
        'NENT-QAXB-NEN5'
    """
    bits = int(sha256, 16)
    starts = (_HASH_BITS - _DATA_BITS * (turn + 1) for turn in range(N_TURNS))
    return tuple(_code(bits >> start & ((1 << _DATA_BITS) - 1)) for start in starts)


def read_code(typed: str) -> str:
    """Return a code as it is printed, however it was typed.

    Args:
        typed: With or without hyphens and blanks, in any case and width; O is read as 0, I and L
            as 1.

    Returns:
        Three groups of four symbols.

    Raises:
        MistypedCodeError: If it is no code.

    Example:
        >>> read_code("nent qaxb nen5")
        'NENT-QAXB-NEN5'
    """
    plain = unicodedata.normalize("NFKC", typed[:_HASH_BITS]).upper()
    symbols = _BETWEEN.sub("", plain).translate(_MISREAD)
    if len(symbols) != N_SYMBOLS or not set(symbols) <= set(ALPHABET):
        raise MistypedCodeError(
            given=repr(typed[:40]),
            expected=f"{N_SYMBOLS} digits and letters in three groups, without I, L, O and U",
            remedy="type the code again as it is printed on the report",
        )
    if _syndrome([ALPHABET.index(symbol) for symbol in symbols]):
        raise MistypedCodeError(
            given=repr(typed[:40]),
            expected="a code whose check symbol is right",
            remedy="compare it with the report: one symbol is wrong, or two changed places",
        )
    return _grouped(symbols)


def _code(data: int) -> str:
    values = [data >> shift & (_SIZE - 1) for shift in range(_DATA_BITS - _BITS, -1, -_BITS)]
    # The last symbol has weight 1, so what the others sum to is what it has to be.
    values.append(_syndrome([*values, 0]))
    return _grouped("".join(ALPHABET[value] for value in values))


def _grouped(symbols: str) -> str:
    return "-".join(symbols[at : at + _GROUP] for at in range(0, N_SYMBOLS, _GROUP))


def _syndrome(values: list[int]) -> int:
    """Return the value of the symbols as a polynomial at x: 0 of every true code."""
    total = 0
    for value in values:
        total = _times_x(total) ^ value
    return total


def _times_x(value: int) -> int:
    shifted = value << 1
    return shifted ^ _MODULUS if shifted & _SIZE else shifted
