"""Who may hold certificates in a park, who holds an issue first, and when plants are in service."""

from datetime import date
from zoneinfo import ZoneInfo

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.act import OPERATOR
from taihang.core.certificates.holdings import Service
from taihang.core.park.certificate_rules import FedInHolder
from taihang.core.park.park import Park
from taihang.core.periods import days


def parties_of(park: Park) -> frozenset[str]:
    """Return the ids of everybody who may hold certificates.

    Args:
        park: The park: its users, its batteries, its plants where they are accounts, its parties.
    """
    rules = park.certificates
    plants = park.plants if rules is not None and rules.fed_in is FedInHolder.PLANT else ()
    return frozenset((*park.users, *park.batteries, *plants, *park.parties)) - {OPERATOR}


def party_names(party: str, *, park: Park) -> tuple[str, str]:
    """Return the names of a party in Chinese and in English; empty where the park has it no more.

    Args:
        party: Its id.
        park: The park.
    """
    known = park.parties.get(party) or park.assets.get(party)
    return ("", "") if known is None else (known.name_zh, known.name_en)


def services_of(park: Park) -> dict[str, Service]:
    """Return when each plant belongs to the park."""
    return {
        plant.id: Service(
            _start_s(plant.in_service.since, park.zone), _start_s(plant.in_service.until, park.zone)
        )
        for plant in park.plants.values()
    }


def first_holder(route: Route, recipient: str, *, park: Park) -> str:
    """Return who holds an issue first.

    Args:
        route: How the energy went.
        recipient: The user or battery; of what is fed in, the plant.
        park: The park, which has ``[certificates]``.
    """
    rules = park.certificates
    is_owned = rules is not None and rules.fed_in is FedInHolder.OWNER
    if route.kind is not RouteKind.FEED_IN or not is_owned:
        return recipient
    return next(party.id for party in park.parties.values() if recipient in party.owns)


def _start_s(day: date | None, zone: ZoneInfo) -> int | None:
    return None if day is None else days(day, 1, zone).start_s
