"""What a process does until it is killed, and what the next start may not find.

One script, one checker, for every crash campaign: kill points at the seam, kill points under
strace, power loss.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import pytest

from fault.simulated_disk import CHEAP_SEAL, KilledError, journal_on
from taihang.adapters.stores.journal import CheckpointSeal, Disk, Journal
from taihang.adapters.stores.journal import journal as journal_module
from taihang.core.errors import TaihangError
from taihang.core.tlog import frame as frame_module

SEGMENT_BYTES: Final = 220
"""So that a few records fill a segment, and closing one is among what is interrupted."""
AFTER: Final = b"after the crash"
LOST: Final = "an acknowledged record is gone"
FOREIGN: Final = "a record that nobody offered, or half of one"


def groups_of(seed: int, *, n_groups: int) -> list[list[bytes]]:
    """Groups of records; each record says which it is."""
    random = Random(seed)  # noqa: S311  # the seed names the case
    number = iter(range(1_000_000))
    return [
        [b"%06d " % next(number) + b"reading " * random.randrange(5) for _ in range(size)]
        for size in random.choices([1, 1, 2, 3], k=n_groups)
    ]


@contextmanager
def small_segments() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_module, "_SEGMENT_BYTES", SEGMENT_BYTES)
        yield


@contextmanager
def without_checksums() -> Generator[None]:
    """The planted fault: every checksum fits."""

    class NoChecksum:
        @staticmethod
        def crc32(_data: bytes, _before: int = 0) -> int:
            return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_module, "zlib", NoChecksum)
        yield


@contextmanager
def without_cutting() -> Generator[None]:
    """The planted fault: a torn tail stays where it is."""

    def repaired(_journal: Journal) -> None:
        """Do nothing."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "_repair_tail", repaired)
        yield


def offer(
    journal: Journal, groups: Sequence[Sequence[bytes]], *, ack_first: bool = False
) -> list[bytes]:
    """Append the groups until the process is killed; return what was acknowledged."""
    acknowledged: list[bytes] = []
    try:
        journal.recover()
        for number, group in enumerate(groups, start=1):
            if ack_first:
                acknowledged += group
            journal.append(group, received_at_s=number)
            if not ack_first:
                acknowledged += group
    except KilledError:
        pass
    return acknowledged


def violations(
    directory: Path,
    disk: Disk,
    *,
    offered: Sequence[bytes],
    n_acknowledged: int,
    seal: CheckpointSeal = CHEAP_SEAL,
) -> list[str]:
    """Start again after a crash and say what a start may not find."""
    found: list[str] = []
    journal = journal_on(directory, disk, seal=seal)
    try:
        journal.recover()
        kept = [record.data for record in journal.records()]
        journal.append([AFTER], received_at_s=10_000)
    except TaihangError as error:
        return [f"no clean start: {error}"]
    if kept[:n_acknowledged] != list(offered[:n_acknowledged]):
        found.append(LOST)
    if kept != list(offered[: len(kept)]):
        found.append(FOREIGN)
    again = journal_on(directory, disk, seal=seal)
    try:
        again.load()
        if [record.data for record in again.records()] != [*kept, AFTER]:
            found.append("the second start differs from the first")
        if seal.verify(again.checkpoint_note or "").size != again.size:
            found.append("records under no checkpoint")
        if again.tree.root() != journal.tree.root():
            found.append("the second start has another root")
    except TaihangError as error:
        found.append(f"no second start: {error}")
    return found
