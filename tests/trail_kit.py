"""Entries of an audit trail by formula, and a trail on a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from taihang.adapters.stores.trail import TrailFile
from taihang.adapters.system import PosixDisk
from taihang.core.seal.trail import Outcome, TrailEntry

AT_S: Final = 1_790_000_000
KINDS: Final = ("login", "export", "plan-approved", "access")
ENTERPRISES: Final = (None, "E01", "E02")


def entry(number: int, *, outcome: Outcome = Outcome.DONE) -> TrailEntry:
    """The entry of a number; no two have one id."""
    return TrailEntry(
        id=f"act-{number}",
        at_s=AT_S + number,
        kind=KINDS[number % len(KINDS)],
        subject=f"/page/{number % 5}",
        actor=f"user{number % 3}",
        roles=("auditor", "dispatcher"),
        enterprise=ENTERPRISES[number % len(ENTERPRISES)],
        outcome=outcome,
        request_id=f"r{number}",
        body={"reason": f"因为 {number}", "id": "act-0", "nested": {"id": "x", "outcome": "y"}},
    )


def entries(n: int) -> Iterator[TrailEntry]:
    """So many entries."""
    return map(entry, range(n))


def trail_in(directory: Path) -> TrailFile:
    """A trail; a second one on the same folder stands for another process."""
    return TrailFile(directory / "trail", disk=PosixDisk())


def filled(directory: Path, n: int) -> TrailFile:
    """A trail of so many entries."""
    trail = trail_in(directory)
    for each in entries(n):
        trail.append(each)
    return trail
