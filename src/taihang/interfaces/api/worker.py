"""A process that works out large questions about one park, each within its bounds.

It reads questions on its standard input and writes answers on its standard output, both pickled by
this package alone. A question that takes too much time on the processor or too much memory ends
with an error; the process lives on.
"""

import contextlib
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time
from types import FrameType
from typing import Final, cast

from taihang import wiring
from taihang.core.access.scope import Scope
from taihang.core.errors import TaihangError
from taihang.interfaces.api.bounds import CPU_S, MEMORY_BYTES, TooCostlyError
from taihang.services.ports import Ports
from taihang.services.sight import see

_STDIN: Final = 0
_STDOUT: Final = 1
_STDERR: Final = 2
_NICE: Final = 19
"""Behind the door and the pages: a large question may wait."""
_STATUS: Final = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Question:
    """A builder by its name, its words, and whose figures may be seen."""

    module: str
    name: str
    words: tuple[object, ...]
    scope: Scope


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that travels: its class by name, and what it holds."""

    module: str
    name: str
    state: dict[str, object]

    @classmethod
    def of(cls, error: TaihangError) -> "Failure":
        """Take an error apart."""
        kind = type(error)
        return cls(kind.__module__, kind.__qualname__, {**vars(error)})

    def error(self) -> TaihangError:
        """Put the error together again."""
        kind = cast("type[TaihangError]", getattr(import_module(self.module), self.name))
        error = kind.__new__(kind)
        told = {name: str(self.state[name]) for name in ("given", "expected", "remedy")}
        TaihangError.__init__(error, **told)
        error.__dict__.update(self.state)
        return error


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the program, in words: what raised it may not travel."""

    told: str


class _OutOfTime(Exception):  # noqa: N818  # it never leaves this module
    """The processor time of a question is used up."""


class Answerer:
    """Answers questions about one park."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stack = ExitStack()
        self._mark: tuple[int, ...] | None = None
        self._ports: Ports | None = None

    def answer(self, question: Question) -> object:
        """Return what a builder makes of the park, or why it failed."""
        try:
            with _bounded():
                build = getattr(import_module(question.module), question.name)
                ports = see(self._opened(), question.scope)
                return cast("Callable[..., object]", build)(ports, *question.words)
        except TaihangError as error:
            return Failure.of(error)
        except MemoryError:
            self._close()
            return Failure.of(TooCostlyError(given="a question that takes more memory"))
        except _OutOfTime:
            self._close()
            return Failure.of(TooCostlyError(given="a question that takes more time"))

    def _opened(self) -> Ports:
        mark = wiring.change_mark(self._root)
        if self._ports is None or self._mark != mark:
            self._close()
            self._ports = self._stack.enter_context(wiring.open_park(self._root, writing=False))
            self._mark = mark
        return self._ports

    def _close(self) -> None:
        self._stack.close()
        self._ports = self._mark = None


@contextlib.contextmanager
def _bounded() -> Generator[None]:
    """Bound what is done inside: time on the processor, and memory beyond what is held now."""
    unlimited = resource.RLIM_INFINITY
    until_s = int(process_time()) + CPU_S + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until_s, unlimited))
    if (held := _held_bytes()) is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (held + MEMORY_BYTES, unlimited))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (unlimited, unlimited))
        resource.setrlimit(resource.RLIMIT_DATA, (unlimited, unlimited))


def _held_bytes() -> int | None:
    """Return the private memory of this process; None where the system does not tell."""
    if not _STATUS.exists():
        return None
    lines = (line.split() for line in _STATUS.read_text(encoding="ascii").splitlines())
    return next((int(line[1]) * 1024 for line in lines if line[0] == "VmData:"), None)


def _out_of_time(_number: int, _frame: FrameType | None) -> None:
    raise _OutOfTime


def main() -> None:
    """Answer questions about the park that the command names, until the pipe is closed."""
    # Whatever a library prints goes where it harms nothing: the pipe is for answers alone.
    answers = Connection(os.dup(_STDOUT))
    os.dup2(_STDERR, _STDOUT)
    questions = Connection(os.dup(_STDIN))
    os.nice(_NICE)
    signal.signal(signal.SIGXCPU, _out_of_time)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answerer = Answerer(Path(sys.argv[1]))
    with contextlib.suppress(EOFError, OSError):
        while True:
            question = cast("Question", questions.recv())
            try:
                found = answerer.answer(question)
            except Exception as error:  # noqa: BLE001  # a fault of one question ends no other
                found = Fault(repr(error))
            answers.send_bytes(pickle.dumps(found))
