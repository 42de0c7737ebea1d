"""The trail of a park: what is sealed into the log, and what an audit sees of a cut."""

from datetime import date
from itertools import count
from pathlib import Path

import pytest

import small_park
from taihang import wiring
from taihang.adapters.stores.trail import TRAIL_FILE, TrailWriteError
from taihang.core.errors import TaihangError
from taihang.core.periods import days
from taihang.core.seal.trail import SEALED, Outcome
from taihang.services.act_log import logged_events
from taihang.services.audit import audit
from taihang.services.ports import Ports
from taihang.services.settle import NothingToSettleError
from taihang.services.trail import (
    CutTrailError,
    DoneBeforeError,
    acting,
    seal_trail,
    verify_trail,
)
from trail_kit import entries, entry


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """A park with a day of readings and four entries that no head covers."""
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.DAY)
    trail = wiring.trail_of(root)
    for each in entries(4):
        trail.append(each)
    return root


def heads(ports: Ports) -> list[tuple[object, object]]:
    return [
        (event.body["n"], event.body["root"])
        for _, event in logged_events(ports=ports)
        if event.kind == SEALED
    ]


def cut(park: Path, n_bytes: int) -> None:
    path = park / "trail" / TRAIL_FILE
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - n_bytes)


def test_seal_trail__whoever_opens_for_writing_seals_the_head(park: Path) -> None:
    with small_park.opened(park, writing=False) as ports:
        assert heads(ports) == []
        assert verify_trail(ports=ports).sealed_size == 0

    with small_park.opened(park) as ports:
        size, root = ports.trail.head()
        assert heads(ports) == [(4, root.hex())]
        assert size == 4
        assert verify_trail(ports=ports).sealed_size == 4


def test_seal_trail__logs_nothing_where_nothing_is_new(park: Path) -> None:
    with small_park.opened(park) as ports:
        n_records = ports.journal.size
        assert seal_trail(ports=ports) is None
        ports.trail.append(entry(4))
        leaf = seal_trail(ports=ports)
        assert leaf == n_records
        assert seal_trail(ports=ports) is None
    with small_park.opened(park) as ports:
        assert ports.journal.size == n_records + 1
        assert audit(ports=ports).is_clean


def test_trail__is_written_where_the_park_is_open_for_reading_and_held_by_another(
    park: Path,
) -> None:
    lock = wiring.writer_lock(park)
    lock.take()
    try:
        with small_park.opened(park, writing=False) as ports:
            ports.trail.append(entry(4))
    finally:
        lock.release()

    assert wiring.trail_of(park).head()[0] == 5


def test_audit__tells_of_a_trail_that_was_cut_back(park: Path) -> None:
    with small_park.opened(park) as ports:
        assert audit(ports=ports).is_clean
    cut(park, 700)

    with small_park.opened(park) as ports:
        with pytest.raises(CutTrailError):
            seal_trail(ports=ports)
        found = audit(ports=ports)
    assert [finding.where.partition(",")[0] for finding in found.findings] == ["trail"]
    assert "are gone" in found.findings[0].what


def test_audit__tells_of_a_trail_that_is_gone_and_of_one_begun_anew(park: Path) -> None:
    with small_park.opened(park):
        pass
    (park / "trail" / TRAIL_FILE).unlink()
    with small_park.opened(park, writing=False) as ports:
        assert "entries 0 … 3 are gone" in audit(ports=ports).findings[0].what
    for each in range(10, 16):
        wiring.trail_of(park).append(entry(each))

    with small_park.opened(park) as ports:
        assert len(heads(ports)) == 1, "what contradicts the log is not sealed over"
        assert "history was changed" in audit(ports=ports).findings[0].what


def test_audit__tells_of_a_changed_byte_and_stops_no_meter(park: Path) -> None:
    path = park / "trail" / TRAIL_FILE
    content = bytearray(path.read_bytes())
    content[100] ^= 4
    path.write_bytes(content)

    with small_park.opened(park) as ports:
        small_park.fill(ports, days(date(2026, 6, 2), 1, small_park.ZONE))
        assert any(finding.where.startswith("trail") for finding in audit(ports=ports).findings)


def test_acting__writes_down_the_beginning_and_the_end(park: Path) -> None:
    trail, seconds = wiring.trail_of(park), count(100)
    with acting(entry(20), trail=trail, now_s=lambda: next(seconds)):
        assert [r.entry.outcome for r in trail.entries(4)] == [Outcome.BEGUN]

    assert [(r.entry.outcome, r.entry.at_s) for r in trail.entries(4)] == [
        (Outcome.BEGUN, 100),
        (Outcome.DONE, 101),
    ]
    with (
        pytest.raises(DoneBeforeError) as told,
        acting(entry(20), trail=trail, now_s=lambda: next(seconds)),
    ):
        pytest.fail("an act is done once")
    assert told.value.record.number == 5


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NothingToSettleError(given="x", expected="y", remedy="z"), Outcome.REFUSED),
        (TrailWriteError(given="x", expected="y", remedy="z"), Outcome.FAILED),
    ],
)
def test_acting__says_why_an_act_came_to_nothing_and_lets_it_be_tried_again(
    park: Path, error: TaihangError, outcome: Outcome
) -> None:
    trail = wiring.trail_of(park)
    for _ in range(2):
        with (
            pytest.raises(type(error)),
            acting(entry(20), trail=trail, now_s=lambda: 100),
        ):
            raise error

    told = [r.entry for r in trail.entries(4)]
    assert [each.outcome for each in told] == [Outcome.BEGUN, outcome]
    assert told[1].body["code"] == error.code
    with acting(entry(20), trail=trail, now_s=lambda: 100):
        pass
    assert trail.find(entry(20).id) is not None
