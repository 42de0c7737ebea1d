"""The fast rule between two plans: keeps the transformer within its limit, minute by minute.

A plan is a quarter of an hour old at most, but a vehicle that nobody announced comes now. In every
minute the set-points are taken as wishes and changed in a fixed order:

1. Draws the station more than the transformer allows: the battery stops charging; it discharges,
   as far as it can; then vehicles get less, those with the most time to spare first.
2. Would the import rise above what the plan expects and the month's peak so far: the battery stops
   charging; who came since the plan waits for the next one, if it has the time; the battery
   discharges.
3. Gives the station more than the grid takes: the battery stops discharging; it charges; the sun
   is curtailed.

What the station itself draws is never cut. Where that alone is too much, the rest is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """A vehicle in one minute."""

    id: str
    wish_wh: int
    """What it would get, at most what it can take and still wants [Wh]."""
    spare_min: float
    """Time until it leaves less the time that charging still takes; below 0 out of reach [min]."""
    may_wait: bool
    """Whether it came since the plan and has time until the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One minute as it would be without the rule."""

    sun_wh: int
    base_wh: int
    charge_wh: int
    discharge_wh: int
    charge_most_wh: int
    """What the battery can still take in this minute [Wh]."""
    discharge_most_wh: int
    cars: tuple[Car, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may cross the gateway in one minute."""

    import_wh: int
    """What the transformer carries [Wh]."""
    export_wh: int
    expected_wh: int
    """What the plan, or the month's peak so far, expects to be drawn [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What is done in one minute."""

    cars_wh: tuple[int, ...]
    """In the order of the vehicles [Wh]."""
    charge_wh: int
    discharge_wh: int
    curtailed_wh: int
    import_wh: int
    export_wh: int
    short_wh: int
    """What the station itself draws beyond the transformer; 0 but for a fault of the design."""
    cut_wh: int
    """What vehicles were given less than wished [Wh]."""


def kept(moment: Moment, bounds: Bounds) -> Doing:
    """Keep a minute within its bounds.

    Args:
        moment: The wishes.
        bounds: What may cross the gateway.

    Returns:
        What is done.

    Example:
        >>> car = Car(id="a", wish_wh=100, spare_min=9.0, may_wait=False)
        >>> moment = Moment(
        ...     sun_wh=0, base_wh=50, charge_wh=0, discharge_wh=0, charge_most_wh=0,
        ...     discharge_most_wh=30, cars=(car,),
        ... )
        >>> kept(moment, Bounds(import_wh=100, export_wh=0, expected_wh=100)).cars_wh
        (80,)
    """
    charge = min(moment.charge_wh, moment.charge_most_wh)
    discharge = min(moment.discharge_wh, moment.discharge_most_wh)
    cars = {car.id: car.wish_wh for car in moment.cars}
    fixed = moment.base_wh - moment.sun_wh
    # 1. The transformer.
    over = fixed + sum(cars.values()) + charge - discharge - bounds.import_wh
    if over > 0:
        less = min(charge, over)
        charge, over = charge - less, over - less
        more = min(moment.discharge_most_wh - discharge, over)
        discharge, over = discharge + more, over - more
        over = _cut(cars, moment.cars, over)
    # 2. The peak of the month.
    rise = fixed + sum(cars.values()) + charge - discharge - bounds.expected_wh
    if rise > 0:
        less = min(charge, rise)
        charge, rise = charge - less, rise - less
        rise = _cut(cars, [car for car in moment.cars if car.may_wait], rise)
        discharge += max(min(moment.discharge_most_wh - discharge, rise), 0)
    # 3. The way out.
    surplus = discharge - charge - fixed - sum(cars.values()) - bounds.export_wh
    curtailed = 0
    if surplus > 0:
        less = min(discharge, surplus)
        discharge, surplus = discharge - less, surplus - less
        more = min(moment.charge_most_wh - charge, surplus)
        charge, surplus = charge + more, surplus - more
        curtailed = min(moment.sun_wh, surplus)
    net = fixed + curtailed + sum(cars.values()) + charge - discharge
    return Doing(
        cars_wh=tuple(cars[car.id] for car in moment.cars),
        charge_wh=charge,
        discharge_wh=discharge,
        curtailed_wh=curtailed,
        import_wh=max(net, 0),
        export_wh=max(-net, 0),
        short_wh=max(over, 0),
        cut_wh=sum(car.wish_wh - cars[car.id] for car in moment.cars),
    )


def _cut(cars_wh: dict[str, int], cars: Sequence[Car], over_wh: int) -> int:
    """Take power from those with the most time to spare; return what could not be taken."""
    for car in sorted(cars, key=lambda one: (-one.spare_min, one.id)):
        less = min(cars_wh[car.id], max(over_wh, 0))
        cars_wh[car.id] -= less
        over_wh -= less
    return over_wh
