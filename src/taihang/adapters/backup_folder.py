"""The folder of a backup: files that only grow, files under new names, and one manifest at the end.

Whatever a kill leaves behind, the manifest of the last whole backup stays true: a file that grows
keeps the bytes that it states, a file that is replaced gets another name, and the old ones go only
when the new manifest is on the disk (F5).
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Final, Protocol

from taihang.core.errors import IntegrityError, TaihangError
from taihang.core.seal.backup_manifest import (
    BackupFile,
    Manifest,
    decode_manifest,
    encode_manifest,
)

MANIFEST: Final = "manifest.json"
REGISTER: Final = "registry"
"""First part of the name of a copy of the register."""
_CHUNK_BYTES: Final = 1 << 20


class BackupDisk(Protocol):
    """What a backup needs from the file system."""

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file, making it if needed."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class NoBackupError(IntegrityError):
    """A folder holds no whole backup."""

    code = "integrity.no-backup"


class DamagedBackupError(IntegrityError):
    """A file of a backup is not as its manifest says."""

    code = "integrity.damaged-backup"


class ForeignBackupError(IntegrityError):
    """The journal does not continue what the folder holds already."""

    code = "integrity.foreign-backup"


class BackupFolder:
    """One folder that takes the backups of one park, the later ones on top of the earlier."""

    def __init__(self, root: Path, *, disk: BackupDisk) -> None:
        self._root = root
        self._disk = disk

    # -- reading ---------------------------------------------------------------------------------

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    def manifest(self) -> Manifest | None:
        """Return the manifest of the last whole backup, None if there is none.

        Raises:
            DamagedBackupError: If it cannot be read.
        """
        path = self._root / MANIFEST
        if not path.exists():
            return None
        try:
            return decode_manifest(path.read_bytes())
        except TaihangError as error:
            raise DamagedBackupError(
                given=f"{path}: {error.given}",
                expected="the manifest as it was written",
                remedy="take another copy of the backup",
            ) from error

    def require_manifest(self) -> Manifest:
        """Return the manifest of the last whole backup.

        Raises:
            NoBackupError: If there is none: no backup was ever finished here.
        """
        manifest = self.manifest()
        if manifest is None:
            raise NoBackupError(
                given=f"{self._root} without {MANIFEST}",
                expected="a folder in which a backup was finished",
                remedy="name the folder that `taihang backup` wrote; a part of one is none",
            )
        return manifest

    def check(self, manifest: Manifest) -> None:
        """Compare every file with what the manifest says.

        Raises:
            DamagedBackupError: At the first that differs or is gone.
        """
        for file in manifest.files:
            for _ in self.chunks(file):
                pass

    def chunks(self, file: BackupFile) -> Iterator[bytes]:
        """Yield the bytes of a file; at their end they have been compared with its hash.

        Raises:
            DamagedBackupError: If they are not what the manifest says.
        """
        digest, left = hashlib.sha256(), file.n_bytes
        path = self._root / file.path
        if path.is_file():
            with path.open("rb") as source:
                while left and (chunk := source.read(min(left, _CHUNK_BYTES))):
                    digest.update(chunk)
                    left -= len(chunk)
                    yield chunk
        if left or digest.hexdigest() != file.sha256 or not path.is_file():
            raise DamagedBackupError(
                given=f"{path}, {left} bytes short" if left else f"{path} with another hash",
                expected=f"{file.n_bytes} bytes with SHA-256 {file.sha256[:16]}…",
                remedy="take another copy of the backup",
            )

    # -- writing ---------------------------------------------------------------------------------

    def begin(self) -> None:
        """Make the folder."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._root / "journal").mkdir(exist_ok=True)

    def grow(
        self, name: str, source: Path, *, n_bytes: int, before: BackupFile | None
    ) -> BackupFile:
        """Bring a file that only grows up to a length; what is there already is not copied again.

        Args:
            name: Its name in the backup.
            source: The file of the park.
            n_bytes: Length that it should have [bytes].
            before: What the last backup said of it.

        Returns:
            Its entry.

        Raises:
            ForeignBackupError: If the source does not begin with what is there.
        """
        if before is not None and before.n_bytes == n_bytes and not _is_last(source):
            return before
        held = 0 if before is None else before.n_bytes
        digest = hashlib.sha256()
        target = self._root / name
        target.parent.mkdir(exist_ok=True)
        with source.open("rb") as file:
            for chunk in _chunks_of(file, held):
                digest.update(chunk)
            if n_bytes < held or (before is not None and digest.hexdigest() != before.sha256):
                raise ForeignBackupError(
                    given=f"{source}, which does not begin with the {held} bytes of the backup",
                    expected="the journal that was backed up here, and perhaps more",
                    remedy="keep this backup: it holds what the park's journal held before;"
                    " back up to another folder and run `taihang audit`",
                )
            if target.exists() and target.stat().st_size > held:
                # What an interrupted backup has left.
                self._disk.truncate(target, held)
            for chunk in _chunks_of(file, n_bytes - held):
                digest.update(chunk)
                self._disk.append(target, chunk)
        if not target.exists():
            self._disk.append(target, b"")
        self._disk.fsync(target)
        self._disk.fsync(target.parent)
        return BackupFile(name, n_bytes, digest.hexdigest())

    def put(self, name: str, data: bytes) -> BackupFile:
        """Write a whole small file under a name that no earlier backup uses."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._disk.write_whole(path, data)
        return BackupFile(name, len(data), hashlib.sha256(data).hexdigest())

    def copy_register(self, source: Path, *, number: int) -> BackupFile:
        """Copy a database that others may be writing, as it is at one instant."""
        path = self._root / f"{REGISTER}-{number:06d}.db"
        path.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as database,
            closing(sqlite3.connect(path)) as copy,
        ):
            database.backup(copy)
            # One file, not one with a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        self._disk.fsync(path)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            for chunk in _chunks_of(file, path.stat().st_size):
                digest.update(chunk)
        return BackupFile(path.name, path.stat().st_size, digest.hexdigest())

    def next_number(self) -> int:
        """Return a number that no copy of the register has."""
        numbers = [path.stem.rpartition("-")[2] for path in self._root.glob(f"{REGISTER}-*.db")]
        return 1 + max((int(number) for number in numbers if number.isdigit()), default=0)

    def finish(self, manifest: Manifest) -> None:
        """Put the manifest in its place, and only then take away what no manifest names."""
        self._disk.fsync(self._root)
        self._disk.write_whole(self._root / MANIFEST, encode_manifest(manifest))
        self._forget_others({file.path for file in manifest.files} | {MANIFEST})

    def _forget_others(self, named: Iterable[str]) -> None:
        kept = {self._root / name for name in named}
        for path in sorted(self._root.rglob("*")):
            if path.is_file() and path not in kept:
                path.unlink()


def _is_last(source: Path) -> bool:
    """Say whether a file of the journal may still grow or be another: the last segment, or none."""
    later = sorted(source.parent.glob("segment-*.log"))
    return source not in later or source == later[-1]


def _chunks_of(file: IO[bytes], n_bytes: int) -> Iterator[bytes]:
    left = n_bytes
    while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
        left -= len(chunk)
        yield chunk


def sync_tree(root: Path, *, disk: BackupDisk) -> None:
    """Force every file and folder below a folder to the disk."""
    for path in sorted(root.rglob("*")):
        disk.fsync(path)
    disk.fsync(root)
