"""Encrypt bytes to a public X25519 key: what only the holder of the private key opens.

X25519 with a key made for this one box, HKDF-SHA256, ChaCha20-Poly1305, as in age; the layout is in
docs/formats/backup.md, section 3.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from taihang.core.errors import InputError, IntegrityError

MAGIC: Final = b"taihang/sealed-box/v1\n"
_KEY_BYTES: Final = 32
# The key of a box is used once, so its nonce need not differ from another's.
_NONCE: Final = bytes(12)
_HEAD_BYTES: Final = len(MAGIC) + _KEY_BYTES
_WANTED: Final = "an X25519 key: 64 hexadecimal digits, or the private one as PEM"
_MAKE_ONE: Final = "make a pair: openssl genpkey -algorithm X25519 -out backup-key.pem"


class BoxKeyError(InputError):
    """What should be an X25519 key is none."""

    code = "input.box-key"


class ClosedBoxError(IntegrityError):
    """A box does not open: another key, or bytes that were altered."""

    code = "integrity.closed-box"


def seal_box(
    data: bytes,
    *,
    to: bytes,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> bytes:
    """Encrypt bytes.

    Args:
        data: What to hide.
        to: The public X25519 key of whoever may read it, 32 bytes.
        random_bytes: Where the key of the box comes from.

    Returns:
        The box.

    Raises:
        BoxKeyError: If the public key is none.
    """
    own = X25519PrivateKey.from_private_bytes(random_bytes(_KEY_BYTES))
    public = own.public_key().public_bytes_raw()
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(to))
    except ValueError as error:
        raise BoxKeyError(
            given=f"a public key of {len(to)} bytes", expected=_WANTED, remedy=_MAKE_ONE
        ) from error
    return MAGIC + public + _cipher(shared, public, to).encrypt(_NONCE, data, MAGIC)


def open_box(box: bytes, *, private: bytes) -> bytes:
    """Decrypt a box.

    Args:
        box: The box.
        private: The private X25519 key, 32 bytes.

    Returns:
        What was hidden.

    Raises:
        ClosedBoxError: If the key does not fit, or the box was altered.
    """
    key = X25519PrivateKey.from_private_bytes(private)
    to = key.public_key().public_bytes_raw()
    magic, public, hidden = box[: len(MAGIC)], box[len(MAGIC) : _HEAD_BYTES], box[_HEAD_BYTES:]
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(public))
        # The mark is part of what is sealed: another one does not open.
        return _cipher(shared, public, to).decrypt(_NONCE, hidden, magic)
    except (InvalidTag, ValueError) as error:
        raise ClosedBoxError(
            given=f"a box of {len(box)} bytes that the key {to.hex()[:16]}… does not open",
            expected="the box as it was sealed, and the private key that it was sealed to",
            remedy="give the key of that backup, or take the box from another copy",
        ) from error


def read_private_key(path: Path) -> bytes:
    """Return a private X25519 key from a file: PEM, or 64 hexadecimal digits.

    Raises:
        BoxKeyError: If the file holds no such key.
    """
    content = path.read_bytes()
    key: object = None
    with suppress(ValueError, TypeError):
        if b"-----BEGIN" in content:
            key = load_pem_private_key(content, password=None)
        else:
            key = X25519PrivateKey.from_private_bytes(bytes.fromhex(content.decode().strip()))
    if not isinstance(key, X25519PrivateKey):
        raise BoxKeyError(given=f"{path}", expected=_WANTED, remedy=_MAKE_ONE)
    return key.private_bytes_raw()


def _cipher(shared: bytes, public: bytes, to: bytes) -> ChaCha20Poly1305:
    kdf = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=public + to, info=MAGIC)
    return ChaCha20Poly1305(kdf.derive(shared))
