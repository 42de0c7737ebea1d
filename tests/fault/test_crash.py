"""Crashes of the journal: what was acknowledged is there; the rest is there whole or not at all.

Every campaign has a planted twin whose disk lies or whose driver speaks too early, and the same
checker must tell of it.
"""

from pathlib import Path
from random import Random

import pytest

from fault.simulated_disk import (
    SEAL,
    DyingDisk,
    KilledError,
    PowerLossDisk,
    journal_on,
)
from taihang.adapters.stores.journal import Journal
from taihang.core.errors import TaihangError
from taihang.core.tlog import frame as frame_module

OFFERED = [b"%02d " % number + b"reading " * (number % 4) for number in range(6)]
GROUPS = [OFFERED[:1], OFFERED[1:3], OFFERED[3:4], OFFERED[4:]]
N_OPERATIONS = 24
"""Disk operations of a run that is not killed: four groups of two appends and four forces."""
N_POWER_LOSSES = 400


def offer(journal: Journal, *, ack_first: bool = False) -> list[bytes]:
    """Append the groups until the process is killed; return what was acknowledged."""
    acknowledged: list[bytes] = []
    try:
        journal.recover()
        for group in GROUPS:
            if ack_first:
                acknowledged += group
            journal.append(group, received_at_s=0)
            if not ack_first:
                acknowledged += group
    except KilledError:
        pass
    return acknowledged


def violations(directory: Path, acknowledged: list[bytes]) -> list[str]:
    """Start again after a crash and say what a start may not find."""
    found: list[str] = []
    journal = journal_on(directory)
    try:
        journal.recover()
        kept = [record.data for record in journal.records()]
        journal.append([b"after the crash"], received_at_s=0)
    except TaihangError as error:
        return [f"no clean start: {error}"]
    if kept[: len(acknowledged)] != acknowledged:
        found.append("an acknowledged record is gone")
    if kept != OFFERED[: len(kept)]:
        found.append("a record that nobody offered, or half of one")
    again = journal_on(directory)
    again.load()
    if [record.data for record in again.records()] != [*kept, b"after the crash"]:
        found.append("the second start differs from the first")
    if SEAL.verify(again.checkpoint_notes()[-1]).size != again.size:
        found.append("records under no checkpoint")
    return found


def kill_everywhere(directory: Path, *, ack_first: bool = False) -> tuple[list[str], int]:
    """Kill the process at every operation, before, within and after it."""
    found: list[str] = []
    n_kills = 0
    for die_at in range(1, N_OPERATIONS + 1):
        for share in (0.0, 0.1, 0.5, 0.9, 1.0, 2.0):
            folder = directory / f"{die_at}-{share}"
            disk = DyingDisk(die_at=die_at, share=share)
            acknowledged = offer(journal_on(folder, disk), ack_first=ack_first)
            n_kills += disk.n_operations == die_at
            found += violations(folder, acknowledged)
    return found, n_kills


def lose_power(directory: Path, *, n: int, forgets: bool = False) -> list[str]:
    """Stop anywhere, keep any part of what was not forced, and start again."""
    found: list[str] = []
    for seed in range(n):
        random = Random(seed)  # noqa: S311  # the seed names the case
        folder = directory / str(seed)
        disk = PowerLossDisk(
            die_at=random.randrange(1, N_OPERATIONS + 2),
            share=random.choice([0.0, 0.5, 1.0, 2.0]),
            random=random,
            forgets=forgets,
        )
        acknowledged = offer(journal_on(folder, disk))
        disk.lose_power(folder)
        found += violations(folder, acknowledged)
    return found


def test_recover__after_a_kill_at_any_operation(tmp_path: Path) -> None:
    found, n_kills = kill_everywhere(tmp_path)

    assert found == []
    assert n_kills == 6 * N_OPERATIONS


def test_kill_everywhere__tells_of_an_early_acknowledgement(tmp_path: Path) -> None:
    found, _ = kill_everywhere(tmp_path, ack_first=True)

    assert "an acknowledged record is gone" in found


def test_recover__after_a_kill_during_recovery(tmp_path: Path) -> None:
    n_kills = 0
    for die_at in range(1, 20):
        folder = tmp_path / str(die_at)
        acknowledged = offer(journal_on(folder, DyingDisk(die_at=15, share=0.5)))
        disk = DyingDisk(die_at=die_at, share=0.5)
        try:
            journal_on(folder, disk).recover()
        except KilledError:
            n_kills += 1
        assert violations(folder, acknowledged) == []

    assert n_kills >= 2


def test_recover__after_a_power_loss(tmp_path: Path) -> None:
    found = lose_power(tmp_path, n=N_POWER_LOSSES)

    assert found == []


def test_lose_power__tells_of_a_disk_that_does_not_force(tmp_path: Path) -> None:
    found = lose_power(tmp_path, n=40, forgets=True)

    assert "an acknowledged record is gone" in found


def test_lose_power__tells_of_a_journal_that_does_not_look_at_the_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoChecksum:
        @staticmethod
        def crc32(_data: bytes, _before: int = 0) -> int:
            return 0

    monkeypatch.setattr(frame_module, "zlib", NoChecksum)

    found = lose_power(tmp_path, n=N_POWER_LOSSES)

    assert "a record that nobody offered, or half of one" in found


def test_power_loss_disk__keeps_what_was_forced(tmp_path: Path) -> None:
    random = Random(1)  # noqa: S311  # the seed names the case
    disk = PowerLossDisk(die_at=0, share=0, random=random)
    path = tmp_path / "file"
    disk.append(path, b"forced")
    disk.fsync(path)
    disk.fsync(tmp_path)
    disk.append(path, b" and not")

    disk.lose_power(tmp_path)

    assert path.read_bytes().startswith(b"forced")
