"""A measured year of 76 points from Parquet files, as a user imports it."""

import json
from pathlib import Path
from typing import Final, cast

from benchmarks.case import NotHereError, Room, Sample
from benchmarks.cases.commands import TAIHANG
from benchmarks.stopwatch import BYTES_PER_MB, run_command

_DATA: Final = Path(__file__).parents[2].parent / "shared" / "data" / "demo-park"
"""The measured data are kept in a folder beside the project."""


def import_demo_park(room: Room) -> Sample:
    """Read the files, seal and store every value, in an empty park."""
    if not _DATA.is_dir():
        raise NotHereError("needs the measured data of the demo park, kept beside the project")
    run_command([TAIHANG, "new", str(room.park), "--template", "changzhi"])
    words = [TAIHANG, "import", str(room.park), str(_DATA), "--map", "demo-park", "--json"]
    ended = run_command(words)
    found = cast("dict[str, int]", json.loads(ended.output))
    read_mb = sum(path.stat().st_size for path in _DATA.rglob("*.parquet")) / BYTES_PER_MB
    figures = {"rows_read_count": found["rows_read"], "files_mb": read_mb}
    return ended.watch.sample(items=found["sealed"], figures=figures)
