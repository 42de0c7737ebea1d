"""The law register-energy/v1: examples of every clause, and the closure property."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taihang.core.metering.energy import (
    OffGridEnergyError,
    ReadingOrderError,
    RegisterEnergy,
    RegisterOffDialError,
    energy_block,
    interval_energy,
)
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality, Quantity

START = datetime(2026, 6, 1, tzinfo=UTC)
START_S = int(START.timestamp())
MEASURED, ESTIMATED, MANUAL, MISSING, REJECTED = (int(quality) for quality in Quality)


def period(n_steps: int) -> Period:
    return Period(START, START + n_steps * timedelta(minutes=15))


def register(
    counts: Sequence[int],
    *,
    offsets_s: Sequence[int] | None = None,
    quality: Sequence[int] | None = None,
) -> ReadingBlock:
    offsets = range(0, STEP_S * len(counts), STEP_S) if offsets_s is None else offsets_s
    return ReadingBlock(
        point="M",
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale="1",
        modulus=0,
        times_s=START_S + np.array(offsets, np.int64),
        counts=np.array(counts, np.int64),
        quality=np.array([0] * len(counts) if quality is None else quality, np.uint8),
    )


def swap(offset_s: int, final_count: int, initial_count: int, *, point: str = "M") -> MeterEvent:
    return MeterEvent(point, MeterEventKind.SWAP, START_S + offset_s, final_count, initial_count)


def settle(
    block: ReadingBlock,
    *,
    n_steps: int,
    modulus: int = 0,
    max_interval_wh: int = 100,
    events: Sequence[MeterEvent] = (),
) -> RegisterEnergy:
    return interval_energy(
        register=block,
        scale=1,
        modulus=modulus,
        max_interval_wh=max_interval_wh,
        events=events,
        period=period(n_steps),
    )


def test_interval_energy__is_the_difference_of_two_registers() -> None:
    energy = settle(register([10, 30, 30, 45]), n_steps=3)

    assert energy.series.wh.tolist() == [20, 0, 15]
    assert energy.series.quality.tolist() == [MEASURED] * 3
    assert energy.series.start_s == START_S


def test_interval_energy__counts_are_worth_their_scale() -> None:
    energy = interval_energy(
        register=register([1, 4]),
        scale=250,
        modulus=0,
        max_interval_wh=750,
        events=(),
        period=period(1),
    )

    assert energy.series.wh.tolist() == [750]


def test_interval_energy__a_missing_edge_leaves_a_stated_gap() -> None:
    energy = settle(register([10, 30, 90, 95], offsets_s=[0, 900, 2_700, 3_600]), n_steps=4)

    assert energy.series.wh.tolist() == [20, 0, 0, 5]
    assert energy.series.quality.tolist() == [MEASURED, MISSING, MISSING, MEASURED]
    assert (energy.gap_wh, energy.n_gaps, energy.n_missing) == (60, 1, 2)


@pytest.mark.parametrize("unusable", [ESTIMATED, MISSING, REJECTED])
def test_interval_energy__looks_only_at_measured_and_manual_registers(unusable: int) -> None:
    block = register([10, 99, 30, 40], quality=[MEASURED, unusable, MANUAL, MEASURED])

    energy = settle(block, n_steps=3)

    assert energy.series.quality.tolist() == [MISSING, MISSING, MANUAL]
    assert (energy.series.total_wh, energy.gap_wh) == (10, 20)


def test_interval_energy__registers_beside_the_grid_bound_only_the_gap() -> None:
    block = register([5, 10, 17, 30, 33], offsets_s=[100, 900, 1_000, 1_800, 1_860])

    energy = settle(block, n_steps=3)

    assert energy.series.wh.tolist() == [0, 20, 0]
    assert energy.series.quality.tolist() == [MISSING, MEASURED, MISSING]
    assert (energy.gap_wh, energy.n_gaps) == (5 + 3, 2)


def test_interval_energy__registers_of_other_periods_do_not_count() -> None:
    block = register([1, 10, 30, 99], offsets_s=[-900, 0, 900, 1_800])

    energy = settle(block, n_steps=1)

    assert (energy.series.wh.tolist(), energy.gap_wh) == ([20], 0)


@pytest.mark.parametrize("counts", [[], [7]])
def test_interval_energy__fewer_than_two_registers_are_no_energy(counts: list[int]) -> None:
    energy = settle(register(counts), n_steps=2)

    assert energy.series.quality.tolist() == [MISSING, MISSING]
    assert (energy.gap_wh, energy.rejected_wh, energy.n_gaps) == (0, 0, 0)


def test_interval_energy__a_dial_that_starts_again_is_one_rollover() -> None:
    energy = settle(register([990, 10, 20]), n_steps=2, modulus=1_000)

    assert (energy.series.wh.tolist(), energy.n_rollover) == ([20, 10], 1)


def test_interval_energy__a_rollover_may_reach_the_limit_but_not_pass_it() -> None:
    at_limit = settle(register([950, 50]), n_steps=1, modulus=1_000)
    beyond = settle(register([949, 50]), n_steps=1, modulus=1_000)

    assert (at_limit.series.wh.tolist(), at_limit.n_rollover) == ([100], 1)
    assert (beyond.series.quality.tolist(), beyond.n_rollover) == ([REJECTED], 0)


def test_interval_energy__a_rollover_never_mends_a_swap() -> None:
    energy = settle(register([990, 5]), n_steps=1, modulus=1_000, events=[swap(600, 10, 0)])

    assert energy.series.quality.tolist() == [REJECTED]
    assert (energy.rejected_wh, energy.n_rollover) == (10 - 990 + 5 - 0, 0)


def test_interval_energy__a_reset_is_not_taken_for_a_rollover() -> None:
    energy = settle(register([500, 0, 20]), n_steps=2, modulus=1_000)

    assert energy.series.quality.tolist() == [REJECTED, MEASURED]
    assert energy.series.wh.tolist() == [0, 20]
    assert (energy.rejected_wh, energy.n_rollover, energy.n_rejected) == (-500, 0, 1)


def test_interval_energy__rejects_what_the_meter_cannot_have_counted() -> None:
    energy = settle(register([0, 100, 201]), n_steps=2)

    assert energy.series.quality.tolist() == [MEASURED, REJECTED]
    assert (energy.series.total_wh, energy.rejected_wh) == (100, 101)


def test_interval_energy__the_limit_of_a_gap_grows_with_its_length() -> None:
    honest = settle(register([0, 300], offsets_s=[0, 2_700]), n_steps=3)
    too_much = settle(register([0, 301], offsets_s=[0, 2_700]), n_steps=3)

    assert (honest.gap_wh, honest.n_gaps_rejected) == (300, 0)
    assert (too_much.gap_wh, too_much.rejected_wh, too_much.n_gaps_rejected) == (0, 301, 1)


def test_interval_energy__a_swap_joins_old_stop_and_new_start() -> None:
    energy = settle(register([100, 75, 80]), n_steps=2, events=[swap(600, 110, 70)])

    assert (energy.series.wh.tolist(), energy.n_events) == ([10 + 5, 5], 1)


def test_interval_energy__the_register_at_the_instant_of_a_swap_is_the_new_meters() -> None:
    energy = settle(register([100, 70, 80]), n_steps=2, events=[swap(900, 110, 70)])

    assert energy.series.wh.tolist() == [10, 10]


def test_interval_energy__two_swaps_in_one_interval_add_up() -> None:
    events = [swap(700, 9, 50), swap(600, 110, 4)]

    energy = settle(register([100, 53]), n_steps=1, events=events)

    assert (energy.series.wh.tolist(), energy.n_events) == ([10 + 5 + 3], 2)


@pytest.mark.parametrize(
    ("final_count", "initial_count"), [(99, 70), (110, 76)], ids=["old-stop", "new-start"]
)
def test_interval_energy__a_swap_whose_record_contradicts_the_registers_is_rejected(
    final_count: int, initial_count: int
) -> None:
    energy = settle(
        register([100, 75]),
        n_steps=1,
        events=[swap(600, final_count, initial_count)],
        modulus=1_000,
    )

    assert energy.series.quality.tolist() == [REJECTED]
    assert (energy.rejected_wh, energy.n_rollover) == (final_count - 100 + 75 - initial_count, 0)


def test_interval_energy__events_elsewhere_change_nothing() -> None:
    events = [
        swap(0, 5, 900),
        swap(1_801, 5, 900),
        swap(600, 5, 900, point="another"),
    ]

    energy = settle(register([10, 30, 40]), n_steps=2, events=events)

    assert (energy.series.wh.tolist(), energy.n_events) == ([20, 10], 0)


@pytest.mark.parametrize(("counts", "modulus"), [([-1, 5], 0), ([5, 1_000], 1_000)])
def test_interval_energy__refuses_registers_off_the_dial(counts: list[int], modulus: int) -> None:
    with pytest.raises(RegisterOffDialError, match="classify the rows"):
        settle(register(counts), n_steps=1, modulus=modulus)


def test_interval_energy__refuses_times_out_of_order() -> None:
    with pytest.raises(ReadingOrderError, match="strictly increasing"):
        settle(register([1, 2], offsets_s=[900, 900]), n_steps=1)


FLOWS = st.lists(st.integers(0, 100), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(flows=FLOWS, data=st.data())
def test_interval_energy__intervals_gaps_and_refusals_close_on_the_registers(
    flows: list[int], data: st.DataObject
) -> None:
    """Whatever is missing, moved, swapped or false: the parts are the register difference."""
    n_steps = len(flows)
    noise = data.draw(st.dictionaries(st.integers(0, n_steps), st.integers(0, 999), max_size=4))
    clean = np.cumsum([data.draw(st.integers(0, 999)), *flows]) % 1_000
    counts = [noise.get(row, int(count)) for row, count in enumerate(clean)]
    quality = data.draw(
        st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4]), min_size=n_steps + 1, max_size=n_steps + 1)
    )
    offsets = [
        row * STEP_S + data.draw(st.sampled_from([0, 0, 0, 7])) for row in range(n_steps + 1)
    ]
    events = data.draw(
        st.lists(
            st.builds(
                swap,
                st.integers(1, n_steps * STEP_S),
                st.integers(0, 999),
                st.integers(0, 999),
            ),
            max_size=3,
        )
    )
    block = register(counts, offsets_s=offsets, quality=quality)

    energy = settle(block, n_steps=n_steps, modulus=1_000, events=events)

    usable = np.isin(block.quality, [MEASURED, MANUAL]) & (
        block.times_s <= START_S + n_steps * STEP_S
    )
    seen, seen_s = block.counts[usable], block.times_s[usable]
    unrolled = 0
    if len(seen):
        passed = [e for e in events if seen_s[0] < e.at_s <= seen_s[-1]]
        unrolled = int(seen[-1] - seen[0]) + 1_000 * energy.n_rollover
        unrolled += sum(e.final_count - e.initial_count for e in passed)
    assert unrolled == energy.series.total_wh + energy.gap_wh + energy.rejected_wh
    assert n_steps == int(energy.series.present.sum()) + energy.n_missing + energy.n_rejected
    assert bool(np.all((energy.series.wh >= 0) & (energy.series.wh <= 100)))


@settings(max_examples=150, deadline=None)
@given(flows=FLOWS, first=st.integers(0, 999), data=st.data())
def test_interval_energy__rollovers_and_swaps_lose_no_watt_hour(
    flows: list[int], first: int, data: st.DataObject
) -> None:
    counts, events, count = [first], list[MeterEvent](), first
    for row, flow in enumerate(flows):
        # A part of the flow before the swap, the rest on the new meter; no dial rolls over in it.
        before = data.draw(st.integers(0, flow))
        start = data.draw(st.integers(0, 999 - flow))
        if count + before < 1_000 and data.draw(st.booleans()):
            offset_s = row * STEP_S + data.draw(st.integers(1, STEP_S))
            events.append(swap(offset_s, count + before, start))
            count = start + flow - before
        else:
            count = (count + flow) % 1_000
        counts.append(count)

    energy = settle(register(counts), n_steps=len(flows), modulus=1_000, events=events)

    assert flows == energy.series.wh.tolist()
    assert len(events) == energy.n_events
    assert (energy.gap_wh, energy.rejected_wh) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(flows=FLOWS, data=st.data())
def test_interval_energy__losing_registers_never_adds_energy(
    flows: list[int], data: st.DataObject
) -> None:
    truth = register(np.cumsum([50, *flows]).tolist())
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(flows) + 1)))[: len(flows) + 1]
    lossy = replace(
        truth, times_s=truth.times_s[kept], counts=truth.counts[kept], quality=truth.quality[kept]
    )

    whole = settle(truth, n_steps=len(flows))
    less = settle(lossy, n_steps=len(flows))

    assert bool(np.all(less.series.wh <= whole.series.wh))
    assert less.series.total_wh + less.gap_wh <= whole.series.total_wh


def energy_readings(
    wh: Sequence[int], *, quality: Sequence[int], offset_s: int = 0
) -> ReadingBlock:
    block = register(wh, quality=quality)
    return replace(block, quantity=Quantity.ENERGY, times_s=block.times_s + offset_s)


def test_energy_block__places_values_with_their_quality() -> None:
    block = energy_readings(
        [5, 6, 7, 8, 9, 101, -1],
        quality=[MEASURED, ESTIMATED, MANUAL, MISSING, REJECTED, MEASURED, MEASURED],
    )

    energy = energy_block(energy=block, scale=1, max_interval_wh=100, period=period(8))

    assert energy.series.wh.tolist() == [5, 6, 7, 0, 0, 0, 0, 0]
    expected = [MEASURED, ESTIMATED, MANUAL, MISSING, REJECTED, REJECTED, REJECTED, MISSING]
    assert expected == energy.series.quality.tolist()
    assert (energy.rejected_wh, energy.n_rejected, energy.n_missing) == (100, 3, 2)


def test_energy_block__a_net_meter_may_count_backwards() -> None:
    block = energy_readings([-20, -21], quality=[MEASURED, MEASURED])

    energy = energy_block(
        energy=block, scale=1, max_interval_wh=100, min_interval_wh=-20, period=period(2)
    )

    assert energy.series.quality.tolist() == [MEASURED, REJECTED]
    assert energy.series.total_wh == -20


def test_energy_block__readings_of_other_periods_do_not_count() -> None:
    block = energy_readings([1, 2, 3], quality=[MEASURED] * 3, offset_s=-STEP_S)

    energy = energy_block(energy=block, scale=10, max_interval_wh=100, period=period(1))

    assert energy.series.wh.tolist() == [20]


def test_energy_block__refuses_energy_beside_the_grid() -> None:
    block = energy_readings([1, 2], quality=[MEASURED] * 2, offset_s=600)

    with pytest.raises(OffGridEnergyError, match="settlement grid"):
        energy_block(energy=block, scale=1, max_interval_wh=100, period=period(3))


def test_energy_block__refuses_times_out_of_order() -> None:
    block = energy_readings([1, 2], quality=[MEASURED] * 2)

    with pytest.raises(ReadingOrderError, match="sort the readings"):
        energy_block(
            energy=replace(block, times_s=block.times_s[::-1]),
            scale=1,
            max_interval_wh=100,
            period=period(3),
        )
