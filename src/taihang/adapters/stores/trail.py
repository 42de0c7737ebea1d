"""The audit trail's file: one frame an entry, forced to the disk before the caller goes on.

The trail has a file and a lock of its own, because the journal may be held by the door for weeks
while people log in. Whoever appends holds the lock for that moment only and first takes in what
others have appended; whoever reads takes no lock.
"""

import time
from array import array
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Final, Protocol

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.trail import (
    TORN,
    Outcome,
    TrailEntry,
    TrailRecord,
    entry_key,
    key_in,
    open_trail_record,
    seal_trail_record,
)
from taihang.core.seal.trail_check import is_beginning
from taihang.core.tlog.frame import FrameFile, decode_frame, encode_frame, scan_frames
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.record import Damage, Record

TRAIL_FILE: Final = "entries.log"
_LOCK_FILE: Final = ".lock"
_WAIT_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.005


class BusyTrailError(StateError):
    """Another process has been writing the audit trail for too long."""

    code = "state.busy-trail"


class TrailWriteError(LinkError):
    """An act could not be written into the audit trail, so it must not be done."""

    code = "link.trail-write"


class DamagedTrailError(IntegrityError):
    """The audit trail is not as it was written."""

    code = "integrity.damaged-trail"


class ForeignTrailIdError(InputError):
    """The id of an act was used before, for another act."""

    code = "input.trail-id-used"


class Disk(Protocol):
    """What the trail needs from the file system; every call may raise ``OSError``."""

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file, making it if needed."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...


