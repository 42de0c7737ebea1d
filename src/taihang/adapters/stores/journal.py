"""The journal: append-only segments of sealed records under one Merkle tree.

This is the one source of truth. A record stands in a frame with its length, its number, its time
of receipt and a checksum. ``append`` writes the frames, forces them to the disk, then appends the
signed checkpoint that covers them and forces that too; only then does it return. So the last
checkpoint is the line of acknowledgement: damage below it is loss and stops the park, a torn tail
above it was never acknowledged and is cut off at the next start.
"""

import errno
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError
from taihang.core.tlog import merkle
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.frame import MAX_RECORD_BYTES, FrameFile, encode_frame, scan_frames
from taihang.core.tlog.record import Damage, Record

_SEGMENT_BYTES: Final = 64 * 1024 * 1024
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
        self._places: list[tuple[str, int]] = []
        self._received_s = array("q")
        self._note: str | None = None
        self._n_notes = 0
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
        last = self._last_checkpoint()
        note = last.data.decode(errors="replace") if last else None
        checkpoint = self._seal.verify(note) if note else None
        acknowledged = max(checkpoint.size if checkpoint else 0, at_least)
        self._cut_to(0)
        for item in self.scan():
            if self.size == acknowledged:
                break
            if isinstance(item, Damage):
                raise self._damaged(item)
            self._grow(item, leaf=self._leaf_of(item.data))
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
        self._note = note
        self._n_notes = last.index + 1 if last else 0

    def refresh(self) -> None:
        """Take in what another process appended since; nothing that was known may have changed.

        Raises:
            DamagedJournalError: If what was known is not the beginning of what is there.
            RolledBackJournalError: If there is less than was known.
        """
        size, root = self.size, self._tree.root()
        self.load(at_least=size)
        if self._tree.root(size) != root:
            raise DamagedJournalError(
                given=f"{size} records with another root than before",
                expected="the same records, and perhaps more",
                remedy="run `taihang audit`: the journal was rewritten while it was open",
            )

    def received_at_s(self, index: int) -> int:
        """Return when a record came [s since 1970-01-01T00:00Z]; 0 if its frame does not say."""
        return self._received_s[index]

    def size_at(self, instant_s: int) -> int:
        """Return how many records were known at an instant.

        Args:
            instant_s: The instant [s since 1970-01-01T00:00Z].
        """
        return bisect_right(self._received_s, instant_s)

    def record(self, index: int) -> Record:
        """Return one record.

        Args:
            index: Its leaf index.

        Raises:
            TreeRangeError: If there is no such record.
            DamagedJournalError: If it is not what its leaf says.
        """
        leaf = self._tree.leaf(index)
        name, offset = self._places[index]
        file = _frame_file(self._directory / name)
        frame = file.frame_at(offset)
        if frame is None or self._leaf_of(frame.data) != leaf:
            stop = offset if frame is None else offset + frame.n_bytes
            raise self._damaged(Damage(index, name, offset, stop, b""))
        return Record(index, frame.data, frame.received_at_s, name, offset)

    def records(self, first: int = 0) -> Iterator[Record]:
        """Yield the intact records from an index on.

        Raises:
            DamagedJournalError: At the first damage below the last checkpoint.
        """
        if first >= self.size:
            return
        for item in self._scan_from(first):
            if isinstance(item, Damage):
                raise self._damaged(item)
            yield item
            if item.index == self.size - 1:
                return

    def scan(self) -> Iterator[Record | Damage]:
        """Yield every frame, and a ``Damage`` for every stretch that is none."""
        yield from scan_frames(map(_frame_file, self._segments()))

    def _scan_from(self, index: int) -> Iterator[Record | Damage]:
        """Scan from a record on whose place is known."""
        name, offset = self._places[index]
        later = [path for path in self._segments() if path.name >= name]
        return scan_frames(map(_frame_file, later), index=index, start=offset)

    def _tail(self) -> Iterator[Record | Damage]:
        """Scan what lies behind the acknowledged records."""
        if not self.size:
            return self.scan()
        return islice(self._scan_from(self.size - 1), 1, None)

    def checkpoint_notes(self) -> list[str]:
        """Return every signed checkpoint in order; a torn last one is left out."""
        return [
            item.data.decode(errors="replace")
            for item in self.scan_checkpoints()
            if isinstance(item, Record)
        ]

    def checkpoint_damage(self) -> list[Damage]:
        """Return the stretches of the checkpoint file that are no intact checkpoint."""
        return [item for item in self.scan_checkpoints() if isinstance(item, Damage)]

    def scan_checkpoints(self) -> Iterator[Record | Damage]:
        """Yield every frame of the checkpoint file, and a ``Damage`` for what is none."""
        path = self._directory / _CHECKPOINTS
        if path.exists():
            yield from scan_frames([_frame_file(path)])

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
        for item in self._tail():
            if isinstance(item, Damage):
                if item.file != self._segments()[-1].name:
                    # Behind a torn tail nothing was ever begun.
                    raise self._damaged(item)
                torn.setdefault(item.file, item.offset)
            elif item.file not in torn:
                # Whole, though nobody was told so: it stays, for it may have been seen.
                self._grow(item, leaf=self._leaf_of(item.data))
        for name, offset in torn.items():
            self._disk.truncate(self._directory / name, offset)
            self._disk.fsync(self._directory / name)
        self._writable = True
        if self._tree.size > covered:
            self._publish()

    def append(self, records: Sequence[bytes], *, received_at_s: int) -> list[int]:
        """Store records for ever and return their indexes.

        Args:
            records: Sealed batches and log events.
            received_at_s: When they came [s since 1970-01-01T00:00Z]; a clock that went back since
                the last append counts as one that stood still.

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
        received_at_s = max(received_at_s, self._received_s[-1] if first else 0)
        leaves = [self._leaf_of(data) for data in records]
        frames: list[bytes] = []
        offset = size
        for data, leaf in zip(records, leaves, strict=True):
            frames.append(encode_frame(data, index=self.size, received_at_s=received_at_s))
            record = Record(self.size, data, received_at_s, path.name, offset)
            self._grow(record, leaf=leaf)
            offset += len(frames[-1])
        try:
            self._write(path, size, b"".join(frames))
            self._publish()
        except LinkError:
            # Nothing was acknowledged: the tree goes back to what was.
            self._cut_to(first)
            if not self._suspect:
                self._cut(path, size)
            raise
        return list(range(first, self._tree.size))

    def _leaf_of(self, data: bytes) -> bytes:
        return merkle.leaf_hash(self._seal.leaf_entry(data))

    def _grow(self, record: Record, *, leaf: bytes) -> None:
        self._tree.append(leaf)
        self._places.append((record.file, record.offset))
        self._received_s.append(record.received_at_s)

    def _cut_to(self, size: int) -> None:
        """Forget the records from a number on."""
        self._tree.cut(size)
        del self._places[size:], self._received_s[size:]

    def _last_checkpoint(self) -> Record | None:
        last: Record | None = None
        for item in self.scan_checkpoints():
            last = item if isinstance(item, Record) else last
        return last

    def _torn_checkpoint(self) -> dict[str, int]:
        """Return where to cut the checkpoint file if it ends in a part of a checkpoint.

        Damage before an intact checkpoint is no torn end: it stays for the audit to find.
        """
        path = self._directory / _CHECKPOINTS
        return {
            damage.file: damage.offset
            for damage in self.checkpoint_damage()
            if damage.stop == path.stat().st_size
        }

    def _publish(self) -> None:
        """Sign, store and force the checkpoint over everything appended so far."""
        checkpoint = Checkpoint(self._seal.origin, self._tree.size, self._tree.root())
        note = self._seal.sign(checkpoint)
        path = self._directory / _CHECKPOINTS
        frame = encode_frame(note.encode(), index=self._n_notes, received_at_s=self._received_s[-1])
        self._write(path, path.stat().st_size if path.exists() else 0, frame)
        self._note = note
        self._n_notes += 1

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
    if len(record) > MAX_RECORD_BYTES:
        raise RecordTooLargeError(
            given=f"a record of {len(record)} bytes",
            expected=f"at most {MAX_RECORD_BYTES}, or it could be written and never read again",
            remedy="seal shorter stretches: a day of fewer meters, or an hour of all",
        )


def _frame_file(path: Path) -> FrameFile:
    def read(offset: int, n_bytes: int) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(n_bytes)

    return FrameFile(path.name, read, path.stat().st_size)
