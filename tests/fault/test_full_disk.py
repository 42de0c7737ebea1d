"""A real file system that is full (F9), out of inodes (F11) or read-only (F12).

Nothing is stored, reading goes on, and the next append after room was made is stored. Mounting
needs root; where that is refused, the simulated full disks of the unit tests remain.
"""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from fault.simulated_disk import journal_on
from taihang.adapters.stores.journal import Journal, StorageFullError
from taihang.adapters.stores.journal import journal as journal_module

PLACES_KB: Final = (48, 52, 60, 68, 76, 84, 92, 100, 116, 132)
"""Sizes of the file system: it runs full at ten different places."""
RECORD: Final = b"reading " * 400
N_RECORDS: Final = 40
_SEGMENT_BYTES: Final = 24_000
_PAGE_BYTES: Final = 4_096


def mount(*words: str) -> str | None:
    """Run ``mount``; return why it was refused, if it was."""
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    return done.stderr.strip() or "mount was refused" if done.returncode else None


@contextmanager
def small_disk(folder: Path, options: str) -> Generator[Path]:
    """A small file system in memory; skips in one line where none can be mounted."""
    folder.mkdir()
    reason = (
        "not root" if os.geteuid() else mount("-t", "tmpfs", "-o", options, "none", str(folder))
    )
    if reason is not None:
        pytest.skip(f"no small file system can be mounted here: {reason}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "_SEGMENT_BYTES", _SEGMENT_BYTES)


def fill(journal: Journal) -> int:
    """Append until the disk is full; return how many appends were acknowledged."""
    for number in range(N_RECORDS):
        try:
            journal.append([b"%03d " % number + RECORD], received_at_s=number)
        except StorageFullError:
            return number
    return N_RECORDS


def violations(directory: Path, journal: Journal, n_acknowledged: int) -> list[str]:
    """Say what is wrong with a journal on a full disk, for its own process and for another."""
    found: list[str] = []
    other = journal_on(directory)
    other.load()
    for name, one in (("own", journal), ("other", other)):
        numbers = [int(record.data[:3]) for record in one.records()]
        if numbers != list(range(n_acknowledged)):
            found.append(f"{name}: {n_acknowledged} acknowledged, {numbers} read")
    return found


@pytest.mark.parametrize("size_kb", PLACES_KB)
def test_append__on_a_full_file_system(tmp_path: Path, size_kb: int) -> None:
    with small_disk(tmp_path / "disk", f"size={size_kb}k") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(4 * _PAGE_BYTES))
        journal = journal_on(disk / "journal")
        journal.recover()

        n = fill(journal)
        again = fill_once(journal, n)

        assert 1 <= n < N_RECORDS
        assert not again, "still full"
        assert violations(disk / "journal", journal, n) == []
        ballast.unlink()
        assert fill_once(journal, n), "room was made"
        assert violations(disk / "journal", journal, n + 1) == []


def fill_once(journal: Journal, number: int) -> bool:
    """Append one record more; say whether it was acknowledged."""
    try:
        journal.append([b"%03d " % number + RECORD], received_at_s=number)
    except StorageFullError:
        return False
    return True


def test_append__without_an_inode_left(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=1m,nr_inodes=6") as disk:
        ballast = disk / "ballast"
        ballast.touch()
        journal = journal_on(disk / "journal")
        journal.recover()

        n = fill(journal)

        assert 5 <= n < N_RECORDS, "a new segment was due and could not be made"
        assert violations(disk / "journal", journal, n) == []
        ballast.unlink()
        assert fill_once(journal, n)
        assert violations(disk / "journal", journal, n + 1) == []


def test_append__on_a_file_system_that_became_read_only(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=1m") as disk:
        journal = journal_on(disk / "journal")
        journal.recover()
        assert fill_once(journal, 0)

        assert mount("-o", "remount,ro", str(disk)) is None
        assert not fill_once(journal, 1)
        assert violations(disk / "journal", journal, 1) == []

        assert mount("-o", "remount,rw", str(disk)) is None
        assert fill_once(journal, 1)
        assert violations(disk / "journal", journal, 2) == []


def test_violations__tells_of_a_record_that_was_acknowledged_and_not_stored(tmp_path: Path) -> None:
    journal = journal_on(tmp_path)
    journal.recover()
    assert fill_once(journal, 0)

    assert len(violations(tmp_path, journal, 2)) == 2
