"""A writer of the audit trail that the kernel kills at a chosen moment, a process of its own.

Run as ``python dying_trail.py FOLDER OPERATION SHARE``: it dies in its OPERATION-th call of the
disk, from 1, and if that is an append, after SHARE hundredths of its bytes. What is acknowledged
is written to standard output, a number a line; entries go on after those that are there.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Final

from typing_extensions import override

from taihang.adapters.stores.trail import TrailFile
from taihang.adapters.system import PosixDisk
from trail_kit import entry

N_ENTRIES: Final = 3
ALL: Final = 100
"""Hundredths of the bytes."""


def die() -> None:
    """End without any tidying, as a power switch does."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingDisk(PosixDisk):
    """Dies at one call of the disk."""

    def __init__(self, operation: int, share: int) -> None:
        self._left = operation
        self._share = share

    @override
    def append(self, path: Path, data: bytes) -> None:
        if self._is_last():
            super().append(path, data[: len(data) * self._share // ALL])
            die()
        super().append(path, data)

    @override
    def fsync(self, path: Path) -> None:
        if self._is_last():
            die()
        super().fsync(path)

    @override
    def truncate(self, path: Path, size: int) -> None:
        if self._is_last():
            die()
        super().truncate(path, size)

    def _is_last(self) -> bool:
        self._left -= 1
        return self._left == 0


def run(folder: Path, operation: int, share: int) -> None:
    """Write entries until the process dies, or all are written."""
    trail = TrailFile(folder / "trail", disk=DyingDisk(operation, share))
    first, _ = trail.head()
    for number in range(first, first + N_ENTRIES):
        trail.append(entry(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
