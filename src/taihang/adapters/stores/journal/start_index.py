"""The start-up index of a closed segment: what a start must know of its records, in one read.

It is derived and may be lost, torn or wrong at any moment: it holds for a segment of exactly its
length only, its checksum must fit, and the leaves in it must give the root of the signed
checkpoint. Otherwise the segment itself is read. The layout is in docs/formats/journal.md.
"""

import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from typing import Final, Literal

from taihang.adapters.stores.journal.table import OFFSET, TIME
from taihang.core.tlog.merkle import HASH_BYTES

_MAGIC: Final = b"taihang/journal-index/v1\n"
_HEAD: Final = struct.Struct("<QQQI")
_ROW_BYTES: Final = HASH_BYTES + 8 + 8


@dataclass(frozen=True, slots=True)
class StartIndex:
    """What the index of one segment says."""

    segment_bytes: int
    """Length of the segment it speaks of."""
    first: int
    """Number of the segment's first record."""
    leaves: bytes
    """Leaf hashes, 32 bytes each."""
    offsets: "array[int]"
    """Where each frame begins in the segment [bytes]."""
    received_s: "array[int]"
    """When each record came [s since 1970-01-01T00:00Z]."""

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        body = self.leaves + _little(self.offsets) + _little(self.received_s)
        numbers = (self.segment_bytes, self.first, len(self.offsets))
        crc = zlib.crc32(body, zlib.crc32(_HEAD.pack(*numbers, 0)))
        return _MAGIC + _HEAD.pack(*numbers, crc) + body

    @classmethod
    def decode(cls, content: bytes) -> "StartIndex | None":
        """Return what a file says; None if it is no whole index."""
        head_end = len(_MAGIC) + _HEAD.size
        if not content.startswith(_MAGIC) or len(content) < head_end:
            return None
        segment_bytes, first, n_records, crc = _HEAD.unpack_from(content, len(_MAGIC))
        body = memoryview(content)[head_end:]
        head = _HEAD.pack(segment_bytes, first, n_records, 0)
        if len(body) != n_records * _ROW_BYTES or zlib.crc32(body, zlib.crc32(head)) != crc:
            return None
        ends = n_records * HASH_BYTES, n_records * (HASH_BYTES + 8)
        return cls(
            segment_bytes,
            first,
            bytes(body[: ends[0]]),
            _array(OFFSET, body[ends[0] : ends[1]]),
            _array(TIME, body[ends[1] :]),
        )


def _little(column: "array[int]") -> bytes:
    if sys.byteorder == "little":
        return column.tobytes()
    swapped = column[:]
    swapped.byteswap()
    return swapped.tobytes()


def _array(code: Literal["Q", "q"], data: memoryview) -> "array[int]":
    column: array[int] = array(code)
    column.frombytes(data)
    if sys.byteorder != "little":
        column.byteswap()
    return column
