"""A solver in a process of its own, so that a step ends in time whatever the solver does.

HiGHS looks at its time limit between iterations; within a long one, in a crash, or out of memory it
cannot be asked to stop. So the parent waits no longer than it was told to. A child that has not
answered by then is killed and another one started, for the next step; a child that died says so at
once by its closed pipe. Nothing of a late answer can be taken for that of a later step, for every
child has pipes of its own.

``python -m taihang.adapters.solver_process`` is the child: it reads windows on its standard input
and writes answers on its standard output, both pickled by this module alone.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self, cast

from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stepping import Stepped
from taihang.core.errors import LinkError

_READY: Final = "ready"
_START_S: Final = 30.0
"""How long a child may take to start before anybody needs it [s]."""
_STDIN: Final = 0
_STDOUT: Final = 1
_STDERR: Final = 2
CHILD: Final = (sys.executable, "-m", "taihang.adapters.solver_process")


class SolverProcessError(LinkError):
    """The process of the solver did not answer in time, or died."""

    code = "link.solver-process"


class SolverProcess:
    """Plans windows in a child process that may be killed at any time.

    Args:
        command: What to run as the child.
        monotonic_s: Seconds that only rise.
    """

    def __init__(
        self,
        command: tuple[str, ...] = CHILD,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._monotonic_s = monotonic_s
        self._child: _Child | None = None
        self.starts = 0
        """How many children were started."""

    def __enter__(self) -> Self:
        """Start the child and wait until it can solve, so that no step has to."""
        child = self._started()
        with suppress(EOFError, OSError):
            if child.answers.poll(_START_S):
                child.is_ready = child.answers.recv() == _READY
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the child."""
        self.stop()

    @property
    def pid(self) -> int | None:
        """The number of the child's process; None where there is none."""
        return None if self._child is None else self._child.process.pid

    def stop(self) -> None:
        """Kill the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def __call__(self, window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        """Plan a window within the time.

        Raises:
            SolverProcessError: If the child did not answer in time, or died.
        """
        until_s = self._monotonic_s() + time_limit_s
        child = self._started()
        try:
            # 1. A child that has just been started says when it is ready.
            if not child.is_ready:
                self._wait(child, until_s, "get ready")
                child.is_ready = child.answers.recv() == _READY
            # 2. The child gets what is left, and stops by itself if it can.
            left_s = until_s - self._monotonic_s()
            child.send((window, max(left_s, 0.0), gap))
            # 3. Nobody waits longer.
            self._wait(child, until_s, "answer")
            answer = cast("Stepped | str", child.answers.recv())
        except (EOFError, OSError) as error:
            self._restart()
            raise SolverProcessError(
                given="a solver that died",
                expected="an answer",
                remedy="nothing: another one was started",
            ) from error
        if isinstance(answer, str):
            raise SolverProcessError(
                given=answer, expected="an answer", remedy="look at the problem of this step"
            )
        return answer

    def _wait(self, child: "_Child", until_s: float, what: str) -> None:
        """Wait for a child until a moment, and kill it if that passes."""
        if child.answers.poll(max(until_s - self._monotonic_s(), 0.0)):
            return
        self._restart()
        raise SolverProcessError(
            given=f"a solver that did not {what} in time",
            expected="an answer",
            remedy="nothing: it was killed and another one started; else allow more time",
        )

    def _restart(self) -> None:
        self.stop()
        self._started()

    def _started(self) -> "_Child":
        if self._child is None:
            self._child = _Child(self._command)
            self.starts += 1
        return self._child


class _Child:
    """A running child and its two pipes."""

    def __init__(self, command: tuple[str, ...]) -> None:
        windows_end, windows = os.pipe()
        answers, answers_end = os.pipe()
        self.process = subprocess.Popen(command, stdin=windows_end, stdout=answers_end)  # noqa: S603  # our own command
        os.close(windows_end)
        os.close(answers_end)
        self.windows = Connection(windows, readable=False)
        self.answers = Connection(answers, writable=False)
        self.is_ready = False
        self._sender: threading.Thread | None = None

    def send(self, message: object) -> None:
        """Send without waiting: a child that hangs must not hold up its parent."""
        self._sender = threading.Thread(target=self._send, args=(message,), daemon=True)
        self._sender.start()

    def _send(self, message: object) -> None:
        with suppress(OSError):
            self.windows.send(message)

    def kill(self) -> None:
        """Kill the process and close the pipes."""
        self.process.kill()
        self.process.wait()
        # With its reader dead a write ends at once. It must have ended before the pipe is closed:
        # the number of the pipe may be that of the next child's a moment later.
        if self._sender is not None:
            self._sender.join()
        for pipe in (self.windows, self.answers):
            pipe.close()


def serve() -> None:
    """Answer windows until the parent is gone."""
    windows = Connection(os.dup(_STDIN), writable=False)
    answers = Connection(os.dup(_STDOUT), readable=False)
    # Whatever a library prints must not stand between two answers.
    os.dup2(_STDERR, _STDOUT)
    stepper = RingStepper(monotonic_s=time.monotonic)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        answers.send(_READY)
        while True:
            window, time_limit_s, gap = cast("tuple[ParkProblem, float, float]", windows.recv())
            answers.send(_answer(stepper, window, time_limit_s=time_limit_s, gap=gap))


def _answer(
    stepper: RingStepper, window: ParkProblem, *, time_limit_s: float, gap: float
) -> Stepped | str:
    try:
        return stepper(window, time_limit_s=time_limit_s, gap=gap)
    except Exception as error:  # noqa: BLE001  # the parent says it, and the child lives on
        return str(error) or type(error).__name__


if __name__ == "__main__":
    serve()
