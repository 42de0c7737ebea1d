from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

import numpy as np
import pytest

from taihang.core.metering.energy import interval_energy
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.series import Quality
from taihang.simulator.devices import NO_COUNT, GatewayDay, device_days
from taihang.simulator.faults import FaultKind
from taihang.simulator.park_box import simulate
from unit.simulator.parks import SEED, park, park_with_newcomer, shipped_2025, year_2025


@cache
def uploads() -> tuple[GatewayDay, ...]:
    return tuple(device_days(year_2025(), park()))


def whole(point: str) -> ReadingBlock:
    return joined(uploads(), point)


def joined(parts: Iterable[GatewayDay], point: str) -> ReadingBlock:
    """All blocks of a point as one."""
    blocks = [block for each in parts for block in each.blocks if block.point == point]
    return ReadingBlock(
        point=point,
        quantity=blocks[0].quantity,
        unit=blocks[0].unit,
        scale=blocks[0].scale,
        modulus=blocks[0].modulus,
        times_s=np.concatenate([block.times_s for block in blocks]),
        counts=np.concatenate([block.counts for block in blocks]),
        quality=np.concatenate([block.quality for block in blocks]),
    )


def events() -> list[MeterEvent]:
    return [event for each in uploads() for event in each.events]


def test_device_days__come_in_order_and_close_with_one_reading() -> None:
    keys = [(each.day, each.gateway) for each in uploads()]

    assert keys == sorted(keys)
    assert len(keys) == 366 * 2
    assert {len(block.times_s) for each in uploads()[:-2] for block in each.blocks} == {96}
    assert {len(block.times_s) for each in uploads()[-2:] for block in each.blocks} == {1}
    assert uploads()[-1].day == date(2026, 1, 1)
    assert all(
        each.sent_at_s > int(block.times_s[-1]) for each in uploads() for block in each.blocks
    )


def test_device_days__registers_give_the_true_energy_back() -> None:
    simulation = year_2025()

    assert len(simulation.true_wh) == 14
    for name, true_wh in simulation.true_wh.items():
        meter, block = park().meters[name], whole(name)
        energy = interval_energy(
            register=block,
            scale=meter.wh_per_count,
            modulus=meter.modulus,
            max_interval_wh=round(meter.max_kw * 250),
            events=events(),
            period=simulation.period,
        )

        found_wh = energy.series.total_wh + energy.gap_wh
        assert abs(found_wh - int(true_wh.sum())) < meter.wh_per_count
        assert energy.n_rejected == energy.n_gaps_rejected == 0
        measured = energy.series.measured
        assert np.abs(energy.series.wh[measured] - true_wh[measured]).max() < meter.wh_per_count


def test_device_days__some_registers_roll_over() -> None:
    rolled: list[str] = []
    for name in park().meters:
        block = whole(name)
        counts = block.counts[block.quality == Quality.MEASURED]
        assert counts.min() >= 0
        assert counts.max() < park().meters[name].modulus
        if (np.diff(counts) < -park().meters[name].modulus // 2).any():
            rolled.append(name)

    assert "M-E2" in rolled
    assert 2 <= len(rolled) < len(park().meters)


def test_device_days__lost_links_are_missing_and_labelled() -> None:
    lost = [f for f in year_2025().faults if f.kind is FaultKind.METER_LINK_LOST]
    missing: dict[str, list[int]] = defaultdict(list)
    for name in park().meters:
        block = whole(name)
        gone = block.quality != Quality.MEASURED
        assert set(block.counts[gone].tolist()) <= {NO_COUNT}
        assert set(block.quality[gone].tolist()) <= {Quality.MISSING}
        missing[name] += block.times_s[gone].tolist()

    expected: dict[str, list[int]] = defaultdict(list)
    for fault in lost:
        expected[fault.meter] += range(fault.start_s, fault.end_s, 900)
    assert len(lost) == 12
    assert {name: times for name, times in missing.items() if times} == dict(expected)


def test_device_days__swap_is_a_typed_event_at_a_settlement_edge() -> None:
    (fault,) = [f for f in year_2025().faults if f.kind is FaultKind.METER_SWAPPED]
    (event,) = events()

    block = whole(event.point)
    at = int(np.searchsorted(block.times_s, event.at_s))
    assert (event.point, event.at_s) == (fault.meter, fault.start_s)
    assert event.kind is MeterEventKind.SWAP
    assert event.at_s % 900 == 0
    assert event.initial_count == block.counts[at]
    assert event.final_count != event.initial_count


def test_device_days__a_later_run_continues_the_registers() -> None:
    parts = [
        simulate(park(), first_day=first_day, n_days=2, seed=SEED)
        for first_day in (date(2025, 12, 30), date(2026, 1, 1))
    ]

    closing, opening = (
        {
            block.point: int(block.counts[0])
            for each in device_days(part, park())
            for block in each.blocks
            if each.day == date(2026, 1, 1)
        }
        for part in parts
    )

    assert len(closing) == 14
    assert closing == opening


def test_device_days__a_leaving_meter_closes_and_falls_silent() -> None:
    newcomer = park_with_newcomer(date(2025, 3, 2), date(2025, 3, 4))
    simulation = simulate(newcomer, first_day=date(2025, 3, 1), n_days=5, seed=SEED)

    n_by_day = {
        each.day.day: len(block.times_s)
        for each in device_days(simulation, newcomer)
        for block in each.blocks
        if block.point == "M-E4"
    }

    assert n_by_day == {2: 96, 3: 96, 4: 1}


@pytest.mark.parametrize("name", ["changzhi", "xingxian"])
def test_device_days__shipped_parks_no_honest_reading_is_refused(name: str) -> None:
    shipped, simulation = shipped_2025(name)
    uploads_of_park = list(device_days(simulation, shipped))
    swaps = [event for each in uploads_of_park for event in each.events]

    refused: dict[str, int] = {}
    for meter in shipped.meters.values():
        energy = interval_energy(
            register=joined(uploads_of_park, meter.id),
            scale=meter.wh_per_count,
            modulus=meter.modulus,
            max_interval_wh=round(meter.max_kw * 250),
            events=swaps,
            period=simulation.period,
        )
        if energy.n_rejected or energy.n_gaps_rejected:
            refused[meter.id] = energy.n_rejected

    assert len(shipped.meters) >= 20
    assert refused == {}
