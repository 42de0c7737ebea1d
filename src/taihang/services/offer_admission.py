"""What the limit book of the park says of a project at first sight; a judgement is `taihang admit`.

Only what an offer knows is held against the limits: electricity as standard coal and as CO2 by
place. Fuels, processes and stated quantities come with the application.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.park.candidate import Candidate
from taihang.core.park.limits import Limit, LimitMeasure
from taihang.core.quantities import EXACT
from taihang.services.admit_project import Held, held
from taihang.services.ports import Ports

_COAL: Final = "coal-equivalent.electricity"
_COAL_SET: Final = "gbt-2589-2020"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One limit, and what the electricity of the project would take of it."""

    limit: Limit
    room: Decimal
    """What is neither in use nor reserved, in the unit of the limit."""
    demand: Decimal | None
    """Of its electricity, in the same unit; None where the project has to state it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionHints:
    """What can be told before an application."""

    has_book: bool
    """Whether the park has a limit book at all."""
    is_negative: bool
    """Whether its sector is on the negative list."""
    rooms: tuple[Room, ...]


def admission_hints(candidate: Candidate, *, location: Fact | None, ports: Ports) -> AdmissionHints:
    """Return what the limit book says of a project at first sight.

    Args:
        candidate: The project.
        location: Factor of its electricity by place [kgCO2/kWh]; None where none is in force.
        ports: The outside world.
    """
    if ports.park.admission is None:
        return AdmissionHints(has_book=False, is_negative=False, rooms=())
    negative = ports.park.admission.negative_sectors
    demands = {
        LimitMeasure.ENERGY: _times(candidate, _coal_factor(ports)),
        LimitMeasure.CARBON: _times(candidate, location),
    }
    return AdmissionHints(
        has_book=True,
        is_negative=any(candidate.sector.startswith(sector) for sector in negative),
        rooms=tuple(_rooms(held(ports=ports), demands)),
    )


def _rooms(now: Held, demands: dict[LimitMeasure, Decimal | None]) -> Iterator[Room]:
    for name, limit in now.book.limits.items():
        with localcontext(EXACT):
            room = limit.limit - limit.committed - now.ledger.built(name)
            room -= now.ledger.reserved(name)
        yield Room(limit=limit, room=room, demand=demands.get(limit.measure))


def _times(candidate: Candidate, factor: Fact | None) -> Decimal | None:
    if factor is None:
        return None
    with localcontext(EXACT):
        # Kilograms a kWh are tonnes a MWh.
        return candidate.load.mwh_per_year * factor.value


def _coal_factor(ports: Ports) -> Fact | None:
    on = ports.clock.now().astimezone(ports.park.zone).date()
    try:
        return ports.facts.in_force(_COAL, on=on, family=_COAL_SET)
    except FactOutOfForceError:
        return None
