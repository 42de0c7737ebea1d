"""What may not count and must not be lost: whole batches and bundles of evidence, as files."""

import re
from pathlib import Path
from typing import Final, Protocol

from taihang.core.errors import LinkError

_NAME: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


class QuarantineError(LinkError):
    """Evidence could not be written: what it is about is not answered either."""

    code = "link.quarantine"


class Disk(Protocol):
    """What the quarantine needs from the file system."""

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class Quarantine:
    """One park's quarantine; a file that is there is never changed."""

    def __init__(self, directory: Path, *, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk

    def keep(self, name: str, data: bytes) -> None:
        """Write one file for ever; when this returns, it is on the disk.

        Args:
            name: Lower-case letters, digits, dots and hyphens.
            data: The bytes of it.

        Raises:
            QuarantineError: If the disk does not take it.
            ValueError: If the name is no such name.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(name)
        path = self._directory / name
        try:
            if path.exists() and path.read_bytes() == data:
                return
            self._directory.mkdir(mode=0o700, exist_ok=True)
            self._disk.write_whole(path, data)
        except OSError as error:
            raise QuarantineError(
                given=f"{error.strerror} in {self._directory}",
                expected="a disk that takes the evidence",
                remedy="make room; the sender keeps its batch and tries again by itself",
            ) from error

    def names(self) -> list[str]:
        """Return the names of all files, in order."""
        if not self._directory.exists():
            return []
        return sorted(p.name for p in self._directory.iterdir() if _NAME.fullmatch(p.name))

    def read(self, name: str) -> bytes:
        """Return the bytes of one file."""
        return (self._directory / name).read_bytes()
