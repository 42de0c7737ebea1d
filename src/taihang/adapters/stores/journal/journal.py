"""The journal: append-only segments of sealed records under one Merkle tree.

This is the one source of truth. A record stands in a frame with its length, its number, its time
of receipt and a checksum. ``append`` writes the frames, forces them to the disk, then appends the
signed checkpoint that covers them and forces that too; only then does it return. So the last
checkpoint is the line of acknowledgement: damage below it is loss and stops the park, a torn tail
above it was never acknowledged and is cut off at the next start.

A start reads the last segment whole. Of the others it reads the start-up index, as far as that
leads to the signed root; their bytes are checked when a record is read, and by every audit.
"""

import errno
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from taihang.adapters.stores.journal.disk import Disk
from taihang.adapters.stores.journal.errors import (
    DamagedJournalError,
    RecordTooLargeError,
    RolledBackJournalError,
    StorageFullError,
    SuspectJournalError,
)
from taihang.adapters.stores.journal.files import (
    CHECKPOINTS,
    JournalFiles,
    index_name,
    segment_name,
)
from taihang.adapters.stores.journal.start_index import StartIndex
from taihang.adapters.stores.journal.table import RecordTable
from taihang.core.errors import LinkError
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.frame import MAX_RECORD_BYTES, encode_frame
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.record import Damage, Record

