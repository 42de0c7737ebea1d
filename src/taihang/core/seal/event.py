"""The log event: one act of the park as a leaf of its log (docs/formats/log.md, section 9).

A statement issued, a key enrolled, a day sealed: whatever must not be denied later becomes one
record of the journal. The whole record is the leaf's entry, and the salt in it keeps anybody from
guessing a short body from its hash (T11).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal.block import SALT_BYTES, TIME_END_S
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes, load_canonical

MAGIC: Final = b"taihang/event/v1\n"
"""First bytes of the record."""
MAX_EVENT_BYTES: Final = 1 << 20

_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_KEYS: Final = frozenset(("at_s", "body", "kind", "salt"))


class EventFormatError(InputError):
    """Bytes are not a log event, or an act cannot be logged as it is."""

    code = "input.event-format"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="take the record again from its journal"
        )


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One act, as the log holds it."""

    kind: str
    """What was done, for example ``day-seal``: lower-case letters, digits and hyphens."""
    at_s: int
    """When it was done [s since 1970-01-01T00:00Z]."""
    salt: bytes
    """16 secret random bytes."""
    body: Mapping[str, JsonValue]
    """What it says; the kind defines the fields."""


def seal_event(event: LogEvent) -> bytes:
    r"""Return the record of an event.

    Args:
        event: What to log.

    Returns:
        The bytes of the record; they open to the same event.

    Raises:
        EventFormatError: If it is larger than an event may be.

    Example:
        >>> seal_event(LogEvent("day-seal", 5, bytes(16), {"n": 1})).decode().split("\n")[1]
        '{"at_s":5,"body":{"n":1},"kind":"day-seal","salt":"00000000000000000000000000000000"}'
    """
    document: JsonValue = {
        "at_s": event.at_s,
        "body": {**event.body},
        "kind": event.kind,
        "salt": event.salt.hex(),
    }
    record = MAGIC + canonical_bytes(document)
    open_event(record)  # Whatever cannot be opened is not logged.
    return record


def is_event(record: bytes) -> bool:
    """Say whether a record of the journal is an event; all others are batches."""
    return record.startswith(MAGIC)


def open_event(record: bytes) -> LogEvent:
    """Read the record of an event.

    Args:
        record: The bytes of the record.

    Returns:
        The event.

    Raises:
        EventFormatError: If the bytes are no event.
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    if not is_event(record) or len(record) > MAX_EVENT_BYTES:
        raise EventFormatError(
            given=f"{len(record)} bytes that start {record[:20]!r}",
            expected=f"at most {MAX_EVENT_BYTES} bytes that start {MAGIC!r}",
        )
    fields = Fields(load_canonical(record[len(MAGIC) :]), where="event", keys=_KEYS)
    body = fields.raw("body")
    if not isinstance(body, dict):
        raise fields.error("body", expected="an object")
    return LogEvent(
        kind=fields.text("kind", pattern=_KIND),
        at_s=fields.integer("at_s", low=0, high=TIME_END_S - 1),
        salt=fields.hex_bytes("salt", n_bytes=SALT_BYTES),
        body=body,
    )
