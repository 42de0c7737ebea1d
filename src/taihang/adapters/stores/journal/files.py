"""Which files a journal consists of, and how they are read: through the disk, in windows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from taihang.adapters.stores.journal.disk import Disk
from taihang.core.tlog.frame import FrameFile, scan_frames
from taihang.core.tlog.record import Damage, Record

CHECKPOINTS: Final = "checkpoints"
_SEGMENT: Final = "segment-"
_LOG: Final = ".log"
_INDEX: Final = ".index"
_TAIL_BYTES: Final = 1 << 16


def segment_name(number: int) -> str:
    """Return the name of a segment, counted from 1."""
    return f"{_SEGMENT}{number:06d}{_LOG}"


def index_name(segment: str) -> str:
    """Return the name of the start-up index of a segment."""
    return segment.removesuffix(_LOG) + _INDEX


@dataclass(frozen=True, slots=True)
class JournalFiles:
    """The files of one journal."""

    directory: Path
    disk: Disk
    _paths: dict[str, Path] = field(default_factory=dict[str, Path], repr=False, compare=False)

    def segments(self) -> list[str]:
        """Return the names of the segments in order."""
        names = self.disk.names(self.directory)
        return sorted(n for n in names if n.startswith(_SEGMENT) and n.endswith(_LOG))

    def path(self, name: str) -> Path:
        """Return where a file lies."""
        found = self._paths.get(name)
        if found is None:
            found = self._paths[name] = self.directory / name
        return found

    def size(self, name: str) -> int:
        """Return the length of a file; 0 if it is absent [bytes]."""
        return self.disk.size(self.path(name)) or 0

    def frames(self, name: str) -> FrameFile:
        """Return a file of frames, as long as it is now."""
        return FrameFile(name, partial(self.disk.read, self.path(name)), self.size(name))

    def scan(
        self, segments: Sequence[str], *, index: int = 0, start: int = 0
    ) -> Iterator[Record | Damage]:
        """Scan some segments from a place on."""
        return scan_frames(map(self.frames, segments), index=index, start=start)

    def scan_checkpoints(self, *, index: int = 0, start: int = 0) -> Iterator[Record | Damage]:
        """Scan the file of checkpoints from a place on."""
        return scan_frames([self.frames(CHECKPOINTS)], index=index, start=start)

    def last_checkpoint(self) -> tuple[Record | None, int]:
        """Return the last intact checkpoint and where it ends, reading the end of the file only."""
        file = self.frames(CHECKPOINTS)
        n_bytes = _TAIL_BYTES
        while True:
            start = max(0, file.size - n_bytes)
            found = self._last_of(file, start)
            if found[0] is not None or start == 0:
                return found
            n_bytes *= 8

    def _last_of(self, file: FrameFile, start: int) -> tuple[Record | None, int]:
        last: Record | None = None
        end = n_before = 0
        for offset, stop, frame in file.stretches(start):
            if frame is None:
                # What lies before the first intact frame may be the end of a frame cut by `start`.
                n_before += last is not None or start == 0
                continue
            number = n_before if frame.index is None else frame.index
            n_before = max(n_before, number + 1)
            end = stop
            # An older one that was put at the end does not take back what the latest says.
            if last is None or number > last.index:
                last = Record(number, frame.data, frame.received_at_s, file.name, offset)
        if last is not None and start and self._is_first_form(file, last):
            return self._last_of(file, 0)  # Such frames are counted, and have no numbers.
        return last, end

    @staticmethod
    def _is_first_form(file: FrameFile, last: Record) -> bool:
        frame = file.frame_at(last.offset)
        return frame is None or frame.index is None
