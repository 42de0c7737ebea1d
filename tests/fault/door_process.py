"""The real server of `taihang ingest` in a process that can be killed, and a client that resends.

A server process that has imported everything once is forked for each start, so that two hundred
starts cost two hundred forks; what runs in the fork is the command itself. ``Dying`` ends it at one
disk operation by SIGKILL, and ``holds_back`` plants a fault: bytes are handed to the disk one
operation too late, so that receipts speak of what is not stored.
"""

import errno
import http.client
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NoReturn

from typing_extensions import override

from taihang import wiring
from taihang.adapters.facts import load_facts
from taihang.adapters.system import PosixDisk
from taihang.interfaces.cli.main import main
from taihang.interfaces.ingest import serve

BATCH_TYPE: Final = "application/vnd.taihang.batch"
PATIENCE_S: Final = 60.0
"""How long a test waits for what must come; a machine under load is slow."""
N_HELD_BACK: Final = 2
"""The records of one group, and the checkpoint over them."""
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["fault.door_process", "taihang.interfaces.cli.door", "taihang.interfaces.ingest.serve"]
)
load_facts()


@dataclass(frozen=True)
class Plan:
    """What is to happen to the disk of a server."""

    die_at: int = 0
    """Number of the disk operation that is its last; 0 for none."""
    share: float = 1.0
    """How much of the data of a fatal append is written [1]."""
    holds_back: bool = False
    fail_fsync_at: int = 0
    """Number of the forced write that fails with an error, counted from 1."""
    gate: str = ""
    """A pipe: while it exists, each forced write waits until somebody writes to it."""
    full_while: str = ""
    """While this file exists, the disk is full."""
    header_timeout_s: int = 0
    """Another time-out of headers, so that a test need not wait for the real one. [s]"""


@dataclass(kw_only=True)
class DoorDisk(PosixDisk):
    """The disk of the server, with a plan."""

    plan: Plan
    n_operations: int = 0
    n_forced: int = 0
    held_back: list[tuple[Path, bytes]] = field(default_factory=list[tuple[Path, bytes]])

    def _is_fatal(self) -> bool:
        self.n_operations += 1
        return self.n_operations == self.plan.die_at

    @override
    def append(self, path: Path, data: bytes) -> None:
        if self.plan.holds_back:
            self.held_back.append((path, data))
            while len(self.held_back) > N_HELD_BACK:
                super().append(*self.held_back.pop(0))
            if self._is_fatal():
                die()
            return
        if self.plan.full_while and Path(self.plan.full_while).exists():
            super().append(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self._is_fatal():
            super().append(path, data[: int(self.plan.share * len(data))])
            die()
        super().append(path, data)

    @override
    def fsync(self, path: Path) -> None:
        if self._is_fatal():
            die()
        self.n_forced += 1
        if self.n_forced == self.plan.fail_fsync_at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self.plan.gate and Path(self.plan.gate).exists():
            Path(self.plan.gate).read_bytes()
        if path.exists() or not self.plan.holds_back:
            super().fsync(path)

    @override
    def rename(self, source: Path, target: Path) -> None:
        if self._is_fatal():
            if self.plan.share:
                super().rename(source, target)
            die()
        super().rename(source, target)


def die() -> NoReturn:
    """End the process as a power cut would: nothing is tidied."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def _planned_disk(plan: Plan, _observe: Callable[[float], None]) -> DoorDisk:
    return DoorDisk(plan=plan)


def run_door(root: str, out: Connection, words: tuple[str, ...], plan: Plan) -> None:
    """Run the command in a fork; what it prints goes through the pipe."""
    os.dup2(out.fileno(), 1)
    out.close()
    sys.stdout = os.fdopen(os.dup(1), "w")
    if plan != Plan():
        wiring.timed_disk = partial(_planned_disk, plan)
    if plan.header_timeout_s:
        serve.HEADER_TIMEOUT_S = plan.header_timeout_s
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(["ingest", root, "--port", "0", "--json", *words]))


@dataclass
class Server:
    """A server that has been started."""

    process: Any
    port: int = 0
    start_cpu_s: float = 0.0
    """What the start took until it answered, as CPU time: other tests may run beside it. [s]"""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    def kill(self) -> None:
        """Kill it, wherever it is."""
        self.process.kill()
        self.ended()

    def ended(self) -> int:
        """Wait until it has ended and return how."""
        self.process.join(PATIENCE_S)
        assert self.process.exitcode is not None, "the server does not end"
        return int(self.process.exitcode)

    def terminated(self) -> int:
        """Ask it to end and return how it did."""
        self.process.terminate()
        return self.ended()


def started(root: Path, *words: str, plan: Plan | None = None) -> Server:
    """Start the server and wait until it answers; it may die before (then its port is 0)."""
    mine, its = _FORKS.Pipe(duplex=False)
    arguments = (str(root), its, words, plan or Plan())
    # A daemon: a test that fails must not wait for a server that nobody will end.
    process = _FORKS.Process(target=run_door, args=arguments, daemon=True)
    process.start()
    its.close()
    with os.fdopen(os.dup(mine.fileno())) as lines:
        line = lines.readline()
    mine.close()
    server = Server(process)
    if line.endswith("\n"):
        server.start_cpu_s = _cpu_s(server.pid)
        server.facts = json.loads(line)
        server.port = int(str(server.facts.get("address", ":0")).rpartition(":")[2])
    return server


def _cpu_s(pid: int) -> float:
    """Return the CPU time of a process; 0 if it is gone already."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextmanager
def serving(root: Path, *words: str, plan: Plan | None = None) -> Generator[Server]:
    """Have a server for a while."""
    server = started(root, *words, plan=plan)
    try:
        yield server
    finally:
        if server.process.exitcode is None:
            server.kill()


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    facts: dict[str, Any]
    headers: dict[str, str]


class Client:
    """One connection; opened again when it breaks."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def close(self) -> None:
        self._line.close()

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> Reply | None:
        """Send a request; None where no answer came."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._line.request(method, path, body, named)
            answer = self._line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self._line.close()
            return None
        facts: dict[str, Any] = {"text": text.decode(errors="replace")}
        with suppress(ValueError):
            facts = json.loads(text) if text.startswith(b"{") else facts
        return Reply(answer.status, facts, {k.lower(): v for k, v in answer.getheaders()})

    def send(self, batch: bytes) -> Reply | None:
        """Send a sealed batch."""
        return self.ask("POST", "/api/v1/batches", batch, content_type=BATCH_TYPE)
