"""kill -9 at every place (F1, F3): what was acknowledged is there, the rest whole or not (P1).

Twice 600 places: in a real process at its system calls, where strace may look on, and at every
operation of the disk seam, before it, within it and after it. The same real calls are also made to
fail, with an error of the disk (F8) and with a full disk (F9).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from fault import journal_driver
from fault.crash_script import (
    FOREIGN,
    LOST,
    groups_of,
    offer,
    small_segments,
    violations,
    without_checksums,
    without_cutting,
)
from fault.journal_driver import N_GROUPS, acknowledgements, journal_folder
from fault.simulated_disk import CHEAP_SEAL, FOLDER, KilledError, MemoryDisk, journal_on
from taihang.adapters.system import PosixDisk

N_KILLS: Final = 600
PLACES: Final = (("write", 1, 180), ("fsync", 1, 120), ("write", 2, 180), ("fsync", 2, 120))
"""System calls, scripts, and how many calls are places to kill at; each child makes more."""
_AT: Final = 200
"""Where strace acts; the parent makes fewer such calls in all."""
SHARES: Final = (0.0, 0.1, 0.5, 0.9, 1.0, 2.0)


# -- real processes ------------------------------------------------------------------------------


def why_no_strace() -> str | None:
    """Say why nobody may look on at system calls here; None if strace works."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    words = [strace, "-f", "-qq", "-o", os.devnull, "-e", "inject=fsync:signal=KILL", "true"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"strace may not look on: {done.stderr.strip()}"


@pytest.fixture
def shared_memory() -> Iterator[Path]:
    """A folder in memory: a killed process does not need a slow disk."""
    memory = Path("/dev/shm")  # noqa: S108  # a private folder is made in it
    parent = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


@pytest.fixture
def traced(shared_memory: Path) -> Path:
    reason = why_no_strace()
    if reason is not None:
        pytest.skip(f"{reason}; the {N_KILLS} places of the disk seam were tried all the same")
    return shared_memory


