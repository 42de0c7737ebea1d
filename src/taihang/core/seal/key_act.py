"""What is done to keys, as the log keeps it: enrolled, followed by the next one, revoked.

A successor is signed by its predecessor, so whoever holds an old key of a log or a gateway can walk
to the present one without trusting anybody. The bytes are in docs/formats/log.md, section 9.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from taihang.core.errors import IntegrityError
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes

ENROLLED: Final = "key-enrolled"
ROTATED: Final = "key-rotated"
REVOKED: Final = "key-revoked"
KEY_KINDS: Final = frozenset((ENROLLED, ROTATED, REVOKED))
LOG_OWNER: Final = "log"
"""Owner of the keys that sign checkpoints and proofs."""

_GATEWAY: Final = "gateway:"
_MAGIC: Final = b"taihang/key-succession/v1\n"
_OWNER: Final = re.compile(r"log|gateway:.{1,64}")
_REASON: Final = re.compile(r"[^\x00-\x1f\x7f]{0,256}")
_TIME_END_S: Final = 1 << 40
_MAX_ORDINAL: Final = 255
_ENROLLED_KEYS: Final = frozenset(("from_s", "key", "ordinal", "owner", "reason"))
_ROTATED_KEYS: Final = frozenset(
    ("from_s", "key", "ordinal", "owner", "predecessor", "signature", "until_s")
)
_REVOKED_KEYS: Final = frozenset(("ordinal", "owner", "reason", "revoked_at_s"))
Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]


class BrokenSuccessionError(IntegrityError):
    """A key names a predecessor that has not signed it."""

    code = "integrity.broken-succession"


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """The next key of an owner, as its predecessor signs it."""

    log: str
    """Name of the park's log."""
    owner: str
    """``log`` or ``gateway:NAME``."""
    ordinal: int
    """Of the next key."""
    key: bytes
    predecessor: bytes
    from_s: int
    """When the next key begins to count. [s]"""
    until_s: int
    """When its predecessor ceases to. [s]"""

    @property
    def message(self) -> bytes:
        """The bytes that the predecessor signs."""
        return _MAGIC + canonical_bytes({"log": self.log, **self._fields()})

    def body(self, signature: bytes) -> dict[str, JsonValue]:
        """Return the body of its event.

        Args:
            signature: Of the predecessor, over ``message``.
        """
        return {**self._fields(), "signature": signature.hex()}

    def _fields(self) -> dict[str, JsonValue]:
        return {
            "from_s": self.from_s,
            "key": self.key.hex(),
            "ordinal": self.ordinal,
            "owner": self.owner,
            "predecessor": self.predecessor.hex(),
            "until_s": self.until_s,
        }

    def check(self, signature: bytes, *, verify: Verify) -> None:
        """Check that the predecessor has signed it.

        Args:
            signature: Of the predecessor.
            verify: Checks one Ed25519 signature.

        Raises:
            BrokenSuccessionError: If it has not.
        """
        if not verify(self.predecessor, signature, self.message):
            raise BrokenSuccessionError(
                given=f"key {self.ordinal} of {self.owner} with a signature that does not fit",
                expected=f"the signature of key {self.predecessor.hex()[:16]}…",
                remedy="do not trust the new key; ask its owner by another way",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A key that stands for itself: the first one, or one after a gateway lost its own."""

    owner: str
    ordinal: int
    key: bytes
    from_s: int
    reason: str

    def body(self) -> dict[str, JsonValue]:
        """Return the body of its event."""
        return {
            "from_s": self.from_s,
            "key": self.key.hex(),
            "ordinal": self.ordinal,
            "owner": self.owner,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A key that counts no more."""

    owner: str
    ordinal: int
    revoked_at_s: int
    reason: str

    def body(self) -> dict[str, JsonValue]:
        """Return the body of its event."""
        return {
            "ordinal": self.ordinal,
            "owner": self.owner,
            "reason": self.reason,
            "revoked_at_s": self.revoked_at_s,
        }


def gateway_owner(gateway: str) -> str:
    """Return the owner that a gateway is in key acts.

    Example:
        >>> gateway_owner("GW1")
        'gateway:GW1'
    """
    return _GATEWAY + gateway


def gateway_of(owner: str) -> str | None:
    """Return the gateway that an owner is; None for the log.

    Example:
        >>> gateway_of("gateway:GW1"), gateway_of("log")
        ('GW1', None)
    """
    return owner.removeprefix(_GATEWAY) if owner.startswith(_GATEWAY) else None


def key_file_name(owner: str, ordinal: int) -> str:
    """Return the name under which the platform keeps a private key of its own.

    Example:
        >>> key_file_name("gateway:GW1", 1), key_file_name("log", 2)
        ('gateway-GW1', 'log.2')
    """
    gateway = gateway_of(owner)
    name = owner if gateway is None else f"gateway-{gateway}"
    return name if ordinal == 1 else f"{name}.{ordinal}"


def open_enrolment(body: Mapping[str, JsonValue]) -> Enrolment:
    """Read the body of an event ``key-enrolled``.

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    fields = Fields({**body}, where=ENROLLED, keys=_ENROLLED_KEYS)
    return Enrolment(
        owner=fields.text("owner", pattern=_OWNER),
        ordinal=fields.integer("ordinal", low=1, high=_MAX_ORDINAL),
        key=fields.hex_bytes("key", n_bytes=32),
        from_s=fields.integer("from_s", low=0, high=_TIME_END_S),
        reason=fields.text("reason", pattern=_REASON),
    )


def open_rotation(body: Mapping[str, JsonValue], *, log: str) -> tuple[Succession, bytes]:
    """Read the body of an event ``key-rotated``.

    Args:
        body: The body.
        log: Name of the park's log, which is signed and not repeated in it.

    Returns:
        The succession, and the signature of the predecessor, which is not checked yet.

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    fields = Fields({**body}, where=ROTATED, keys=_ROTATED_KEYS)
    succession = Succession(
        log=log,
        owner=fields.text("owner", pattern=_OWNER),
        ordinal=fields.integer("ordinal", low=2, high=_MAX_ORDINAL),
        key=fields.hex_bytes("key", n_bytes=32),
        predecessor=fields.hex_bytes("predecessor", n_bytes=32),
        from_s=fields.integer("from_s", low=0, high=_TIME_END_S),
        until_s=fields.integer("until_s", low=0, high=_TIME_END_S),
    )
    return succession, fields.hex_bytes("signature", n_bytes=64)


def open_revocation(body: Mapping[str, JsonValue]) -> Revocation:
    """Read the body of an event ``key-revoked``.

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    fields = Fields({**body}, where=REVOKED, keys=_REVOKED_KEYS)
    return Revocation(
        owner=fields.text("owner", pattern=_OWNER),
        ordinal=fields.integer("ordinal", low=1, high=_MAX_ORDINAL),
        revoked_at_s=fields.integer("revoked_at_s", low=0, high=_TIME_END_S),
        reason=fields.text("reason", pattern=_REASON),
    )
