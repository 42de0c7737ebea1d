"""Operations that do something, once, under an id that the client gives."""

import hashlib
from collections.abc import Callable
from typing import Final

from taihang.core.access.role import Right
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.figures.acts import (
    ClaimIn,
    ClaimOut,
    LineIn,
    LineOut,
    put_claim,
    put_line,
)
from taihang.interfaces.api.operation import Operations, Tenant
from taihang.interfaces.api.schema import Id, Schema
from taihang.services.ports import Ports
from taihang.services.trail import DoneBeforeError, acting

ACTS: Final = Operations(tag="acts")


@ACTS.put("/activity/{id}", may=Right.HAND_IN, tenant=Tenant.OWN, answers=LineOut)
def put_activity(call: Call, id: Id, line: LineIn) -> LineOut:  # noqa: A002  # as in the address
    """Hand in a line of activity data; sending it again is the same act."""
    with call.source.writing() as ports:
        try:
            with acting(_entry(call, "activity", id, line), trail=ports.trail, now_s=_now(ports)):
                return put_line(ports, id, line, call.scope)
        except DoneBeforeError:
            return put_line(ports, id, line, call.scope)


@ACTS.put(
    "/certificate-claims/{id}",
    may=Right.ISSUE_CERTIFICATES,
    tenant=Tenant.PARK,
    answers=ClaimOut,
)
def put_certificate_claim(call: Call, id: Id, wanted: ClaimIn) -> ClaimOut:  # noqa: A002
    """Claim certificates for a beneficiary; sending it again is the same act."""
    with call.source.writing() as ports:
        try:
            with acting(_entry(call, "claim", id, wanted), trail=ports.trail, now_s=_now(ports)):
                return put_claim(ports, id, wanted)
        except DoneBeforeError:
            return put_claim(ports, id, wanted)


def _entry(call: Call, kind: str, id_: str, said: Schema) -> TrailEntry:
    digest = hashlib.sha256(said.model_dump_json().encode()).hexdigest()
    return TrailEntry(
        id=f"api.{kind}.{id_}.{digest[:16]}",
        at_s=0,
        kind=kind,
        subject=id_,
        actor=call.member.name,
        roles=tuple(sorted(role.value for role in call.member.roles)),
        enterprise=call.member.enterprise or None,
        body={"sha256": digest},
    )


def _now(ports: Ports) -> Callable[[], int]:
    """Return the clock of a park in whole seconds."""
    return lambda: int(ports.clock.now().timestamp())
