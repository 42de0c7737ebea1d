"""A park without readings, and its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import small_park
from taihang.interfaces.web.park_source import ParkSource


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A park without readings."""
    return small_park.make(tmp_path / "park")


@pytest.fixture
def source(root: Path) -> Iterator[ParkSource]:
    """Its pages."""
    found = ParkSource(root)
    yield found
    found.accounts.close()
