"""The solver's process may die, hang or fail at any time; the parent is never held up."""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np
import pytest

from rolling_park import HandClock, long_park, window
from taihang.adapters.highs_ring import RingStepper
from taihang.adapters.solver_process import SolverProcess, SolverProcessError
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stepping import Method
from taihang.core.dispatch.window import standing_at, standing_of, window_of

LONG_S = 60.0
"""Longer than any step takes: no test waits for it."""
HANGS = """
import os, sys
from multiprocessing.connection import Connection
answers = Connection(os.dup(1), readable=False)
answers.send("ready")
sys.stdin.buffer.read()
"""
"""A child that says it is ready, and then never anything again."""
DEAF = """
import os, time
from multiprocessing.connection import Connection
Connection(os.dup(1), readable=False).send("ready")
os.read(os.pipe()[0], 1)
"""
"""A child that says it is ready and reads nothing."""
DIES = """
import os, signal
from multiprocessing.connection import Connection
windows, answers = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
answers.send("ready")
windows.recv()
os.kill(os.getpid(), signal.SIGKILL)
"""
"""A child that is killed in the middle of its first step."""


def _window(first: int = 0) -> ParkProblem:
    park = long_park()
    return standing_at(window(park, first), standing_of(park))


@pytest.fixture(scope="module")
def process() -> Iterator[SolverProcess]:
    with SolverProcess() as own:
        yield own


def test_call__plans_as_the_ring_does_in_this_process(process: SolverProcess) -> None:
    ring = RingStepper(monotonic_s=HandClock())
    methods = list[Method]()
    for first in range(3):
        there = process(_window(first), time_limit_s=LONG_S, gap=1e-6)
        here = ring(_window(first), time_limit_s=LONG_S, gap=1e-6)
        assert there.upper_cny == here.upper_cny
        assert there.plan is not None
        assert here.plan is not None
        assert there.plan.document() == here.plan.document()
        methods.append(there.method)
    assert methods[-1] is Method.RING


def test_call__a_child_that_was_killed_is_said_and_the_next_step_has_another() -> None:
    with SolverProcess() as process:
        process(_window(), time_limit_s=LONG_S, gap=1e-6)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)

        with pytest.raises(SolverProcessError, match="died"):
            process(_window(1), time_limit_s=LONG_S, gap=1e-6)

        assert process(_window(2), time_limit_s=LONG_S, gap=1e-6).plan is not None
        assert process.starts == 2


def test_call__a_child_killed_in_the_middle_of_a_step_is_said() -> None:
    with (
        SolverProcess((sys.executable, "-c", DIES)) as process,
        pytest.raises(SolverProcessError, match="died"),
    ):
        process(_window(), time_limit_s=LONG_S, gap=1e-6)


def test_call__a_child_that_hangs_is_killed_when_its_time_is_over() -> None:
    with SolverProcess((sys.executable, "-c", HANGS), monotonic_s=_Ticks()) as process:
        first = process.pid
        with pytest.raises(SolverProcessError, match="did not answer in time"):
            process(_window(), time_limit_s=LONG_S, gap=1e-6)

        assert process.starts == 2
        assert process.pid != first


def test_call__a_window_that_nobody_can_read_comes_back_as_words(process: SolverProcess) -> None:
    own = _window()
    works = own.assets[1]
    assert isinstance(works, Load)
    gapped = replace(works, load_kw=np.full_like(works.load_kw, np.nan))
    starts = process.starts

    with pytest.raises(SolverProcessError, match="not numbers"):
        process(
            ParkProblem(own.horizon, (own.assets[0], gapped, *own.assets[2:])),
            time_limit_s=LONG_S,
            gap=1e-6,
        )

    assert process(_window(), time_limit_s=LONG_S, gap=1e-6).plan is not None
    assert process.starts == starts


def test_call__a_window_that_is_still_being_sent_never_reaches_the_next_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pipe holds less than this window: it is still being written when the child is killed."""
    park = long_park()
    long = standing_at(window_of(park, first=0, n_steps=2000, standing=None), standing_of(park))
    assert len(pickle.dumps(long)) > 1 << 16
    alive = list[bool]()
    close = Connection.close

    def closing(self: Connection) -> None:
        alive.extend(one.is_alive() for one in threading.enumerate() if "_send" in one.name)
        close(self)

    def sends_slowly(self: Connection, message: object) -> None:
        with suppress(OSError):
            send(self, message)
        # Longer than a thread needs to come to closing the pipe, unless it waits for this one.
        for _ in range(2_000_000):
            pass

    send = Connection.send
    monkeypatch.setattr(Connection, "close", closing)
    monkeypatch.setattr(Connection, "send", sends_slowly)
    with SolverProcess((sys.executable, "-c", DEAF), monotonic_s=_Ticks()) as process:
        with pytest.raises(SolverProcessError, match="did not answer in time"):
            process(long, time_limit_s=LONG_S, gap=1e-6)
        assert process.starts == 2
    assert not any(alive)


def test_stop__twice_is_stopping_once() -> None:
    process = SolverProcess()
    process.stop()
    process.stop()

    assert process.pid is None


class _Ticks:
    """A clock on which all the time of a step is over once the child has been asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> float:
        self.calls += 1
        # Start, what is left for the child, and then the wait for its answer.
        return 0.0 if self.calls <= 2 else LONG_S
