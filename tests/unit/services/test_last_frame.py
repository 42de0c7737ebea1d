"""The last batch of a gateway is found where it is acknowledged, and opened."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from small_park import DAY
from taihang.core.seal.envelope import ClockState
from taihang.core.series import Quality
from taihang.services import last_frame as subject
from taihang.services.act_log import log_act
from taihang.services.last_frame import last_frame
from taihang.services.ports import Ports


def came(ports: Ports, counter: int, *, first: int = 9_990_000) -> None:
    block = small_park.registers("M-E02", DAY, first=first)
    small_park.ingested(ports, [small_park.sealed(ports, "GW2", counter, block)])


def test_last_frame__of_a_gateway_that_never_sent_is_none(root: Path) -> None:
    with small_park.opened(root) as ports:
        came(ports, 1)

        assert last_frame("GW1", ports=ports) is None
        assert last_frame("GW9", ports=ports) is None


def test_last_frame__tells_sender_clock_and_last_readings(root: Path) -> None:
    with small_park.opened(root) as ports:
        came(ports, 1)
        came(ports, 2, first=100)
        frame = last_frame("GW2", ports=ports)

    assert frame is not None
    assert (frame.counter, frame.n_blocks, frame.n_readings) == (2, 1, 97)
    assert frame.clock is ClockState.SYNCHRONISED
    assert frame.origin == "test"
    (block,) = frame.blocks
    total = int(small_park.step_counts("M-E02", DAY).sum())
    assert (block.point, block.unit, block.last_s) == ("M-E02", "Wh", DAY.end_s)
    assert block.value == Decimal((100 + total) * small_park.SCALE_WH)
    assert block.quality is Quality.MEASURED


def test_last_frame__is_seen_before_any_lake_knows_it(root: Path) -> None:
    """While the door is open elsewhere, the newest batches are in the journal alone."""
    with small_park.opened(root) as ports:
        came(ports, 1)
        log_act("park-note", {"what": "an event before it"}, ports=ports)
        block = small_park.registers("M-E02", DAY)
        batch = small_park.sealed(ports, "GW2", 2, block)
        ports.journal.append([batch], received_at_s=int(small_park.NOW.timestamp()))

        assert ports.lake.batches().find("GW2", 2) is None
        frame = last_frame("GW2", ports=ports)

    assert frame is not None
    assert frame.counter == 2


def test_last_frame__a_missing_reading_has_no_value(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.but(small_park.registers("M-E02", DAY), [96])
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, block)])
        frame = last_frame("GW2", ports=ports)

    assert frame is not None
    assert frame.blocks[0].value is None
    assert frame.blocks[0].quality is Quality.MISSING


def test_last_frame__shows_a_bounded_number_of_blocks(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "BLOCKS_MOST", 1)
    with small_park.opened(root) as ports:
        blocks = [small_park.registers(name, DAY) for name in ("M-E01", "M-PV01")]
        small_park.ingested(ports, [small_park.sealed(ports, "GW1", 1, *blocks)])
        frame = last_frame("GW1", ports=ports)

    assert frame is not None
    assert (len(frame.blocks), frame.n_blocks) == (1, 2)
