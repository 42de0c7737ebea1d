"""The file system as the journal sees it: all of it, so that a simulated disk can stand there."""

from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """Every file operation of the journal; each may raise ``OSError``."""

    def names(self, directory: Path) -> list[str]:
        """Return the names in a folder; none if it is absent."""
        ...

    def size(self, path: Path) -> int | None:
        """Return the length of a file [bytes]; None if it is absent."""
        ...

    def read(self, path: Path, offset: int, n_bytes: int) -> bytes:
        """Return bytes of a file, fewer at its end."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it, unless they are there."""
        ...

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file, making it if needed; an error may leave a part of them."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...
