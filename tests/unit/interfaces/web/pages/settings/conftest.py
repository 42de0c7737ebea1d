"""A park without readings, and its pages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import small_park
from taihang.interfaces.web.park_source import ParkSource


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park whose accounts and register have their tables; every test gets a copy."""
    root = small_park.make(tmp_path_factory.mktemp("settings") / "park")
    ParkSource(root).accounts.close()
    with small_park.opened(root):
        pass
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A park without readings."""
    return Path(shutil.copytree(made, tmp_path / "park"))


@pytest.fixture
def source(root: Path) -> Iterator[ParkSource]:
    """Its pages."""
    found = ParkSource(root)
    yield found
    found.accounts.close()