def run_children(
    root: Path, call: str, n_children: int, *, what: str, mode: str = "late", script: int = 1
) -> list[int]:
    """Let strace do something at one call of each child; return how the children ended."""
    for number in range(n_children):
        journal_folder(root, number).mkdir()
    trace = ["-e", f"trace={call}", "-e", f"inject={call}:{what}:when={_AT}"]
    numbers = [str(number) for number in (_AT, n_children, script)]
    driver = [sys.executable, "-B", journal_driver.__file__, str(root), call, *numbers]
    tests = Path(journal_driver.__file__).parents[1]
    paths = os.pathsep.join([str(tests), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, *trace, *driver, mode],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return [int(word) for word in done.stdout.split()]


@dataclass
class Told:
    """What one child told before it ended."""

    n_acknowledged: int
    codes: list[str]


def told_by(root: Path, number: int) -> Told:
    path = acknowledgements(root, number)
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    numbers = [int(line) for line in lines if line.isdigit()]
    return Told(max(numbers, default=0), [line for line in lines if not line.isdigit()])


def found_after(root: Path, n_children: int, *, call: str, script: int = 1) -> list[str]:
    """Start each child's journal again and say what a start may not find."""
    found: list[str] = []
    offered = [record for group in groups_of(script, n_groups=N_GROUPS) for record in group]
    with small_segments():
        for number in range(n_children):
            n_acknowledged = told_by(root, number).n_acknowledged
            folder = journal_folder(root, number)
            bad = violations(folder, PosixDisk(), offered=offered, n_acknowledged=n_acknowledged)
            found += [f"{call} {number + 1}: {what}" for what in bad]
    return found


@pytest.mark.parametrize(("call", "script", "n_children"), PLACES)
def test_recover__after_a_kill_at_a_system_call(
    traced: Path, call: str, script: int, n_children: int
) -> None:
    statuses = run_children(traced, call, n_children, what="signal=KILL", script=script)

    assert statuses == [-9] * n_children
    assert found_after(traced, n_children, call=call, script=script) == []
    told = [told_by(traced, number).n_acknowledged for number in range(n_children)]
    assert len(set(told)) >= 15, "the kills came in the same few places"


def test_places__are_600() -> None:
    assert sum(n_children for _, _, n_children in PLACES) == N_KILLS


def test_found_after__tells_of_a_process_that_speaks_before_it_stores(traced: Path) -> None:
    run_children(traced, "write", 60, what="signal=KILL", mode="early")

    assert any(line.endswith(LOST) for line in found_after(traced, 60, call="write"))


def test_append__after_an_error_of_a_forced_write_acknowledges_nothing_more(traced: Path) -> None:
    n_children = 60

    statuses = run_children(traced, "fsync", n_children, what="error=EIO", mode="dogged")

    codes = [told_by(traced, number).codes for number in range(n_children)]
    assert codes.count(["link"]) >= n_children - 6, "all but the forced writes of the start"
    assert all(status in {0, 1} for status in statuses)
    assert found_after(traced, n_children, call="fsync") == []


def test_append__when_the_disk_is_full_once_stores_at_the_next_try(traced: Path) -> None:
    n_children = 60

    run_children(traced, "write", n_children, what="error=ENOSPC", mode="dogged")

    told = [told_by(traced, number) for number in range(n_children)]
    full = [one for one in told if one.codes == ["link.storage-full"]]
    assert len(full) >= 30
    assert found_after(traced, n_children, call="write") == []


# -- the disk seam -------------------------------------------------------------------------------


def kill_everywhere(
    *, n_least: int, ack_first: bool = False, fault: AbstractContextManager[None] | None = None
) -> tuple[list[str], int]:
    """Kill the process at every operation of one script after the other."""
    found: list[str] = []
    n_kills, script = 0, 0
    with small_segments(), fault or nullcontext():
        while n_kills < n_least:
            bad, n = _kill_script(script, ack_first=ack_first)
            found += bad
            n_kills += n
            script += 1
    return found, n_kills


def _kill_script(script: int, *, ack_first: bool) -> tuple[list[str], int]:
    groups = groups_of(script, n_groups=6)
    offered = [record for group in groups for record in group]
    whole = MemoryDisk()
    offer(journal_on(FOLDER, whole, seal=CHEAP_SEAL), groups)
    found: list[str] = []
    n_kills = 0
    for die_at in range(1, whole.n_operations + 1):
        for share in SHARES:
            disk = MemoryDisk(die_at=die_at, share=share)
            journal = journal_on(FOLDER, disk, seal=CHEAP_SEAL)
            n_acknowledged = len(offer(journal, groups, ack_first=ack_first))
            n_kills += disk.n_operations == die_at
            bad = violations(FOLDER, disk, offered=offered, n_acknowledged=n_acknowledged)
            found += [f"script {script}, operation {die_at}, {share}: {what}" for what in bad]
    return found, n_kills


def test_recover__after_a_kill_at_any_operation_of_the_seam() -> None:
    found, n_kills = kill_everywhere(n_least=N_KILLS)

    assert found == []
    assert n_kills >= N_KILLS


def test_kill_everywhere__tells_of_an_early_acknowledgement() -> None:
    found, _ = kill_everywhere(n_least=100, ack_first=True)

    assert any(line.endswith(LOST) for line in found)


def test_kill_everywhere__tells_of_a_journal_that_does_not_look_at_the_checksum() -> None:
    """A torn frame is short of its length, so only what a later frame fills up can be believed."""
    with small_segments(), without_checksums():
        disk = MemoryDisk(die_at=3, share=0.9)
        offer(journal_on(FOLDER, disk, seal=CHEAP_SEAL), [[b"a" * 60]])
        (name,) = disk.files
        disk.files[name] += bytes(60)

        found = violations(FOLDER, disk, offered=[b"a" * 60], n_acknowledged=0)

    assert FOREIGN in found


def test_kill_everywhere__tells_of_a_torn_tail_that_is_not_cut() -> None:
    found, _ = kill_everywhere(n_least=100, fault=without_cutting())

    assert any("no second start" in line for line in found)


def test_recover__after_a_kill_during_recovery() -> None:
    groups = groups_of(3, n_groups=4)
    offered = [record for group in groups for record in group]
    n_kills = 0
    with small_segments():
        for die_first in range(4, 24):
            for die_again in range(1, 9):
                disk = MemoryDisk(die_at=die_first, share=0.5)
                n = len(offer(journal_on(FOLDER, disk, seal=CHEAP_SEAL), groups))
                disk.n_operations, disk.die_at = 0, die_again
                try:
                    journal_on(FOLDER, disk, seal=CHEAP_SEAL).recover()
                except KilledError:
                    n_kills += 1
                disk.die_at = 0
                assert violations(FOLDER, disk, offered=offered, n_acknowledged=n) == []

    assert n_kills >= 80


def test_violations__of_a_journal_that_was_not_killed_are_none() -> None:
    groups = groups_of(0, n_groups=6)
    offered = [record for group in groups for record in group]
    with small_segments():
        disk = MemoryDisk()
        n = len(offer(journal_on(FOLDER, disk, seal=CHEAP_SEAL), groups))

        assert violations(FOLDER, disk, offered=offered, n_acknowledged=n) == []
    assert n == len(offered)
