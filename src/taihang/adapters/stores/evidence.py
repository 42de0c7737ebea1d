"""Files that prove activity data: each lies under the hash of its bytes and is never changed."""

import hashlib
import re
from pathlib import Path
from typing import Final, Protocol

from taihang.core.errors import IntegrityError, LinkError

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class EvidenceStoreError(LinkError):
    """A file of evidence could not be written: the form that needs it is not taken in either."""

    code = "link.evidence"


class DamagedEvidenceError(IntegrityError):
    """A file of evidence is gone, or is not what its name says."""

    code = "integrity.damaged-evidence"


class Disk(Protocol):
    """What the evidence needs from the file system."""

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class EvidenceFiles:
    """One park's folder of evidence."""

    def __init__(self, directory: Path, *, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk

    def keep(self, data: bytes) -> str:
        """Write one file for ever; when this returns, it is on the disk.

        Args:
            data: The bytes of it.

        Returns:
            Their SHA-256 [hex].

        Raises:
            EvidenceStoreError: If the disk does not take it.
            DamagedEvidenceError: If a file of that name is there and holds something else.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._directory / sha256
        if path.exists():
            self.read(sha256)
            return sha256
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            self._disk.write_whole(path, data)
        except OSError as error:
            raise EvidenceStoreError(
                given=f"{error.strerror} in {self._directory}",
                expected="a disk that takes the evidence",
                remedy="make room and hand the form in again; nothing was taken in",
            ) from error
        return sha256

    def hashes(self) -> list[str]:
        """Return the name of every file, in order."""
        if not self._directory.exists():
            return []
        return sorted(p.name for p in self._directory.iterdir() if _NAME.fullmatch(p.name))

    def read(self, sha256: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            DamagedEvidenceError: If it is gone, or its bytes have another hash.
        """
        path = self._directory / sha256
        data = path.read_bytes() if path.is_file() else None
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedEvidenceError(
                given=f"{path}, which is {'absent' if data is None else 'altered'}",
                expected="the file as it was handed in",
                remedy="put it back from a backup, or from whoever handed it in",
            )
        return data
