"""CPU time, wall time and memory of a part of this process, or of a command. Linux only."""

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.case import Sample

BYTES_PER_MB: Final = 1_000_000
_BYTES_PER_KIB: Final = 1_024
_MS_PER_S: Final = 1_000
_SAID_LINES: Final = 3
_RESET_PEAK: Final = "5"
"""Written to ``/proc/self/clear_refs`` it makes the peak start anew from what is held now."""


class CommandFailedError(Exception):
    """A measured command did not end well, or did not say what it should."""


@dataclass(slots=True)
class Watch:
    """What a stopwatch read when it was stopped."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_rss_mb: float = 0.0

    def sample(self, *, items: int, figures: Mapping[str, float] | None = None) -> Sample:
        """Return the reading as the sample of a case."""
        return Sample(
            cpu_s=self.cpu_s,
            wall_s=self.wall_s,
            peak_rss_mb=self.peak_rss_mb,
            items=items,
            figures=figures or {},
        )


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was run to its end."""

    watch: Watch
    output: str
    marker_s: float | None
    """When the marker was printed, after the start [s]."""


@contextmanager
def stopwatch() -> Generator[Watch]:
    """Measure everything inside: this process with all its threads, and children that ended."""
    watch = Watch()
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK, "ascii")
    cpu_s, started_s = _cpu_s(), time.perf_counter()
    yield watch
    watch.wall_s = time.perf_counter() - started_s
    watch.cpu_s = _cpu_s() - cpu_s
    watch.peak_rss_mb = _peak_rss_mb()


def cpu_ms_each(call: Callable[[], object], *, times: int) -> float:
    """Return the CPU time of one call, as the mean of several [ms]."""
    started_s = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started_s) / times * _MS_PER_S


def run_command(words: Sequence[str], *, marker: str | None = None) -> Command:
    """Run a command and measure its process tree.

    Args:
        words: The command.
        marker: Note when a line with these characters is printed.

    Raises:
        CommandFailedError: If its exit code is not 0, or the marker never came.
    """
    started_s = time.perf_counter()
    lines: list[str] = []
    marker_s: float | None = None
    # A wide terminal, or a line with the marker might be broken within it.
    environment = {**os.environ, "COLUMNS": "250"}
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        for line in process.stdout or ():
            lines.append(line)
            if marker is not None and marker_s is None and marker in line:
                marker_s = time.perf_counter() - started_s
        # Unlike RUSAGE_CHILDREN this is of this one child and what it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read()
    wall_s = time.perf_counter() - started_s
    if process.returncode or (marker is not None and marker_s is None):
        last = " | ".join([*lines, *said.splitlines()][-_SAID_LINES:])
        raise CommandFailedError(f"{words[1:]}: exit {process.returncode}, said: {last}")
    watch = Watch(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=wall_s,
        peak_rss_mb=usage.ru_maxrss * _BYTES_PER_KIB / BYTES_PER_MB,
    )
    return Command(watch, "".join(lines), marker_s)


def _cpu_s() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _peak_rss_mb() -> float:
    """Return the peak since the reset; ``ru_maxrss`` would remember what was before it."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * _BYTES_PER_KIB / BYTES_PER_MB
    raise CommandFailedError("/proc/self/status names no VmHWM")
