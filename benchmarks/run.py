"""Measures the platform: ``python benchmarks/run.py``. See README.md beside this file.

Exit code 0: done; 1: a hard limit is broken or a case failed; 2: the words were wrong.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

_HERE: Final = Path(__file__).resolve().parent
# Run as a script, only this folder would be searched, and not the one that holds the package.
sys.path.insert(0, str(_HERE.parent))

from benchmarks.case import Case, Sample, State  # noqa: E402
from benchmarks.cases.catalogue import CASES, FRESH_INSTALL, YARDSTICK  # noqa: E402
from benchmarks.compare import compare  # noqa: E402
from benchmarks.limits import Verdict, judged  # noqa: E402
from benchmarks.machine import machine  # noqa: E402
from benchmarks.result import (  # noqa: E402
    Outcome,
    Result,
    ResultFormatError,
    Run,
    Yardstick,
    combined,
    read_run,
    write_run,
)
from benchmarks.table import print_run, show  # noqa: E402
from benchmarks.worker import PARK, SCRATCH  # noqa: E402
from rich.console import Console  # noqa: E402  # after the path, like all below

OUT: Final = _HERE / "out"
BASELINE: Final = _HERE / "baseline.json"
BROKEN: Final = 1
WRONG_WORDS: Final = 2
_WIDTH: Final = 150
_SAID_LINES: Final = 3
_BEFORE: Final = {State.SETTLED: State.READINGS, State.ACCOUNTED: State.SETTLED}
"""Each state of the park is made from a copy of the one before it."""


class SkippedError(Exception):
    """A case has nothing to measure on this machine."""


class FailedError(Exception):
    """The process of a case did not end well."""


class Workshop:
    """Runs cases, each run in a process and a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parks: dict[State, Path] = {}

    def sample(self, case: Case) -> Sample:
        """Run a case once."""
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as name:
            room = Path(name)
            if case.needs is not None:
                shutil.copytree(self.park(case.needs), room / PARK)
            return _worked(case.runner, room)

    def park(self, state: State) -> Path:
        """Return the park in a state; made once, on first use."""
        if state not in self._parks:
            room = Path(tempfile.mkdtemp(dir=self._folder))
            if state in _BEFORE:
                shutil.copytree(self.park(_BEFORE[state]), room / PARK)
            _worked(f"benchmarks.state:{state}", room)
            self._parks[state] = room / PARK
        return self._parks[state]


def main(argv: Sequence[str]) -> int:
    """Run the benchmarks and say what they found."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.update_baseline and args.only:
        parser.error("a baseline is one whole run: --update-baseline and --only exclude each other")
    try:
        baseline = _baseline(cast("Path | None", args.baseline))
    except (OSError, ResultFormatError) as error:
        print(f"baseline: {error}", file=sys.stderr)
        return WRONG_WORDS
    run = measured(_chosen(args), repeats=cast("int | None", args.repeat))
    out = OUT / cast("Path", args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(write_run(run), "utf-8")
    if args.update_baseline:
        (cast("Path | None", args.baseline) or BASELINE).write_text(write_run(run), "utf-8")
    limits = judged(run)
    changes = compare(run, baseline) if baseline else ()
    parts = show(run, changes=changes, limits=limits, baseline=baseline)
    # Piped into a file, a table of 80 columns would lose its right half.
    print_run(Console(width=None if sys.stdout.isatty() else _WIDTH), parts)
    broken = any(each.verdict is Verdict.BROKEN for each in limits)
    failed = any(result.outcome is Outcome.FAILED for result in run.results)
    return BROKEN if broken or failed else 0


def measured(cases: Sequence[Case], *, repeats: int | None) -> Run:
    """Measure some cases, each between runs of the yardstick."""
    named = machine()
    marks: list[Sample] = []
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUT, prefix="work-", ignore_cleanup_errors=True) as name:
        workshop = Workshop(Path(name))
        results = tuple(_result(workshop, case, repeats or case.repeats, marks) for case in cases)
    return Run(machine=named, yardstick=Yardstick.of(marks), results=results)


def _result(workshop: Workshop, case: Case, repeats: int, marks: list[Sample]) -> Result:
    """Measure a case in turn with the yardstick: a shared machine changes its speed by the minute.

    Args:
        workshop: Where it is run.
        case: What to run.
        repeats: How often.
        marks: All runs of the yardstick; those of this case are added.
    """
    print(f"{case.name}: {case.about}", file=sys.stderr, flush=True)
    samples: list[Sample] = []
    near = [workshop.sample(YARDSTICK)]
    try:
        for _ in range(repeats):
            samples.append(workshop.sample(case))
            near.append(workshop.sample(YARDSTICK))
    except SkippedError as error:
        reason, outcome = str(error), Outcome.SKIPPED
    except FailedError as error:
        reason, outcome = str(error), Outcome.FAILED
    else:
        return combined(case, samples, Yardstick.of(near))
    finally:
        marks += near
    print(f"{case.name}: {outcome}: {reason}", file=sys.stderr, flush=True)
    return Result(case=case.name, unit=case.unit, outcome=outcome, reason=reason)


def _worked(runner: str, room: Path) -> Sample:
    """Run one function in a process of its own."""
    (room / SCRATCH).mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.worker", runner, str(room)],
        cwd=_HERE.parent,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = " | ".join(ended.stderr.strip().splitlines()[-_SAID_LINES:])
        raise FailedError(f"exit {ended.returncode}: {said}")
    answer = json.loads(ended.stdout.splitlines()[-1])
    if "skipped" in answer:
        raise SkippedError(answer["skipped"])
    return Sample(**answer["sample"])


def _environment() -> dict[str, str]:
    """Return the environment of a user: none of the switches that slow Python down or change it.

    Without byte code on the disk, for one, every start would compile every module anew.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _baseline(given: Path | None) -> Run | None:
    """Read the baseline; only the default one may be absent."""
    if given is None and not BASELINE.exists():
        return None
    return read_run((given or BASELINE).read_text("utf-8"))


def _chosen(args: argparse.Namespace) -> tuple[Case, ...]:
    names = cast("list[str]", args.only)
    cases = tuple(case for case in CASES if not names or case.name in names)
    if args.install:
        cases = tuple(
            replace(case, runner=FRESH_INSTALL) if case.name == "install" else case
            for case in cases
        )
    return cases


def _at_least_one(given: str) -> int:
    number = int(given)
    if number < 1:
        raise ValueError(given)
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    names = [case.name for case in CASES]
    parser.add_argument(
        "--only", action="append", default=[], choices=names, help="one case; may be repeated"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("latest.json"),
        help="where the result goes; a bare name goes to benchmarks/out",
    )
    parser.add_argument("--baseline", type=Path, help="another file than benchmarks/baseline.json")
    parser.add_argument(
        "--update-baseline", action="store_true", help="put this run in the baseline's place"
    )
    parser.add_argument(
        "--repeat", type=_at_least_one, help="runs of each case, instead of its own number"
    )
    parser.add_argument(
        "--install",
        action="store_true",
        help="build a fresh environment from requirements.lock and measure its size",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
