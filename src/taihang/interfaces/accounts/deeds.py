"""What members do with accounts, written into the audit trail of the park.

Names that were typed at the sign-in are never written down: people type passwords into the wrong
field, and a name that is nobody's tells nothing. Of an address the trail keeps nothing either.
"""

import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.trail import Outcome, TrailEntry
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.viewer import Viewer
from taihang.services.trail import ACCESS, EXPORT, acting

_ID_BYTES: Final = 16
_SUBJECT_MOST: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that somebody did with an account."""

    kind: str
    subject: str = ""
    """The account that it was done to."""
    said: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    outcome: Outcome = Outcome.DONE
    act_id: str = ""
    """Given by the form: sent again, it is the same act."""


def write_down(deed: Deed, *, by: Viewer | None) -> None:
    """Write a deed into the audit trail; when this returns, it is on the disk.

    Args:
        deed: What was done.
        by: Who did it; None for somebody who has not signed in.
    """
    accounts_served().trail.append(_entry(deed, by))


@contextmanager
def doing(deed: Deed, *, by: Viewer) -> Generator[None]:
    """Do a deed inside, once: that it was begun is on the disk before, what became of it after.

    Args:
        deed: What is done.
        by: Who does it.

    Raises:
        DoneBeforeError: If it was done before.
    """
    with acting(_entry(deed, by), trail=accounts_served().trail, now_s=present.now_s):
        yield


def write_down_refusal(viewer: Viewer, address: str) -> None:
    """Write down that somebody asked for what is not theirs; the same within a minute once.

    Args:
        viewer: Who asked.
        address: Path of what they asked for.
    """
    told = bounded(address)
    if accounts_served().refusals.is_new(f"{viewer.name} {viewer.key_id} {told}"):
        write_down(Deed(kind=ACCESS, subject=told, outcome=Outcome.REFUSED), by=viewer)


def write_down_export(viewer: Viewer, address: str, *, content: bytes) -> None:
    """Write down that somebody takes a file along; what cannot be written is not handed out.

    Args:
        viewer: Who takes it.
        address: Path and words of what they asked for.
        content: The file.
    """
    said: dict[str, JsonValue] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    write_down(Deed(kind=EXPORT, subject=bounded(address), said=said), by=viewer)


def bounded(address: str) -> str:
    """Return an address as the trail keeps it: what is cut off a long one is said.

    Example:
        >>> bounded("/green/"), bounded("/" * 9000)[-20:]
        ('/green/', '/… (9000 characters)')
    """
    if len(address) <= _SUBJECT_MOST:
        return address
    told = f"… ({len(address)} characters)"
    return address[: _SUBJECT_MOST - len(told)] + told


def _entry(deed: Deed, by: Viewer | None) -> TrailEntry:
    return TrailEntry(
        id=deed.act_id or secrets.token_hex(_ID_BYTES),
        at_s=present.now_s(),
        kind=deed.kind,
        subject=deed.subject,
        actor=None if by is None else by.name,
        roles=() if by is None else tuple(sorted(role.value for role in by.roles)),
        enterprise=None if by is None else by.enterprise or None,
        outcome=deed.outcome,
        body=deed.said,
    )
