"""The audit trail: who did what through the platform, one entry an act (docs/trail.md).

An entry names the account, never the person behind it: whoever may link the two looks it up in the
accounts. Each stored entry carries the root of the tree over all entries before it, so that a
changed, missing or inserted one contradicts the next.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal.block import TIME_END_S
from taihang.core.seal.canonical import (
    INT64_MAX,
    Fields,
    JsonValue,
    canonical_bytes,
    load_canonical,
)
from taihang.core.tlog.merkle import HASH_BYTES

MAGIC: Final = b"taihang/trail/v1\n"
"""First bytes of a stored entry."""
SEALED: Final = "trail"
"""Kind of the log events that hold the head of the trail."""
TORN: Final = "trail-torn"
"""Kind of the entry that tells of unreadable bytes which a killed writer had left at the end."""
CARRIED: Final = "trail-carried"
"""Kind of the entry before those that were taken over from another copy of the trail."""
MAX_ENTRY_BYTES: Final = 1 << 15
MAX_ROLES: Final = 16

_KEYS: Final = frozenset(
    (
        "actor",
        "at_s",
        "before",
        "body",
        "enterprise",
        "id",
        "kind",
        "number",
        "outcome",
        "request_id",
        "roles",
        "subject",
    )
)
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}")
_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,150}")
_REQUEST: Final = re.compile(r"[A-Za-z0-9._:-]{0,64}")
_SUBJECT_LIMIT: Final = 256


class TrailEntryError(InputError):
    """Bytes are no entry of an audit trail, or an act cannot be written into one as it is."""

    code = "input.trail-entry"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="shorten the entry, or take the trail's own copy"
        )


class Outcome(StrEnum):
    """What became of an act."""

    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One act, as whoever did it told it."""

    id: str
    """Given by the client: the same id with the same outcome again is the same act."""
    at_s: int
    """When it was done [s since 1970-01-01T00:00Z]."""
    kind: str
    """What was done, for example ``login``: lower-case letters, digits and hyphens."""
    subject: str
    """What it was done to; empty where there is nothing."""
    actor: str | None = None
    """The account; None of somebody who had not logged in."""
    roles: tuple[str, ...] = ()
    """What the account was allowed to do then, in order."""
    enterprise: str | None = None
    """Whose account it is; None of the park's own."""
    outcome: Outcome = Outcome.DONE
    request_id: str = ""
    """Which request it came with, as the server's own log has it."""
    body: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """What it says; the kind defines the fields. No names, no addresses, no secrets."""

    @property
    def key(self) -> bytes:
        """What no two entries share, in 8 bytes."""
        return entry_key(self.id, self.outcome)

    def is_same_act(self, other: "TrailEntry") -> bool:
        """Say whether another entry tells of the same act, whenever it was told."""
        return _act(self) == _act(other)


@dataclass(frozen=True, slots=True)
class TrailRecord:
    """One entry as the trail holds it."""

    number: int
    """Its place in the trail, from 0."""
    before: bytes
    """Root of the tree over all entries before it."""
    entry: TrailEntry


def entry_key(id_: str, outcome: Outcome) -> bytes:
    """Return what no two entries share, in 8 bytes: an act is done once and may fail before."""
    return sha256(f"{outcome} {id_}".encode()).digest()[:8]


def seal_trail_record(record: TrailRecord) -> bytes:
    r"""Return the bytes of an entry; they are also the entry of its leaf.

    Args:
        record: The entry with its place.

    Raises:
        TrailEntryError: If it is larger than an entry may be.
        DocumentError: If a field is out of bounds.

    Example:
        >>> entry = TrailEntry(id="a1", at_s=5, kind="login", subject="", actor="zhang")
        >>> record = TrailRecord(0, bytes(32), entry)
        >>> open_trail_record(seal_trail_record(record)) == record
        True
    """
    entry = record.entry
    roles: list[JsonValue] = [*entry.roles]
    data = MAGIC + canonical_bytes(
        {
            "actor": entry.actor,
            "at_s": entry.at_s,
            "before": record.before.hex(),
            "body": {**entry.body},
            "enterprise": entry.enterprise,
            "id": entry.id,
            "kind": entry.kind,
            "number": record.number,
            "outcome": entry.outcome.value,
            "request_id": entry.request_id,
            "roles": roles,
            "subject": entry.subject,
        }
    )
    open_trail_record(data)  # Whatever cannot be opened is not written.
    return data


