"""Workers for large questions: a bounded number, each a process that can be ended at any time."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, Queue
from threading import BoundedSemaphore, Lock
from typing import Final, TypeVar, cast

from taihang.core.access.scope import Scope
from taihang.interfaces.api.bounds import (
    WAITING_MOST,
    WALL_S,
    BusyPoolError,
    TooCostlyError,
)
from taihang.interfaces.api.worker import Failure, Fault, Question

WORKERS: Final = 2
_COMMAND: Final = "from taihang.interfaces.api.worker import main; main()"
"""Not ``-m``: what is pickled has to be of the module, not of a ``__main__``."""
_PATH: Final = "import sys; sys.path[:] = {path!r}; "
"""A worker finds the same modules as whoever starts it."""
Made = TypeVar("Made")


class WorkerFaultError(Exception):
    """A worker met a fault of the program; the service answers with 500 and writes it down."""


class Pool:
    """Answers large questions about one park; safe for several threads."""

    def __init__(self, root: Path, *, workers: int = WORKERS) -> None:
        """Start nothing yet: the first question does.

        Args:
            root: The park folder.
            workers: How many questions are worked out at once.
        """
        self._root = root
        self._free = Queue[_Child | None]()
        for _ in range(workers):
            self._free.put(None)
        self._places = BoundedSemaphore(workers + WAITING_MOST)
        self._lock = Lock()
        self._closed = False

    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        """Return what a builder makes of the park within a scope.

        Args:
            build: A function of a module: ports, then the words.
            words: What is asked; it is pickled.
            scope: Whose figures may be seen.

        Raises:
            BusyPoolError: If enough questions wait already, or none was begun in time.
        """
        if not self._places.acquire(blocking=False):
            raise BusyPoolError
        try:
            child = self._free.get(timeout=WALL_S)
        except Empty as error:
            self._places.release()
            raise BusyPoolError from error
        try:
            child = child or _Child(self._root)
            question = Question(build.__module__, build.__name__, words, scope)
            found = child.answer(question)
        except BaseException:
            if child is not None:
                child.kill()
            child = None
            raise
        finally:
            self._give_back(child)
        return cast("Made", _opened(found))

    def _give_back(self, child: "_Child | None") -> None:
        with self._lock:
            if self._closed and child is not None:
                child.kill()
                child = None
            self._free.put(child)
        self._places.release()

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            self._closed = True
        with suppress(Empty):
            while True:
                child = self._free.get_nowait()
                if child is not None:
                    child.kill()


def _opened(found: object) -> object:
    if isinstance(found, Failure):
        raise found.error()
    if isinstance(found, Fault):
        raise WorkerFaultError(found.told)
    return found


class _Child:
    """A running worker and its two pipes."""

    def __init__(self, root: Path) -> None:
        questions_end, questions = os.pipe()
        answers, answers_end = os.pipe()
        self.process = subprocess.Popen(  # noqa: S603  # its own interpreter and module
            [sys.executable, "-c", _PATH.format(path=sys.path) + _COMMAND, str(root)],
            stdin=questions_end,
            stdout=answers_end,
        )
        os.close(questions_end)
        os.close(answers_end)
        self._questions = Connection(questions, readable=False)
        self._answers = Connection(answers, writable=False)

    def answer(self, question: Question) -> object:
        """Return the answer.

        Raises:
            TooCostlyError: If none came in time, or the worker died over it.
        """
        try:
            self._questions.send(question)
            if not self._answers.poll(WALL_S):
                raise TooCostlyError(given=f"a question that takes longer than {WALL_S:g} s")
            return pickle.loads(self._answers.recv_bytes())  # noqa: S301  # of its own child
        except (EOFError, OSError) as error:
            raise TooCostlyError(given="a question that its worker died of") from error

    def kill(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self._questions.close()
        self._answers.close()
