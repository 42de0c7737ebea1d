"""Cosignatures: what a witness says of another's log, and how many of them are enough.

A cosignature states: at this time this was the largest tree of that log that I had seen, and it
continues every one that I cosigned before. A reader pins the keys of the witnesses and counts.

Source:
    C2SP tlog-cosignature, version 1 with Ed25519 [read in a public source].
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError, IntegrityError
from taihang.core.tlog.note import (
    COSIGNATURE_TYPE,
    PUBLIC_KEY_BYTES,
    SIGNATURE_BYTES,
    Note,
    NoteFormatError,
    NoteSignatureError,
    Sign,
    VerifierKey,
    Verify,
    is_key_name,
    key_id,
    parse_note,
)

_HEAD: Final = "cosignature/v1"
_TIME_BYTES: Final = 8
_TIME_LIMIT: Final = 1 << 63


class WitnessKeyError(InputError):
    """A witness has no name or key that a note can carry, or two are the same."""

    code = "input.witness-key"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="take name and key from the witness itself, for it prints both",
        )


class QuorumError(IntegrityError):
    """A checkpoint is cosigned by fewer of the pinned witnesses than its reader asks for."""

    code = "integrity.quorum"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One witness, and when it said so."""

    name: str
    at_s: int
    """Time by the witness's own clock [s]."""


def cosignature_message(text: str, *, at_s: int) -> bytes:
    r"""Return the bytes that a witness signs.

    Args:
        text: The text of the checkpoint: its body, without signatures.
        at_s: When [s].

    Returns:
        Two lines, then the text.

    Example:
        >>> cosignature_message("park.example/log\n", at_s=7)
        b'cosignature/v1\ntime 7\npark.example/log\n'
    """
    return f"{_HEAD}\ntime {at_s}\n{text}".encode()


def cosign(text: str, *, witness: VerifierKey, at_s: int, sign: Sign) -> str:
    """Return the signature line of a witness.

    The caller answers for what no function can check: that it never cosigned a checkpoint which
    this one does not continue, and that it has this one on its disk already.

    Args:
        text: The text of the checkpoint.
        witness: Name and public key.
        at_s: When [s].
        sign: Signs with the witness's private key.

    Returns:
        One line, ending in a newline.

    Raises:
        NoteFormatError: If the time cannot stand in a cosignature.
    """
    require_distinct((witness,))
    if not 0 <= at_s < _TIME_LIMIT:
        raise NoteFormatError(given=f"time {at_s}", expected="seconds since 1970, not negative")
    signature = sign(cosignature_message(text, at_s=at_s))
    signed = b64encode(_id(witness) + at_s.to_bytes(_TIME_BYTES, "big") + signature).decode()
    return f"— {witness.name} {signed}\n"


def cosignatures_of(
    note: Note, *, witnesses: Sequence[VerifierKey], verify: Verify
) -> list[Cosignature]:
    """Return who of the known witnesses has cosigned a note; lines of others are not looked at.

    Args:
        note: The parsed note.
        witnesses: Those that the reader knows.
        verify: Checks one Ed25519 signature.

    Returns:
        One for each witness that cosigned, with its latest time, in the order of the witnesses.

    Raises:
        NoteSignatureError: If a line with the name and key id of a known witness does not verify.
    """
    require_distinct(witnesses)
    found: list[Cosignature] = []
    for witness in witnesses:
        wanted = _id(witness)
        times_s = [
            _time_of(signature.value, note=note, witness=witness, verify=verify)
            for signature in note.signatures
            if signature.name == witness.name and signature.key_id == wanted
        ]
        if times_s:
            found.append(Cosignature(witness.name, max(times_s)))
    return found


def require_quorum(
    note: Note, *, witnesses: Sequence[VerifierKey], quorum: int, verify: Verify
) -> list[Cosignature]:
    """Demand that enough of the known witnesses have cosigned a note.

    Args:
        note: The parsed note.
        witnesses: Those that the reader knows.
        quorum: How many of them are enough.
        verify: Checks one Ed25519 signature.

    Returns:
        Who cosigned.

    Raises:
        QuorumError: If they are too few.
    """
    found = cosignatures_of(note, witnesses=witnesses, verify=verify)
    if len(found) < quorum:
        names = ", ".join(item.name for item in found)
        raise QuorumError(
            given=f"{len(found)} cosignatures of {len(witnesses)} known witnesses"
            + (f" ({names})" if names else ""),
            expected=f"{quorum}",
            remedy="do not rely on this checkpoint; ask the log, then the witnesses themselves",
        )
    return found


def cosignature_lines(body: str) -> list[str]:
    """Take the answer of a witness apart into its signature lines.

    Args:
        body: One line or more, each ending in a newline, and nothing else.

    Returns:
        The lines, without newline.

    Raises:
        NoteFormatError: If anything else stands in it.
    """
    note = parse_note(f"-\n\n{body}")
    if note.text != "-\n":
        raise NoteFormatError(given="an answer with an empty line", expected="signature lines")
    return body[:-1].split("\n")


def require_distinct(witnesses: Sequence[VerifierKey]) -> None:
    """Demand witnesses of which no two share a name or a key: one must not count as two.

    Raises:
        WitnessKeyError: If a name or key is unusable or doubled.
    """
    for witness in witnesses:
        if not is_key_name(witness.name):
            raise WitnessKeyError(
                given=f"witness {witness.name!r}",
                expected="a name without spaces, plus sign or control codes",
            )
        if len(witness.public_key) != PUBLIC_KEY_BYTES:
            raise WitnessKeyError(
                given=f"a key of {len(witness.public_key)} bytes for {witness.name}",
                expected=f"{PUBLIC_KEY_BYTES} bytes",
            )
    names = {witness.name for witness in witnesses}
    keys = {witness.public_key for witness in witnesses}
    if min(len(names), len(keys)) < len(witnesses):
        raise WitnessKeyError(
            given=f"{len(witnesses)} witnesses with {len(names)} names and {len(keys)} keys",
            expected="a name and a key of its own for each",
        )


def _id(witness: VerifierKey) -> bytes:
    return key_id(witness.name, witness.public_key, type_byte=COSIGNATURE_TYPE)


def _time_of(value: bytes, *, note: Note, witness: VerifierKey, verify: Verify) -> int:
    """Return when a witness signed, after checking that it did."""
    at_s = int.from_bytes(value[:_TIME_BYTES], "big")
    message = cosignature_message(note.text, at_s=at_s)
    is_whole = len(value) == _TIME_BYTES + SIGNATURE_BYTES and at_s < _TIME_LIMIT
    if not is_whole or not verify(witness.public_key, value[_TIME_BYTES:], message):
        raise NoteSignatureError(given=f"a cosignature of {witness.name} that does not fit")
    return at_s
