"""The journal: append-only segments of sealed records under one Merkle tree.

This is the one source of truth. A record is framed as ``THJ1 | length u32 | crc32 u32 | body``
(little-endian). ``append`` writes the frames, forces them to the disk, then appends the signed
checkpoint that covers them and forces that too; only then does it return. So the last checkpoint is
the line of acknowledgement: damage below it is loss and stops the park, a torn tail above it was
never acknowledged and is cut off at the next start.
"""

import errno
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError
from taihang.core.tlog import merkle
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.record import Damage, Record

_MAGIC: Final = b"THJ1"
_HEAD: Final = struct.Struct("<4sII")
_SEGMENT_BYTES: Final = 64 * 1024 * 1024
_RECORD_BYTES: Final = 64 * 1024 * 1024
_CHECKPOINTS: Final = "checkpoints"
_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS))


class DamagedJournalError(IntegrityError):
    """An acknowledged record, or the checkpoint over it, does not verify."""

    code = "integrity.damaged-journal"


class RolledBackJournalError(IntegrityError):
    """The journal holds fewer records than were acknowledged: an older copy stands in its place."""

    code = "integrity.rolled-back-journal"


class StorageFullError(LinkError):
    """The disk is full: nothing was stored, reading goes on."""

    code = "link.storage-full"


class RecordTooLargeError(InputError):
    """A record is larger than the journal reads back."""

    code = "input.record-too-large"


class SuspectJournalError(StateError):
    """A forced write failed once; what the disk holds is unknown until a restart reads it."""

    code = "state.suspect-journal"


class Disk(Protocol):
    """What the journal needs from the file system; every call may raise ``OSError``."""

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file, making it if needed."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...


@dataclass(frozen=True, slots=True)
class CheckpointSeal:
    """How this park's log signs and checks its checkpoints."""

    origin: str
    sign: Callable[[Checkpoint], str]
    """Return the signed note of a checkpoint."""
    verify: Callable[[str], Checkpoint]
    """Return the checkpoint of a signed note, or raise."""
    leaf_entry: Callable[[bytes], bytes]
    """Return the bytes of a record that are hashed as its leaf."""


