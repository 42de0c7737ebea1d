"""A park folder for each test."""

from pathlib import Path

import pytest

import small_park


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty small park."""
    return small_park.make(tmp_path / "park")
