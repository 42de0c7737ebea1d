"""The keys of a gateway, one after the other: which of them may sign a batch, and until when.

A key has an ordinal (1 is the first), and the next one is announced while the old one still
counts, so that a gateway can change over whenever it likes. A key that was taken over by somebody
is revoked: what it signed before counts only if it comes soon.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

REVOCATION_GRACE_S: Final = 3 * 86_400
"""How long after a revocation a batch may come that was sent before it. [s]"""
MAX_KEYS: Final = 255
"""Keys a gateway may have had; a sealed batch names its key in one byte."""


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """One public key of a gateway and the time in which it counts."""

    ordinal: int
    """1 for the first key of the gateway, then 2, 3 …"""
    key: bytes
    """The public Ed25519 key, 32 bytes."""
    from_s: int
    """When it was enrolled. [s]"""
    until_s: int | None = None
    """First second that it may not sign any more; None while it has no end. [s]"""
    revoked_at_s: int | None = None
    """When it was revoked; None if it never was. [s]"""

    @property
    def revoked(self) -> bool:
        """Whether it was revoked."""
        return self.revoked_at_s is not None

    def may_sign(self, *, sent_at_s: int, received_at_s: int) -> bool:
        """Say whether a batch counts that this key has signed.

        There is no lower bound: a gateway may sign with its new key what it had collected before.

        Args:
            sent_at_s: When the gateway sent it, by its own clock. [s]
            received_at_s: When the platform received it. [s]

        Returns:
            Whether the key was good then.

        Example:
            >>> old = GatewayKey(1, bytes(32), from_s=0, until_s=1_000)
            >>> old.may_sign(sent_at_s=999, received_at_s=5_000)
            True
            >>> old.may_sign(sent_at_s=1_000, received_at_s=5_000)
            False
        """
        if self.until_s is not None and sent_at_s >= self.until_s:
            return False
        if self.revoked_at_s is None:
            return True
        in_time = received_at_s < self.revoked_at_s + REVOCATION_GRACE_S
        return sent_at_s < self.revoked_at_s and in_time


def find_key(history: Iterable[GatewayKey], *, key: bytes) -> GatewayKey | None:
    """Return the latest entry of a history with this public key; None if it has none.

    Args:
        history: The keys of one gateway.
        key: A public key, 32 bytes.

    Returns:
        The entry.

    Example:
        >>> find_key([GatewayKey(1, b"a" * 32, 0)], key=b"a" * 32).ordinal
        1
        >>> find_key([], key=b"a" * 32) is None
        True
    """
    found = [entry for entry in history if entry.key == key]
    return max(found, key=lambda entry: entry.ordinal, default=None)


def present_key(history: Iterable[GatewayKey]) -> GatewayKey | None:
    """Return the key a gateway should sign with now: the latest that is not revoked.

    Example:
        >>> first = GatewayKey(1, b"a" * 32, 0, until_s=9)
        >>> second = GatewayKey(2, b"b" * 32, 5, revoked_at_s=7)
        >>> present_key([first, second]).ordinal
        1
    """
    good = [entry for entry in history if not entry.revoked]
    return max(good, key=lambda entry: entry.ordinal, default=None)
