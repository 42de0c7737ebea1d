"""What the page of prices asks: which schedule, which days off, which published values hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.market.tou import PeriodKind, TouSchedule, ratios
from taihang.interfaces.web.wording import local_day
from taihang.services.ports import Ports
from taihang.services.tariff import known_schedules
from taihang.standards.state_council_holidays import NOTICES, HolidayNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSet:
    """One named family of published values."""

    name: str
    documents: tuple[str, ...]
    n: int
    n_in_force: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesView:
    """What holds on a day."""

    day: date
    schedule: TouSchedule | None
    """The one in force for the park's province; None where none is known."""
    ratios: Mapping[PeriodKind, Fact]
    """Price of each kind of hour as a multiple of the flat one; empty where they are not known."""
    schedules: tuple[TouSchedule, ...]
    notices: Mapping[int, HolidayNotice]
    sets: tuple[FactSet, ...]
    facts: tuple[Fact, ...]
    """Those of the set that was chosen, in force or not."""
    chosen: str


def build_prices(ports: Ports, day: str, chosen: str) -> PricesView:
    """Look what holds on a day.

    Args:
        ports: The park.
        day: The local day, YYYY-MM-DD; empty for today.
        chosen: The set whose values are listed; empty for that of the prices of the grid.
    """
    on = date.fromisoformat(day) if day else _today(ports)
    every, region = ports.facts.all(), ports.park.province
    schedules = tuple(each for each in known_schedules() if each.region == region)
    schedule = next((each for each in schedules if each.in_force(on)), None)
    sets = tuple(_set(name, every, on) for name in sorted({fact.set for fact in every}))
    return PricesView(
        day=on,
        schedule=schedule,
        ratios={} if schedule is None else _ratios(schedule, ports, on),
        schedules=schedules,
        notices=NOTICES,
        sets=sets,
        facts=tuple(fact for fact in every if fact.set == chosen),
        chosen=chosen,
    )


def in_force(fact: Fact, on: date) -> bool:
    """Say whether a published value holds on a day."""
    return fact.valid_from <= on and (fact.valid_to is None or on < fact.valid_to)


def _today(ports: Ports) -> date:
    return local_day(int(ports.clock.now().timestamp()), zone=ports.park.time_zone)


def _set(name: str, every: tuple[Fact, ...], on: date) -> FactSet:
    own = [fact for fact in every if fact.set == name]
    return FactSet(
        name=name,
        documents=tuple(sorted({fact.document for fact in own})),
        n=len(own),
        n_in_force=sum(in_force(fact, on) for fact in own),
    )


def _ratios(schedule: TouSchedule, ports: Ports, on: date) -> Mapping[PeriodKind, Fact]:
    try:
        return ratios(schedule, book=ports.facts, on=on)
    except FactOutOfForceError:
        return {}
