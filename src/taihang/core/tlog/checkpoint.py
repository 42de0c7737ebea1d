"""The checkpoint: what a log signs about itself, as a note that other tools can read.

Source:
    C2SP tlog-checkpoint [read in a public source].
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError
from taihang.core.tlog.merkle import HASH_BYTES
from taihang.core.tlog.note import (
    NoteFormatError,
    NoteSignatureError,
    Sign,
    VerifierKey,
    Verify,
    decode_base64,
    parse_note,
    sign_note,
    verify_note,
)

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_SIZE_LIMIT: Final = 1 << 63
_HEAD_LINES: Final = 3


class CheckpointFormatError(InputError):
    """A note text is not a checkpoint."""

    code = "input.checkpoint-format"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="take the checkpoint again from its log"
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log at one size."""

    origin: str
    """Name of the log, without scheme, for example ``park.example/log``."""
    size: int
    """Number of leaves."""
    root: bytes
    """Root hash of the tree of that size."""
    extensions: tuple[str, ...] = ()
    """Further lines; ours has none, others' are kept because they are signed too."""


def encode_checkpoint(checkpoint: Checkpoint) -> str:
    r"""Return the text of a checkpoint, as it is signed.

    Raises:
        CheckpointFormatError: If a field cannot stand in a checkpoint.

    Example:
        >>> encode_checkpoint(Checkpoint("park.example/log", 1, bytes(32))).split("\n")[:2]
        ['park.example/log', '1']
    """
    head = [checkpoint.origin, str(checkpoint.size), b64encode(checkpoint.root).decode()]
    text = "\n".join([*head, *checkpoint.extensions, ""])
    if parse_checkpoint(text) != checkpoint:
        raise CheckpointFormatError(
            given=f"{checkpoint}", expected="lines without newlines in them"
        )
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint.

    Args:
        text: The text of the note, ending in a newline.

    Returns:
        The checkpoint.

    Raises:
        CheckpointFormatError: If a line is not exactly as the format wants it.
    """
    lines = text.split("\n")
    if len(lines) <= _HEAD_LINES or lines.pop() != "":
        raise CheckpointFormatError(
            given=f"{len(lines)} lines", expected="three lines or more, each ending in a newline"
        )
    origin, size, root, *extensions = lines
    if not origin or "" in extensions:
        raise CheckpointFormatError(
            given="an empty line", expected="an origin, and no empty extension lines"
        )
    if not _SIZE.fullmatch(size) or int(size) >= _SIZE_LIMIT:
        raise CheckpointFormatError(
            given=f"tree size {size!r}", expected="decimal digits without leading zeros"
        )
    return Checkpoint(origin, int(size), _decode_root(root), tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, *, public_key: bytes, sign: Sign) -> str:
    """Return the signed note of a checkpoint; the key bears the name of the log.

    The caller answers for the one promise that no function can check: never to sign a checkpoint
    that is inconsistent with one signed before.

    Args:
        checkpoint: What to sign.
        public_key: The log's public key.
        sign: Signs with the log's private key.

    Returns:
        The signed note.
    """
    text = encode_checkpoint(checkpoint)
    return sign_note(text, name=checkpoint.origin, public_key=public_key, sign=sign)


def open_checkpoint(note: str, *, origin: str, public_key: bytes, verify: Verify) -> Checkpoint:
    """Read a signed checkpoint and check the log's own signature.

    Args:
        note: The signed note.
        origin: Name of the log it must come from.
        public_key: The log's public key.
        verify: Checks one Ed25519 signature.

    Returns:
        The checkpoint.

    Raises:
        CheckpointFormatError: If it speaks of another log.
    """
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    if checkpoint.origin != origin:
        raise CheckpointFormatError(
            given=f"a checkpoint of {checkpoint.origin!r}", expected=f"one of {origin!r}"
        )
    verify_note(parsed, name=origin, public_key=public_key, verify=verify)
    return checkpoint


def checkpoint_of(note: str) -> Checkpoint:
    """Return what a note says without looking at its signatures: they were checked before.

    Args:
        note: A signed note.

    Returns:
        The checkpoint.
    """
    return parse_checkpoint(parse_note(note).text)


def open_by_any(note: str, *, keys: Sequence[VerifierKey], verify: Verify) -> Checkpoint:
    """Read a signed checkpoint of a log that has changed its key, or may do so.

    Args:
        note: The signed note.
        keys: Keys of the log, one origin for all; any of them is enough.
        verify: Checks one Ed25519 signature.

    Returns:
        The checkpoint.

    Raises:
        NoteSignatureError: If none of the keys has signed it.
    """
    origin = checkpoint_of(note).origin
    for key in keys:
        with suppress(NoteSignatureError):
            return open_checkpoint(note, origin=key.name, public_key=key.public_key, verify=verify)
    raise NoteSignatureError(given=f"a checkpoint of {origin!r} by none of {len(keys)} known keys")


def _decode_root(text: str) -> bytes:
    try:
        root = decode_base64(text)
    except NoteFormatError as error:
        raise CheckpointFormatError(
            given=f"root {text!r}", expected="a root hash in base64"
        ) from error
    if len(root) != HASH_BYTES:
        raise CheckpointFormatError(
            given=f"a root of {len(root)} bytes", expected=f"{HASH_BYTES} bytes in base64"
        )
    return root
