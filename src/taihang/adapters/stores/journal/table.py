"""What a journal knows of its records without reading them: leaf, place and time of each."""

from array import array
from bisect import bisect_right
from itertools import chain
from typing import Final

from taihang.core.tlog.merkle import Tree
from taihang.core.tlog.record import Record

OFFSET: Final = "Q"
TIME: Final = "q"


class RecordTable:
    """One row a record, some 80 bytes of memory with its share of the tree; it grows at its end."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.offsets = array(OFFSET)
        self.received_s = array(TIME)
        self._firsts: list[int] = []
        self._segments: list[str] = []

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.offsets)

    @property
    def last_received_s(self) -> int:
        """When the last record came; 0 while there is none."""
        return self.received_s[-1] if self.received_s else 0

    def append(self, record: Record, *, leaf: bytes) -> None:
        """Add a record."""
        self._enter(record.file)
        self.tree.append(leaf)
        self.offsets.append(record.offset)
        # A frame of the first form has no time: it counts as known since the record before.
        self.received_s.append(max(record.received_at_s, self.last_received_s))

    def extend(
        self, segment: str, *, leaves: bytes, offsets: "array[int]", received_s: "array[int]"
    ) -> None:
        """Add all records of a segment."""
        self._enter(segment)
        self.tree.extend(leaves)
        self.offsets.extend(offsets)
        self.received_s.extend(received_s)

    def cut(self, size: int) -> None:
        """Forget the records from a number on."""
        self.tree.cut(size)
        del self.offsets[size:], self.received_s[size:]
        while self._firsts and self._firsts[-1] >= size:
            self._firsts.pop()
            self._segments.pop()

    def place(self, index: int) -> tuple[str, int]:
        """Return the segment of a record, and where its frame begins [bytes]."""
        return self._segments[bisect_right(self._firsts, index) - 1], self.offsets[index]

    def rows(self, segment: str) -> tuple[int, int]:
        """Return the first record of a segment and one after its last."""
        number = self._segments.index(segment)
        firsts = chain(self._firsts[number:], [self.size])
        return next(firsts), next(firsts)

    def has(self, segment: str) -> bool:
        """Say whether a record lies in a segment."""
        return segment in self._segments

    def leaves(self, first: int, last: int) -> bytes:
        """Return the leaf hashes of a range of records, 32 bytes each."""
        return self.tree.perfect_hashes(0, start=first, stop=last)

    def _enter(self, segment: str) -> None:
        if not self._segments or self._segments[-1] != segment:
            self._firsts.append(self.size)
            self._segments.append(segment)
