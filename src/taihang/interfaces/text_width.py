"""How wide words are where every sign stands on a grid: a terminal, a column of a sheet."""

import unicodedata
from typing import Final

_WIDE: Final = frozenset("WF")


def width_of(words: str) -> int:
    """Return the columns that words take.

    Example:
        >>> width_of("用法 use")
        8
    """
    return sum(1 + (unicodedata.east_asian_width(sign) in _WIDE) for sign in words)
