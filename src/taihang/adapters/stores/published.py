"""What was published of the log: cosigned checkpoints for ever, and the files that strangers read.

``journal/published`` is append-only, one frame for each cosigned note. ``log/`` follows from it and
from the tree: tiles first, then the frame, then ``log/checkpoint``, so that whatever is killed in
between, the checkpoint that strangers see has been written down and all its tiles are there (F3).
"""

import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from taihang.core.errors import LinkError, StateError
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.frame import Frame, FrameFile, encode_frame

CHECKPOINT_FILE: Final = "checkpoint"
PUBLISHED_FILE: Final = "published"
_LOCK_FILE: Final = ".publish.lock"
_TAIL_BYTES: Final = 1 << 18
"""So much of the file is read to find its last note; a note is some hundred bytes."""


class BusyPublicationError(StateError):
    """Another process publishes this log at the moment."""

    code = "state.busy-publication"


class PublicationWriteError(LinkError):
    """A published checkpoint or a tile could not be written; nothing new is published."""

    code = "link.publication-write"


class Disk(Protocol):
    """What publication needs from the file system; every call may raise ``OSError``."""

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file, making it if needed."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another in one step."""
        ...

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


@dataclass(frozen=True, slots=True)
class _Last:
    """The last intact note of the file."""

    note: str
    index: int
    stop: int
    """Where its frame ends [byte]."""


class PublishedFiles:
    """The published log of one park."""

    def __init__(self, *, journal: Path, public: Path, disk: Disk) -> None:
        self._path = journal / PUBLISHED_FILE
        self._public = public
        self._disk = disk
        self._thread = Lock()
        self._sizes: list[tuple[int, int]] = []
        # (size, where its frame begins) of every note read so far, and where reading stopped.
        self._read_to = 0

    @contextmanager
    def alone(self) -> Generator[None]:
        """Keep every other thread and process from publishing.

        Raises:
            BusyPublicationError: If another process publishes.
        """
        path = self._path.with_name(_LOCK_FILE)
        with self._thread, path.open("ab") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except OSError as error:
                raise BusyPublicationError(
                    given=f"{self._path}",
                    expected="a log that no other process publishes",
                    remedy="wait for the other command to end",
                ) from error
            yield

    def latest(self) -> str | None:
        """Return the last published note, or None."""
        last = self._last()
        return last.note if last else None

    def first_above(self, size: int) -> tuple[str, int] | None:
        """Return the first published note of more than so many leaves, and when it was published.

        Args:
            size: Number of leaves.

        Returns:
            The note and the time [s], or None if none is published yet.
        """
        self._take_in()
        at = next((start for found, start in self._sizes if found > size), None)
        if at is None:
            return None
        frame = self._file().frame_at(at)
        return (frame.data.decode(), frame.received_at_s) if frame else None

    def notes(self) -> list[str]:
        """Return every published note in order; what is damaged is left out."""
        return [frame.data.decode(errors="replace") for _, _, frame in self._intact(0)]

    def damage(self) -> list[int]:
        """Return where the file holds bytes that are no intact note [byte]."""
        return [start for start, _, frame in self._file().stretches() if frame is None]

    def public_file(self, path: str) -> bytes | None:
        """Return a file that strangers read, or None."""
        place = self._public / path
        return place.read_bytes() if place.is_file() else None

    def write_tiles(self, tiles: Iterable[tuple[str, bytes]]) -> None:
        """Write tiles, and take away partial ones that a full one replaces; all on the disk after.

        Args:
            tiles: Path under the public folder, and content.
        """
        with self._writing():
            folders: set[Path] = set()
            full: list[Path] = []
            for name, content in tiles:
                path = self._public / name
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(path.name + ".part")
                part.write_bytes(content)
                self._disk.fsync(part)
                self._disk.rename(part, path)
                folders.update((path.parent, path.parent.parent))
                if ".p/" not in name:
                    full.append(path)
            for folder in sorted(folders):
                self._disk.fsync(folder)
            for path in full:
                shutil.rmtree(path.with_name(path.name + ".p"), ignore_errors=True)

    def append(self, note: str, *, at_s: int) -> None:
        """Write a cosigned note down for ever.

        Args:
            note: The note.
            at_s: When it is published [s].
        """
        last = self._last()
        stop = last.stop if last else 0
        frame = encode_frame(note.encode(), index=last.index + 1 if last else 0, received_at_s=at_s)
        with self._writing():
            if self._path.exists() and self._path.stat().st_size > stop:
                # A torn end was never published: nobody has seen it.
                self._disk.truncate(self._path, stop)
            self._disk.append(self._path, frame)
            self._disk.fsync(self._path)
            self._disk.fsync(self._path.parent)

    def show(self, note: str) -> None:
        """Let strangers see a published note, if they do not yet."""
        path = self._public / CHECKPOINT_FILE
        with self._writing():
            self._public.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not path.exists() or path.read_bytes() != note.encode():
                self._disk.write_whole(path, note.encode())

    def _last(self) -> _Last | None:
        file = self._file()
        last: _Last | None = None
        for _, stop, frame in self._intact(max(0, file.size - _TAIL_BYTES)):
            last = _Last(frame.data.decode(), frame.index or 0, stop)
        return last

    def _take_in(self) -> None:
        """Read what was published since the last look."""
        for start, stop, frame in self._intact(self._read_to):
            self._sizes.append((checkpoint_of(frame.data.decode()).size, start))
            self._read_to = stop

    def _intact(self, start: int) -> Generator[tuple[int, int, Frame]]:
        for begin, stop, frame in self._file().stretches(start):
            if frame is not None:
                yield begin, stop, frame

    def _file(self) -> FrameFile:
        size = self._path.stat().st_size if self._path.exists() else 0
        return FrameFile(self._path.name, partial(_read_at, self._path), size)

    @contextmanager
    def _writing(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise PublicationWriteError(
                given=f"{error.strerror} in {self._public} or {self._path.parent}",
                expected="room and right to write what is published",
                remedy="look at the disk; readings are stored all the same",
            ) from error


def _read_at(path: Path, offset: int, n_bytes: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(n_bytes)
