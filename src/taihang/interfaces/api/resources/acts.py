"""Operations that do something, once, under an id that the client gives."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.done import done_once
from taihang.interfaces.api.figures.acts import (
    ClaimIn,
    ClaimOut,
    LineIn,
    LineOut,
    put_claim,
    put_line,
)
from taihang.interfaces.api.operation import Operations, Tenant
from taihang.interfaces.api.schema import Id

ACTS: Final = Operations(tag="acts")


@ACTS.put("/activity/{id}", may=Right.HAND_IN, tenant=Tenant.OWN, answers=LineOut)
def put_activity(call: Call, id: Id, line: LineIn) -> LineOut:  # noqa: A002  # as in the address
    """Hand in a line of activity data; sending it again is the same act."""
    return done_once(
        call, kind="activity", id_=id, wanted=line, do=lambda p: put_line(p, id, line, call.scope)
    )


@ACTS.put(
    "/certificate-claims/{id}",
    may=Right.ISSUE_CERTIFICATES,
    tenant=Tenant.PARK,
    answers=ClaimOut,
)
def put_certificate_claim(call: Call, id: Id, wanted: ClaimIn) -> ClaimOut:  # noqa: A002
    """Claim certificates for a beneficiary; sending it again is the same act."""
    return done_once(
        call, kind="claim", id_=id, wanted=wanted, do=lambda p: put_claim(p, id, wanted)
    )
