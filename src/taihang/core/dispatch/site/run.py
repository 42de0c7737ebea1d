"""Runs a station through a day: a plan each quarter of an hour, the fast rule each minute.

Nothing here knows what is to come: the planner is asked with what is known at that minute, and
the rule sees the minute itself. The record holds every minute, in whole watt-hours, so that it
can be checked and paid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from taihang.core.dispatch.site.guard import Bounds, Car, Doing, Moment, kept
from taihang.core.dispatch.site.station import Site, minute_wh
from taihang.core.dispatch.site.visits import MINUTES, QUARTER_MIN, SiteDay, Visit, minutes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A vehicle as the planner knows it."""

    visit_id: str
    from_min: int
    """From when it can be charged: now, or its announced arrival [min of the day]."""
    told_min: int
    left_wh: int
    """What it still wants [Wh]."""
    minute_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known at the start of a quarter."""

    quarter: int
    stored_wh: int
    peak_wh: int
    """Highest quarter of the month so far [Wh]."""
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoints:
    """What a plan asks for in one quarter, in whole watt-hours a minute."""

    cars_wh: Mapping[str, int]
    charge_wh: int
    discharge_wh: int
    expected_wh: int
    """What the plan expects to be drawn from the grid [Wh a minute]."""
    is_planned: bool
    """Whether a plan stands behind it; if not, vehicles charge at once and the battery rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteRecord:
    """One minute as it was."""

    sun_wh: int
    base_wh: int
    cars_wh: Mapping[str, int]
    doing: Doing
    stored_wh: int
    """At the end of the minute [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """A day as it was."""

    minutes: tuple[MinuteRecord, ...]
    set_points: tuple[SetPoints, ...]
    """By quarter."""
    states: tuple[State, ...]
    """What was known at the start of each quarter."""
    start_wh: int
    """What the battery held at midnight [Wh]."""

    def quarters_wh(self, name: str) -> tuple[int, ...]:
        """Return a flow of the gateway, battery or sun by quarter [Wh]."""
        each = [int(getattr(one.doing, name)) for one in self.minutes]
        return tuple(
            sum(each[first : first + QUARTER_MIN]) for first in range(0, len(each), QUARTER_MIN)
        )

    def visit_wh(self, visit_id: str) -> tuple[int, ...]:
        """Return what a vehicle got by quarter [Wh]."""
        each = [one.cars_wh.get(visit_id, 0) for one in self.minutes]
        return tuple(
            sum(each[first : first + QUARTER_MIN]) for first in range(0, len(each), QUARTER_MIN)
        )


Decide = Callable[[State], SetPoints]
"""Plans one quarter from what is known."""


def at_once(state: State) -> SetPoints:
    """Charge everybody at once and let the battery rest: what happens without a plan."""
    cars_wh = {one.visit_id: one.minute_wh for one in state.known}
    return SetPoints(cars_wh=cars_wh, charge_wh=0, discharge_wh=0, expected_wh=0, is_planned=False)


def run_day(site: Site, day: SiteDay, *, decide: Decide) -> DayRecord:
    """Run a station through a day.

    Args:
        site: The station.
        day: What happens.
        decide: Plans a quarter; ``at_once`` for a station without management.

    Returns:
        The record.
    """
    walk = _Walk(site, day)
    for minute in range(MINUTES):
        if minute % QUARTER_MIN == 0:
            state = walk.state(minute // QUARTER_MIN)
            walk.states.append(state)
            walk.set_points.append(decide(state))
        walk.step(minute)
    return DayRecord(
        minutes=tuple(walk.records),
        set_points=tuple(walk.set_points),
        states=tuple(walk.states),
        start_wh=walk.start_wh,
    )


@dataclass(slots=True)
class _Walk:
    """A station on its way through a day."""

    site: Site
    day: SiteDay
    records: list[MinuteRecord] = field(default_factory=list[MinuteRecord])
    set_points: list[SetPoints] = field(default_factory=list[SetPoints])
    states: list[State] = field(default_factory=list[State])
    start_wh: int = field(init=False)
    stored_wh: int = field(init=False)
    left_wh: dict[str, int] = field(init=False)
    sun_wh: tuple[int, ...] = field(init=False)
    base_wh: tuple[int, ...] = field(init=False)
    drawn_wh: int = 0
    """Drawn from the grid in this quarter so far [Wh]."""
    peak_wh: int = field(init=False)

    def __post_init__(self) -> None:
        battery = self.site.battery
        self.start_wh = int(battery.soc_start_ratio * battery.energy_kwh * 1000.0)
        self.stored_wh = self.start_wh
        self.left_wh = {one.id: one.wanted_wh for one in self.day.visits}
        self.sun_wh, self.base_wh = minutes_of(self.day.sun_wh), minutes_of(self.day.base_wh)
        self.peak_wh = int(self.site.terms.peak_so_far_kw * 1000.0 / 4.0)

    def state(self, quarter: int) -> State:
        """Return what is known now: who is there, and who has announced a later arrival."""
        now = quarter * QUARTER_MIN
        known = [
            Known(
                visit_id=one.id,
                from_min=max(one.arrival_min, now),
                told_min=one.told_min,
                left_wh=self.left_wh[one.id],
                minute_wh=one.minute_wh,
            )
            for one in self.day.visits
            if one.departure_min > now
            and self.left_wh[one.id] > 0
            and (one.arrival_min <= now or one.is_booked)
        ]
        self.drawn_wh = 0
        return State(
            quarter=quarter, stored_wh=self.stored_wh, peak_wh=self.peak_wh, known=tuple(known)
        )

    def step(self, minute: int) -> None:
        """Go through one minute."""
        there = self._there(minute)
        doing = kept(self._moment(minute, there), self._bounds())
        cars_wh = {
            one.id: given_wh for one, given_wh in zip(there, doing.cars_wh, strict=True) if given_wh
        }
        for name, given_wh in cars_wh.items():
            self.left_wh[name] -= given_wh
        self.stored_wh += self._stored_change(doing)
        self.drawn_wh += doing.import_wh
        self.peak_wh = max(self.peak_wh, self.drawn_wh)
        self.records.append(
            MinuteRecord(
                sun_wh=self.sun_wh[minute],
                base_wh=self.base_wh[minute],
                cars_wh=cars_wh,
                doing=doing,
                stored_wh=self.stored_wh,
            )
        )

    def _there(self, minute: int) -> list[Visit]:
        return [one for one in self.day.visits if one.arrival_min <= minute < one.departure_min]

    def _bounds(self) -> Bounds:
        terms, wanted = self.site.terms, self.set_points[-1]
        expected = max(wanted.expected_wh, self.peak_wh // QUARTER_MIN)
        most = minute_wh(terms.transformer_kw)
        return Bounds(
            import_wh=most,
            export_wh=minute_wh(terms.export_limit_kw),
            expected_wh=min(expected, most) if wanted.is_planned else most,
        )

    def _moment(self, minute: int, there: Sequence[Visit]) -> Moment:
        wanted, battery = self.set_points[-1], self.site.battery
        rated = minute_wh(battery.power_kw)
        room = battery.soc_max_ratio * battery.energy_kwh * 1000.0 - self.stored_wh
        above = self.stored_wh - battery.soc_min_ratio * battery.energy_kwh * 1000.0
        into, out = self._efficiencies()
        return Moment(
            sun_wh=self.sun_wh[minute],
            base_wh=self.base_wh[minute],
            charge_wh=wanted.charge_wh,
            discharge_wh=wanted.discharge_wh,
            charge_most_wh=max(min(rated, floor(floor(room) / into)), 0),
            discharge_most_wh=max(min(rated, floor(floor(above) * out)), 0),
            cars=tuple(self._car(one, minute) for one in there),
        )

    def _car(self, visit: Visit, minute: int) -> Car:
        wanted, left = self.set_points[-1], self.left_wh[visit.id]
        is_new = visit.id not in wanted.cars_wh
        wish = visit.minute_wh if is_new else wanted.cars_wh[visit.id]
        spare = visit.told_min - minute - left / visit.minute_wh
        return Car(
            id=visit.id,
            wish_wh=min(wish, visit.minute_wh, left),
            spare_min=spare,
            may_wait=is_new and spare >= QUARTER_MIN,
        )

    def _efficiencies(self) -> tuple[Fraction, Fraction]:
        battery = self.site.battery
        return (
            Fraction(repr(battery.charge_efficiency_ratio)),
            Fraction(repr(battery.discharge_efficiency_ratio)),
        )

    def _stored_change(self, doing: Doing) -> int:
        """Return by how much the store changes; a part of a watt-hour counts as lost."""
        into, out = self._efficiencies()
        return floor(doing.charge_wh * into) - ceil(doing.discharge_wh / out)
