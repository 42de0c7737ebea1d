"""The head of the audit trail gets into the log while people only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import small_park
from taihang import wiring
from taihang.core.seal.trail import SEALED
from taihang.interfaces.web import asking
from taihang.interfaces.web.park_source import ParkSource
from taihang.interfaces.web.sealer import Sealer
from trail_kit import entries


@pytest.fixture
def source(tmp_path: Path) -> Iterator[ParkSource]:
    """A served park in which three things were done."""
    served = ParkSource(small_park.make(tmp_path / "park"))
    for each in entries(3):
        served.accounts.trail.append(each)
    yield served
    served.accounts.close()


def sealed(source: ParkSource) -> list[int]:
    with small_park.opened(source.root, writing=False) as ports:
        return [act.n for act in ports.registry.logged() if act.kind == SEALED]


def test_once__seals_what_is_new_and_nothing_else(source: ParkSource) -> None:
    sealer = Sealer(source)

    assert sealer.once()
    assert not sealer.once()

    assert sealed(source) == [3]


def test_once__leaves_a_park_alone_that_somebody_else_writes(
    source: ParkSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOCK_WAIT_S", 0.1)
    sealer = Sealer(source)
    lock = wiring.writer_lock(source.root)
    lock.take()
    try:
        assert not sealer.once()
    finally:
        lock.release()

    assert sealer.once(), "at the next look"
    assert sealed(source) == [3]
