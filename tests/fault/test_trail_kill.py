"""A writer of the audit trail that is killed -9 at any moment leaves one that opens and verifies.

What was acknowledged is there, what was not is there whole or not at all, and the next writer goes
on and says what it cut off.
"""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from fault.dying_trail import ALL, N_ENTRIES
from taihang.core.seal.trail import TORN
from taihang.core.seal.trail_check import check_trail
from trail_kit import entry, filled, trail_in

PROGRAM = Path(__file__).with_name("dying_trail.py")
N_BEFORE = 4
FIRST_CALLS = 2
"""The folder of a new trail, and its name in it, are forced to the disk before the first entry."""
CALLS_EACH = 2
"""An append and its forced write."""
MOMENTS = (
    *((call, ALL) for call in range(1, FIRST_CALLS + 1)),
    *((FIRST_CALLS + 1, share) for share in (0, 1, 50, 99, ALL)),
    (FIRST_CALLS + 2, ALL),
    (FIRST_CALLS + CALLS_EACH + 1, 30),
    (FIRST_CALLS + CALLS_EACH + 2, ALL),
)


def killed(folder: Path, operation: int, share: int) -> int:
    """Let a writer die; return how many entries it acknowledged before."""
    path = os.pathsep.join([str(PROGRAM.parents[1]), *filter(None, sys.path)])
    ended = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), str(operation), str(share)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ended.returncode == -9, ended
    return len(ended.stdout.splitlines())


def demand_sound(folder: Path, *, acknowledged: int, offered: int) -> int:
    """Open the trail as the next process does; return how many entries it holds."""
    trail = trail_in(folder)
    size, root = trail.head()
    told = [record.entry for record in trail.entries()]
    check = check_trail(trail.scan(), [])

    assert acknowledged <= size <= offered
    assert told == [entry(number) for number in range(size)]
    assert (check.findings, check.tree.size, check.tree.root()) == ([], size, root)
    return size


def demand_goes_on(folder: Path, size: int) -> None:
    """Write on; a beginning that was left is cut off, which is said in an entry of its own."""
    is_torn = check_trail(trail_in(folder).scan(), []).is_torn
    trail = trail_in(folder)
    trail.append(entry(1_000))

    kinds = [record.entry.kind for record in trail_in(folder).entries(size)]
    assert kinds == [TORN, entry(1_000).kind] if is_torn else [entry(1_000).kind]
    after = check_trail(trail.scan(), [])
    assert (after.findings, after.is_torn) == ([], False)


@pytest.mark.parametrize(("operation", "share"), MOMENTS)
def test_killed_writer__leaves_a_trail_that_opens_verifies_and_goes_on(
    tmp_path: Path, operation: int, share: int
) -> None:
    acknowledged = killed(tmp_path, operation, share)

    assert acknowledged == max(0, operation - FIRST_CALLS - 1) // CALLS_EACH
    size = demand_sound(tmp_path, acknowledged=acknowledged, offered=N_ENTRIES)
    demand_goes_on(tmp_path, size)


def test_killed_writer__that_was_cutting_off_a_torn_end_is_followed_by_one_that_does(
    tmp_path: Path,
) -> None:
    filled(tmp_path, N_BEFORE)
    killed(tmp_path, 1, 50)

    for operation, share in ((1, ALL), (2, 50), (3, ALL)):
        folder = copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-{operation}"))
        assert killed(folder, operation, share) == 0

        trail = trail_in(folder)
        trail.append(entry(1_000))
        told = [record.entry for record in trail.entries()]
        assert told[:N_BEFORE] == [entry(number) for number in range(N_BEFORE)]
        assert {each.kind for each in told[N_BEFORE:-1]} <= {TORN}
        assert told[-1] == entry(1_000)
        assert check_trail(trail.scan(), []).findings == []


def test_a_trail_that_ends_at_any_byte__opens_verifies_and_holds_whole_entries(
    tmp_path: Path,
) -> None:
    """As the disk may hold it: every byte at which the last write can have stopped."""
    filled(tmp_path, N_BEFORE)
    file = tmp_path / "trail" / "entries.log"
    start = file.stat().st_size
    trail_in(tmp_path).append(entry(N_BEFORE))
    data = file.read_bytes()

    for end in range(start, len(data)):
        file.write_bytes(data[:end])
        assert demand_sound(tmp_path, acknowledged=N_BEFORE, offered=N_BEFORE) == N_BEFORE
        assert check_trail(trail_in(tmp_path).scan(), []).is_torn == (end > start)


def test_demand_sound__finds_an_entry_that_was_acknowledged_and_is_gone(tmp_path: Path) -> None:
    """The planted fault: without it the tests above could not fail."""
    filled(tmp_path, N_BEFORE)
    file = tmp_path / "trail" / "entries.log"
    os.truncate(file, file.stat().st_size - 1)

    with pytest.raises(AssertionError):
        demand_sound(tmp_path, acknowledged=N_BEFORE, offered=N_BEFORE)
