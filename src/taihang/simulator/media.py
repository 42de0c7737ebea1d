"""Registers of gas, water, steam and heat meters, hour by hour.

A meter counts what the form of its month would have said (``forms``), spread over the hours by a
working day and some noise. Months stand alone, so that no register depends on the window of a run.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import ReadingBlock
from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.periods import Period, days, month
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality, Quantity
from taihang.simulator.faults import meter_serves
from taihang.simulator.forms import medium_amount
from taihang.simulator.plan import PlanMissingError
from taihang.simulator.streams import Stream

HOUR_S: Final = int(SECONDS_PER_HOUR)
_HOURS_A_DAY: Final = 24
_WORK_HOURS_H: Final = (8, 20)
_WORK_MORE_RATIO: Final = 0.4
"""So much more flows in the working hours of a day [1]."""
_NOISE_RATIO: Final = 0.1
_AN_HOUR: Final = timedelta(hours=1)
_STEPS: Final = 10**9
"""Enough steps that rounding the amount of one does not matter."""
MediaRegisters = Mapping[str, NDArray[np.int64]]
"""Register at each hour of a run by meter id, both ends included, shape (n_hours + 1,). [counts]"""


def media_registers(
    park: Park, *, period: Period, seed: int, world_first_year: int
) -> MediaRegisters:
    """Return what the meters of other media show at each hour of a run.

    Args:
        park: The park.
        period: Whole local days.
        seed: Names the world.
        world_first_year: Registers start to count on its first local day.

    Returns:
        Registers by meter id.

    Raises:
        PlanMissingError: If the simulator knows no use of a medium at its user.
    """
    return {
        meter.id: _register(meter, park, period, seed, world_first_year=world_first_year)
        for meter in park.media_meters.values()
    }


def medium_block(
    meter: MediumMeter | ReactiveMeter,
    register: NDArray[np.int64],
    *,
    day: date,
    period: Period,
    park: Park,
) -> ReadingBlock | None:
    """Return the hourly registers of one local day, one that closes the day before, or None.

    Args:
        meter: The meter, of a medium or of reactive energy.
        register: Its registers over the run.
        day: The local day.
        period: The local days of the run.
        park: The park.
    """
    of_day = days(day, 1, park.zone)
    n_hours = 0
    if of_day.start < period.end and meter_serves(park, meter, day):
        n_hours = (of_day.end_s - of_day.start_s) // HOUR_S
    elif period.start < of_day.start <= period.end:
        before = (of_day.start - _AN_HOUR).astimezone(park.zone).date()
        n_hours = int(meter_serves(park, meter, before))
    if not n_hours:
        return None
    first = (of_day.start_s - period.start_s) // HOUR_S
    return ReadingBlock(
        point=meter.id,
        quantity=Quantity.REGISTER,
        unit=str(meter.unit),
        scale=str(meter.scale),
        modulus=meter.modulus,
        times_s=of_day.start_s + HOUR_S * np.arange(n_hours, dtype=np.int64),
        counts=register[first : first + n_hours],
        quality=np.full(n_hours, Quality.MEASURED, np.uint8),
    )


def _register(
    meter: MediumMeter, park: Park, period: Period, seed: int, *, world_first_year: int
) -> NDArray[np.int64]:
    """Return the register of a meter at each hour of a run, shape (n_hours + 1,) [counts]."""
    start = int(Stream(seed, "medium-register", meter.id).one() * meter.modulus)
    parts: list[NDArray[np.int64]] = []
    first_s = 0
    for name in _months(world_first_year, period, park):
        of = month(name, park.zone)
        total = _month_counts(meter, park, name, seed)
        if of.end > period.start:
            first_s = first_s or of.start_s
            parts.append(start + _by_hour(of, total, Stream(seed, "medium", meter.id, name)))
        start += total
    hours = np.concatenate([*parts, [start]])
    first = (period.start_s - first_s) // HOUR_S
    n_hours = (period.end_s - period.start_s) // HOUR_S
    return (hours[first : first + n_hours + 1] % meter.modulus).astype(np.int64)


def _months(world_first_year: int, period: Period, park: Park) -> Iterator[str]:
    year, number = world_first_year, 1
    while month(f"{year}-{number:02d}", park.zone).start < period.end:
        yield f"{year}-{number:02d}"
        year, number = year + number // 12, number % 12 + 1


def _month_counts(meter: MediumMeter, park: Park, name: str, seed: int) -> int:
    amount = medium_amount(meter, park, name, seed=seed)
    if amount is None:
        raise PlanMissingError(
            given=f"{meter.medium} at {meter.node}, which {meter.id} counts",
            expected="a medium that the sector and the plan of this enterprise let it use",
            remedy="simulate without the meter, or give the enterprise a larger plan",
        )
    per_count = float(meter.stated_amount(_STEPS)) / _STEPS * meter.scale
    return round(amount / per_count)


def _by_hour(of: Period, total: int, stream: Stream) -> NDArray[np.int64]:
    """Return what was counted up to each hour of a month, shape (n_hours,) [counts]."""
    n_hours = (of.end_s - of.start_s) // HOUR_S
    hour_h = np.arange(n_hours) % _HOURS_A_DAY
    working = (hour_h >= _WORK_HOURS_H[0]) & (hour_h < _WORK_HOURS_H[1])
    weights = 1 + _WORK_MORE_RATIO * working + _NOISE_RATIO * stream.bell(n_hours)
    upto = np.concatenate([[0.0], np.cumsum(weights)])
    return np.floor(total * (upto[:-1] / upto[-1])).astype(np.int64)
