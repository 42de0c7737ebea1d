"""Disks that fail where a test wants them to, under a journal with fixed keys."""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from typing_extensions import override

from taihang.adapters.stores.journal import CheckpointSeal, Disk, Journal
from taihang.adapters.system import PosixDisk, SigningKey, verify_signature
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint

LOG: Final = "park.example/log"
LOG_KEY: Final = SigningKey.from_seed(bytes(range(32)))
_SECTOR: Final = 16
"""Bytes that reach the simulated platter together: small, so that small files tear in many ways."""


def _sign(checkpoint: Checkpoint) -> str:
    return sign_checkpoint(checkpoint, public_key=LOG_KEY.public, sign=LOG_KEY.sign)


def _open(note: str) -> Checkpoint:
    return open_checkpoint(note, origin=LOG, public_key=LOG_KEY.public, verify=verify_signature)


SEAL: Final = CheckpointSeal(origin=LOG, sign=_sign, verify=_open, leaf_entry=bytes)
"""Signs with a fixed key; a record is its own leaf entry."""


def journal_on(directory: Path, disk: Disk | None = None) -> Journal:
    """A journal that is not yet loaded."""
    return Journal(directory, disk=disk or PosixDisk(), seal=SEAL)


class KilledError(BaseException):
    """The process ends here: no handler of the code under test may catch it."""


@dataclass(kw_only=True)
class DyingDisk(PosixDisk):
    """Kills the process at one operation: before it, half-way through it, or after it."""

    die_at: int
    share: float
    """How much of the data of the fatal append is written [1]; above 1 the operation is whole."""
    n_operations: int = 0

    def _is_fatal(self) -> bool:
        self.n_operations += 1
        return self.n_operations == self.die_at

    @override
    def append(self, path: Path, data: bytes) -> None:
        if not self._is_fatal():
            super().append(path, data)
            return
        super().append(path, data[: int(self.share * len(data))] if self.share <= 1 else data)
        raise KilledError

    @override
    def fsync(self, path: Path) -> None:
        fatal = self._is_fatal()
        if not fatal or self.share > 1:
            super().fsync(path)
        if fatal:
            raise KilledError

    @override
    def truncate(self, path: Path, size: int) -> None:
        fatal = self._is_fatal()
        if not fatal or self.share > 1:
            super().truncate(path, size)
        if fatal:
            raise KilledError


@dataclass
class FullDisk(PosixDisk):
    """Takes so many bytes and then no more, until somebody makes room."""

    room_bytes: int
    error: int = errno.ENOSPC

    @override
    def append(self, path: Path, data: bytes) -> None:
        taken = data[: self.room_bytes]
        super().append(path, taken)
        self.room_bytes -= len(taken)
        if len(taken) < len(data):
            raise OSError(self.error, os.strerror(self.error))


@dataclass
class DeafDisk(PosixDisk):
    """Fails one forced write, counted from 1, with an error."""

    fail_at: int
    error: int = errno.EIO
    n_forced: int = 0

    @override
    def fsync(self, path: Path) -> None:
        self.n_forced += 1
        if self.n_forced == self.fail_at:
            raise OSError(self.error, os.strerror(self.error))
        super().fsync(path)


@dataclass(kw_only=True)
class PowerLossDisk(DyingDisk):
    """Remembers what was forced, and at a power loss keeps any part of what was not."""

    random: Random
    forgets: bool = False
    """The planted fault: it says that it forced the data and did not."""
    forced: dict[Path, bytes] = field(default_factory=dict[Path, bytes])
    """Content of each file as it was last forced."""
    named: set[Path] = field(default_factory=set[Path])
    """Files whose name was forced with their folder."""

    @override
    def fsync(self, path: Path) -> None:
        super().fsync(path)
        if self.forgets:
            return
        if path.is_dir():
            self.named |= {file for file in path.iterdir() if file.is_file()}
        else:
            self.forced[path] = path.read_bytes()

    def lose_power(self, directory: Path) -> None:
        """Leave on the disk what a power loss could leave."""
        for path in sorted(directory.iterdir()):
            if path not in self.named and self.random.random() < 0.5:
                path.unlink()
                continue
            path.write_bytes(self._left(self.forced.get(path, b""), path.read_bytes()))

    def _left(self, forced: bytes, latest: bytes) -> bytes:
        if forced == latest or self.random.random() < 0.2:
            return forced
        pairs = enumerate(zip(forced, latest, strict=False))
        common = next((at for at, (a, b) in pairs if a != b), min(len(forced), len(latest)))
        tail = bytearray(latest[common:])
        for at in range(0, len(tail), _SECTOR):
            if self.random.random() < 0.5:
                tail[at : at + _SECTOR] = bytes(len(tail[at : at + _SECTOR]))
        # The length of a file may reach the disk before or after its content.
        length = self.random.choice([len(tail), self.random.randrange(len(tail) + 1)])
        return latest[:common] + bytes(tail[:length])
