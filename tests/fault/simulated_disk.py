"""Disks that fail where a test wants them to, and journals with fixed keys on them.

``MemoryDisk`` is a whole file system in memory under the journal: it can end the process at any
operation, run full, answer a forced write with an error or with a lie, and lose power, after which
any part of what was not forced may be there or not.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Final

from typing_extensions import override

from taihang.adapters.stores.journal import CheckpointSeal, Disk, Journal
from taihang.adapters.system import PosixDisk, SigningKey, verify_signature
from taihang.core.errors import IntegrityError
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint

LOG: Final = "park.example/log"
LOG_KEY: Final = SigningKey.from_seed(bytes(range(32)))
FOLDER: Final = Path("/park/journal")
"""Where a journal lies on a disk in memory."""
SECTOR_BYTES: Final = 16
"""What reaches the simulated platter together: small, so that small files tear in many ways."""


# -- seals ---------------------------------------------------------------------------------------


def _sign(checkpoint: Checkpoint) -> str:
    return sign_checkpoint(checkpoint, public_key=LOG_KEY.public, sign=LOG_KEY.sign)


def _open(note: str) -> Checkpoint:
    return open_checkpoint(note, origin=LOG, public_key=LOG_KEY.public, verify=verify_signature)


SEAL: Final = CheckpointSeal(origin=LOG, sign=_sign, verify=_open, leaf_entry=bytes)
"""Signs with a fixed key; a record is its own leaf entry."""


class CheapSealError(IntegrityError):
    """A note of the cheap seal is not what was signed."""

    code = "integrity.cheap-seal"

    def __init__(self) -> None:
        super().__init__(given="another note", expected="the one that was signed", remedy="none")


def _cheap_mac(text: str) -> str:
    return blake2b(text.encode(), key=b"cheap", digest_size=8).hexdigest()


def _cheap_sign(checkpoint: Checkpoint) -> str:
    text = f"{checkpoint.size}/{checkpoint.root.hex()}"
    return f"{text}/{_cheap_mac(text)}"


def _cheap_open(note: str) -> Checkpoint:
    text, _, mac = note.rpartition("/")
    if mac != _cheap_mac(text):
        raise CheapSealError
    size, root = text.split("/")
    return Checkpoint(LOG, int(size), bytes.fromhex(root))


CHEAP_SEAL: Final = CheckpointSeal(
    origin=LOG, sign=_cheap_sign, verify=_cheap_open, leaf_entry=bytes
)
"""A keyed hash in the place of Ed25519, so that a campaign tries the journal and not the curve."""


def journal_on(
    directory: Path, disk: Disk | None = None, *, seal: CheckpointSeal = SEAL
) -> Journal:
    """A journal that is not yet loaded."""
    return Journal(directory, disk=disk or PosixDisk(), seal=seal)


# -- the disk in memory --------------------------------------------------------------------------


class KilledError(BaseException):
    """The process ends here: no handler of the code under test may catch it."""


@dataclass(kw_only=True)
class MemoryDisk:
    """A file system in memory; the default is one that never fails."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """What a reader sees now, by path."""
    forced: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Content of each file as it was last forced."""
    named: set[str] = field(default_factory=set[str])
    """Files whose name was forced with their folder."""
    die_at: int = 0
    """The operation that ends the process, counted from 1."""
    share: float = 0.0
    """How much of the data of the fatal append is written [1]; above 1 the operation is whole."""
    forgets: bool = False
    """The planted fault: it says that it forced the data and did not."""
    n_operations: int = 0

    @classmethod
    def holding(cls, files: dict[str, bytes]) -> "MemoryDisk":
        """A disk on which some files were forced long ago."""
        return cls(files=dict(files), forced=dict(files), named=set(files))

    # -- what the journal sees

    def names(self, directory: Path) -> list[str]:
        start = f"{directory}/"
        return [path.removeprefix(start) for path in self.files if path.startswith(start)]

    def size(self, path: Path) -> int | None:
        content = self.files.get(str(path))
        return None if content is None else len(content)

    def read(self, path: Path, offset: int, n_bytes: int) -> bytes:
        return self.files[str(path)][offset : offset + n_bytes]

    def make_folder(self, path: Path) -> None:
        """Folders are there when something lies in them."""

    def append(self, path: Path, data: bytes) -> None:
        name = str(path)
        self._act(lambda: self._put(name, data), lambda part: self._put(name, data[:part]), data)

    def fsync(self, path: Path) -> None:
        self._act(lambda: self._force(str(path)))

    def truncate(self, path: Path, size: int) -> None:
        name = str(path)
        self._act(lambda: self.files.__setitem__(name, self.files[name][:size]))

    # -- how it fails

    def _act(
        self,
        whole: Callable[[], None],
        partly: Callable[[int], None] = lambda _: None,
        data: bytes = b"",
    ) -> None:
        self.n_operations += 1
        is_fatal = self.n_operations == self.die_at
        if is_fatal and self.share <= 1:
            partly(int(self.share * len(data)))
        else:
            whole()
        if is_fatal:
            raise KilledError

    def _put(self, path: str, data: bytes) -> None:
        self.files[path] = self.files.get(path, b"") + data

    def _force(self, path: str) -> None:
        if self.forgets:
            return
        if path in self.files:
            self.forced[path] = self.files[path]
        else:
            self.named.update(file for file in self.files if file.startswith(f"{path}/"))

    def after_power_loss(self, random: Random) -> "MemoryDisk":
        """What a power loss could leave: of everything that was not forced any part."""
        left = {
            path: _left(self.forced.get(path, b""), content, random)
            for path, content in self.files.items()
            if path in self.named or random.random() < 0.5
        }
        return MemoryDisk.holding(left)


def _left(forced: bytes, latest: bytes, random: Random) -> bytes:
    if forced == latest or random.random() < 0.2:
        return forced
    pairs = enumerate(zip(forced, latest, strict=False))
    shorter = min(len(forced), len(latest))
    common = next((at for at, (a, b) in pairs if a != b), shorter)
    tail = bytearray(latest[common:])
    for at in range(0, len(tail), SECTOR_BYTES):
        if random.random() < 0.5:
            tail[at : at + SECTOR_BYTES] = bytes(len(tail[at : at + SECTOR_BYTES]))
    # The length of a file may reach the disk before or after its content.
    length = random.choice([len(tail), random.randrange(len(tail) + 1)])
    return latest[:common] + bytes(tail[:length])


# -- real files ----------------------------------------------------------------------------------


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
