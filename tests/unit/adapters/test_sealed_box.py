"""A box opens with its key only, and not at all when a byte was altered."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from taihang.adapters.sealed_box import (
    MAGIC,
    BoxKeyError,
    ClosedBoxError,
    open_box,
    read_private_key,
    seal_box,
)

PRIVATE = bytes(range(32))
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
SECRET = b"seventy-seven keys"


def ones(n_bytes: int) -> bytes:
    return b"\x01" * n_bytes


def test_open_box__returns_what_was_sealed() -> None:
    box = seal_box(SECRET, to=PUBLIC)

    assert open_box(box, private=PRIVATE) == SECRET
    assert SECRET not in box


def test_seal_box__of_the_same_bytes_differs_each_time() -> None:
    assert seal_box(SECRET, to=PUBLIC) != seal_box(SECRET, to=PUBLIC)


def test_seal_box__is_laid_out_as_the_format_says() -> None:
    box = seal_box(SECRET, to=PUBLIC, random_bytes=ones)

    one = X25519PrivateKey.from_private_bytes(ones(32)).public_key().public_bytes_raw()
    assert box[: len(MAGIC) + 32] == MAGIC + one
    assert len(box) == len(MAGIC) + 32 + len(SECRET) + 16


def test_open_box__with_another_key_is_refused() -> None:
    with pytest.raises(ClosedBoxError):
        open_box(seal_box(SECRET, to=PUBLIC), private=ones(32))


def test_open_box__altered_at_any_byte_is_refused() -> None:
    box = seal_box(SECRET, to=PUBLIC)

    for at in range(len(box)):
        # The highest bit of a public key's last byte is not looked at by X25519, but by the salt.
        altered = box[:at] + bytes([box[at] ^ 0x80]) + box[at + 1 :]
        with pytest.raises(ClosedBoxError):
            open_box(altered, private=PRIVATE)


@pytest.mark.parametrize("n_bytes", [0, 10, len(MAGIC) + 31, len(MAGIC) + 40])
def test_open_box__cut_short_is_refused(n_bytes: int) -> None:
    with pytest.raises(ClosedBoxError):
        open_box(seal_box(SECRET, to=PUBLIC)[:n_bytes], private=PRIVATE)


@pytest.mark.parametrize("to", [b"short", bytes(32)])
def test_seal_box__to_what_is_no_key_is_refused(to: bytes) -> None:
    with pytest.raises(BoxKeyError):
        seal_box(SECRET, to=to)


def test_read_private_key__reads_digits_and_pem(tmp_path: Path) -> None:
    digits, pem = tmp_path / "key.hex", tmp_path / "key.pem"
    digits.write_text(f"{PRIVATE.hex()}\n")
    key = X25519PrivateKey.from_private_bytes(PRIVATE)
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    assert read_private_key(digits) == read_private_key(pem) == PRIVATE


def test_read_private_key__of_anything_else_is_refused(tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    signing = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"abc", b"\xff\xfe", signing, b"-----BEGIN nothing"):
        path = tmp_path / "key"
        path.write_bytes(content)
        with pytest.raises(BoxKeyError):
            read_private_key(path)
