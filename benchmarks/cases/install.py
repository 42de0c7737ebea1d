"""How much disk a park needs for the platform itself: the whole folder of its environment."""

import sys
from pathlib import Path
from stat import S_ISREG
from typing import Final

from benchmarks.case import NotHereError, Room, Sample
from benchmarks.stopwatch import BYTES_PER_MB, run_command

_ROOT: Final = Path(__file__).parents[2]
_LOCK: Final = _ROOT / "requirements.lock"
_BLOCK_BYTES: Final = 512
"""The unit of ``st_blocks`` on Linux, whatever the blocks of the disk are."""


def existing(_room: Room) -> Sample:
    """Measure the environment that stands beside the sources, if one does."""
    environment = _ROOT / ".venv"
    if not (environment / "pyvenv.cfg").is_file():
        raise NotHereError("no .venv here: --install builds one from requirements.lock")
    return _measured(environment)


def fresh(room: Room) -> Sample:
    """Build a new environment from the lock file, as ``make demo`` does, and measure it."""
    environment = room.scratch / "venv"
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    run_command([sys.executable, "-m", "venv", str(environment)])
    run_command([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(_LOCK)])
    run_command([*pip, "--no-deps", "--no-build-isolation", "--editable", str(_ROOT)])
    run_command([python, "-m", "pip", "--quiet", "uninstall", "--yes", "setuptools"])
    return _measured(environment)


def _measured(environment: Path) -> Sample:
    """Add up every file; a small file takes a whole block of the disk, and that is what counts."""
    found = [path.lstat() for path in environment.rglob("*")]
    figures = {
        "size_mb": sum(each.st_blocks for each in found) * _BLOCK_BYTES / BYTES_PER_MB,
        "content_mb": sum(e.st_size for e in found if S_ISREG(e.st_mode)) / BYTES_PER_MB,
    }
    return Sample(cpu_s=None, wall_s=None, peak_rss_mb=None, items=len(found), figures=figures)
