"""The file of the audit trail: on the disk before anybody goes on, whoever else writes."""

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from typing_extensions import override

from taihang.adapters.stores import trail as trail_module
from taihang.adapters.stores.trail import (
    TRAIL_FILE,
    BusyTrailError,
    DamagedTrailError,
    ForeignTrailIdError,
    TrailFile,
    TrailWriteError,
)
from taihang.adapters.system import PosixDisk
from taihang.core.seal.trail import TORN, Outcome
from taihang.core.seal.trail_check import check_trail
from trail_kit import entries, entry, filled, trail_in


class FailingDisk(PosixDisk):
    """Fails at an operation, after a part of its data where it writes."""

    def __init__(self) -> None:
        self.fail_in: dict[str, int] = {}
        self.forced: list[Path] = []

    def _due(self, operation: str) -> bool:
        left = self.fail_in.get(operation)
        if left is None:
            return False
        self.fail_in[operation] = left - 1
        return left == 0

    @override
    def append(self, path: Path, data: bytes) -> None:
        if self._due("append"):
            super().append(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().append(path, data)

    @override
    def fsync(self, path: Path) -> None:
        if self._due("fsync"):
            raise OSError(errno.EIO, "Input/output error")
        self.forced.append(path)
        super().fsync(path)

    @override
    def truncate(self, path: Path, size: int) -> None:
        if self._due("truncate"):
            raise OSError(errno.EIO, "Input/output error")
        super().truncate(path, size)


def test_append__is_read_back_by_another_process(tmp_path: Path) -> None:
    trail = filled(tmp_path, 7)
    other = trail_in(tmp_path)

    assert [record.entry for record in other.entries()] == [*entries(7)]
    assert other.head() == trail.head()
    trail.append(entry(7))
    assert other.head() == trail.head()
    assert [record.number for record in other.entries(6)] == [6, 7]


def test_append__is_forced_before_it_returns(tmp_path: Path) -> None:
    disk = FailingDisk()
    trail = TrailFile(tmp_path / "trail", disk=disk)

    trail.append(entry(0))

    assert disk.forced[-1] == tmp_path / "trail" / TRAIL_FILE
    assert tmp_path / "trail" in disk.forced, "the name of the file too"


def test_append__two_writers_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    trails = [trail_in(tmp_path) for _ in range(3)]

    def write(which: int) -> None:
        for number in range(which, 60, 3):
            trails[which].append(entry(number))

    threads = [Thread(target=write, args=(which,)) for which in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert check_trail(trail_in(tmp_path).scan(), []).is_whole
    assert {record.entry.id for record in trails[0].entries()} == {e.id for e in entries(60)}


def test_append__the_same_act_again_is_the_same_entry(tmp_path: Path) -> None:
    trail = filled(tmp_path, 3)

    again = trail.append(replace(entry(1), at_s=5, request_id="second"))

    assert (again.number, again.entry) == (1, entry(1))
    assert trail.head()[0] == 3
    with pytest.raises(ForeignTrailIdError):
        trail.append(replace(entry(1), subject="/other"))
    assert trail.append(entry(1, outcome=Outcome.FAILED)).number == 3


def test_find__knows_an_act_by_id_and_outcome(tmp_path: Path) -> None:
    trail = filled(tmp_path, 3)

    found = trail.find("act-2")

    assert found is not None
    assert found.number == 2
    assert trail.find("act-2", Outcome.FAILED) is None
    assert trail.find("act-9") is None


def test_entries__of_a_kind_a_subject_an_enterprise(tmp_path: Path) -> None:
    trail = filled(tmp_path, 30)
    every = [*trail.entries()]

    of_e01 = [*trail.entries(enterprise="E01")]

    assert of_e01 == [r for r in every if r.entry.enterprise == "E01"]
    assert [r.number for r in trail.entries(5, kind="login")] == [8, 12, 16, 20, 24, 28]
    assert [r.number for r in trail.entries(subject="/page/3")] == [3, 8, 13, 18, 23, 28]
    assert [r.number for r in trail.latest(2, kind="export")] == [29, 25]
    assert [r.number for r in trail.latest(99)] == [*range(29, -1, -1)]


def test_an_empty_trail__has_a_head_and_no_entry(tmp_path: Path) -> None:
    trail = trail_in(tmp_path)

    assert trail.head()[0] == 0
    assert [*trail.entries()] == trail.latest(5) == [*trail.scan()] == []
    assert not (tmp_path / "trail").exists(), "looking makes nothing"


def test_append__is_for_the_owner_only(tmp_path: Path) -> None:
    filled(tmp_path, 1)

    assert (tmp_path / "trail").stat().st_mode & 0o077 == 0
    assert (tmp_path / "trail" / TRAIL_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("operation", ["append", "fsync"])
@pytest.mark.parametrize("is_cut_too", [False, True])
def test_append__what_the_disk_does_not_take_is_not_there(
    tmp_path: Path, operation: str, *, is_cut_too: bool
) -> None:
    filled(tmp_path, 3)
    disk = FailingDisk()
    trail = TrailFile(tmp_path / "trail", disk=disk)
    disk.fail_in = {operation: 0, **({"truncate": 0} if is_cut_too else {})}

    with pytest.raises(TrailWriteError):
        trail.append(entry(3))
    trail.append(entry(4))

    found = [*trail_in(tmp_path).entries()]
    assert check_trail(trail.scan(), []).is_whole
    assert found[-1].entry == entry(4)
    if operation == "append":
        # What could not be taken back at once is told of for ever.
        assert [r.entry.kind == TORN for r in found[3:-1]] == ([True] if is_cut_too else [])


@pytest.mark.parametrize("n_bytes", [1, 27, 29, 200])
def test_append__cuts_what_a_killed_writer_left_and_says_so(tmp_path: Path, n_bytes: int) -> None:
    filled(tmp_path, 2)
    path = tmp_path / "trail" / TRAIL_FILE
    path.write_bytes(path.read_bytes() + path.read_bytes()[:n_bytes])
    trail = trail_in(tmp_path)
    assert trail.head()[0] == 2

    trail.append(entry(2))

    kinds = [record.entry.kind for record in trail.entries(2)]
    assert kinds == [TORN, entry(2).kind]
    assert trail.record(2).entry.body["bytes"] == n_bytes
    assert check_trail(trail.scan(), []).is_whole


@pytest.mark.parametrize("at", [30, 500, -1])
def test_append__refuses_a_trail_that_is_damaged(tmp_path: Path, at: int) -> None:
    trail = filled(tmp_path, 5)
    path = tmp_path / "trail" / TRAIL_FILE
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)

    with pytest.raises(DamagedTrailError):
        trail_in(tmp_path).append(entry(5))
    with pytest.raises(DamagedTrailError):
        list(trail.entries())
    assert path.read_bytes() == content


def test_take_in__of_a_trail_that_was_cut_back_is_what_is_there_now(tmp_path: Path) -> None:
    trail = filled(tmp_path, 5)
    short = filled(tmp_path / "short", 3)
    path = tmp_path / "trail" / TRAIL_FILE
    path.write_bytes((tmp_path / "short" / "trail" / TRAIL_FILE).read_bytes())

    assert trail.head() == short.head(), "that two entries are gone, the head in the log tells"
    path.unlink()
    assert trail.head()[0] == 0


def test_append__waits_for_another_process_and_no_longer_than_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = filled(tmp_path, 1)
    hold = (
        "import fcntl, sys, pathlib\n"
        "file = (pathlib.Path(sys.argv[1]) / 'trail' / '.lock').open('ab')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        monkeypatch.setattr(trail_module, "_WAIT_S", 0.05)
        with pytest.raises(BusyTrailError):
            trail.append(entry(1))
        holder.kill()
    monkeypatch.undo()

    assert trail.append(entry(1)).number == 1


def test_take_in__another_file_under_the_same_name_is_read_anew(tmp_path: Path) -> None:
    trail = filled(tmp_path, 3)
    other = filled(tmp_path / "other", 0)
    for number in range(10, 16):
        other.append(entry(number))
    path = tmp_path / "trail" / TRAIL_FILE
    # Written over in place, so that even the number of the file stays.
    path.write_bytes((tmp_path / "other" / "trail" / TRAIL_FILE).read_bytes())

    assert trail.head() == other.head()
    assert trail.append(entry(20)).number == 6
