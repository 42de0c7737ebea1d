"""What stands behind a number: one interval of one meter, with its two registers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from verify_taihang import verify

import small_park
from small_park import JUNE, SCALE_WH
from taihang.services.evidence import UnknownMeterError, gather, interval_statement
from taihang.services.ports import Ports
from taihang.services.prove import UnknownClaimError, prove

NOON = datetime(2026, 6, 9, 4, 15, tzinfo=UTC)


def filled(ports: Ports) -> None:
    for gateway in ports.park.gateways.values():
        blocks = [small_park.registers(point, JUNE) for point in gateway.meters]
        small_park.store(ports, small_park.daily(blocks, gateway.id))


def test_interval_statement__is_proven_with_the_two_readings_that_bound_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        block = small_park.registers("M-E01", JUNE)
        at = int((block.times_s == int(NOON.timestamp())).nonzero()[0][0])

        report = verify(prove("M-E01@2026-06-09T04:15Z", ports=ports))

        first, last = int(block.counts[at]), int(block.counts[at + 1])
        assert report["statements"][0]["energy_wh"] == (last - first) * SCALE_WH
        assert [row.split(": ")[1] for row in report["shown"]["reading"]] == [
            f"{first} × {SCALE_WH} Wh",
            f"{last} × {SCALE_WH} Wh",
        ]


def test_gather__lists_each_key_that_signed(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        statement = interval_statement("M-E01", NOON, ports=ports)
        found = gather([statement], ports=ports, as_of=ports.journal.size)

    assert found.points == ("M-E01",)
    assert [(key.name, key.ordinal) for key in found.keys] == [("GW1", 1)]


def test_interval__of_no_meter_or_no_time_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        with pytest.raises(UnknownMeterError):
            prove("M-E09@2026-06-09T04:15Z", ports=ports)
        with pytest.raises(UnknownClaimError):
            prove("M-E01@2026-06-31T04:15Z", ports=ports)
