"""A process that sends batches into a park, tells what was acknowledged, and kills itself.

Run as ``python dying_gateway.py PARK N_BATCHES DIE_AT SHARE SPEAKS``: it takes in the batches 1 …
N_BATCHES of one gateway one by one, prints the number of each when it is acknowledged, and dies by
SIGKILL at the disk operation DIE_AT, having written SHARE of its bytes. ``early`` as the last word
plants a fault: it tells before it stores.
"""

import os
import signal
import sys
from pathlib import Path
from typing import ClassVar, Final, NoReturn

from typing_extensions import override

import small_park
from taihang.adapters import system
from taihang.core.periods import Period
from taihang.services.ports import Ports

GATEWAY: Final = "GW2"
POINT: Final = "M-E02"
_HOURS_S: Final = 6 * 3_600


def batch(ports: Ports, counter: int) -> bytes:
    """The batch of a number: six hours of one meter."""
    start_s = small_park.JUNE.start_s + _HOURS_S * (counter - 1)
    part = Period.of_s(start_s, start_s + _HOURS_S)
    block = small_park.registers(POINT, part, first=1_000 * counter)
    return small_park.sealed(ports, GATEWAY, counter, block, sent_at_s=part.end_s)


class DyingDisk(system.PosixDisk):
    """The disk of the process, which ends it at one operation."""

    die_at: ClassVar = 0
    share: ClassVar = 0.0
    n_operations: ClassVar = 0

    def _is_fatal(self) -> bool:
        DyingDisk.n_operations += 1
        return DyingDisk.n_operations == DyingDisk.die_at

    @override
    def append(self, path: Path, data: bytes) -> None:
        if self._is_fatal():
            super().append(path, data[: int(self.share * len(data))])
            die()
        super().append(path, data)

    @override
    def fsync(self, path: Path) -> None:
        if self._is_fatal():
            die()
        super().fsync(path)

    @override
    def rename(self, source: Path, target: Path) -> None:
        if self._is_fatal():
            if self.share:
                super().rename(source, target)
            die()
        super().rename(source, target)


def die() -> NoReturn:
    """End the process as a power cut would: nothing is tidied."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def main(root: Path, n_batches: int, *, speaks_early: bool) -> None:
    """Send the batches in order."""
    with small_park.opened(root) as ports:
        for counter in range(1, n_batches + 1):
            if speaks_early:
                print(counter, flush=True)
            small_park.ingested(ports, [batch(ports, counter)])
            if not speaks_early:
                print(counter, flush=True)


if __name__ == "__main__":
    DyingDisk.die_at, DyingDisk.share = int(sys.argv[3]), float(sys.argv[4])
    system.PosixDisk = DyingDisk
    main(Path(sys.argv[1]), int(sys.argv[2]), speaks_early=sys.argv[5] == "early")
