"""A secret that lets its holder speak for one gateway over HTTP."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

TOKEN: Final = re.compile(r"th_[0-9a-f]{8}\.[0-9a-f]{64}")
"""How a token looks: a name that may be shown, and 256 secret bits."""


@dataclass(frozen=True, slots=True)
class DoorToken:
    """What the register keeps of a token: a hash, from which nobody finds the secret."""

    sha256: str
    """Hash of the whole token [hex]."""
    gateway: str
    issued_at_s: int
    """[s since 1970-01-01T00:00Z]"""
    expires_at_s: int
    """First second at which it does not count any more [s since 1970-01-01T00:00Z]."""


def token_of(secret: str) -> str:
    """Return the token of 256 random bits; its name is a part of their hash.

    Args:
        secret: 64 hexadecimal digits.

    Returns:
        The token.

    Example:
        >>> token_of("00" * 32)[:12]
        'th_60e05bd1.'
    """
    return f"th_{hashlib.sha256(secret.encode()).hexdigest()[:8]}.{secret}"


def token_sha256(token: str) -> str:
    """Return the hash under which a token is kept [hex]."""
    return hashlib.sha256(token.encode()).hexdigest()
