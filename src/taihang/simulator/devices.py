"""What the gateways of the park would send: registers, day by day.

A register counts whole counts of the energy since the first year of the simulator's world, so that
quantising loses nothing, and a run continues the registers of an earlier run of the same seed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Gateway, Meter
from taihang.core.periods import STEP_S, days
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.core.series import Quality, Quantity
from taihang.simulator.faults import (
    Fault,
    FaultKind,
    faults_of,
    meter_serves,
    swap_shift_count,
)
from taihang.simulator.media import MediaRegisters, media_registers, medium_block
from taihang.simulator.park_box import Simulation, energy_of_year_wh
from taihang.simulator.reactive import reactive_registers
from taihang.simulator.streams import Stream

WORLD_FIRST_YEAR: Final = 2025
"""Registers start to count on its first local day. Moving it would move every register."""
NO_COUNT: Final = int(np.iinfo(np.int64).min)
"""What stands in place of a count that could not be read."""
_ROLLING_SHARE: Final = 0.4
"""Share of meters whose register passes its last digit within the first two years."""
_CYCLES_PER_YEAR: Final = 600.0
_Registers = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class GatewayDay:
    """What one gateway saw on one local day: the upload that it would send."""

    gateway: str
    day: date
    sent_at_s: int
    """A quarter of an hour after the last reading [s since 1970-01-01T00:00Z]."""
    blocks: tuple[ReadingBlock, ...]
    """Registers of the meters in service, in the order of the gateway."""
    events: tuple[MeterEvent, ...]


def device_days(simulation: Simulation, park: Park) -> Iterator[GatewayDay]:
    """Yield what each gateway saw on each local day, in order of day and gateway.

    Every meter in service is read at each quarter of an hour from the local midnight on, one of
    another medium than electricity at each hour. The day
    after its last day gives one closing reading at midnight, so that the last interval can settle;
    so does the day after the run. At the instant of a swap the reading is that of the new meter.

    Args:
        simulation: What happened.
        park: The park that was simulated.

    Yields:
        Register blocks and typed events; a gateway that reads no meter on a day is left out.
    """
    upto_wh = _upto_wh(simulation, park)
    registers = _registers(simulation, park, upto_wh)
    hourly = {
        **media_registers(
            park, period=simulation.period, seed=simulation.seed, world_first_year=WORLD_FIRST_YEAR
        ),
        **reactive_registers(park, upto_wh, seed=simulation.seed),
    }
    for offset in range(simulation.n_days + 1):
        day = simulation.first_day + timedelta(days=offset)
        times_s = days(day, 1, park.zone).grid_s()
        for gateway in park.gateways.values():
            blocks = tuple(
                _block(park.meters[name], registers[name], times_s=times_s[:n], run=simulation)
                for name in gateway.meters
                if name in park.meters
                and (n := _n_readings(park.meters[name], day, park=park, run=simulation))
            )
            blocks += _hourly_blocks(gateway, hourly, day=day, park=park, run=simulation)
            if blocks:
                yield GatewayDay(
                    gateway=gateway.id,
                    day=day,
                    sent_at_s=max(int(block.times_s[-1]) for block in blocks) + STEP_S,
                    blocks=blocks,
                    events=_events(blocks, registers, park=park, run=simulation),
                )


def initial_count(meter: Meter, *, park: Park, seed: int) -> int:
    """Return the register of a meter at the start of the world.

    Two meters in five start where one or two usual years carry them past their last digit; the
    others start anywhere.
    """
    stream = Stream(seed, "register", meter.id)
    year_counts = max(_usual_year_wh(park, meter) // meter.wh_per_count, 1)
    rolls, place = stream.one() < _ROLLING_SHARE, stream.one()
    if rolls:
        return -int((0.1 + 1.8 * place) * year_counts) % meter.modulus
    return int(place * meter.modulus)


def _usual_year_wh(park: Park, meter: Meter) -> int:
    plans_mwh = {
        each.id: each.planned_mwh_per_year or 0.0
        for each in (*park.enterprises.values(), *park.plants.values(), *park.stations.values())
    }
    if meter.node in park.batteries:
        return round(park.batteries[meter.node].energy_kwh * WH_PER_KWH * _CYCLES_PER_YEAR)
    if meter.measures in {Direction.EXPORT, Direction.CURTAILMENT}:
        return 0
    if meter.measures is Direction.IMPORT:
        return round(sum(plans_mwh.values()) / len(park.grids) * WH_PER_MWH)
    return round(plans_mwh[meter.node] * WH_PER_MWH)


def _upto_wh(run: Simulation, park: Park) -> dict[str, NDArray[np.int64]]:
    """What each meter counted since the world began at each edge, shape (n_steps + 1,) [Wh]."""
    start_wh = dict(run.before_wh)
    for year in range(WORLD_FIRST_YEAR, run.first_day.year):
        for name, energy_wh in energy_of_year_wh(park, year=year, seed=run.seed).items():
            start_wh[name] += energy_wh
    return {
        name: np.concatenate([[0], energy_wh.cumsum()]) + start_wh[name]
        for name, energy_wh in run.true_wh.items()
    }


def _registers(run: Simulation, park: Park, upto_wh: Mapping[str, NDArray[np.int64]]) -> _Registers:
    """Register of each meter at each edge of the run, shape (n_steps + 1,) [counts]."""
    edges_s = np.append(run.period.grid_s(), run.period.end_s)
    registers: dict[str, NDArray[np.int64]] = {}
    for name, energy_wh in upto_wh.items():
        meter = park.meters[name]
        registers[name] = energy_wh // meter.wh_per_count
        registers[name] += initial_count(meter, park=park, seed=run.seed)
    for fault in _swaps_since_the_beginning(run, park):
        shift = swap_shift_count(park.meters[fault.meter], swap_s=fault.start_s, seed=run.seed)
        registers[fault.meter][edges_s >= fault.start_s] += shift
    return {name: counts % park.meters[name].modulus for name, counts in registers.items()}


def _swaps_since_the_beginning(run: Simulation, park: Park) -> list[Fault]:
    first_day = date(WORLD_FIRST_YEAR, 1, 1)
    n_days = (run.first_day - first_day).days + run.n_days
    faults = faults_of(park, seed=run.seed, first_day=first_day, n_days=n_days)
    return [fault for fault in faults if fault.kind is FaultKind.METER_SWAPPED]


def _n_readings(meter: Meter, day: date, *, park: Park, run: Simulation) -> int:
    """How many readings of a meter a local day has: all of them, one that closes, or none."""
    day_after_run = run.first_day + timedelta(days=run.n_days)
    if day < day_after_run and meter_serves(park, meter, day):
        return days(day, 1, park.zone).n_steps
    before = day - timedelta(days=1)
    return int(before >= run.first_day and meter_serves(park, meter, before))


def _block(
    meter: Meter, register: NDArray[np.int64], *, times_s: NDArray[np.int64], run: Simulation
) -> ReadingBlock:
    first = (int(times_s[0]) - run.period.start_s) // STEP_S
    counts = register[first : first + len(times_s)].copy()
    quality = np.full(len(times_s), Quality.MEASURED, np.uint8)
    for fault in run.faults:
        if fault.meter == meter.id and fault.kind is FaultKind.METER_LINK_LOST:
            lost = (times_s >= fault.start_s) & (times_s < fault.end_s)
            counts[lost], quality[lost] = NO_COUNT, Quality.MISSING
    return ReadingBlock(
        point=meter.id,
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale=str(meter.wh_per_count),
        modulus=meter.modulus,
        times_s=times_s,
        counts=counts,
        quality=quality,
    )


def _hourly_blocks(
    gateway: Gateway, hourly: MediaRegisters, *, day: date, park: Park, run: Simulation
) -> tuple[ReadingBlock, ...]:
    found = (
        medium_block(meter, hourly[name], day=day, period=run.period, park=park)
        for name in gateway.meters
        if name in hourly
        and (meter := park.register_meter(name)) is not None
        and not isinstance(meter, Meter)
    )
    return tuple(block for block in found if block is not None)


def _events(
    blocks: tuple[ReadingBlock, ...], registers: _Registers, *, park: Park, run: Simulation
) -> tuple[MeterEvent, ...]:
    """Swaps of the meters that were read, at an instant at which they were read."""
    times_of = {block.point: block.times_s for block in blocks}
    events: list[MeterEvent] = []
    for fault in run.faults:
        swapped = fault.kind is FaultKind.METER_SWAPPED and fault.meter in times_of
        if not swapped or fault.start_s not in times_of[fault.meter]:
            continue
        meter = park.meters[fault.meter]
        shift = swap_shift_count(meter, swap_s=fault.start_s, seed=run.seed)
        # The register itself, not the reading: the link may be down at that very instant.
        fresh = int(registers[meter.id][(fault.start_s - run.period.start_s) // STEP_S])
        events.append(
            MeterEvent(
                point=meter.id,
                kind=MeterEventKind.SWAP,
                at_s=fault.start_s,
                final_count=(fresh - shift) % meter.modulus,
                initial_count=fresh,
            )
        )
    return tuple(events)
