"""The proof file of one entry: where it stands, the way to the root, and a signed checkpoint.

Whoever holds the entry and this text needs nothing else from the log, now or later.

Source:
    C2SP tlog-proof, version 1 [read in a public source].
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint
from taihang.core.tlog.cosignature import Cosignature, require_quorum
from taihang.core.tlog.merkle import HASH_BYTES, verify_inclusion
from taihang.core.tlog.note import NoteFormatError, VerifierKey, Verify, decode_base64, parse_note

MEDIA_NAME: Final = "c2sp.org/tlog-proof@v1"
"""The first line of every proof file."""
_PATH_MAX: Final = 63
"""Longest path of a tree whose size fits into 63 bits."""
_CHARS_MAX: Final = 65_536
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
_EXTRA: Final = "extra "


class TlogProofFormatError(InputError):
    """A text is not a proof file of a log entry."""

    code = "input.tlog-proof-format"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(given=given, expected=expected, remedy="take the proof again from its log")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """What a proof file says; nothing of it is verified yet."""

    index: int
    """The leaf."""
    path: tuple[bytes, ...]
    """The inclusion proof, sibling of the leaf first."""
    checkpoint_note: str
    """The signed checkpoint, with or without cosignatures."""
    extra: bytes | None = None
    """Opaque bytes of the log's own; not covered by any signature."""


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """What a verified proof file shows."""

    index: int
    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


def encode_tlog_proof(proof: TlogProof) -> str:
    r"""Return the text of a proof file.

    Args:
        proof: What it says.

    Returns:
        The text.

    Raises:
        TlogProofFormatError: If a field cannot stand in a proof file.

    Example:
        >>> encode_tlog_proof(TlogProof(1, (bytes(32),), "…\n")).split("\n")[:2]
        ['c2sp.org/tlog-proof@v1', 'index 1']
    """
    if proof.index < 0 or proof.extra == b"" or {len(item) for item in proof.path} - {HASH_BYTES}:
        raise TlogProofFormatError(
            given=f"index {proof.index}, {len(proof.path)} hashes",
            expected=f"an index of 0 or more, hashes of {HASH_BYTES} bytes, no empty extra bytes",
        )
    extra = [] if proof.extra is None else [_EXTRA + _base64(proof.extra)]
    head = [MEDIA_NAME, *extra, f"index {proof.index}", *map(_base64, proof.path)]
    return "\n".join([*head, "", proof.checkpoint_note])


def parse_tlog_proof(text: str) -> TlogProof:
    """Read a proof file without judging it.

    Args:
        text: The whole file.

    Returns:
        What it says.

    Raises:
        TlogProofFormatError: If a line is not exactly as the format wants it.
    """
    if len(text) > _CHARS_MAX:
        raise TlogProofFormatError(
            given=f"{len(text)} characters", expected=f"at most {_CHARS_MAX}"
        )
    head, split, note = text.partition("\n\n")
    lines = head.split("\n")
    if not split or lines.pop(0) != MEDIA_NAME:
        raise TlogProofFormatError(given=f"{text[:40]!r}", expected=f"a first line {MEDIA_NAME}")
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = _bytes_of(lines.pop(0).removeprefix(_EXTRA))
    found = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if found is None or len(lines) > _PATH_MAX:
        raise TlogProofFormatError(
            given="no index, or too many hashes",
            expected=f"index N, then at most {_PATH_MAX} hashes",
        )
    path = tuple(_bytes_of(line) for line in lines)
    if any(len(item) != HASH_BYTES for item in path):
        raise TlogProofFormatError(
            given="a hash of another length", expected=f"hashes of {HASH_BYTES} bytes"
        )
    parse_note(note)
    return TlogProof(int(found[1]), path, note, extra)


def verify_tlog_proof(
    proof: TlogProof,
    *,
    leaf: bytes,
    log: VerifierKey,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int = 0,
    verify: Verify,
) -> ProvenEntry:
    """Check that an entry is in a log, and that enough known witnesses saw the log so.

    Args:
        proof: What the file says.
        leaf: Hash of the entry, worked out by the caller from the entry itself.
        log: Origin and public key of the log.
        witnesses: Those that the reader knows.
        quorum: How many of them must have cosigned; 0 asks for none.
        verify: Checks one Ed25519 signature.

    Returns:
        Where the entry stands, and under which checkpoint.
    """
    checkpoint = open_checkpoint(
        proof.checkpoint_note, origin=log.name, public_key=log.public_key, verify=verify
    )
    cosigned = require_quorum(
        parse_note(proof.checkpoint_note), witnesses=witnesses, quorum=quorum, verify=verify
    )
    verify_inclusion(
        leaf, index=proof.index, size=checkpoint.size, path=proof.path, root=checkpoint.root
    )
    return ProvenEntry(proof.index, checkpoint, tuple(cosigned))


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes_of(text: str) -> bytes:
    try:
        decoded = decode_base64(text)
    except NoteFormatError as error:
        raise TlogProofFormatError(given=f"{text!r}", expected="standard base64") from error
    if not decoded:
        raise TlogProofFormatError(given="an empty line of base64", expected="at least one byte")
    return decoded
