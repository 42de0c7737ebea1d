"""One run of one case in a process of its own: ``python -m benchmarks.worker RUNNER FOLDER``.

Prints one JSON object: the sample, or why there is none.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import cast

from benchmarks.case import NotHereError, Room, Sample

from taihang.config.django_settings import ensure_django

PARK = "park"
SCRATCH = "scratch"


def main(argv: Sequence[str]) -> int:
    """Run one case once."""
    runner, folder = argv
    module, _, name = runner.partition(":")
    # Cases use what serves too: Django takes the apps of the pages only before anything else.
    ensure_django()
    run = cast("Callable[[Room], Sample]", getattr(import_module(module), name))
    room = Room(scratch=Path(folder) / SCRATCH, park=Path(folder) / PARK)
    try:
        answer: dict[str, object] = {"sample": asdict(run(room))}
    except NotHereError as reason:
        answer = {"skipped": str(reason)}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