def open_trail_record(data: bytes) -> TrailRecord:
    """Read the bytes of an entry.

    Args:
        data: The bytes.

    Returns:
        The entry with its place.

    Raises:
        TrailEntryError: If the bytes are no entry.
        CanonicalJsonError: If they are not canonical.
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    if not data.startswith(MAGIC) or len(data) > MAX_ENTRY_BYTES:
        raise TrailEntryError(
            given=f"{len(data)} bytes that start {data[:20]!r}",
            expected=f"at most {MAX_ENTRY_BYTES} bytes that start {MAGIC!r}",
        )
    fields = Fields(load_canonical(data[len(MAGIC) :]), where="entry", keys=_KEYS)
    return TrailRecord(
        number=fields.integer("number", low=0, high=INT64_MAX),
        before=fields.hex_bytes("before", n_bytes=HASH_BYTES),
        entry=TrailEntry(
            id=fields.text("id", pattern=_ID),
            at_s=fields.integer("at_s", low=0, high=TIME_END_S - 1),
            kind=fields.text("kind", pattern=_KIND),
            subject=fields.text("subject", limit=_SUBJECT_LIMIT),
            actor=_optional_name(fields, "actor"),
            roles=_roles(fields),
            enterprise=_optional_name(fields, "enterprise"),
            outcome=_outcome(fields),
            request_id=fields.text("request_id", pattern=_REQUEST),
            body=_body(fields),
        ),
    )


def key_in(data: bytes) -> bytes:
    """Return what no two entries share, from the bytes of one, without reading all of them.

    Of the canonical keys only those behind the body are looked for, from the last ``id`` on: a text
    cannot hold the quotes that stand round a key, for it would escape them.

    Args:
        data: The bytes of an entry.

    Example:
        >>> entry = TrailEntry(id="a1", at_s=5, kind="login", subject="", body={"id": "b"})
        >>> key_in(seal_trail_record(TrailRecord(0, bytes(32), entry))) == entry.key
        True
    """
    # Roles are a list of texts and nothing else follows that could be an object.
    at = data.rfind(b',"id":"') + 7
    id_ = data[at : data.index(b'"', at)]
    begin = data.index(b',"outcome":"', at) + 12
    outcome = data[begin : data.index(b'"', begin)]
    return sha256(outcome + b" " + id_).digest()[:8]


def _act(entry: TrailEntry) -> tuple[object, ...]:
    said = canonical_bytes({**entry.body})
    return entry.id, entry.outcome, entry.kind, entry.subject, entry.actor, entry.enterprise, said


def _optional_name(fields: Fields, key: str) -> str | None:
    return None if fields.raw(key) is None else fields.text(key, pattern=_NAME)


def _roles(fields: Fields) -> tuple[str, ...]:
    items = fields.items("roles", limit=MAX_ROLES)
    names = [item for item in items if isinstance(item, str) and _KIND.fullmatch(item)]
    if len(names) != len(items) or names != sorted(set(names)):
        raise fields.error("roles", expected="names of roles in order, each once")
    return tuple(names)


def _outcome(fields: Fields) -> Outcome:
    value = fields.text("outcome")
    if value not in set(Outcome):
        raise fields.error("outcome", expected=f"one of {', '.join(Outcome)}")
    return Outcome(value)


def _body(fields: Fields) -> Mapping[str, JsonValue]:
    body = fields.raw("body")
    if not isinstance(body, dict):
        raise fields.error("body", expected="an object")
    return body
