"""How people compare two public keys at a glance."""

import hashlib
from typing import Final

_GROUP: Final = 4
_DIGITS: Final = 16


def fingerprint(public_key: bytes) -> str:
    """Return the first 64 bits of the SHA-256 of a key, in groups of four digits.

    It serves to notice that two screens speak of different keys; a program compares whole keys.

    Args:
        public_key: The key.

    Returns:
        Sixteen hexadecimal digits with colons between the groups.

    Example:
        >>> fingerprint(b"")
        'e3b0:c442:98fc:1c14'
    """
    digits = hashlib.sha256(public_key).hexdigest()[:_DIGITS]
    return ":".join(digits[first : first + _GROUP] for first in range(0, _DIGITS, _GROUP))
