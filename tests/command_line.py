"""Runs the command line as a person or a machine does, and makes the park that it works on."""

import io
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Final, cast
from zoneinfo import ZoneInfo

from taihang.interfaces.cli.main import main
from trial_map import Changes, map_text

PROGRAM: Final = (
    sys.executable,
    "-c",
    "from taihang.interfaces.cli.main import run; run()",
)
"""The installed command, without a need to find it on the path."""
ZONE: Final = ZoneInfo("Asia/Shanghai")
DEADLINE_S: Final = 120.0
"""No command of a test takes longer, even on a busy machine."""
REGISTER: Final[Changes] = {
    "quantity": '"register"',
    "scale": '"3000"',
    "modulus": "1000000000",
}
AT_INSTANTS: Final[Changes] = {"label": '"instant"', "step_s": None}
_LOOK_EVERY_S: Final = 0.01


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, object]:
        """The one JSON object on standard output; nothing may stand beside it."""
        (line,) = self.out.splitlines()
        return cast("dict[str, object]", json.loads(line))

    def refused(self, code: str, *parts: str) -> None:
        """Demand a refusal that names what was given, with nothing on standard output."""
        assert (self.code, self.out) == (1, ""), self
        assert self.err.startswith(f"{code}: given "), self.err
        first, *more = self.err.splitlines()
        assert "; expected " in first, self.err
        # A form, a park or witness file is told problem by problem, each with its place.
        assert not more or code in {
            "input.form",
            "input.park-file",
            "input.project-file",
            "input.witness-file",
        }, self.err
        for part in parts:
            assert part in self.err, (part, self.err)


@dataclass(frozen=True)
class DemoPark:
    """The folder of a demo park, and what the demo said to people and to machines."""

    root: Path
    told: str
    facts: dict[str, object]

    def copy(self, to: Path) -> Path:
        """Return a copy that a test may change."""
        shutil.copytree(self.root, to)
        return to


def taihang(*words: str | Path) -> Ended:
    """Run a command in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return Ended(code, *(_text(stream) for stream in (out, err)))


def done(*words: str | Path) -> Ended:
    """Run a command that must succeed."""
    ended = taihang(*words)
    assert ended.code == 0, ended
    return ended


def state_hash(park: Path) -> str:
    """The hash over everything in the lake of a park."""
    return str(done("state-hash", park, "--json").facts["state_hash"])


def started(*words: str | Path, group: bool = False) -> "subprocess.Popen[str]":
    """Start a command as a process of its own."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "80", "PYTHONWARNINGS": "ignore"},
        start_new_session=group,
    )


def process(*words: str | Path) -> Ended:
    """Run a command as a process of its own."""
    running = started(*words)
    out, err = running.communicate(timeout=DEADLINE_S)
    return Ended(running.returncode, out, err)


def wait_until(holds: Callable[[], bool], *, running: "subprocess.Popen[str]") -> bool:
    """Wait until something holds; False if the process ends first.

    Raises:
        AssertionError: If neither happens in time.
    """
    end_s = monotonic() + DEADLINE_S
    while monotonic() < end_s:
        if holds():
            return True
        if running.poll() is not None:
            return False
        sleep(_LOOK_EVERY_S)
    raise AssertionError("neither the condition nor the end of the process came in time")


def blank_park(root: Path) -> Path:
    """Make the park of one enterprise and one meter, M-E01 of at most 2 000 kW."""
    done("new", root, "--template", "blank")
    return root


def energy_rows(first: date, n_days: int, *, kwh: int = 100) -> list[str]:
    """Lines of a quarter-hour energy table: local time and kWh, a little different each time."""
    return [
        f"{at:%Y-%m-%d %H:%M},{kwh + at.hour + at.minute // 15}"
        for at in _quarter_hours(first, n_days)
    ]


def register_rows(first: date, n_days: int) -> list[str]:
    """Lines of a register table, closing edge included: local time and kWh on the dial."""
    times = [*_quarter_hours(first, n_days), _midnight(first + timedelta(days=n_days))]
    counts = itertools.accumulate(30 + at.hour + at.minute // 15 for at in times)
    return [f"{at:%Y-%m-%d %H:%M},{3 * n}" for at, n in zip(times, counts, strict=True)]


def write_registers(folder: Path, rows: Sequence[str]) -> tuple[Path, Path]:
    """Write a table of registers of M-E01 and its map; return both."""
    return write_import(folder, rows, value=REGISTER, table=AT_INSTANTS)


def write_import(
    folder: Path,
    rows: Sequence[str],
    *,
    head: str = "time,kwh",
    time: Changes | None = None,
    value: Changes | None = None,
    table: Changes | None = None,
) -> tuple[Path, Path]:
    """Write a table and its map; return both."""
    folder.mkdir(exist_ok=True)
    data, import_map = folder / "rows.csv", folder / "map.toml"
    data.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    point: Changes = {"point": '"M-E01"', **(value or {})}
    import_map.write_text(map_text(table=table, time=time, value=point), encoding="utf-8")
    return data, import_map


def imported(park: Path, data: Path, import_map: Path, *words: str) -> Ended:
    """Import a table by a map."""
    return taihang("import", park, data, "--map", import_map, *words)


def _quarter_hours(first: date, n_days: int) -> Iterator[datetime]:
    start = _midnight(first)
    return (start + timedelta(minutes=15 * step) for step in range(96 * n_days))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()
