"""What the pages of flows show: energy over a stretch of days, or power in one quarter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.periods import months_in
from taihang.interfaces.web.stretch import (
    FIRST_YEAR,
    LAST_YEAR,
    Stretch,
    StretchKind,
    parse_stretch,
)
from taihang.services.electric_flows import ElectricFlows, demand_flow_subject, electric_flows
from taihang.services.flow_table import FlowTable
from taihang.services.medium_flows import MediumFlows, medium_flows
from taihang.services.ports import Ports
from taihang.services.power_now import PowerNow, power_now
from taihang.services.report import settled_span

ELECTRICITY: Final = "electricity"
_LONGEST_MOMENT: Final = 16
Names = Mapping[str, tuple[str, str]]


class MomentError(InputError):
    """An address names no quarter of an hour that a page can show."""

    code = "input.moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The subject of the flows, and where it stands in the park."""

    of: str
    above: tuple[str, ...]
    """Subjects on the way from the park to this one."""
    names: Names
    """Chinese and English name of every node and feeder."""
    plants: frozenset[str]
    is_feeder: bool
    """Whether the subject is a feeder, which carries electricity alone."""
    zone: str
    first_settled: date | None
    last_settled: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyView:
    """Energy over a stretch."""

    place: Place
    stretch: Stretch | None
    """None while nothing is settled and no stretch is named."""
    medium: str
    electric: ElectricFlows | None
    other: MediumFlows | None
    """Only of a month or a year, for which accounts are drawn up."""

    @property
    def table(self) -> FlowTable | None:
        """The flows; None where nothing is known of them."""
        if self.medium == ELECTRICITY:
            return None if self.electric is None else self.electric.table
        return None if self.other is None else self.other.table


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerView:
    """Power in one quarter of an hour."""

    place: Place
    now: PowerNow | None
    is_newest: bool


def build_energy(ports: Ports, word: str, medium: str, of: str) -> EnergyView:
    """Return the flows of energy over a stretch.

    Args:
        ports: The park, open for reading.
        word: The stretch; empty for the last whole settled month.
        medium: ``electricity``, another medium, or ``all``.
        of: ``park``, a feeder, an enterprise or a station.

    Raises:
        NoFlowSubjectError: If there is no such subject.
    """
    demand_flow_subject(of, ports)
    place = _place(of, ports)
    stretch = parse_stretch(word) if word else _last(place, ports)
    electric: ElectricFlows | None = None
    other: MediumFlows | None = None
    if stretch is not None and medium == ELECTRICITY:
        electric = electric_flows(stretch.period(ports.park.zone), of=of, ports=ports)
    elif stretch is not None and stretch.kind in {StretchKind.MONTH, StretchKind.YEAR}:
        other = medium_flows(stretch.word, medium, of=of, ports=ports)
    return EnergyView(place=place, stretch=stretch, medium=medium, electric=electric, other=other)


def build_power(ports: Ports, at: str, of: str) -> PowerView:
    """Return the flows of power in a quarter.

    Args:
        ports: The park, open for reading.
        at: A local time as ``2026-09-30T23:45``; empty for the newest quarter.
        of: ``park``, a feeder, an enterprise or a station.
    """
    now = power_now(of=of, at_s=moment_s(at, ports.park) if at else None, ports=ports)
    return PowerView(place=_place(of, ports), now=now, is_newest=not at)


def moment_s(at: str, park: Park) -> int:
    """Return the instant of a local time of an address [s since 1970-01-01T00:00Z].

    Args:
        at: For example ``2026-09-30T23:45``.
        park: Its zone is the one that is meant.

    Raises:
        MomentError: If it is none.
    """
    try:
        local = datetime.fromisoformat(at) if at.isascii() else None
    except ValueError:
        local = None
    is_local = local is not None and local.tzinfo is None and len(at) <= _LONGEST_MOMENT
    if local is None or not is_local or not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise MomentError(
            given=repr(at[:_LONGEST_MOMENT]),
            expected="a local time as 2026-09-30T23:45",
            remedy="choose one on the page",
        )
    return int(local.replace(tzinfo=park.zone).timestamp())


def _place(of: str, ports: Ports) -> Place:
    park, span = ports.park, settled_span(ports)
    feeder = next((each.id for each in park.feeders.values() if of in each.members), None)
    first = None if span is None else span.start.astimezone(park.zone).date()
    last = None if span is None else (span.end - timedelta(microseconds=1)).astimezone(park.zone)
    return Place(
        of=of,
        above=() if of == PARK_SUBJECT else (PARK_SUBJECT, *([] if feeder is None else [feeder])),
        names={
            each.id: (each.name_zh, each.name_en)
            for each in (*park.assets.values(), *park.feeders.values())
        },
        plants=frozenset(park.plants),
        is_feeder=of in park.feeders,
        zone=park.time_zone,
        first_settled=first,
        last_settled=None if last is None else last.date(),
    )


def _last(place: Place, ports: Ports) -> Stretch | None:
    span = settled_span(ports)
    if span is None or place.last_settled is None:
        return None
    whole = [*months_in(span, ports.park.zone)]
    return parse_stretch(whole[-1] if whole else place.last_settled.isoformat()[:7])
