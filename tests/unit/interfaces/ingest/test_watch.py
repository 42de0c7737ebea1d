"""Ready or not, and why; the figures that are looked at."""

from pathlib import Path

import pytest

import small_park
from door_kit import BATCH_TYPE, open_door
from taihang import wiring


def _batch(root: Path) -> bytes:
    with small_park.opened(root) as ports:
        return small_park.sealed(ports, "GW2", 1, small_park.registers("M-E02", small_park.DAY))


def test_reasons__a_job_that_holds_the_lock(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with open_door(root) as kit:
        lock = wiring.writer_lock(root)
        lock.take()
        while_held = kit.ask("GET", "/readyz")
        lock.release()
        after = kit.ask("GET", "/readyz")

    assert while_held.status == 503
    assert while_held.body.startswith(b"state.busy-park")
    assert after.status == 200


def _has_no_room(_root: Path) -> bool:
    return False


def test_reasons__a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = small_park.make(tmp_path / "park")
    with open_door(root) as kit:
        monkeypatch.setattr(wiring, "can_write", _has_no_room)
        answer = kit.ask("GET", "/readyz")
        health = kit.ask("GET", "/healthz")

    assert (answer.status, health.status) == (503, 200)
    assert answer.body.startswith(b"link.storage-full")


def test_gauges__are_those_of_the_park(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    batch = _batch(root)
    with open_door(root) as kit:
        kit.post(batch, BATCH_TYPE)
        text = kit.ask("GET", "/metrics").body.decode()
        size = wiring.journal_bytes(root)

    found = dict(line.split() for line in text.splitlines() if line[0] != "#")
    n_readings = len(small_park.registers("M-E02", small_park.DAY).counts)
    assert int(found["taihang_journal_records"]) == 1
    assert int(found["taihang_journal_bytes"]) == size > len(batch)
    assert int(found["taihang_lake_hot_readings"]) == n_readings
    assert int(found["taihang_ingest_readings_total"]) == n_readings
    assert int(found["taihang_ingest_in_flight_bytes"]) == 0
    assert int(found["taihang_ingest_fsync_seconds_count"]) > 0
    assert "taihang_published_age_seconds" not in found
