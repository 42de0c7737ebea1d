"""Secrets that are shown once and kept as a hash: one-time links, and the keys of machines."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

KEY_PREFIX: Final = "thk"
"""Begins every API key, so that a scanner for leaked secrets can know one."""
_TOKEN_BYTES: Final = 32
_KEY: Final = re.compile(rf"{KEY_PREFIX}_([a-z2-7]{{13}})\.([A-Za-z0-9_-]{{43}})")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_ID_LETTERS: Final = 13


@dataclass(frozen=True, slots=True)
class KeyWords:
    """The two halves of an API key."""

    key_id: str
    """Public: names the key in lists and in the trail."""
    secret: str
    """Known to its holder only."""

    @property
    def written(self) -> str:
        """The key as its holder keeps it."""
        return f"{KEY_PREFIX}_{self.key_id}.{self.secret}"


def new_token() -> str:
    """Return 256 random bits for an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_key() -> KeyWords:
    """Return a new API key."""
    key_id = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LETTERS))
    return KeyWords(key_id=key_id, secret=new_token())


def parse_key(written: str) -> KeyWords | None:
    """Return the halves of an API key, or None if it is not one.

    Example:
        >>> parse_key("thk_abcdefghijklm." + "A" * 43).key_id
        'abcdefghijklm'
        >>> parse_key("Bearer x") is None
        True
    """
    found = _KEY.fullmatch(written)
    return None if found is None else KeyWords(key_id=found[1], secret=found[2])


def digest(secret: str) -> str:
    """Return what is kept of a secret.

    A plain SHA-256: 256 random bits cannot be guessed, so there is nothing to slow down.

    Example:
        >>> digest("a")[:8]
        'ca978112'
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, kept: str) -> bool:
    """Say, in a time that tells nothing, whether a secret is the one that a hash was made of.

    Example:
        >>> is_secret_of("a", digest("a")), is_secret_of("b", digest("a"))
        (True, False)
    """
    return hmac.compare_digest(digest(secret), kept)
