"""Clock, randomness, keys and disk: the only place that touches them."""

import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
    crypto_sign_open,
)
from nacl.exceptions import BadSignatureError
from numpy.typing import NDArray
from typing_extensions import override

from taihang.core.errors import InputError, IntegrityError, StateError
from taihang.core.seal.share_list import SECOND_BASE

_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077
_SECRET_BYTES: Final = 32
_LOOK_EVERY_S: Final = 0.01
_SIGNATURE_BYTES: Final = 64
_MANTISSA_SHIFT: Final = 11
_MANTISSA_STEP: Final = 2.0**-53
_SECRET: Final = re.compile(r"[0-9a-f]{64}")


class BusyParkError(StateError):
    """Another process is writing this park."""

    code = "state.busy-park"


class OpenKeyError(InputError):
    """A key file can be read by others."""

    code = "input.open-key"


class DamagedKeyError(IntegrityError):
    """A key file does not hold a key."""

    code = "integrity.damaged-key"


class SystemClock:
    """The wall clock in UTC; tests put a fixed one in its place."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still, for runs that must give the same bytes."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the instant it was given."""
        return self._at


class PosixDisk:
    """The file operations under journal and lake; a simulated disk can stand in for them."""

    def names(self, directory: Path) -> list[str]:
        """Return the names in a folder; none if it is absent."""
        return [path.name for path in directory.iterdir()] if directory.is_dir() else []

    def size(self, path: Path) -> int | None:
        """Return the length of a file [bytes]; None if it is absent."""
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return None

    def read(self, path: Path, offset: int, n_bytes: int) -> bytes:
        """Return bytes of a file, fewer at its end."""
        handle = os.open(path, os.O_RDONLY)
        try:
            return os.pread(handle, n_bytes, offset)
        finally:
            os.close(handle)

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it, unless they are there."""
        path.mkdir(parents=True, exist_ok=True)

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes; on a short write or an error the file may have grown by a part of them."""
        with path.open("ab", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]

    def fsync(self, path: Path) -> None:
        """Force a file or a folder to the disk."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another in one step."""
        source.replace(target)

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        os.truncate(path, size)

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        self.fsync(part)
        self.rename(part, path)
        self.fsync(path.parent)


class TimedDisk(PosixDisk):
    """A disk whose forced writes are timed."""

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe

    @override
    def fsync(self, path: Path) -> None:
        started_s = monotonic()
        super().fsync(path)
        self._observe(monotonic() - started_s)


class WriterLock:
    """At most one process writes a park; a lock of a dead process does not count."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self, *, wait_s: float = 0) -> None:
        """Take the lock.

        Args:
            wait_s: How long to wait for another process to give it back. [s]

        Raises:
            BusyParkError: If another process holds it all that time.
        """
        file = self._path.open("ab")
        until_s = monotonic() + wait_s
        while not _locked(file):
            if monotonic() >= until_s:
                file.close()
                raise BusyParkError(
                    given=f"the park {self._path.parent}",
                    expected="a park that no other process is writing",
                    remedy="wait for the other command to end, then run this one again",
                )
            sleep(_LOOK_EVERY_S)
        self._file = file

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def random_secret() -> str:
    """Return 256 random bits in hex: a secret that is given to somebody."""
    return secrets.token_hex(_SECRET_BYTES)


def uniform_numbers(seed: int, n: int) -> NDArray[np.float64]:
    """Return numbers that are evenly spread over [0, 1): the same seed gives the same, for ever.

    Only the raw 64-bit words of PCG64 are used: numpy keeps those stable between versions.

    Args:
        seed: 0 or more.
        n: How many.

    Returns:
        The numbers, shape (n,).
    """
    words = np.random.PCG64(seed).random_raw(n)
    return (words >> np.uint64(_MANTISSA_SHIFT)).astype(np.float64) * _MANTISSA_STEP


class SigningKey:
    """An Ed25519 key with its public half."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Return the key of a 32-byte seed."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of a message."""
        return self._private.sign(message)


def verify_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether an Ed25519 signature is right, by libsodium, in half the time of OpenSSL.

    Stricter than RFC 8032 asks: no key and no R of small order, of each point one spelling. Other
    threads run meanwhile.
    """
    if len(public) != _SECRET_BYTES or len(signature) != _SIGNATURE_BYTES:
        return False
    with suppress(BadSignatureError):
        crypto_sign_open(signature + message, public)
        return True
    return False


class KeyRing:
    """The keys of one park, each in a file that only its owner can read."""

    def __init__(
        self,
        directory: Path,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._directory = directory
        self._random_bytes = random_bytes

    def signing_key(self, name: str) -> SigningKey:
        """Return the named key, made on first use."""
        return SigningKey.from_seed(self._secret(f"{name}.key"))

    def holds(self, name: str) -> bool:
        """Say whether the named key was made here; looking makes none."""
        return (self._directory / f"{name}.key").exists()

    def salts(self, label: str, n_salts: int) -> list[bytes]:
        """Return 16-byte salts that nobody without the secret can guess.

        Args:
            label: What they are for; the same label gives the same salts.
            n_salts: How many.
        """
        secret = self._secret("salt.key")
        return [
            hmac.digest(secret, f"{label}/{index}".encode(), hashlib.sha256)[:16]
            for index in range(n_salts)
        ]

    def commit(self, number: int, blinding: int) -> bytes:
        """Return the Pedersen commitment number · G + blinding · H on edwards25519, by libsodium.

        Args:
            number: What is committed to, 0 or more and below the order of the group.
            blinding: A secret number from 1 below the order of the group.

        Returns:
            The point, 32 bytes.
        """
        hidden = crypto_scalarmult_ed25519_noclamp(_scalar(blinding), SECOND_BASE)
        if number == 0:
            # libsodium refuses to make the neutral element.
            return hidden
        shown = crypto_scalarmult_ed25519_base_noclamp(_scalar(number))
        return crypto_core_ed25519_add(shown, hidden)

    def _secret(self, file_name: str) -> bytes:
        path = self._directory / file_name
        if not path.exists():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make(path)
        if path.stat().st_mode & _OTHERS:
            raise OpenKeyError(
                given=f"{path} readable by others",
                expected="a key file that only its owner can read",
                remedy=f"run: chmod 600 {path}",
            )
        text = path.read_text(encoding="ascii", errors="replace").strip()
        if not _SECRET.fullmatch(text):
            raise DamagedKeyError(
                given=f"{path} with {len(text)} characters",
                expected=f"{2 * _SECRET_BYTES} hexadecimal digits",
                remedy="put the key back from its backup; a new one would disown what it signed",
            )
        return bytes.fromhex(text)

    def _make(self, path: Path) -> None:
        """Make a key file that is there whole or not at all, whenever the machine stops."""
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(self._random_bytes(_SECRET_BYTES).hex().encode())
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces a key that another process made meanwhile; a rename would.
        with suppress(FileExistsError):
            path.hardlink_to(part)
        part.unlink()
        PosixDisk().fsync(self._directory)


def _scalar(number: int) -> bytes:
    return number.to_bytes(_SECRET_BYTES, "little")
