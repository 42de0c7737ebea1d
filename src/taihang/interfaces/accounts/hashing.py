"""How passwords are kept: argon2id at OWASP's floor, and never more than four at a time."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher
from typing_extensions import override

from taihang.core.errors import LinkError

AT_ONCE: Final = 4
"""Hashes that are worked out at a time; each takes 19 MiB and a core."""
PATIENCE_S: Final = 5.0
"""Whoever waits longer for a turn is told to come back."""
_TURNS: Final = BoundedSemaphore(AT_ONCE)


class BusyHashingError(LinkError):
    """Too many people sign in at this moment."""

    code = "link.busy-hashing"


class ParkArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1

    @override
    def encode(self, password: str, salt: str) -> str:
        with turn():
            return super().encode(password, salt)

    @override
    def verify(self, password: str, encoded: str) -> bool:
        with turn():
            return super().verify(password, encoded)


@contextmanager
def turn() -> Generator[None]:
    """Wait for a turn to hash.

    Raises:
        BusyHashingError: If none comes in time.
    """
    if not _TURNS.acquire(timeout=PATIENCE_S):
        raise BusyHashingError(
            given=f"more than {AT_ONCE} sign-ins at once",
            expected=f"a free turn within {PATIENCE_S:.0f} s",
            remedy="try again in a moment",
        )
    try:
        yield
    finally:
        _TURNS.release()
