"""Sealed days: every meter-hour alone, sealed again when late data came, wrong seals named."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from verify_taihang import Refused, verify

import small_park
from small_park import JUNE
from taihang.core.periods import days
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.audit import audit
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY, prove
from taihang.services.replay import catch_up
from taihang.services.seal_day import (
    DAY_SEAL,
    DaySeal,
    NothingToSealError,
    UnsealedHourError,
    last_seal,
    seal_day,
    show_hour,
    wrong_seals,
)

DAY = date(2026, 6, 9)
HOUR = "2026-06-09T02"
HOUR_S = 1_780_970_400
THREE_DAYS = days(date(2026, 6, 8), 3, small_park.ZONE)


def filled(ports: Ports) -> None:
    """Three local days, one upload a day and gateway, so that the UTC day is whole."""
    for gateway in ports.park.gateways.values():
        blocks = [small_park.registers(point, THREE_DAYS) for point in gateway.meters]
        small_park.store(ports, small_park.daily(blocks, gateway.id))


def revise(ports: Ports) -> None:
    """Let one register of the hour say more."""
    block = small_park.registers("M-E01", THREE_DAYS)
    at = int((block.times_s == HOUR_S + 900).nonzero()[0][0])
    more = small_park.but(block, [at], count=int(block.counts[at]) + 1)
    late = small_park.cut(more, at, at + 1)
    small_park.revise(ports, late, sent_at_s=JUNE.end_s)


def test_seal_day__is_one_event_and_the_same_day_again_is_none(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        first = seal_day(DAY, ports=ports)
        size = ports.journal.size
        again = seal_day(DAY, ports=ports)

        assert (first.is_new, again.is_new) == (True, False)
        assert (first.leaf, again.leaf) == (size - 1, size - 1)
        assert ports.journal.size == size == len(ports.lake.batches())
        assert first.seal.n == 3 * 24
        assert last_seal(DAY, ports=ports) == (first.seal, first.leaf)
        assert last_seal(date(2026, 6, 1), ports=ports) is None


def test_seal_day__is_made_anew_when_late_data_changed_the_day(root: Path) -> None:
    """Readings that come late (F38) give the day its next seal; the one before stays (P9)."""
    with small_park.opened(root) as ports:
        filled(ports)
        first = seal_day(DAY, ports=ports).seal
        other = seal_day(date(2026, 6, 8), ports=ports).seal
        revise(ports)
        second = seal_day(DAY, ports=ports).seal

        assert (first.version, second.version) == (1, 2)
        assert first.n == second.n
        assert first.root != second.root
        assert not seal_day(other.day, ports=ports).is_new
        assert list(wrong_seals(ports=ports)) == [], "the older seal still fits its own size"


def test_seal_day__is_the_same_from_a_lake_that_was_made_again(root: Path) -> None:
    """A deleted lake takes no seal with it (F19)."""
    with small_park.opened(root) as ports:
        filled(ports)
        first = seal_day(DAY, ports=ports).seal
        ports.lake.clear()
        catch_up(ports)

        assert seal_day(DAY, ports=ports).seal == first


def test_seal_day__refuses_a_day_without_readings(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        with pytest.raises(NothingToSealError, match="2026-07-01"):
            seal_day(date(2026, 7, 1), ports=ports)


def test_wrong_seals__names_a_seal_that_the_readings_do_not_give(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        right = seal_day(DAY, ports=ports).seal
        forged = replace(right, root=bytes(32), version=2)
        leaf = log_event(DAY_SEAL, forged.body(), ports=ports)
        catch_up(ports)

        assert list(wrong_seals(ports=ports)) == [(leaf, forged)]
        (finding,) = audit(ports=ports).findings
        assert finding.where == f"day seal 2026-06-09 version 2 (leaf {leaf})"


def test_show_hour__leads_a_stranger_from_the_readings_to_the_log(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        seal_day(DAY, ports=ports)
        for point in ("M-E01", "M-E02", "M-PV01"):
            data = prove(f"{point}@{HOUR}", ports=ports)
            report = verify(data, ports.keys.signing_key(LOG_KEY).public)

            block = small_park.registers(point, THREE_DAYS)
            inside = (block.times_s >= HOUR_S) & (block.times_s < HOUR_S + 3_600)
            shown = [row.split(": ")[1].split(" ")[0] for row in report["shown"]["reading"]]
            assert shown == [str(count) for count in block.counts[inside]]
            assert (report["value"], report["unit"]) == ("4", "readings")
            assert len(data) < 3_000


def test_show_hour__shows_the_latest_seal_and_refuses_an_hour_outside(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        with pytest.raises(UnsealedHourError, match="sealed"):
            show_hour("M-E01", HOUR_S, ports=ports)
        seal_day(DAY, ports=ports)
        revise(ports)
        latest = seal_day(DAY, ports=ports).seal
        seal, _, _ = show_hour("M-E01", HOUR_S, ports=ports)
        assert seal == latest
        with pytest.raises(UnsealedHourError):
            show_hour("M-E09", HOUR_S, ports=ports)


def test_prove_hour__refuses_every_flipped_byte_and_every_lie(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        seal_day(DAY, ports=ports)
        data = prove(f"M-E01@{HOUR}", ports=ports)
        key = ports.keys.signing_key(LOG_KEY)
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 1 << at % 7
        with pytest.raises(Refused):
            verify(bytes(altered), key.public)
    lies = 0
    for field, value in (("counts", [5, 1, 1, 1]), ("hour", "2026-06-09T03"), ("scale", "1000")):
        document = json.loads(data)
        document["claim"]["hour"][field] = value
        del document["seal"]
        message = b"taihang/proof/v2\n" + canonical_bytes(document)
        document["seal"] = b64encode(key.sign(message)).decode()
        with pytest.raises(Refused, match=r"claim\.path"):
            verify(canonical_bytes(document), key.public)
        lies += 1
    assert lies == 3


def test_day_seal__is_read_back_from_its_body() -> None:
    seal = DaySeal(day=DAY, version=2, as_of=7, park="ab" * 8, n=24, root=bytes(range(32)))

    assert seal.body()["day"] == "2026-06-09"
    assert set(seal.body()) == {"as_of", "day", "n", "park", "root", "version"}
