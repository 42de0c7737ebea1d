"""Ctrl-C in the middle of a command: one line, nothing lost, and the next run makes it whole.

Real processes are interrupted when their park folder has changed some number of times, so that the
signal comes at different steps of the work; then the same command runs again, to its end.
"""

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pytest

from command_line import (
    DEADLINE_S,
    Ended,
    blank_park,
    done,
    energy_rows,
    process,
    started,
    state_hash,
    taihang,
    wait_until,
    write_import,
)
from taihang import wiring
from taihang.adapters.registry.store import Registry

LINE = "已中断。已确认的内容都在；再运行一次即可继续。\n"
MOMENTS = (1, 3, 7)
"""After how many changes of the folder the signal comes."""
DAYS = ("--from", "2026-09-01", "--to", "2026-09-07")


Words: TypeAlias = Callable[[Path], tuple[str | Path, ...]]


@dataclass(frozen=True)
class Work:
    """A command on a park, as it is before the command, and the state it leads to."""

    before: Path
    words: Words
    expected: str


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Work]:
    """Every command that works for a while, with the state that an undisturbed run reaches."""
    folder = tmp_path_factory.mktemp("works")
    data, import_map = write_import(folder / "in", energy_rows(date(2026, 1, 1), 200))
    bare, fresh, read, settled = (folder / name for name in ("bare", "fresh", "read", "settled"))
    blank_park(bare)
    done("new", fresh, "--template", "changzhi")
    shutil.copytree(fresh, read)
    done("simulate", read, "--from", "2026-09-01", "--days", "6")
    shutil.copytree(read, settled)
    done("settle", settled, *DAYS)
    found: dict[str, tuple[Path, Words]] = {
        "simulate": (
            fresh,
            lambda park: ("simulate", park, "--from", "2026-09-01", "--days", "6"),
        ),
        "import": (bare, lambda park: ("import", park, data, "--map", import_map)),
        "settle": (read, lambda park: ("settle", park, *DAYS)),
        "rebuild": (settled, lambda park: ("rebuild", park)),
        "demo": (
            folder / "none",
            lambda park: ("demo", "--dir", park, "--days", "30", "--no-serve"),
        ),
    }
    return {
        name: Work(before, words, _undisturbed(folder / f"{name}-whole", before, words))
        for name, (before, words) in found.items()
    }


def _undisturbed(park: Path, before: Path, words: Words) -> str:
    _copied(before, park)
    done(*words(park))
    return state_hash(park)


def _copied(before: Path, park: Path) -> None:
    if before.exists():
        shutil.copytree(before, park)


def _looked(park: Path) -> frozenset[tuple[str, int, int]]:
    """What the folder looks like now: every file with its size and time."""
    found: set[tuple[str, int, int]] = set()
    for path in park.rglob("*"):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue  # taken away between the list and the look
        if path.is_file():
            found.add((str(path), stat.st_size, stat.st_mtime_ns))
    return frozenset(found)


def _interrupted(running: "subprocess.Popen[str]", park: Path, *, after_changes: int) -> Ended:
    """Send Ctrl-C after some changes of the folder; the command may also end before."""
    last, n_changes = _looked(park), 0

    def changed_enough() -> bool:
        nonlocal last, n_changes
        now = _looked(park)
        n_changes += now != last
        last = now
        return n_changes >= after_changes

    if wait_until(changed_enough, running=running):
        running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=DEADLINE_S)
    return Ended(running.returncode, out, err)


@pytest.mark.parametrize("command", ["simulate", "import", "settle", "rebuild", "demo"])
def test_interrupt__is_one_line_and_the_next_run_reaches_the_same_state(
    command: str, works: dict[str, Work], tmp_path: Path
) -> None:
    work = works[command]
    stopped: list[Ended] = []

    for after_changes in MOMENTS:
        park = tmp_path / f"after-{after_changes}"
        _copied(work.before, park)
        ended = _interrupted(started(*work.words(park)), park, after_changes=after_changes)
        assert ended.code in {0, 1}, ended
        if ended.code == 1:
            stopped.append(ended)
            assert ended.err == LINE, ended
        again = process(*work.words(park))
        assert (again.code, again.err) == (0, ""), again
        assert work.expected == state_hash(park)
        assert done("audit", park, "--json").facts["clean"] is True
        shutil.rmtree(park)

    # A command that always ends before the signal would test nothing.
    assert stopped


def test_interrupt__of_an_import_keeps_what_was_acknowledged(
    works: dict[str, Work], tmp_path: Path
) -> None:
    park = tmp_path / "park"
    work = works["import"]
    _copied(work.before, park)
    ended = _interrupted(started(*work.words(park)), park, after_changes=3)

    n_kept = int(str(done("audit", park, "--json").facts["batches"]))
    again = done(*work.words(park), "--json").facts

    # One batch a UTC day: 200 local days touch 201 of them.
    assert n_kept + int(str(again["batches"])) == 201
    assert (ended.code == 0) == (n_kept == 201)


def test_interrupt__while_the_register_is_made_leaves_none_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = blank_park(tmp_path / "park")

    def stopped(path: Path) -> Registry:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE asset (id TEXT)")
        database.close()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(wiring, "Registry", stopped)
        assert taihang("doctor", park).code == 1

    assert done("doctor", park, "--json").facts["settlements"] == 0


def test_interrupt__twice_is_no_worse_than_once(works: dict[str, Work], tmp_path: Path) -> None:
    park = tmp_path / "park"
    work = works["simulate"]
    _copied(work.before, park)

    for after_changes in (2, 3):
        _interrupted(started(*work.words(park)), park, after_changes=after_changes)
    done(*work.words(park))

    assert work.expected == state_hash(park)
