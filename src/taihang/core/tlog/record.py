"""What a journal holds: records, and the places where none can be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One intact record."""

    index: int
    """Position in the journal, which is the leaf index in the tree."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch at which no intact record stands."""

    index: int
    """Position at which the next record was expected."""
    file: str
    """Name of the file."""
    offset: int
    """Where the damage begins in the file [bytes]."""
    data: bytes
    """The bytes up to the next intact record, or to the end of the file."""
