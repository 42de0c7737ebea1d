"""What stands behind a number: one interval of one meter, with its two registers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from verify_taihang import Refused, verify

import small_park
from small_park import JUNE, SCALE_WH
from taihang.core.tlog.cosignature import cosign
from taihang.core.tlog.note import parse_note
from taihang.services.evidence import Anchor, UnknownMeterError, gather, interval_statement
from taihang.services.ports import Ports
from taihang.services.prove import UnknownClaimError, prove
from witness_kit import AT_S, WITNESS_SECRETS, WITNESSES

NEW_S = JUNE.end_s + 500_000
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


def test_anchor__is_the_first_published_checkpoint_that_covers_a_proof(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        plain = prove("M-E01@2026-06-09T04:15Z", ports=ports)
        assert Anchor.of([3], ports=ports).size == ports.journal.size
        publish_alone(ports)
        small_park.revise(
            ports, small_park.registers("M-E02", small_park.DAY, first=5), sent_at_s=NEW_S
        )
        cosigned = prove("M-E01@2026-06-09T04:15Z", ports=ports)

        keys = [(each.name, each.public_key) for each in WITNESSES]
        report = verify(cosigned, witness_keys=keys, quorum=2)
        assert report["witnesses"] == [each.name for each in WITNESSES[:2]]
        assert report["tree_size"] == ports.journal.size - 1
        for data, quorum in ((plain, 1), (cosigned, 3)):
            with pytest.raises(Refused, match="cosigned by"):
                verify(data, witness_keys=keys, quorum=quorum)
        stolen = [(WITNESSES[0].name, WITNESSES[1].public_key)]
        with pytest.raises(Refused, match="cosigned by 0"):
            verify(cosigned, witness_keys=stolen, quorum=1)


def publish_alone(ports: Ports) -> None:
    """Publish the present checkpoint with the cosignatures of two of three witnesses."""
    note = ports.journal.checkpoint_note or ""
    for witness, secret in list(zip(WITNESSES, WITNESS_SECRETS, strict=True))[:2]:
        text = parse_note(note).text
        note += cosign(text, witness=witness, at_s=AT_S, sign=secret.sign)
    ports.published.append(note, at_s=AT_S)
