"""Labelled imperfections of the devices: what is wrong, where and when, known in advance.

They depend on the park, the seed and the calendar only, never on the length of the run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import STEP_S, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.simulator.streams import Stream

_LINK_LOSS_H: Final = 6
_FIRST_LINK_LOSS_DAY: Final = 3
_LINK_LOSS_DAYS: Final = 7
"""Once a month, between its 3rd and 9th day: a fortnight from the 1st always shows one."""
_FIRST_SWAP_DAY: Final = 60
_SWAP_DAYS: Final = 240
_SWAP_HOUR: Final = 10
_SWAP_SPAN: Final = 10_000
"""A new meter comes from the test bench with another register, up to this many counts away."""


class FaultKind(StrEnum):
    """What is wrong."""

    METER_LINK_LOST = "meter-link-lost"
    """A gateway cannot reach one of its meters: readings are missing, the register runs on."""
    METER_SWAPPED = "meter-swapped"
    """A meter is replaced; a typed event says so."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One imperfection: what, where and when."""

    kind: FaultKind
    gateway: str
    meter: str
    start_s: int
    """First reading that is missing, or the instant of the swap. [s since 1970-01-01T00:00Z]"""
    end_s: int
    """First reading that is there again; the same instant for a swap. [s]"""


def meter_serves(park: Park, meter: Meter | MediumMeter | ReactiveMeter, day: date) -> bool:
    """Say whether a meter and what it stands for are in service on a local day."""
    return meter.in_service.covers(day) and park.assets[meter.node].in_service.covers(day)


def faults_of(park: Park, *, seed: int, first_day: date, n_days: int) -> tuple[Fault, ...]:
    """Return the faults of some local days in order of time.

    One meter link is lost for six hours once a month, and one consumption meter is swapped once
    a year.

    Args:
        park: The park; only meters of a gateway can fail.
        seed: Seed of the simulation.
        first_day: First local day.
        n_days: How many days.

    Returns:
        The faults that start on these days.
    """
    last_day = first_day + timedelta(days=n_days)
    found = [
        fault
        for day, fault in _all_faults(park, seed=seed, first=first_day, last=last_day)
        if first_day <= day < last_day
    ]
    return tuple(sorted(found, key=lambda fault: (fault.start_s, fault.meter)))


def swap_shift_count(meter: Meter, *, swap_s: int, seed: int) -> int:
    """Return how far the register of the new meter stands from that of the old one."""
    return 1 + Stream(seed, "swap-register", meter.id, swap_s).below(
        min(_SWAP_SPAN, meter.modulus - 1)
    )


def _all_faults(park: Park, *, seed: int, first: date, last: date) -> Iterator[tuple[date, Fault]]:
    for year in range(first.year, last.year + 1):
        stream = Stream(seed, "swap", year)
        day = date(year, 1, 1) + timedelta(days=_FIRST_SWAP_DAY + stream.below(_SWAP_DAYS))
        yield from _at(park, day, hour=_SWAP_HOUR, draw=stream.one(), kind=FaultKind.METER_SWAPPED)
        for month in range(1, 13):
            stream = Stream(seed, "link", year, month)
            day = date(year, month, _FIRST_LINK_LOSS_DAY + stream.below(_LINK_LOSS_DAYS))
            hour = 1 + stream.below(24 - _LINK_LOSS_H - 1)
            yield from _at(park, day, hour=hour, draw=stream.one(), kind=FaultKind.METER_LINK_LOST)


def _at(
    park: Park, day: date, *, hour: int, draw: float, kind: FaultKind
) -> Iterator[tuple[date, Fault]]:
    swapped = kind is FaultKind.METER_SWAPPED
    candidates = [
        (gateway.id, name)
        for gateway in park.gateways.values()
        for name in gateway.meters
        # Meters of other media are honest here: their faults are planted by tests.
        if name in park.meters
        and meter_serves(park, park.meters[name], day)
        and (not swapped or park.meters[name].measures is Direction.CONSUMPTION)
    ]
    if not candidates:
        return
    gateway, meter = candidates[int(draw * len(candidates))]
    start_s = days(day, 1, park.zone).start_s + hour * SECONDS_PER_HOUR
    length_s = 0 if swapped else _LINK_LOSS_H * SECONDS_PER_HOUR
    yield day, Fault(kind, gateway, meter, start_s - start_s % STEP_S, start_s + length_s)