class Journal:
    """One park's journal, opened for reading; ``recover`` makes it ready to write."""

    def __init__(self, directory: Path, *, disk: Disk, seal: CheckpointSeal) -> None:
        self._directory = directory
        self._disk = disk
        self._seal = seal
        self._tree = merkle.Tree()
        self._note: str | None = None
        self._suspect = False
        self._writable = False

    # -- reading ---------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Records under the last checkpoint."""
        return self._tree.size

    @property
    def tree(self) -> merkle.Tree:
        """The tree over all records."""
        return self._tree

    @property
    def checkpoint_note(self) -> str | None:
        """The last signed checkpoint; None while the journal is empty."""
        return self._note

    def load(self, *, at_least: int = 0) -> None:
        """Read the journal and check it against its last checkpoint.

        Args:
            at_least: Records that were acknowledged by what others remember of this journal.

        Raises:
            DamagedJournalError: If an acknowledged record is damaged or the root differs.
            RolledBackJournalError: If acknowledged records are gone without a trace.
        """
        notes = self.checkpoint_notes()
        checkpoint = self._seal.verify(notes[-1]) if notes else None
        acknowledged = max(checkpoint.size if checkpoint else 0, at_least)
        self._tree = merkle.Tree()
        for item in self.scan():
            if item.index == acknowledged:
                break
            if isinstance(item, Damage):
                raise self._damaged(item)
            self._grow(item.data)
        if self._tree.size < acknowledged:
            raise RolledBackJournalError(
                given=f"{self._tree.size} records in {self._directory}",
                expected=f"{acknowledged} records: so many were acknowledged",
                remedy="put the newest copy of the journal back; an older one loses readings",
            )
        if checkpoint and self._tree.root(checkpoint.size) != checkpoint.root:
            raise DamagedJournalError(
                given=f"{self._tree.size} records whose root is not that of the checkpoint",
                expected=f"{checkpoint.size} records under root {checkpoint.root.hex()}",
                remedy="run `taihang audit` to find the record, then restore the journal",
            )
        self._note = notes[-1] if notes else None

    def records(self, first: int = 0) -> Iterator[Record]:
        """Yield the intact records from an index on.

        Raises:
            DamagedJournalError: At the first damage below the last checkpoint.
        """
        for item in self.scan():
            if isinstance(item, Damage):
                if item.index < self.size:
                    raise self._damaged(item)
                return
            if first <= item.index < self.size:
                yield item

    def scan(self) -> Iterator[Record | Damage]:
        """Yield every frame, and a ``Damage`` for every stretch that is none."""
        index = 0
        for path in self._segments():
            for item in _frames(path, index):
                yield item
                index = item.index + 1

    def checkpoint_notes(self) -> list[str]:
        """Return every signed checkpoint in order; a torn last one is left out."""
        path = self._directory / _CHECKPOINTS
        if not path.exists():
            return []
        return [
            item.data.decode(errors="replace")
            for item in _frames(path, 0)
            if isinstance(item, Record)
        ]

    def checkpoint_damage(self) -> list[Damage]:
        """Return the stretches of the checkpoint file that are no intact checkpoint."""
        path = self._directory / _CHECKPOINTS
        found = _frames(path, 0) if path.exists() else iter(())
        return [item for item in found if isinstance(item, Damage)]

    # -- writing ---------------------------------------------------------------------------------

    def recover(self, *, at_least: int = 0) -> None:
        """Make the journal ready to write: cut a torn tail, cover what is intact.

        Args:
            at_least: Records that were acknowledged by what others remember of this journal.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        self.load(at_least=at_least)
        covered = self._seal.verify(self._note).size if self._note else 0
        torn = self._torn_checkpoint()
        for item in self.scan():
            if isinstance(item, Damage):
                torn.setdefault(item.file, item.offset)
            elif item.index == self._tree.size:
                # Whole, though nobody was told so: it stays, for it may have been seen.
                self._grow(item.data)
        for name, offset in torn.items():
            self._disk.truncate(self._directory / name, offset)
            self._disk.fsync(self._directory / name)
        self._writable = True
        if self._tree.size > covered:
            self._publish()

    def append(self, records: Sequence[bytes]) -> list[int]:
        """Store records for ever and return their indexes.

        Args:
            records: Sealed records.

        Returns:
            Index of each record; when this returns, records and checkpoint are on the disk.

        Raises:
            SuspectJournalError: If an earlier write failed, or the journal was opened for reading.
            StorageFullError: If the disk is full; nothing was stored.
            LinkError: If the disk failed otherwise; the journal is suspect until a restart.
        """
        self._require_writable()
        if not records:
            return []
        for record in records:
            _check_size(record)
        path, size = self._open_segment()
        first = self._tree.size
        try:
            self._write(path, size, b"".join(_frame(record) for record in records))
            for record in records:
                self._grow(record)
            self._publish()
        except LinkError:
            # Nothing was acknowledged: the tree goes back to what was.
            self._tree = merkle.Tree(self._tree.leaf(index) for index in range(first))
            if not self._suspect:
                self._cut(path, size)
            raise
        return list(range(first, self._tree.size))

    def _grow(self, record: bytes) -> None:
        self._tree.append(merkle.leaf_hash(self._seal.leaf_entry(record)))

    def _torn_checkpoint(self) -> dict[str, int]:
        """Return where to cut the checkpoint file if it ends in a part of a checkpoint.

        Damage before an intact checkpoint is no torn end: it stays for the audit to find.
        """
        path = self._directory / _CHECKPOINTS
        return {
            damage.file: damage.offset
            for damage in self.checkpoint_damage()
            if damage.offset + len(damage.data) == path.stat().st_size
        }

    def _publish(self) -> None:
        """Sign, store and force the checkpoint over everything appended so far."""
        checkpoint = Checkpoint(self._seal.origin, self._tree.size, self._tree.root())
        note = self._seal.sign(checkpoint)
        path = self._directory / _CHECKPOINTS
        self._write(path, path.stat().st_size if path.exists() else 0, _frame(note.encode()))
        self._note = note

    def _write(self, path: Path, size: int, data: bytes) -> None:
        """Append to a file of a known size and force it; on a full disk leave it as it was."""
        try:
            self._disk.append(path, data)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise self._suspected(error) from error
            self._cut(path, size)
            raise StorageFullError(
                given=f"{error.strerror} in {self._directory}",
                expected="room for the records",
                remedy="make room; the sender keeps its data and tries again by itself",
            ) from error
        try:
            self._disk.fsync(path)
            self._disk.fsync(self._directory)
        except OSError as error:
            # After a failed fsync the kernel may drop the dirty pages: a retry could lie.
            raise self._suspected(error) from error

    def _cut(self, path: Path, size: int) -> None:
        """Take back what an append may have left of itself."""
        if not path.exists() or path.stat().st_size == size:
            return
        try:
            self._disk.truncate(path, size)
        except OSError as error:
            raise self._suspected(error) from error

    def _require_writable(self) -> None:
        if self._suspect or not self._writable:
            raise SuspectJournalError(
                given="an append to a journal that is suspect or open for reading",
                expected="a journal that was recovered and has not failed a forced write",
                remedy="restart the command; the start reads what the disk really holds",
            )

    def _suspected(self, error: OSError) -> LinkError:
        """Stop writing: what the disk holds now is unknown."""
        self._suspect = True
        return LinkError(
            given=f"{error.strerror} in {self._directory}",
            expected="a disk that stores what it is given",
            remedy="look at the disk, then restart the command",
        )

    def _damaged(self, damage: Damage) -> DamagedJournalError:
        return DamagedJournalError(
            given=f"record {damage.index} at byte {damage.offset} of {damage.file}",
            expected="an intact frame, for a checkpoint covers this record",
            remedy="run `taihang audit` to name the batch, then restore the journal",
        )

    def _segments(self) -> list[Path]:
        return sorted(self._directory.glob("segment-*.log"))

    def _open_segment(self) -> tuple[Path, int]:
        segments = self._segments()
        if segments and (size := segments[-1].stat().st_size) < _SEGMENT_BYTES:
            return segments[-1], size
        return self._directory / f"segment-{len(segments) + 1:06d}.log", 0


def _check_size(record: bytes) -> None:
    if len(record) > _RECORD_BYTES:
        raise RecordTooLargeError(
            given=f"a record of {len(record)} bytes",
            expected=f"at most {_RECORD_BYTES}, or it could be written and never read again",
            remedy="seal shorter stretches: a day of fewer meters, or an hour of all",
        )


def _frame(data: bytes) -> bytes:
    return _HEAD.pack(_MAGIC, len(data), zlib.crc32(data)) + data


def _frames(path: Path, index: int) -> Iterator[Record | Damage]:
    """Yield the frames of one file; after damage, go on at the next intact frame."""
    content = path.read_bytes()
    offset = 0
    while offset < len(content):
        data = _frame_at(content, offset)
        if data is not None:
            yield Record(index, data)
            offset += _HEAD.size + len(data)
        else:
            resume = _next_intact(content, offset + 1)
            yield Damage(index, path.name, offset, content[offset:resume])
            offset = resume
        index += 1


def _frame_at(content: bytes, offset: int) -> bytes | None:
    if len(content) - offset < _HEAD.size:
        return None
    magic, length, crc = _HEAD.unpack_from(content, offset)
    if magic != _MAGIC or length > _RECORD_BYTES:
        return None
    data = content[offset + _HEAD.size : offset + _HEAD.size + length]
    return data if len(data) == length and zlib.crc32(data) == crc else None


def _next_intact(content: bytes, offset: int) -> int:
    while (offset := content.find(_MAGIC, offset)) >= 0:
        if _frame_at(content, offset) is not None:
            return offset
        offset += 1
    return len(content)
