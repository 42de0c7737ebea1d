"""Commands as a new user runs them: the whole process, from the interpreter's start."""

import json
import sys
from pathlib import Path
from typing import Final, cast

from benchmarks.case import Room, Sample
from benchmarks.stopwatch import CommandFailedError, run_command

TAIHANG: Final = str(Path(sys.executable).with_name("taihang"))
_PROVEN: Final = "scope2-location.E17."
"""Stands in the line that is printed after the first number was proven and verified."""


def show_help(_room: Room) -> Sample:
    """Say what there is."""
    ended = run_command([TAIHANG, "--help"])
    return ended.watch.sample(items=1)


def demo_year(room: Room) -> Sample:
    """Live through a whole year."""
    ended = run_command([TAIHANG, "demo", "--no-serve", "--json", "--dir", str(room.park)])
    found = cast("dict[str, int]", json.loads(ended.output))
    return ended.watch.sample(items=found["readings"], figures={"batch_count": found["batches"]})


def demo_30_days(room: Room) -> Sample:
    """Live through the shortest demo; what counts is when the first verified number is there."""
    words = [TAIHANG, "demo", "--no-serve", "--days", "30", "--lang", "en", "--dir", str(room.park)]
    ended = run_command(words, marker=_PROVEN)
    if ended.marker_s is None:
        raise CommandFailedError("the demo proved nothing")
    return ended.watch.sample(items=1, figures={"first_number_s": ended.marker_s})
