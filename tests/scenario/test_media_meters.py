"""Meters of gas, steam and water from the wire to a proof."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from verify_taihang import verify

import media_park
import small_park
from media_park import hourly, media_block
from small_park import DAY
from taihang import wiring
from taihang.core.errors import TaihangError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.park.medium_meter import StepUnit
from taihang.core.periods import days
from taihang.core.seal.readings_form import read_form
from taihang.core.series import Quantity
from taihang.services.admission import ForeignMeterError
from taihang.services.collect import (
    IMPORT_GATEWAY,
    Collected,
    ImplausibleImportError,
    check_import,
    uploads_of_blocks,
)
from taihang.services.prove import LOG_KEY, prove
from taihang.services.query import Every, series
from taihang.services.seal_at_door import seal_at_door
from taihang.services.seal_day import seal_day

THREE_DAYS = days(date(2026, 5, 31), 3, small_park.ZONE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park", media_park.PARK)


def three_media() -> list[ReadingBlock]:
    return [
        hourly("N-E01", THREE_DAYS, per_h=1_200, first=media_park.MODULUS - 5_000),
        hourly("S-E01", THREE_DAYS, per_h=400, first=7),
        hourly("W-E02", THREE_DAYS, per_h=900, first=0),
    ]


def test_media__are_stored_read_and_proven_in_their_own_unit(root: Path) -> None:
    with small_park.opened(root) as ports:
        stored = small_park.store(ports, [Collected("GW3", THREE_DAYS.end_s, (*three_media(),))])
        seal_day(date(2026, 6, 1), ports=ports)
        (gas,) = series("N-E01", THREE_DAYS, every=Every.DAY, ports=ports)
        (steam,) = series("S-E01", DAY, every=Every.HOUR, ports=ports)
        data = prove("N-E01@2026-06-01T02", ports=ports)
        report = verify(data, ports.keys.signing_key(LOG_KEY).public)

    assert stored.count.sealed == 3 * 73
    # Over the last digit of the dial, and in litres.
    assert [row.count for row in gas.rows] == [24 * 1_200] * 3
    assert (gas.unit, gas.scale, steam.unit, steam.scale) == (StepUnit.LITRE, "100", "g", "10000")
    assert [row.count for row in steam.rows] == [400] * 24
    assert report["shown"]["point"] == ["N-E01, register, × 100 L"]


def test_media__come_in_by_file_and_as_json(root: Path) -> None:
    body = (
        b'{"format":"taihang/readings/v1","gateway":"GW3","counter":1,"sent_at_s":1780400000,'
        b'"clock":"synchronised","blocks":[{"point":"W-E02","quantity":"register","unit":"L",'
        b'"scale":"10","modulus":100000000,"times_s":[1780329600,1780333200],"counts":[5,9],'
        b'"quality":["measured","measured"]}],"events":[]}'
    )
    gas = three_media()[0]
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [seal_at_door(read_form(body), ports=ports)])
        check_import([gas], ports=ports)
        small_park.store(ports, uploads_of_blocks([gas], ports=ports))
        read = ports.lake.read("readings")

    assert read["W-E02", "register"]["count"].tolist() == [5, 9]
    assert len(read["N-E01", "register"]["count"]) == 73


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "Wh"},
        {"unit": "kJ"},
        {"scale": "1000"},
        {"modulus": 10**9},
        {"quantity": Quantity.SAMPLE, "modulus": 0},
        {"point": "M-E01"},
    ],
)
def test_media__are_refused_in_another_unit_scale_or_name(
    root: Path, change: dict[str, object]
) -> None:
    block = replace(media_block("N-E01", DAY.start_s, [1, 2]), **change)
    with small_park.opened(root) as ports:
        for gateway in ("GW3", IMPORT_GATEWAY):
            with pytest.raises(ForeignMeterError):
                small_park.store(ports, [Collected(gateway, DAY.end_s, (block,))])
        assert ports.lake.count("readings") == 0


def test_media__interval_energy_is_electricity_alone(root: Path) -> None:
    block = replace(
        media_block("N-E01", DAY.start_s, [1, 2]),
        quantity=Quantity.ENERGY,
        unit="Wh",
        scale="1",
        modulus=0,
    )
    with small_park.opened(root) as ports, pytest.raises(ForeignMeterError):
        small_park.store(ports, [Collected("GW3", DAY.end_s, (block,))])


def test_media__a_file_that_rises_too_fast_is_refused_whole(root: Path) -> None:
    # Cubic metres that were given as hundreds of litres are ten times too fast.
    fast = media_block("N-E01", DAY.start_s, np.arange(25) * 40_000)
    with small_park.opened(root) as ports, pytest.raises(ImplausibleImportError, match="L an hour"):
        check_import([fast], ports=ports)


def test_media__keep_their_scale_under_their_id(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.store(ports, [Collected("GW3", THREE_DAYS.end_s, (*three_media(),))])
    path = root / "park.toml"
    path.write_text(path.read_text("utf-8").replace("resolution_l = 100,", "resolution_l = 1000,"))

    with pytest.raises(TaihangError, match="N-E01"), small_park.opened(root):
        pass
    assert wiring.RescaledMeterError.code == "input.rescaled-meter"