_SEGMENT_BYTES: Final = 64 * 1024 * 1024
_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS))


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
        self._files = JournalFiles(directory, disk)
        self._table = RecordTable()
        self._unindexed: list[str] = []
        self._note: str | None = None
        self._n_notes = 0
        self._seen_bytes = (0, 0)
        self._named: set[str] = set()
        self._suspect = False
        self._writable = False

    # -- reading ---------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Records under the last checkpoint."""
        return self._table.size

    @property
    def tree(self) -> Tree:
        """The tree over all records."""
        return self._table.tree

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
        last, _ = self._files.last_checkpoint()
        note = last.data.decode(errors="replace") if last else None
        checkpoint = self._seal.verify(note) if note else None
        acknowledged = max(checkpoint.size if checkpoint else 0, at_least)
        self._note, self._n_notes = note, last.index + 1 if last else 0
        # An index that does not lead to the signed root is worth nothing: then everything is read.
        whole = self._fill(acknowledged, with_index=True) and self.size == acknowledged
        if not whole or not self._has_root(checkpoint):
            self._fill(acknowledged, with_index=False)
        if self.size < acknowledged:
            raise RolledBackJournalError(
                given=f"{self.size} records in {self._directory}",
                expected=f"{acknowledged} records: so many were acknowledged",
                remedy="put the newest copy of the journal back; an older one loses readings",
            )
        if checkpoint and not self._has_root(checkpoint):
            raise DamagedJournalError(
                given=f"{self.size} records whose root is not that of the checkpoint",
                expected=f"{checkpoint.size} records under root {checkpoint.root.hex()}",
                remedy="run `taihang audit` to find the record, then restore the journal",
            )
        self._seen_bytes = self._bytes_now()

    def refresh(self) -> None:
        """Take in what another process appended since; nothing that was known may have changed.

        A journal that is open for writing also repairs what that process left half done.

        Raises:
            DamagedJournalError: If what was known is not the beginning of what is there.
            RolledBackJournalError: If there is less than was known.
        """
        if self._bytes_now() == self._seen_bytes:
            return
        size, root = self.size, self.tree.root()
        if not self._take_in():
            self.load(at_least=size)
        if self.tree.root(size) != root:
            raise DamagedJournalError(
                given=f"{size} records with another root than before",
                expected="the same records, and perhaps more",
                remedy="run `taihang audit`: the journal was rewritten while it was open",
            )
        if self._writable:
            self._repair_tail()

    def received_at_s(self, index: int) -> int:
        """Return when a record came [s since 1970-01-01T00:00Z]; 0 if its frame does not say."""
        return self._table.received_s[index]

    def size_at(self, instant_s: int) -> int:
        """Return how many records were known at an instant.

        Args:
            instant_s: The instant [s since 1970-01-01T00:00Z].
        """
        return bisect_right(self._table.received_s, instant_s)

    def record(self, index: int) -> Record:
        """Return one record.

        Args:
            index: Its leaf index.

        Raises:
            TreeRangeError: If there is no such record.
            DamagedJournalError: If it is not what its leaf says.
        """
        leaf = self.tree.leaf(index)
        name, offset = self._table.place(index)
        frame = self._files.frames(name).frame_at(offset)
        if frame is None or self._leaf_of(frame.data) != leaf:
            raise self._damaged(Damage(index, name, offset, offset, b""))
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
        return self._files.scan(self._files.segments())

    def scan_checkpoints(self) -> Iterator[Record | Damage]:
        """Yield every signed checkpoint, and a ``Damage`` for every stretch that is none."""
        return self._files.scan_checkpoints()

    def checkpoint_notes(self) -> list[str]:
        """Return every signed checkpoint in order; what is damaged is left out."""
        found = (item for item in self.scan_checkpoints() if isinstance(item, Record))
        return [item.data.decode(errors="replace") for item in found]

    # -- writing ---------------------------------------------------------------------------------

    def recover(self, *, at_least: int = 0) -> None:
        """Make the journal ready to write: cut a torn tail, cover what is intact.

        Args:
            at_least: Records that were acknowledged by what others remember of this journal.
        """
        self._disk.make_folder(self._directory)
        self.load(at_least=at_least)
        self._repair_tail()
        for name in filter(self._table.has, self._unindexed):
            self._write_index(name)
        self._unindexed.clear()
        self._writable = True

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
        leaves = [self._leaf_of(record) for record in records]
        received_at_s = max(received_at_s, self._table.last_received_s)
        closed, name, start = self._open_segment()
        first = self.size
        frames: list[bytes] = []
        offset = start
        for data, leaf in zip(records, leaves, strict=True):
            frames.append(encode_frame(data, index=self.size, received_at_s=received_at_s))
            self._table.append(Record(self.size, b"", received_at_s, name, offset), leaf=leaf)
            offset += len(frames[-1])
        try:
            self._write(name, start, b"".join(frames))
            self._publish()
        except LinkError:
            # Nothing was acknowledged: the tree goes back to what was.
            self._table.cut(first)
            if not self._suspect:
                self._cut(name, start)
            raise
        self._seen_bytes = (offset, self._seen_bytes[1])
        if closed is not None:
            self._write_index(closed)
        return list(range(first, self.size))

    # -- at a start ------------------------------------------------------------------------------

    def _fill(self, acknowledged: int, *, with_index: bool) -> bool:
        """Fill the table; return False if the index led to something that does not fit."""
        self._table = table = RecordTable()
        self._unindexed = []
        segments = self._files.segments()
        for name in segments:
            index = self._index_of(name) if with_index and name != segments[-1] else None
            if index is not None and index.first == table.size:
                table.extend(
                    name,
                    leaves=index.leaves,
                    offsets=index.offsets,
                    received_s=index.received_s,
                )
                continue
            if table.size < acknowledged and not self._fill_from(name, acknowledged, with_index):
                return False
            if name != segments[-1]:
                self._unindexed.append(name)
        if table.size > acknowledged:
            table.cut(acknowledged)
        return True

    def _fill_from(self, name: str, acknowledged: int, with_index: bool) -> bool:  # noqa: FBT001
        """Read one segment into the table."""
        for item in self._files.scan([name], index=self.size):
            if isinstance(item, Damage):
                if with_index:
                    return False
                raise self._damaged(item)
            self._table.append(item, leaf=self._leaf_of(item.data))
            if self.size == acknowledged:
                break
        return True

    def _index_of(self, name: str) -> StartIndex | None:
        """Return the start-up index of a segment, if it speaks of the segment as it is."""
        path = self._files.path(index_name(name))
        n_bytes = self._disk.size(path)
        if n_bytes is None:
            return None
        index = StartIndex.decode(self._disk.read(path, 0, n_bytes))
        fits = index is not None and index.segment_bytes == self._files.size(name)
        return index if fits else None

    def _has_root(self, checkpoint: Checkpoint | None) -> bool:
        if checkpoint is None:
            return True
        return checkpoint.size <= self.size and self.tree.root(checkpoint.size) == checkpoint.root

    def _take_in(self) -> bool:
        """Read on from what is known; return False if that does not lead to the new checkpoint."""
        last, _ = self._files.last_checkpoint()
        if last is None or last.index < self._n_notes - 1 or not self.size:
            return False
        note = last.data.decode(errors="replace")
        checkpoint = self._seal.verify(note)
        size = self.size
        for item in self._tail():
            if self.size >= checkpoint.size or isinstance(item, Damage):
                break
            self._table.append(item, leaf=self._leaf_of(item.data))
        if checkpoint.size < size or not self._has_root(checkpoint):
            self._table.cut(size)
            return False
        self._note, self._n_notes = note, last.index + 1
        self._seen_bytes = self._bytes_now()
        return True

    def _repair_tail(self) -> None:
        """Cut what was torn, cover what is whole, and force all of it."""
        covered = self._seal.verify(self._note).size if self._note else 0
        segments = self._files.segments()
        _, end = self._files.last_checkpoint()
        torn = {CHECKPOINTS: end} if self._files.size(CHECKPOINTS) > end else {}
        for item in self._tail():
            if isinstance(item, Damage):
                if item.file != segments[-1]:
                    # Behind a torn tail nothing was ever begun.
                    raise self._damaged(item)
                torn.setdefault(item.file, item.offset)
            elif item.file not in torn:
                # Whole, though nobody was told so: it stays, for it may have been seen.
                self._table.append(item, leaf=self._leaf_of(item.data))
        try:
            for name, size in torn.items():
                self._disk.truncate(self._files.path(name), size)
            # What a process wrote that died before it forced it is not yet on the disk.
            self._force(segments[-1:])
        except OSError as error:
            raise self._suspected(error) from error
        if self.size > covered:
            self._publish()
        self._seen_bytes = self._bytes_now()

    def _force(self, segments: list[str]) -> None:
        """Force the last segment, the checkpoints, and the names of all files."""
        names = self._disk.names(self._directory)
        for name in (*segments, *filter(CHECKPOINTS.__eq__, names)):
            self._disk.fsync(self._files.path(name))
        self._disk.fsync(self._directory)
        self._disk.fsync(self._directory.parent)
        self._named.update(names)

    def _scan_from(self, index: int) -> Iterator[Record | Damage]:
        """Scan from a record on whose place is known."""
        name, offset = self._table.place(index)
        later = [segment for segment in self._files.segments() if segment >= name]
        return self._files.scan(later, index=index, start=offset)

    def _tail(self) -> Iterator[Record | Damage]:
        """Scan what lies behind the acknowledged records."""
        if not self.size:
            return self.scan()
        return islice(self._scan_from(self.size - 1), 1, None)

    def _bytes_now(self) -> tuple[int, int]:
        """Return how long the last segment and the file of checkpoints are."""
        segments = self._files.segments()
        return self._files.size(segments[-1]) if segments else 0, self._files.size(CHECKPOINTS)

    # -- on the disk -----------------------------------------------------------------------------

    def _leaf_of(self, data: bytes) -> bytes:
        return leaf_hash(self._seal.leaf_entry(data))

    def _publish(self) -> None:
        """Sign, store and force the checkpoint over everything appended so far."""
        checkpoint = Checkpoint(self._seal.origin, self.size, self.tree.root())
        note = self._seal.sign(checkpoint)
        size = self._files.size(CHECKPOINTS)
        frame = encode_frame(
            note.encode(), index=self._n_notes, received_at_s=self._table.last_received_s
        )
        self._write(CHECKPOINTS, size, frame)
        self._note = note
        self._n_notes += 1
        self._seen_bytes = (self._seen_bytes[0], size + len(frame))

    def _write(self, name: str, size: int, data: bytes) -> None:
        """Append to a file of a known size and force it; on a full disk leave it as it was."""
        path = self._files.path(name)
        try:
            self._disk.append(path, data)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise self._suspected(error) from error
            self._cut(name, size)
            raise StorageFullError(
                given=f"{error.strerror} in {self._directory}",
                expected="room for the records",
                remedy="make room; the sender keeps its data and tries again by itself",
            ) from error
        try:
            self._disk.fsync(path)
            if name not in self._named:
                self._disk.fsync(self._directory)
                self._named.add(name)
        except OSError as error:
            # After a failed fsync the kernel may drop the dirty pages: a retry could lie.
            raise self._suspected(error) from error

    def _cut(self, name: str, size: int) -> None:
        """Take back what an append may have left of itself."""
        path = self._files.path(name)
        if self._files.size(name) == size:
            return
        try:
            self._disk.truncate(path, size)
        except OSError as error:
            raise self._suspected(error) from error

    def _open_segment(self) -> tuple[str | None, str, int]:
        """Return the segment that is closed by this append, the one to write to, and its size."""
        segments = self._files.segments()
        if not segments:
            return None, segment_name(1), 0
        size = self._files.size(segments[-1])
        if size < _SEGMENT_BYTES:
            return None, segments[-1], size
        return segments[-1], segment_name(len(segments) + 1), 0

    def _write_index(self, name: str) -> None:
        """Write the start-up index of a closed segment; without it a start only takes longer."""
        first, last = self._table.rows(name)
        index = StartIndex(
            self._files.size(name),
            first,
            self._table.leaves(first, last),
            self._table.offsets[first:last],
            self._table.received_s[first:last],
        )
        path = self._files.path(index_name(name))
        with suppress(OSError):
            if self._disk.size(path):
                self._disk.truncate(path, 0)
            self._disk.append(path, index.encode())

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


def _check_size(record: bytes) -> None:
    if len(record) > MAX_RECORD_BYTES:
        raise RecordTooLargeError(
            given=f"a record of {len(record)} bytes",
            expected=f"at most {MAX_RECORD_BYTES}, or it could be written and never read again",
            remedy="seal shorter stretches: a day of fewer meters, or an hour of all",
        )
