"""Operations on what stands in a park, and on whoever asks."""

from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from taihang.core.access.role import Right
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.cursor import Paging, page_of
from taihang.interfaces.api.figures.park import (
    Account,
    AssetOut,
    EnterpriseOut,
    GatewayOut,
    MeterOut,
    ParkOut,
    PlantOut,
    build_assets,
    build_enterprises,
    build_gateways,
    build_meters,
    build_park,
    build_plants,
    rights_told,
)
from taihang.interfaces.api.operation import Operations, Tenant
from taihang.interfaces.api.problem import NoResourceError
from taihang.interfaces.api.schema import Id, Page
from taihang.interfaces.web.policy import MEMBER

PARK: Final = Operations(tag="park")


class _Named(Protocol):
    """A thing with an id."""

    @property
    def id(self) -> str: ...


_Thing = TypeVar("_Thing", bound=_Named)


@PARK.get("/me", may=MEMBER, tenant=Tenant.NONE, answers=Account)
def read_me(call: Call) -> Account:
    """Return whoever asks: name, roles, and what they may do."""
    return Account(
        name=call.member.name,
        roles=sorted(role.value for role in call.member.roles),
        rights=rights_told(call.member.rights),
        enterprise=call.member.enterprise or None,
    )


@PARK.get("/park", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=ParkOut)
def read_park(call: Call) -> ParkOut:
    """Return the park: names, zone, what is settled, size of the log."""
    return call.ask(build_park)


@PARK.get("/enterprises", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[EnterpriseOut])
def list_enterprises(call: Call, paging: Paging) -> Page[EnterpriseOut]:
    """Return the enterprises that whoever asks may see, in order of id."""
    found = call.ask(build_enterprises)
    items, follows = page_of(found, paging, key=lambda each: each.id, question="enterprises")
    return Page[EnterpriseOut](items=items, next=follows)


@PARK.get("/enterprises/{id}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=EnterpriseOut)
def read_enterprise(call: Call, id: Id) -> EnterpriseOut:  # noqa: A002  # named as in the address
    """Return one enterprise."""
    return _one(call.ask(build_enterprises), id, "an enterprise")


@PARK.get("/plants", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[PlantOut])
def list_plants(call: Call, paging: Paging) -> Page[PlantOut]:
    """Return the plants: of an enterprise those that supply it."""
    found = call.ask(build_plants)
    items, follows = page_of(found, paging, key=lambda each: each.id, question="plants")
    return Page[PlantOut](items=items, next=follows)


@PARK.get("/plants/{id}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=PlantOut)
def read_plant(call: Call, id: Id) -> PlantOut:  # noqa: A002  # named as in the address
    """Return one plant."""
    return _one(call.ask(build_plants), id, "a plant")


@PARK.get("/assets", may=Right.SEE_PARK, tenant=Tenant.PARK, answers=Page[AssetOut])
def list_assets(call: Call, paging: Paging) -> Page[AssetOut]:
    """Return batteries, charging stations and grid connections, in order of id."""
    found = call.ask(build_assets)
    items, follows = page_of(found, paging, key=lambda each: each.id, question="assets")
    return Page[AssetOut](items=items, next=follows)


@PARK.get("/meters", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[MeterOut])
def list_meters(call: Call, paging: Paging) -> Page[MeterOut]:
    """Return every meter and declared series that has readings, in order of id."""
    found = call.ask(build_meters)
    items, follows = page_of(found, paging, key=lambda each: each.id, question="meters")
    return Page[MeterOut](items=items, next=follows)


@PARK.get("/meters/{id}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=MeterOut)
def read_meter(call: Call, id: Id) -> MeterOut:  # noqa: A002  # named as in the address
    """Return one meter or declared series."""
    return _one(call.ask(build_meters), id, "a meter")


@PARK.get("/gateways", may=Right.SEE_PARK, tenant=Tenant.PARK, answers=Page[GatewayOut])
def list_gateways(call: Call, paging: Paging) -> Page[GatewayOut]:
    """Return the gateways and the meters that each reads, in order of id."""
    found = call.ask(build_gateways)
    items, follows = page_of(found, paging, key=lambda each: each.id, question="gateways")
    return Page[GatewayOut](items=items, next=follows)


def _one(things: Iterable[_Thing], id_: str, what: str) -> _Thing:
    found = next((each for each in things if each.id == id_), None)
    if found is None:
        raise NoResourceError(f"{what} {id_!r}")
    return found
