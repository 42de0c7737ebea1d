"""Where the measured data and the outside cases lie, when they are there at all."""

from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[1].parent / "shared"


def shared_path(relative: str) -> Path:
    """Return a file or folder of the measured data, or skip the test in one clear line."""
    path = _SHARED / relative
    if not path.exists():
        pytest.skip(f"needs the measured data {relative!r}, kept in a folder beside the project")
    return path
