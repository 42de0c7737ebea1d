"""What a journal holds: records, and the places where none can be read."""

from dataclasses import dataclass
from typing import Final

ALTERED: Final = "its stored bytes are altered or cut"
"""What is wrong where no intact frame stands."""


@dataclass(frozen=True, slots=True)
class Record:
    """One intact record."""

    index: int
    """Position in the journal, which is the leaf index in the tree."""
    data: bytes
    received_at_s: int = 0
    """When the platform took it in, never less than for the record before; 0 where the frame is of
    the first form, which does not say. [s since 1970-01-01T00:00Z]"""
    file: str = ""
    """Name of the file."""
    offset: int = 0
    """Where its frame begins in the file [bytes]."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place at which the record that is due cannot be read."""

    index: int
    """Position at which the next record was expected."""
    file: str
    """Name of the file."""
    offset: int
    """Where the damage begins in the file [bytes]."""
    stop: int
    """Where the next intact frame begins, or the file ends [bytes]; ``offset`` if nothing lies
    between, for then a record is missing."""
    data: bytes
    """The first bytes of the stretch."""
    what: str = ALTERED
    """What is wrong."""

    @property
    def is_unreadable(self) -> bool:
        """Whether no intact frame stands there, as a crash may leave it."""
        return self.what == ALTERED
