"""What the gateways of the park would send: registers, day by day.

A register counts whole counts of the energy since the first year of the simulator's world, so that
quantising loses nothing, and a run continues the registers of an earlier one of the same seed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Meter
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
from taihang.simulator.park_box import Simulation, energy_of_year_wh
from taihang.simulator.streams import Stream

WORLD_FIRST_YEAR: Final = 2025
"""Registers start to count on its first local day. Moving it would move every register."""
NO_COUNT: Final = int(np.iinfo(np.int64).min)
"""What stands in place of a count that could not be read."""
_ROLLING_SHARE: Final = 0.4
"""Share of meters whose register passes its last digit within two years."""
_CYCLES_PER_YEAR: Final = 600.0


@dataclass(frozen=True, slots=True)
class GatewayDay:
    """What one gateway saw on one local day."""

    gateway: str
    day: date
    blocks: tuple[ReadingBlock, ...]
    events: tuple[MeterEvent, ...]


def device_days(simulation: Simulation, park: Park) -> Iterator[GatewayDay]:
    """Yield what each gateway saw on each local day, in order of day and gateway.

    Every meter in service is read at each quarter of an hour from the local midnight on. The day
    after its last day gives one closing reading at midnight, so that the last interval can settle;
    so does the day after the run. At the instant of a swap the reading is that of the new meter.

    Args:
        simulation: What happened.
        park: The park that was simulated.

    Yields:
        Register blocks and typed events; a gateway with nothing to say on a day is left out.
    """
    shifts = _swaps(simulation, park)
    registers = _registers(simulation, park, shifts)
    for offset in range(simulation.n_days + 1):
        day = simulation.first_day + timedelta(days=offset)
        times_s = days(day, 1, park.zone).grid_s()
        for gateway in park.gateways.values():
            blocks = tuple(
                _block(park.meters[name], registers[name], times_s[:n], simulation)
                for name in gateway.meters
                if (n := _n_readings(simulation, park, park.meters[name], day))
            )
            events = _events(simulation, park, gateway.id, registers, (day, shifts))
            if blocks or events:
                yield GatewayDay(gateway.id, day, blocks, events)


def initial_count(meter: Meter, *, park: Park, seed: int) -> int:
    """Return the register of a meter at the start of the world.

    Two meters in five start where a usual year or two carries them past their last digit; the
    others start anywhere.
    """
    stream = Stream(seed, "register", meter.id)
    year_counts = max(_usual_year_wh(park, meter) // meter.wh_per_count, 1)
    rolls, place = stream.one() < _ROLLING_SHARE, stream.one()
    if rolls:
        return int(-(0.1 + 1.8 * place) * year_counts) % meter.modulus
    return int(place * meter.modulus)


def _usual_year_wh(park: Park, meter: Meter) -> int:
    plans_mwh = {
        each.id: each.planned_mwh_per_year or 0.0
        for each in (*park.enterprises.values(), *park.plants.values(), *park.stations.values())
    }
    if meter.node in park.batteries:
        return round(park.batteries[meter.node].energy_kwh * WH_PER_KWH * _CYCLES_PER_YEAR)
    if meter.measures is Direction.EXPORT:
        return 0
    if meter.measures is Direction.IMPORT:
        return round(sum(plans_mwh.values()) / len(park.grids) * WH_PER_MWH)
    return round(plans_mwh[meter.node] * WH_PER_MWH)


def _swaps(simulation: Simulation, park: Park) -> tuple[tuple[Fault, int], ...]:
    """Every swap since the world began, with the shift of the register that it brought."""
    world = date(WORLD_FIRST_YEAR, 1, 1)
    first = min(world, simulation.first_day)
    n_days = (simulation.first_day - first).days + simulation.n_days
    faults = faults_of(park, seed=simulation.seed, first_day=first, n_days=n_days)
    return tuple(
        (
            fault,
            swap_shift_count(
                park.meters[fault.meter], swap_s=fault.start_s, seed=simulation.seed
            ),
        )
        for fault in faults
        if fault.kind is FaultKind.METER_SWAPPED
    )


def _registers(
    simulation: Simulation, park: Park, shifts: tuple[tuple[Fault, int], ...]
) -> Mapping[str, NDArray[np.int64]]:
    """Register of each meter at each edge, shape (n_steps + 1,). [counts]"""
    start_wh = dict(simulation.before_wh)
    for year in range(WORLD_FIRST_YEAR, simulation.first_day.year):
        for name, energy_wh in energy_of_year_wh(park, year=year, seed=simulation.seed).items():
            start_wh[name] += energy_wh
    edges_s = np.append(simulation.period.grid_s(), simulation.period.end_s)
    registers: dict[str, NDArray[np.int64]] = {}
    for name, energy_wh in simulation.true_wh.items():
        meter = park.meters[name]
        upto_wh = np.concatenate([[0], energy_wh.cumsum()]) + start_wh[name]
        counts = upto_wh // meter.wh_per_count
        counts += initial_count(meter, park=park, seed=simulation.seed)
        for fault, shift in shifts:
            if fault.meter == name:
                counts[edges_s >= fault.start_s] += shift
        registers[name] = counts % meter.modulus
    return registers


def _n_readings(simulation: Simulation, park: Park, meter: Meter, day: date) -> int | None:
    """How many readings a day has: all (None in a slice), one that closes, or none."""
