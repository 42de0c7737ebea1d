"""A frame: how the park stands now, as the server sees it, small enough to send each second."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.interfaces.web.canonical import canonical

RETRY_MS: Final = 2_000
"""After so long a browser whose stream has ended asks again [ms]."""
_MARK_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Frame:
    """What an open page is told each second."""

    now_s: int
    reading_s: int | None
    mark: str
    """Another one than before: there are newer figures than the page shows."""

    def event(self) -> bytes:
        """Return the frame as an event of a stream.

        Example:
            >>> Frame(60, None, "a1").event().decode().splitlines()
            ['event: tick', 'data: {"mark":"a1","now_s":60,"reading_s":null}', '']
        """
        return f"event: tick\ndata: {canonical(self)}\n\n".encode()


def short_mark(mark: tuple[int, ...]) -> str:
    """Return a word that is another one whenever the figures of a park are.

    Args:
        mark: What figures rest on.

    Example:
        >>> short_mark((1, 2)) == short_mark((1, 2)), short_mark((1, 3)) == short_mark((1, 2))
        (True, False)
    """
    return sha256(repr(mark).encode()).hexdigest()[:_MARK_DIGITS]
