"""The journal alone: how long the start of a large one takes."""

import hashlib
from pathlib import Path
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.stopwatch import BYTES_PER_MB, stopwatch

from taihang.adapters.stores.journal import CheckpointSeal, Journal
from taihang.adapters.system import PosixDisk, SigningKey, verify_signature
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint

N_RECORDS: Final = 1_000_000
_GROUP: Final = 2_000
_RECORD_BYTES: Final = 250
"""Small ones: the last segment, which a start reads whole, then holds the most of them."""
_LOG: Final = "bench.example/log"


def start_journal(room: Room) -> Sample:
    """Open a large journal for writing, with its start-up indexes and again without them."""
    directory = room.scratch / "journal"
    root = _fill(directory)
    n_bytes = sum(path.stat().st_size for path in directory.iterdir())
    with stopwatch() as watch:
        journal = _recovered(directory)
    _demand(journal, root)
    for path in directory.glob("*.index"):
        path.unlink()
    with stopwatch() as without:
        journal = _recovered(directory)
    _demand(journal, root)
    figures = {
        "journal_mb": n_bytes / BYTES_PER_MB,
        "without_index_wall_s": without.wall_s,
        "without_index_cpu_s": without.cpu_s,
        "without_index_peak_rss_mb": without.peak_rss_mb,
    }
    return watch.sample(items=N_RECORDS, figures=figures)


def _fill(directory: Path) -> bytes:
    journal = _recovered(directory)
    for first in range(0, N_RECORDS, _GROUP):
        journal.append(
            [_record(number) for number in range(first, first + _GROUP)], received_at_s=first
        )
    return journal.tree.root()


def _record(number: int) -> bytes:
    """Return bytes that no disk can press together."""
    return hashlib.shake_128(number.to_bytes(8, "big")).digest(_RECORD_BYTES)


def _recovered(directory: Path) -> Journal:
    key = SigningKey.from_seed(bytes(32))

    def sign(checkpoint: Checkpoint) -> str:
        return sign_checkpoint(checkpoint, public_key=key.public, sign=key.sign)

    def verify(note: str) -> Checkpoint:
        return open_checkpoint(note, origin=_LOG, public_key=key.public, verify=verify_signature)

    seal = CheckpointSeal(origin=_LOG, sign=sign, verify=verify, leaf_entry=bytes)
    journal = Journal(directory, disk=PosixDisk(), seal=seal)
    journal.recover()
    return journal


def _demand(journal: Journal, root: bytes) -> None:
    if (journal.size, journal.tree.root()) != (N_RECORDS, root):
        raise AssertionError(f"{journal.size} records with root {journal.tree.root().hex()}")
