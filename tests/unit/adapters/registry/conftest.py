"""Every test of the register that asks for a place runs on SQLite and on PostgreSQL."""

from collections.abc import Generator
from pathlib import Path

import pytest

from postgresql import SKIP, Server, running, tools_of
from registers import Place


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """Run one server for all tests of a session."""
    tools = tools_of()
    if tools is None:
        pytest.skip(SKIP)
    with running(tools) as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Return a place for a register that is not there yet."""
    if request.param == "sqlite":
        return Place(tmp_path / "registry.db")
    started: Server = request.getfixturevalue("server")
    return Place(started.database())