class TrailFile:
    """The audit trail of one park; may be used by several threads and processes."""

    def __init__(self, directory: Path, *, disk: Disk) -> None:
        self._directory = directory
        self._path = directory / TRAIL_FILE
        self._disk = disk
        self._thread = RLock()
        self._forget()

    # -- reading ---------------------------------------------------------------------------------

    def head(self) -> tuple[int, bytes]:
        """Return the number of entries and the root over them, as they stand on the disk now."""
        with self._thread:
            self._take_in()
            return self._tree.size, self._tree.root()

    def root(self, size: int) -> bytes:
        """Return the root over the first entries.

        Args:
            size: How many; at most as many as there are.
        """
        with self._thread:
            return self._tree.root(size)

    def find(self, id_: str, outcome: Outcome = Outcome.DONE) -> TrailRecord | None:
        """Return the entry of an act, None if it has none.

        Args:
            id_: The id that its client gave it.
            outcome: What became of it.
        """
        with self._thread:
            self._take_in()
            number = self._numbers.get(entry_key(id_, outcome))
        return None if number is None else self.record(number)

    def record(self, number: int) -> TrailRecord:
        """Return one entry.

        Raises:
            DamagedTrailError: If its bytes are not those that were there before.
        """
        (record,) = self._read([number], _EVERY)
        return record

    def entries(
        self,
        first: int = 0,
        *,
        kind: str | None = None,
        subject: str | None = None,
        enterprise: str | None = None,
    ) -> Iterator[TrailRecord]:
        """Yield entries in order.

        Args:
            first: Number of the first one to look at, from 0.
            kind: Only of this kind.
            subject: Only about this.
            enterprise: Only of accounts of this enterprise.
        """
        size, _ = self.head()
        yield from self._read(range(first, size), _Wanted(kind, subject, enterprise))

    def latest(
        self,
        n_most: int,
        *,
        kind: str | None = None,
        subject: str | None = None,
        enterprise: str | None = None,
    ) -> list[TrailRecord]:
        """Return the latest entries, the newest first.

        Args:
            n_most: At most so many.
            kind: Only of this kind.
            subject: Only about this.
            enterprise: Only of accounts of this enterprise.
        """
        size, _ = self.head()
        newest_first = range(size - 1, -1, -1)
        return [*islice(self._read(newest_first, _Wanted(kind, subject, enterprise)), n_most)]

    def scan(self) -> Iterator[Record | Damage]:
        """Yield what is on the disk, damage included."""
        yield from scan_frames([self._file()])

    def _read(self, numbers: Iterable[int], wanted: "_Wanted") -> Iterator[TrailRecord]:
        """Yield the entries of some numbers that are wanted, each compared with its leaf."""
        if not self._starts:
            return
        with self._path.open("rb") as file:
            for number in numbers:
                start, stop, leaf = self._place(number)
                file.seek(start)
                frame = decode_frame(file.read(stop - start))
                if frame is None or leaf_hash(frame.data) != leaf:
                    raise self._damaged(f"entry {number} at byte {start}, which is altered")
                # Most entries are not wanted, and reading their fields costs most.
                if wanted.may_be(frame.data):
                    record = open_trail_record(frame.data)
                    if wanted.fits(record.entry):
                        yield record

    def _place(self, number: int) -> tuple[int, int, bytes]:
        """Return where the frame of an entry begins and ends, and the hash of its leaf."""
        with self._thread:
            is_last = number == self._tree.size - 1
            stop = self._read_to if is_last else self._starts[number + 1]
            return self._starts[number], stop, self._tree.leaf(number)

    # -- writing ---------------------------------------------------------------------------------

    def append(self, entry: TrailEntry) -> TrailRecord:
        """Write one act down; when this returns, it is on the disk.

        Args:
            entry: The act.

        Returns:
            Its entry; the one from before where the same act was written down already.

        Raises:
            BusyTrailError: If another process does not let go of the trail.
            TrailWriteError: If the disk does not take it: what is not written must not be done.
            DamagedTrailError: If what is there is not as it was written.
            ForeignTrailIdError: If the id stands for another act.
        """
        with self._thread, self._alone():
            self._take_in()
            number = self._numbers.get(entry.key)
            if number is not None:
                return self._same(number, entry)
            self._cut_torn(entry.at_s)
            return self._write(entry)

    def _same(self, number: int, entry: TrailEntry) -> TrailRecord:
        known = self.record(number)
        if not known.entry.is_same_act(entry):
            raise ForeignTrailIdError(
                given=f"id {entry.id!r} for {entry.kind} of {entry.subject!r}",
                expected=f"the act of entry {number}, or an id that is new",
                remedy="open the form again: it comes with a new id",
            )
        return known

    def _write(self, entry: TrailEntry) -> TrailRecord:
        record = TrailRecord(self._tree.size, self._tree.root(), entry)
        data = seal_trail_record(record)
        frame = encode_frame(data, index=record.number, received_at_s=entry.at_s)
        try:
            self._disk.append(self._path, frame)
            self._disk.fsync(self._path)
        except OSError as error:
            self._take_back()
            raise self._unwritten(error) from error
        self._remember(data, self._read_to, len(frame))
        return record

    def _take_back(self) -> None:
        """Cut off what was begun; if even that fails, the next writer finds it and tells of it."""
        try:
            self._disk.truncate(self._path, self._read_to)
            self._disk.fsync(self._path)
        except OSError:
            self._forget()

    def _cut_torn(self, at_s: int) -> None:
        """Cut off the beginning of an entry that a killed writer left, and write that down."""
        file = self._file()
        if file.size == self._read_to:
            return
        torn = file.bytes_at(self._read_to, file.size - self._read_to)
        try:
            self._disk.truncate(self._path, self._read_to)
        except OSError as error:
            raise self._unwritten(error) from error
        digest = sha256(torn).hexdigest()
        self._write(
            TrailEntry(
                id=f"{TORN}-{self._tree.size}-{digest[:16]}",
                at_s=at_s,
                kind=TORN,
                subject=f"{self._tree.size}",
                body={"bytes": len(torn), "sha256": digest},
            )
        )

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Keep every other process from appending."""
        try:
            if not self._directory.exists():
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._disk.fsync(self._directory.parent)
            if not self._path.exists():
                self._path.touch(mode=0o600)
                self._disk.fsync(self._directory)
            lock = (self._directory / _LOCK_FILE).open("ab")
        except OSError as error:
            raise self._unwritten(error) from error
        with lock:
            until_s = time.monotonic() + _WAIT_S
            while not _locked(lock.fileno()):
                if time.monotonic() >= until_s:
                    raise BusyTrailError(
                        given=f"{self._path}, held by another process for {_WAIT_S:.0f} s",
                        expected="a trail that nobody else is writing",
                        remedy="try again; look for a process of the platform that stands still",
                    )
                time.sleep(_LOOK_EVERY_S)
            yield

    # -- what is known of the file ---------------------------------------------------------------

    def _forget(self) -> None:
        self._tree = Tree()
        self._starts = array("Q")
        self._numbers: dict[bytes, int] = {}
        self._read_to = 0

    def _remember(self, data: bytes, start: int, n_bytes: int) -> None:
        self._numbers[key_in(data)] = self._tree.size
        self._starts.append(start)
        self._tree.append(leaf_hash(data))
        self._read_to = start + n_bytes

    def _take_in(self) -> None:
        """Read what was appended since the last look.

        Raises:
            DamagedTrailError: If an entry cannot be read.
        """
        file = self._file()
        if not self._is_known(file):
            self._forget()
        if file.size == self._read_to:
            return
        for start, stop, frame in file.stretches(self._read_to):
            if frame is None:
                self._demand_beginning(file, start, stop)
                return
            if frame.index != self._tree.size:
                raise self._damaged(f"entry {frame.index} where {self._tree.size} is due")
            self._remember(frame.data, start, stop - start)

    def _is_known(self, file: FrameFile) -> bool:
        """Say whether the file still begins with what was read of it.

        One that was put back from a backup does not, nor one that was cut or written anew: it is
        read again as a whole, and the log's head tells what it lacks.
        """
        if file.size <= self._read_to:
            return file.size == self._read_to
        return not self._starts or self._holds_last(file)

    def _holds_last(self, file: FrameFile) -> bool:
        """Say whether the last entry that was read stands where it stood."""
        data = file.bytes_at(self._starts[-1], self._read_to - self._starts[-1])
        frame = decode_frame(data)
        return frame is not None and leaf_hash(frame.data) == self._tree.leaf(self._tree.size - 1)

    def _demand_beginning(self, file: FrameFile, start: int, stop: int) -> None:
        shown = file.bytes_at(start, stop - start)
        damage = Damage(self._tree.size, file.name, start, stop, shown)
        if stop < file.size or not is_beginning(damage):
            raise self._damaged(f"bytes {start} … {stop - 1}, which are no entry")

    def _file(self) -> FrameFile:
        size = self._path.stat().st_size if self._path.exists() else 0
        return FrameFile(self._path.name, partial(_read_at, self._path), size)

    def _damaged(self, what: str) -> DamagedTrailError:
        return DamagedTrailError(
            given=f"{self._path} with {what}",
            expected="every entry as it was written",
            remedy="call the auditor; put the trail back from the newest backup",
        )

    def _unwritten(self, error: OSError) -> TrailWriteError:
        return TrailWriteError(
            given=f"{error.strerror} in {self._directory}",
            expected="a disk that takes the entry",
            remedy="look at the disk; what cannot be written down is not done",
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which entries are asked for; None leaves none out."""

    kind: str | None
    subject: str | None
    enterprise: str | None

    def fits(self, entry: TrailEntry) -> bool:
        return (
            self.kind in {None, entry.kind}
            and self.subject in {None, entry.subject}
            and self.enterprise in {None, entry.enterprise}
        )

    def may_be(self, data: bytes) -> bool:
        """Say whether the bytes of an entry hold every text that is wanted."""
        texts = (self.kind, self.subject, self.enterprise)
        return all(each is None or canonical_bytes(each) in data for each in texts)


_EVERY: Final = _Wanted(None, None, None)


def _locked(handle: int) -> bool:
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _read_at(path: Path, offset: int, n_bytes: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(n_bytes)
