"""What is collected: only what is new, numbered and sealed; a bad file stores nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import small_park
from small_park import DAY, NOW
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.periods import Period
from taihang.core.seal.batch import ClockState, SealedBatch, open_batch
from taihang.core.series import Quality, Quantity
from taihang.services.collect import (
    IMPORT_GATEWAY,
    CollectCount,
    Collected,
    ImplausibleImportError,
    UnknownPointError,
    check_import,
    collect,
    span_of,
    uploads_of_blocks,
)
from taihang.services.ports import Ports
from taihang.services.settle import settle

TWO_DAYS = Period.of_s(DAY.start_s, DAY.start_s + 2 * 86_400)


def import_blocks(ports: Ports, blocks: Sequence[ReadingBlock]) -> small_park.Stored:
    check_import(blocks, ports=ports)
    return small_park.store(ports, uploads_of_blocks(blocks, ports=ports), clock=ClockState.IMPORT)


def numbers(batches: Sequence[bytes]) -> list[tuple[str, int]]:
    headers = [open_batch(data).header for data in batches]
    return [(header.gateway, header.counter) for header in headers]


# -- gateways ------------------------------------------------------------------------------------


def test_collect__numbers_and_signs_the_batches_of_each_gateway(root: Path) -> None:
    with small_park.opened(root) as ports:
        first = small_park.fill(ports, DAY)
        second = small_park.fill(ports, Period.of_s(DAY.end_s, DAY.end_s + 86_400))

        keys = ports.registry.gateway_keys()
        opened: list[SealedBatch] = [open_batch(b) for b in (*first.batches, *second.batches)]
        for batch in opened:
            batch.check_signature(ports.verify, key=keys[batch.header.gateway][0].key)

    assert numbers([*first.batches, *second.batches]) == [
        ("GW1", 1),
        ("GW2", 1),
        ("GW1", 2),
        ("GW2", 2),
    ]
    assert {b.header.key_ordinal for b in opened} == {1}
    assert {b.header.origin["kind"] for b in opened} == {"test"}


def test_collect__the_same_uploads_twice_make_no_batch(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        size = ports.journal.size

        again = small_park.fill(ports, DAY)

        assert again.batches == ()
        assert (again.count.read, again.count.unchanged, again.count.sealed) == (291, 291, 0)
        assert ports.journal.size == size


def test_collect__one_changed_value_makes_one_batch_with_that_reading_only(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        block = small_park.registers("M-E01", DAY)
        changed = small_park.but(block, [40], count=int(block.counts[40]) + 3)

        stored = small_park.revise(ports, changed, sent_at_s=DAY.end_s + 3_600)

        (batch,) = (open_batch(data) for data in stored.batches)
        (sealed,) = batch.blocks
        assert sealed.block.times_s.tolist() == [int(block.times_s[40])]
        assert sealed.block.counts.tolist() == [int(block.counts[40]) + 3]
        assert (stored.count.sealed, stored.count.unchanged) == (1, 96)
        assert small_park.revise(ports, changed, sent_at_s=DAY.end_s + 7_200).batches == ()


def test_collect__a_changed_quality_is_news(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        block = small_park.cut(small_park.registers("M-E01", DAY), 5, 6)
        doubted = replace(block, quality=np.array([Quality.REJECTED], np.uint8))

        stored = small_park.revise(ports, doubted, sent_at_s=DAY.end_s + 3_600)

    assert stored.count.sealed == 1


def test_collect__an_event_without_news_of_readings_is_sealed_once(root: Path) -> None:
    swap = MeterEvent("M-E01", MeterEventKind.SWAP, DAY.start_s + 1_000, 9_991_000, 0)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        late = Collected("GW1", DAY.end_s + 9_000, (small_park.registers("M-E01", DAY),), (swap,))

        first = small_park.store(ports, [late])
        again = small_park.store(ports, [late])

        (batch,) = (open_batch(data) for data in first.batches)
        assert (batch.header.events, batch.blocks) == ((swap,), ())
        assert again.batches == ()
        assert ports.lake.count("events") == 1


def test_collect__is_the_same_to_the_byte_when_it_is_run_again(root: Path) -> None:
    def batches(ports: Ports) -> list[bytes]:
        return list(
            collect(
                small_park.uploads(ports, DAY),
                ports=ports,
                period=Period.of_s(DAY.start_s, DAY.end_s + 1),
                origin=small_park.ORIGIN,
                clock=ClockState.SYNCHRONISED,
                count=CollectCount(),
            )
        )

    with small_park.opened(root) as ports:
        first = batches(ports)
    with small_park.opened(root) as ports:
        again = batches(ports)

    assert first == again
    assert len(first) == 2


# -- imports -------------------------------------------------------------------------------------


def test_uploads_of_blocks__makes_one_upload_a_utc_day(root: Path) -> None:
    blocks = [small_park.registers(point, TWO_DAYS) for point in ("M-E01", "M-PV01")]
    with small_park.opened(root) as ports:
        uploads = list(uploads_of_blocks(blocks, ports=ports))

    days = [{int(t) // 86_400 for b in upload.blocks for t in b.times_s} for upload in uploads]
    assert [len(each) for each in days] == [1, 1, 1], "two local days touch three UTC days"
    for number, block in enumerate(blocks):
        parts = [upload.blocks[number] for upload in uploads]
        assert np.concatenate([part.counts for part in parts]).tolist() == block.counts.tolist()
    assert {(u.gateway, u.sent_at_s) for u in uploads} == {(IMPORT_GATEWAY, int(NOW.timestamp()))}


def test_uploads_of_blocks__of_nothing_is_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert list(uploads_of_blocks([], ports=ports)) == []


def test_import__the_same_file_twice_makes_no_batch(root: Path) -> None:
    blocks = [small_park.registers(point, TWO_DAYS) for point in small_park.COUNTS][:3]
    with small_park.opened(root) as ports:
        first = import_blocks(ports, blocks)
        before = ports.lake.state_hash()

        again = import_blocks(ports, blocks)

        assert len(first.batches) == 3
        assert again.batches == ()
        assert ports.lake.state_hash() == before


def test_import__may_speak_for_every_point_and_for_series(root: Path) -> None:
    price = replace(
        small_park.block_of("PRICE", DAY.start_s, [31_000, 29_000]),
        quantity=Quantity.SAMPLE,
        unit="CNY/MWh",
        scale="0.01",
        modulus=0,
    )
    with small_park.opened(root) as ports:
        stored = import_blocks(ports, [small_park.registers("M-E02", DAY), price])

        assert stored.count.sealed == 99
        assert ("PRICE", "sample") in ports.lake.read("readings")


def test_check_import__refuses_points_that_the_park_does_not_have(root: Path) -> None:
    blocks = [
        small_park.registers("M-E01", DAY),
        replace(small_park.registers("M-E01", DAY), point="M-E99"),
    ]
    with small_park.opened(root) as ports:
        with pytest.raises(UnknownPointError, match="M-E99"):
            import_blocks(ports, blocks)

        assert ports.journal.size == 0


def test_check_import__refuses_kw_given_as_kwh_and_names_the_suspect(root: Path) -> None:
    kw_as_kwh = small_park.step_wh("M-E01", DAY) * 4
    full_load = np.maximum(kw_as_kwh, 1_900_000)
    with small_park.opened(root) as ports:
        with pytest.raises(
            ImplausibleImportError, match="exactly about 4×: kW given as kWh"
        ) as refusal:
            import_blocks(ports, [small_park.energy_block_of("M-E01", DAY.start_s, full_load)])

        assert "M-E01" in refusal.value.given
        assert ports.journal.size == 0


def test_check_import__lets_a_plant_use_energy_at_night_and_no_user_give_any(root: Path) -> None:
    negative = [-50] * 4
    with small_park.opened(root) as ports:
        check_import([small_park.energy_block_of("M-PV01", DAY.start_s, negative)], ports=ports)
        with pytest.raises(ImplausibleImportError, match="sign"):
            check_import([small_park.energy_block_of("M-E01", DAY.start_s, negative)], ports=ports)


def test_import__of_interval_energy_is_settled_to_the_watt_hour(root: Path) -> None:
    blocks = [
        small_park.energy_block_of(point, DAY.start_s, small_park.step_wh(point, DAY))
        for point in ("M-E01", "M-E02", "M-PV01")
    ]
    with small_park.opened(root) as ports:
        import_blocks(ports, blocks)
        settled = settle(DAY, ports=ports)

        wh = {point: rows["wh"] for (point,), rows in ports.lake.read("intervals").items()}

    assert settled.n_missing == 0
    for block in blocks:
        assert wh[block.point].tolist() == block.counts.tolist()


def test_span_of__holds_every_reading() -> None:
    blocks = [
        small_park.registers("M-E01", DAY),
        small_park.block_of("M-E02", DAY.start_s - 900, [1, 2]),
    ]

    assert span_of(blocks) == Period.of_s(DAY.start_s - 900, DAY.end_s + 1)
