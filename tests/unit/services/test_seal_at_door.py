"""What comes in JSON is sealed at the door: the batch says so, and the same body seals alike."""

from dataclasses import replace
from pathlib import Path

import pytest

import small_park
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.batch import ClockState, open_batch
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.readings_form import Readings
from taihang.services.ports import Ports
from taihang.services.seal_at_door import (
    CounterUsedError,
    ForeignKeyError,
    check_same_body,
    seal_at_door,
)


def readings(*blocks: ReadingBlock, sha256: str = "ab" * 32) -> Readings:
    return Readings(
        gateway="GW2",
        counter=7,
        sent_at_s=small_park.DAY.end_s,
        clock=ClockState.UNSYNCHRONISED,
        blocks=blocks or (small_park.registers("M-E02", small_park.DAY),),
        events=(),
        body_sha256=sha256,
    )


def _opened(tmp_path: Path) -> small_park.Opened:
    return small_park.opened(small_park.make(tmp_path / "park"))


def _taken_over(ports: Ports) -> None:
    """Let the gateway have a key of its own, as one that was enrolled from outside."""
    ports.registry.put_gateway_keys("GW2", [GatewayKey(2, bytes(32), from_s=0)])


def test_seal_at_door__states_where_the_evidence_begins(tmp_path: Path) -> None:
    with _opened(tmp_path) as ports:
        batch = open_batch(seal_at_door(readings(), ports=ports))
        batch.check_signature(ports.verify, key=ports.registry.gateway_keys()["GW2"][0].key)

    header = batch.header
    assert header.origin == {"kind": "http-json", "body_sha256": "ab" * 32}
    assert (header.gateway, header.counter, header.clock) == ("GW2", 7, "unsynchronised")


def test_seal_at_door__is_the_same_for_the_same_body_and_salted_anew_for_another(
    tmp_path: Path,
) -> None:
    with _opened(tmp_path) as ports:
        first, again = (seal_at_door(readings(), ports=ports) for _ in range(2))
        other = seal_at_door(readings(sha256="cd" * 32), ports=ports)

    assert first == again
    assert open_batch(first).blocks[0].salt != open_batch(other).blocks[0].salt


def test_seal_at_door__does_not_speak_for_a_gateway_with_a_key_of_its_own(tmp_path: Path) -> None:
    with _opened(tmp_path) as ports:
        _taken_over(ports)

        with pytest.raises(ForeignKeyError, match="GW2"):
            seal_at_door(readings(), ports=ports)


def test_check_same_body__knows_a_repetition_from_a_slip() -> None:
    given = readings()

    check_same_body(given, origin={"kind": "http-json", "body_sha256": given.body_sha256})
    for origin in ({"kind": "simulator"}, {"kind": "http-json", "body_sha256": "00" * 32}):
        with pytest.raises(CounterUsedError, match="counter 7 of GW2"):
            check_same_body(replace(given), origin=origin)
