"""What happens at a station on one day, whatever was planned: sun, own load, vehicles."""

from dataclasses import dataclass
from typing import Final

MINUTES: Final = 1440
"""Minutes of a day; the station's zone has no day of another length."""
QUARTER_MIN: Final = 15
QUARTERS: Final = MINUTES // QUARTER_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One vehicle at one charging point."""

    id: str
    charger: str
    is_booked: bool
    """Whether it was known before it came; who was not is known from its arrival on."""
    arrival_min: int
    told_min: int
    """When it said that it would leave [min of the day]."""
    departure_min: int
    """When it leaves; nobody knows before [min of the day]."""
    wanted_wh: int
    minute_wh: int
    """What it can take in one minute [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDay:
    """What a day brings; everything but the vehicles by quarter of an hour."""

    sun_wh: tuple[int, ...]
    sun_told_wh: tuple[int, ...]
    """What was forecast the day before [Wh]."""
    base_wh: tuple[int, ...]
    visits: tuple[Visit, ...]
    turned_away: int
    """Vehicles that found no free charging point."""


def minutes_of(quarters_wh: tuple[int, ...]) -> tuple[int, ...]:
    """Spread quarters over their minutes, whole watt-hours, the earlier minute first.

    Example:
        >>> minutes_of((16,))[:3]
        (2, 1, 1)
    """
    spread = list[int]()
    for total_wh in quarters_wh:
        each, rest = divmod(total_wh, QUARTER_MIN)
        spread += [each + (minute < rest) for minute in range(QUARTER_MIN)]
    return tuple(spread)
