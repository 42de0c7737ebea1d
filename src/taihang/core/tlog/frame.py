"""The frame around a record of the journal, and the reading of a file of frames.

A frame of the second form carries the number of its record and the time of receipt, and its
checksum covers both, so that a record which is gone, doubled or moved is named at its place. Frames
of the first form stay readable for ever. The layout is in docs/formats/journal.md.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from taihang.core.tlog.record import Damage, Record

MAX_RECORD_BYTES: Final = 64 * 1024 * 1024
"""The longest record; whatever claims to be longer is no frame."""
MARK_1: Final = b"THJ1"
"""First bytes of a frame of the first form: mark, length, checksum of the body."""
MARK_2: Final = b"THJ2"
"""First bytes of a frame of the second form: mark, length, time, number, checksum of all."""

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""Returns the bytes of a file from an offset on, so many or up to its end."""

_HEAD_1: Final = struct.Struct("<4sII")
_HEAD_2: Final = struct.Struct("<4sIqQI")
HEAD_BYTES: Final = _HEAD_2.size
"""What a frame of the second form adds to its record [bytes]."""
_CHECKED: Final = HEAD_BYTES - 4
_MARK: Final = b"THJ"
_WINDOW_BYTES: Final = 1 << 20
_SHOWN_BYTES: Final = 1 << 14
"""So much of a damaged stretch is kept, to guess whose it was."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One intact frame."""

    data: bytes
    """The record."""
    n_bytes: int
    """Length of the whole frame [bytes]."""
    received_at_s: int
    index: int | None
    """The number that the frame gives its record; None in the first form, which has none."""


def encode_frame(data: bytes, *, index: int, received_at_s: int) -> bytes:
    r"""Put a record into a frame of the second form.

    Args:
        data: The record.
        index: Its number in the file's order, from 0.
        received_at_s: When it was taken in [s since 1970-01-01T00:00Z].

    Returns:
        The bytes of the frame.

    Example:
        >>> encode_frame(b"abc", index=7, received_at_s=1)[:8]
        b'THJ2\x03\x00\x00\x00'
    """
    head = _HEAD_2.pack(MARK_2, len(data), received_at_s, index, 0)[:_CHECKED]
    return b"".join((head, zlib.crc32(data, zlib.crc32(head)).to_bytes(4, "little"), data))


def decode_frame(content: bytes, at: int = 0, *, limit: int = MAX_RECORD_BYTES) -> Frame | None:
    """Read the frame that begins at a place; None if no intact one does.

    Args:
        content: Bytes that hold the whole frame.
        at: Where it begins.
        limit: The longest record.
    """
    mark = content[at : at + 4]
    if mark == MARK_2 and len(content) - at >= HEAD_BYTES:
        _, length, received_at_s, index, crc = _HEAD_2.unpack_from(content, at)
        n_head, found = HEAD_BYTES, zlib.crc32(content[at : at + _CHECKED])
    elif mark == MARK_1 and len(content) - at >= _HEAD_1.size:
        _, length, crc = _HEAD_1.unpack_from(content, at)
        n_head, found, received_at_s, index = _HEAD_1.size, 0, 0, None
    else:
        return None
    if length > limit:
        return None
    data = content[at + n_head : at + n_head + length]
    if len(data) != length or zlib.crc32(data, found) != crc:
        return None
    return Frame(data, n_head + length, received_at_s, index)


def frame_bytes(head: bytes, *, limit: int = MAX_RECORD_BYTES) -> int | None:
    """Return how long the frame is that begins with a head; None if it is no head of a frame."""
    if len(head) < _HEAD_1.size or head[:4] not in {MARK_1, MARK_2}:
        return None
    length = int.from_bytes(head[4:8], "little")
    n_head = HEAD_BYTES if head[:4] == MARK_2 else _HEAD_1.size
    return n_head + length if length <= limit else None


@dataclass(slots=True)
class FrameFile:
    """A file of frames that is read in windows: memory is that of one record, never of the file."""

    name: str
    read: ReadAt
    size: int
    """Its length [bytes]."""
    _window: bytes = b""
    _window_at: int = 0

    def stretches(self, start: int = 0) -> Iterator[tuple[int, int, Frame | None]]:
        """Yield where each frame begins and ends, and the frame; None for what is no frame.

        Args:
            start: Where to begin; a frame begins there [bytes].
        """
        offset = start
        while offset < self.size:
            frame = self.frame_at(offset)
            stop = offset + frame.n_bytes if frame else self._next_intact(offset + 1)
            yield offset, stop, frame
            offset = stop

    def frame_at(self, offset: int) -> Frame | None:
        """Return the intact frame that begins at a place, or None."""
        n_bytes = frame_bytes(self.bytes_at(offset, HEAD_BYTES))
        if n_bytes is None or offset + n_bytes > self.size:
            return None
        self._look_at(offset, n_bytes)
        return decode_frame(self._window, offset - self._window_at)

    def bytes_at(self, offset: int, n_bytes: int) -> bytes:
        """Return bytes of the file, fewer at its end."""
        self._look_at(offset, n_bytes)
        at = offset - self._window_at
        return self._window[at : at + n_bytes]

    def _look_at(self, offset: int, n_bytes: int) -> None:
        """Move the window, unless it holds these bytes already."""
        at = offset - self._window_at
        if at < 0 or at + min(n_bytes, self.size - offset) > len(self._window):
            self._window = self.read(offset, max(n_bytes, _WINDOW_BYTES))
            self._window_at = offset

    def _next_intact(self, offset: int) -> int:
        """Return where the next intact frame begins, or the size of the file."""
        while offset < self.size:
            content = self.bytes_at(offset, _WINDOW_BYTES)
            at = content.find(_MARK)
            if at < 0:
                offset += max(1, len(content) - len(_MARK) + 1)
            elif self.frame_at(offset + at) is not None:
                return offset + at
            else:
                offset += at + 1
        return self.size


def scan_frames(
    files: Iterable[FrameFile], *, index: int = 0, start: int = 0
) -> Iterator[Record | Damage]:
    """Yield the records of some files in order, and a ``Damage`` for whatever is not the next one.

    Args:
        files: The files in order.
        index: The number of the first record.
        start: Where it begins in the first file [bytes].

    Yields:
        Each record once; after damage, what is intact behind it.
    """
    due = index
    is_torn = False
    # The record that is due may lie in an unreadable stretch that was passed just now.
    for file in files:
        for offset, stop, frame in file.stretches(start):
            if frame is None:
                shown = file.bytes_at(offset, min(stop - offset, _SHOWN_BYTES))
                yield Damage(due + is_torn, file.name, offset, stop, shown)
                is_torn = True
                continue
            expected = due + is_torn
            number = expected if frame.index is None else frame.index
            if number < due:
                what = f"record {number} stands here again, or was moved here"
                yield Damage(number, file.name, offset, stop, frame.data[:_SHOWN_BYTES], what)
                continue
            if number > expected:
                what = f"records {expected} … {number - 1} are missing before it"
                yield Damage(expected, file.name, offset, offset, b"", what)
            yield Record(number, frame.data, frame.received_at_s, file.name, offset)
            due, is_torn = number + 1, False
        start = 0
