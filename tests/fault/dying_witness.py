"""A witness that is killed by the kernel at a chosen moment, as a process of its own.

Run as ``python dying_witness.py FOLDER MOMENT``; the request is read from standard input.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from taihang.adapters.stores.witness_state import WitnessFiles
from taihang.adapters.system import PosixDisk
from taihang.services.witness import add_checkpoint
from witness_kit import witness_of


def die() -> None:
    """End without any tidying, as a power switch does."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingDisk(PosixDisk):
    """Dies at one call of one operation."""

    def __init__(self, moment: str) -> None:
        self._moment = moment

    @override
    def fsync(self, path: Path) -> None:
        self._maybe("before-fsync")
        super().fsync(path)

    @override
    def rename(self, source: Path, target: Path) -> None:
        self._maybe("before-rename")
        super().rename(source, target)
        self._maybe("after-rename")

    def _maybe(self, moment: str) -> None:
        if moment == self._moment:
            die()


def run(folder: Path, moment: str, body: bytes) -> str:
    """Answer one request, or die on the way."""
    witness = witness_of(WitnessFiles(folder, disk=DyingDisk(moment)))
    sign = witness.sign

    def dying_sign(message: bytes) -> bytes:
        if moment == "before-answer":
            die()
        return sign(message)

    answer: Callable[..., str] = add_checkpoint
    if moment == "hasty":
        # The planted fault: it answers first and stores afterwards, and is killed in between.
        class Hasty(WitnessFiles):
            @override
            def hold(self, origin: str, note: str) -> None:
                return

        witness = replace(witness, state=Hasty(folder, disk=PosixDisk()))
    return answer(body, witness=replace(witness, sign=dying_sign))


if __name__ == "__main__":
    sys.stdout.write(run(Path(sys.argv[1]), sys.argv[2], sys.stdin.buffer.read()))
    sys.stdout.flush()
    die()
