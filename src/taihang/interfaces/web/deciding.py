"""A form in which a person decides: who, why, under which id, once, and into the audit trail."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from django.http import HttpRequest

from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.review import MAX_WHO
from taihang.core.seal.said import Said
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.visit import Visit
from taihang.services.ports import Ports
from taihang.services.trail import DoneBeforeError, acting

ID: Final = "id"
"""Name of the hidden field: an id of the form, so that the form sent twice is one act."""
_ID_BYTES: Final = 16
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants done, as the audit trail tells it."""

    kind: str
    """Of the entry in the trail."""
    subject: str
    said: Said
    body: Mapping[str, JsonValue]
    """What exactly; the trail keeps its hash."""


def new_id() -> str:
    """Return an id for a form: whoever sends the form twice sends one decision."""
    return secrets.token_hex(_ID_BYTES)


def field_of(request: HttpRequest, name: str) -> str:
    """Return a field of a form, without blanks around it; empty where it was not sent."""
    return str(request.POST.get(name, "")).strip()


def said_in(request: HttpRequest, viewer: Viewer) -> Said:
    """Return who decides in a form, and why.

    Args:
        request: The form, as it was sent.
        viewer: Who sent it.

    Raises:
        DecisionIdError: If the form has no id.
        UnsignedDecisionError: If it gives no reason.
    """
    # A pasted reason may have lines; the log keeps one.
    reason = " ".join(field_of(request, "reason").split())
    roles = ", ".join(sorted(role.value for role in viewer.roles))
    return Said(id=field_of(request, ID), who=viewer.name, role=roles[:MAX_WHO], reason=reason)


def carry_out(visit: Visit, wish: Wish, do: Callable[[Ports], Made]) -> Made:
    """Do what is wanted, once; what was begun and what became of it stand in the trail.

    Args:
        visit: Who wants it.
        wish: What is wanted.
        do: Does it; the same again has to be the same.

    Returns:
        What came of it, also where it was done before.

    Raises:
        ParkInUseError: If another process writes the park.
        TaihangError: Why it is refused.
    """
    with visit.source.writing() as ports:
        entry = _entry(visit.viewer, wish)
        try:
            with acting(entry, trail=ports.trail, now_s=lambda: _now_s(ports)):
                return do(ports)
        except DoneBeforeError:
            return do(ports)


def _now_s(ports: Ports) -> int:
    return int(ports.clock.now().timestamp())


def _entry(viewer: Viewer | None, wish: Wish) -> TrailEntry:
    what = {**wish.body, **wish.said.body()}
    return TrailEntry(
        id=f"{wish.kind}.{wish.said.id}",
        at_s=0,
        kind=wish.kind,
        subject=wish.subject,
        actor=None if viewer is None else viewer.name,
        roles=() if viewer is None else tuple(sorted(role.value for role in viewer.roles)),
        enterprise=None if viewer is None else viewer.enterprise or None,
        body={"sha256": hashlib.sha256(canonical_bytes(what)).hexdigest()},
    )
