"""The key of a figure: what it is of, and which number of it; a path that can stand in an address.

``statement/scope2-location.E17.2026-09/value``   a number of a statement, by its path
``meter/M-E17/2026-09-14``                        the energy of a meter in a month, day or interval
``fact/mee-grid-2023/grid.average/CN/2025-12-31`` a factor

A part that holds a slash is written with ``~1`` for it, and ``~0`` for a tilde, as in JSON Pointer.
"""

from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError

MAX_KEY: Final = 512
"""Characters of the longest key that is looked at (§10)."""


class FigureKeyError(InputError):
    """A text is no key of a figure."""

    code = "input.figure-key"


class NoSuchFigureError(InputError):
    """A key names something that the park does not have, or not of that time."""

    code = "input.no-such-figure"

    def __init__(self, key: str, *, expected: str) -> None:
        super().__init__(
            given=repr(key[:120]),
            expected=expected,
            remedy="open the figure from the page that shows it",
        )


@dataclass(frozen=True, slots=True)
class FigureKey:
    """A key, taken apart."""

    sort: str
    """What kind of thing the figure is a number of."""
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The key as it is written.

        Example:
            >>> FigureKey("park", ("grid_tariffs", "a/b", "price")).text
            'park/grid_tariffs/a~1b/price'
        """
        return "/".join((self.sort, *(_escaped(part) for part in self.parts)))


def key_of(sort: str, *parts: str) -> str:
    """Write a key.

    Example:
        >>> key_of("meter", "M-E17", "2026-09")
        'meter/M-E17/2026-09'
    """
    return FigureKey(sort, parts).text


def parse_key(text: str) -> FigureKey:
    """Read a key.

    Args:
        text: The key.

    Returns:
        What it is of, and its parts.

    Raises:
        FigureKeyError: If it is none.

    Example:
        >>> parse_key("statement/bill.E17.2026-09/lines/energy.grid.peak/amount_cny").parts[-1]
        'amount_cny'
    """
    sort, *parts = text.split("/")
    if len(text) > MAX_KEY or not sort or not parts or not all(parts):
        raise FigureKeyError(
            given=repr(text[:80]),
            expected=f"words between slashes, at most {MAX_KEY} characters",
            remedy="open the figure from the page that shows it",
        )
    return FigureKey(sort, tuple(_plain(part) for part in parts))


def taken(sort: str, parts: tuple[str, ...], *, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts of a key, as many as it must have.

    Args:
        sort: What the key is of.
        parts: Its parts.
        names: What each of them is called.

    Raises:
        NoSuchFigureError: If there are more or fewer.

    Example:
        >>> taken("meter", ("M-E17", "2026-09"), names=("meter", "stretch"))
        ('M-E17', '2026-09')
    """
    if len(parts) != len(names):
        raise NoSuchFigureError(key_of(sort, *parts), expected="/".join((sort, *names)))
    return parts


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _plain(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
