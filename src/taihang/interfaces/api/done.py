"""Does what a client asks for once, and leaves it in the audit trail, whatever comes of it."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.schema import Schema
from taihang.services.ports import Ports
from taihang.services.trail import DoneBeforeError, acting

Made = TypeVar("Made")


def done_once(
    call: Call, *, kind: str, id_: str, wanted: Schema, do: Callable[[Ports], Made]
) -> Made:
    """Do something under an id; the same again does it again where that changes nothing.

    Args:
        call: Who asks.
        kind: What is done, as the trail calls it.
        id_: The id that the client gave.
        wanted: What is wanted; its hash goes into the trail.
        do: Does it with the park opened for writing; a repeat is its own business.
    """
    digest = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
    member = call.member
    entry = TrailEntry(
        id=f"api.{kind}.{id_}.{digest[:16]}",
        at_s=0,
        kind=kind,
        subject=id_,
        actor=member.name,
        roles=tuple(sorted(role.value for role in member.roles)),
        enterprise=member.enterprise or None,
        body={"key": member.key_id, "sha256": digest},
    )
    with call.source.writing() as ports:

        def now_s() -> int:
            return int(ports.clock.now().timestamp())

        try:
            with acting(entry, trail=ports.trail, now_s=now_s):
                return do(ports)
        except DoneBeforeError:
            return do(ports)
