"""A light process for strace: children that each open a journal of their own and append to it.

Run as ``python journal_driver.py FOLDER CALL AT N_CHILDREN SCRIPT MODE`` under strace, which does
something at call number AT of CALL, counted for each process by itself. Child number n first makes
AT − n such calls that mean nothing; so what strace does happens at its n-th call that means
something. One strace thus tries as many places as there are children.

A child tells what was acknowledged by a line in a file. MODE ``late`` tells after the append,
``early`` before it, which is the planted fault; ``dogged`` goes on when an append is refused.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from fault.crash_script import groups_of, small_segments
from fault.simulated_disk import CHEAP_SEAL, journal_on
from taihang.core.errors import TaihangError

N_GROUPS: Final = 55


def journal_folder(root: Path, number: int) -> Path:
    """Where the journal of a child lies."""
    return root / f"{number:04d}"


def acknowledgements(root: Path, number: int) -> Path:
    """Where a child tells what was acknowledged."""
    return root / f"{number:04d}.told"


def waste(call: str, n_times: int) -> None:
    """Make calls that mean nothing."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for _ in range(n_times):
        with suppress(OSError):
            if call == "write":
                os.write(nothing, b"x")
            else:
                os.fsync(nothing)


def act(root: Path, number: int, *, script: int, mode: str) -> None:
    """Append the groups of the script one by one."""
    told = os.open(acknowledgements(root, number), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    journal = journal_on(journal_folder(root, number), seal=CHEAP_SEAL)
    n_told = 0
    with small_segments():
        journal.recover()
        for at_s, group in enumerate(groups_of(script, n_groups=N_GROUPS), start=1):
            if mode == "early":
                os.write(told, b"%d\n" % (n_told + len(group)))
            try:
                journal.append(group, received_at_s=at_s)
            except TaihangError as error:
                if mode != "dogged":
                    raise
                os.write(told, b"%s\n" % error.code.encode())
                with suppress(TaihangError):
                    journal.append(group, received_at_s=at_s)
                    n_told += len(group)
                    os.write(told, b"%d\n" % n_told)
                break
            n_told += len(group)
            if mode != "early":
                os.write(told, b"%d\n" % n_told)


def child(root: Path, number: int, *, script: int, mode: str) -> None:
    """Act, and end without tidying up."""
    status = 1
    try:
        act(root, number, script=script, mode=mode)
        status = 0
    finally:
        os._exit(status)


def main(words: list[str]) -> None:
    """Make the children one after the other."""
    root, call, at, n_children, script, mode = words
    statuses: list[int] = []
    for number in range(int(n_children)):
        pid = os.fork()
        if pid == 0:
            waste(call, int(at) - number - 1)
            child(Path(root), number, script=int(script), mode=mode)
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    print(" ".join(map(str, statuses)))  # one write, for strace counts them


if __name__ == "__main__":
    main(sys.argv[1:])
