"""Signed notes: a text, an empty line, and one line a signature, readable by any log tool.

The signing key never comes here: signing and verifying are passed in as functions.

Source:
    C2SP signed-note, Ed25519 keys [read in a public source].
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from taihang.core.errors import InputError, IntegrityError

Sign: TypeAlias = Callable[[bytes], bytes]
"""Sign a message; returns the 64 bytes of an Ed25519 signature."""
Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""Say whether (public key, signature, message) fit together."""

PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_ID_BYTES: Final = 4
SIGNATURE_TYPE: Final = b"\x01"
"""Kind of a key that signs the text itself with Ed25519."""
COSIGNATURE_TYPE: Final = b"\x04"
"""Kind of a key that cosigns checkpoints with Ed25519."""
_MAX_SIGNATURES: Final = 100
_SIGNATURE_LINE: Final = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class NoteFormatError(InputError):
    """A text is not a signed note, byte for byte."""

    code = "input.note-format"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="take the note again, byte for byte, from its log",
        )


class NoteSignatureError(IntegrityError):
    """A note is not signed by the key that was asked for."""

    code = "integrity.note-signature"

    def __init__(self, *, given: str) -> None:
        super().__init__(
            given=given,
            expected="exactly one signature that verifies",
            remedy="do not use the note; compare the key with the one the log publishes",
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A signer as its readers know it: how it calls itself, and what it signs with."""

    name: str
    """Name of the key, as it stands in the signature line; of a log, its origin."""
    public_key: bytes
    """Ed25519, 32 bytes."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line; who made it is known only by its name and key id."""

    name: str
    key_id: bytes
    """First four bytes that name the key."""
    value: bytes
    """What follows the key id; 64 bytes for a plain Ed25519 signature."""


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note; its signatures are not verified yet."""

    text: str
    """What is signed; ends in a newline."""
    signatures: tuple[NoteSignature, ...]


def key_id(name: str, public_key: bytes, *, type_byte: bytes = SIGNATURE_TYPE) -> bytes:
    """Return the four bytes that name an Ed25519 key in a signature line.

    Example:
        >>> key_id("park.example/log", bytes(32)).hex()
        'fe4b5a7b'
    """
    return sha256(name.encode() + b"\n" + type_byte + public_key).digest()[:KEY_ID_BYTES]


def is_key_name(name: str) -> bool:
    """Say whether a name can stand in a signature line.

    Example:
        >>> is_key_name("park.example/log"), is_key_name("two words")
        (True, False)
    """
    return _NAME.fullmatch(name) is not None


def sign_note(text: str, *, name: str, public_key: bytes, sign: Sign) -> str:
    """Return the text as a note with one signature.

    Args:
        text: What to sign: lines, each ending in a newline.
        name: Name of the key, without space or plus sign.
        public_key: The key's public half.
        sign: Signs with the private half.

    Returns:
        The signed note.

    Raises:
        NoteFormatError: If the text or the name cannot stand in a note.
    """
    _check_text(text)
    if not is_key_name(name):
        raise NoteFormatError(
            given=f"key name {name!r}", expected="a name without spaces, plus sign or control codes"
        )
    signed = b64encode(key_id(name, public_key) + sign(text.encode())).decode()
    return f"{text}\n— {name} {signed}\n"


def parse_note(note: str) -> Note:
    """Take a note apart without judging its signatures.

    Args:
        note: The whole note.

    Returns:
        Its text and its signature lines.

    Raises:
        NoteFormatError: If any character is out of place; the message says which part.
    """
    text, split, tail = note.rpartition("\n\n")
    text += "\n"
    if not split or not tail.endswith("\n"):
        raise NoteFormatError(
            given="a text without signature block", expected="an empty line, then signature lines"
        )
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise NoteFormatError(
            given=f"{len(lines)} signatures", expected=f"at most {_MAX_SIGNATURES}"
        )
    return Note(text, tuple(_parse_signature(line) for line in lines))


def verify_note(note: Note, *, name: str, public_key: bytes, verify: Verify) -> None:
    """Check that a note carries exactly one good signature of a key; others are not looked at.

    Args:
        note: The parsed note.
        name: Name of the key.
        public_key: The key.
        verify: Checks one Ed25519 signature.

    Raises:
        NoteSignatureError: If the signature is absent, doubled or wrong.
    """
    wanted = key_id(name, public_key)
    found = [s.value for s in note.signatures if s.name == name and s.key_id == wanted]
    if len(found) != 1:
        raise NoteSignatureError(
            given=f"{len(found)} signatures of {name} with key id {wanted.hex()}"
        )
    if len(found[0]) != SIGNATURE_BYTES or not verify(public_key, found[0], note.text.encode()):
        raise NoteSignatureError(given=f"a signature of {name} that does not fit the text")


def _parse_signature(line: str) -> NoteSignature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None or not is_key_name(match[1]):
        raise NoteFormatError(given=f"signature line {line!r}", expected="— NAME BASE64")
    signature = decode_base64(match[2])
    if len(signature) <= KEY_ID_BYTES:
        raise NoteFormatError(given=f"signature line {line!r}", expected="a key id and a signature")
    return NoteSignature(match[1], signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:])


def decode_base64(text: str) -> bytes:
    """Decode standard base64 that has exactly one spelling.

    Raises:
        NoteFormatError: If padding, alphabet or unused bits differ from what an encoder writes.

    Example:
        >>> decode_base64("AAE=").hex()
        '0001'
    """
    try:
        decoded = b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise NoteFormatError(given=f"{text!r}", expected="standard base64 with padding") from error
    if b64encode(decoded).decode() != text:
        raise NoteFormatError(given=f"{text!r}", expected=b64encode(decoded).decode())
    return decoded


def _check_text(text: str) -> None:
    if len(text) <= 1 or not text.endswith("\n") or _CONTROL.search(text):
        raise NoteFormatError(
            given=f"note text {text!r}",
            expected="lines that end in a newline, without other control codes",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteFormatError(
            given=f"note text {text!r}", expected="text that UTF-8 can write"
        ) from error
