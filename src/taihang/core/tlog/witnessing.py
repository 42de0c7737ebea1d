"""What a log asks of a witness, and how the witness judges it.

The judgement is a pure function of the request and of the last checkpoint that the witness
cosigned. Whoever calls it has to store the new checkpoint before the cosignature leaves, in one
step with the judgement: see ``taihang.services.witness``.

Source:
    C2SP tlog-witness, ``add-checkpoint`` [read in a public source].
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError, IntegrityError, StateError
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.merkle import (
    HASH_BYTES,
    ConsistencyError,
    old_root_of_path,
    verify_consistency,
)
from taihang.core.tlog.note import NoteFormatError, decode_base64

PATH_MAX: Final = 63
"""Most hashes of a consistency proof that a log may send."""
REQUEST_BYTES: Final = 65_536
"""Longest request: 63 hashes and a note of 100 signatures fit many times."""
SIZE_MEDIA_TYPE: Final = "text/x.tlog.size"
"""Media type of the answer that tells the size a witness holds."""
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE_TEXT: Final = re.compile(r"(0|[1-9][0-9]{0,18})\n")


class AddCheckpointFormatError(InputError):
    """A request to cosign is not lines as the protocol wants them, or its sizes run backwards."""

    code = "input.add-checkpoint-format"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="send: old SIZE, hashes of the consistency proof, an empty line, the checkpoint",
        )


class OtherSizeError(StateError):
    """The witness holds a checkpoint of another size than the request starts from."""

    code = "state.other-size"

    def __init__(self, *, given: str, held_size: int) -> None:
        super().__init__(
            given=given,
            expected=f"a proof from size {held_size}, which the witness cosigned last",
            remedy="ask again with a consistency proof from that size",
        )
        self.held_size = held_size
        """Size that the witness cosigned last."""


class ForkedLogError(IntegrityError):
    """A log asks to cosign a checkpoint that does not continue the one cosigned before."""

    code = "integrity.forked-log"

    def __init__(self, *, given: str, expected: str, is_proven: bool) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="keep both checkpoints; they are shown as evidence",
        )
        self.is_proven = is_proven
        """Whether the request itself shows two histories, and not only a proof that fails."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """One request."""

    old_size: int
    """Size that the log believes the witness holds."""
    path: tuple[bytes, ...]
    """Consistency proof from there."""
    note: str
    """The signed checkpoint."""


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What a witness answers, before anybody believes it."""

    status: int
    """HTTP status."""
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkEvidence:
    """Two checkpoints of one log of which the later does not continue the earlier."""

    at_s: int
    """When it was refused, by the clock of the witness [s]."""
    origin: str
    held: str
    """The signed checkpoint that the witness cosigned last."""
    refused: str
    """The signed checkpoint that it refused."""
    path: tuple[bytes, ...]
    """The proof that came with it."""
    is_proven: bool
    """Whether held, refused and path alone show two histories; else the path only failed."""


def encode_add_checkpoint(request: AddCheckpoint) -> bytes:
    r"""Return the body of a request.

    Example:
        >>> encode_add_checkpoint(AddCheckpoint(0, (), "park.example/log\n"))
        b'old 0\n\npark.example/log\n'
    """
    path = "".join(f"{b64encode(item).decode()}\n" for item in request.path)
    return f"old {request.old_size}\n{path}\n{request.note}".encode()


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Read the body of a request; the checkpoint inside is not looked at.

    Args:
        body: What was sent.

    Returns:
        The request.

    Raises:
        AddCheckpointFormatError: If a line is not exactly as the protocol wants it.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise AddCheckpointFormatError(
            given=f"byte {error.start}, which is not UTF-8", expected="lines of text"
        ) from error
    head, split, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if old is None or not split or len(lines) > PATH_MAX:
        raise AddCheckpointFormatError(
            given=f"{len(lines) + 1} lines before the first empty one",
            expected=f"old SIZE, then at most {PATH_MAX} hashes, an empty line, the checkpoint",
        )
    return AddCheckpoint(int(old[1]), tuple(_hash(line) for line in lines), note)


def judge(request: AddCheckpoint, *, new: Checkpoint, held: Checkpoint | None) -> None:
    """Demand that a checkpoint continues what a witness has cosigned of the same log.

    Args:
        request: What the log sent.
        new: The checkpoint of the request, its signature already checked.
        held: The last checkpoint that was cosigned; None if none was.

    Raises:
        AddCheckpointFormatError: If the old size is above the new one.
        OtherSizeError: If the old size is not the one that is held.
        ForkedLogError: If the new checkpoint does not continue the held one.
    """
    if request.old_size > new.size:
        raise AddCheckpointFormatError(
            given=f"old {request.old_size} for a checkpoint of size {new.size}",
            expected="an old size that is not above the new one",
        )
    held_size = held.size if held else 0
    if request.old_size != held_size:
        raise OtherSizeError(given=f"old {request.old_size}", held_size=held_size)
    if held is None or held.size == 0:
        if request.path:
            raise ForkedLogError(
                given="a proof from size 0", expected="no proof, as none is needed", is_proven=False
            )
        return
    try:
        verify_consistency(
            held.root, new.root, old_size=held.size, new_size=new.size, path=request.path
        )
    except ConsistencyError as error:
        raise ForkedLogError(
            given=f"size {new.size} with root {new.root.hex()}: {error.given}",
            expected=f"a tree that continues size {held.size} with root {held.root.hex()}",
            is_proven=_shows_two_histories(request.path, new=new, held=held),
        ) from error


def size_of_answer(body: bytes) -> int | None:
    r"""Return the size that a witness tells in its answer, None if it tells none.

    Example:
        >>> size_of_answer(b"42\n"), size_of_answer(b"042\n")
        (42, None)
    """
    found = _SIZE_TEXT.fullmatch(body.decode(errors="replace"))
    return int(found[1]) if found and found[1].isascii() else None


def _shows_two_histories(path: Sequence[bytes], *, new: Checkpoint, held: Checkpoint) -> bool:
    """Say whether a path proves that the new tree does not stand on the held one."""
    if held.size == new.size:
        return held.root != new.root
    try:
        old_root = old_root_of_path(path, old_size=held.size, new_size=new.size)
        if old_root is None or old_root == held.root:
            return False
        verify_consistency(old_root, new.root, old_size=held.size, new_size=new.size, path=path)
    except ConsistencyError:
        return False
    return True


def _hash(line: str) -> bytes:
    try:
        found = decode_base64(line)
    except NoteFormatError as error:
        raise AddCheckpointFormatError(
            given=f"proof line {line[:60]!r}", expected="a hash in base64"
        ) from error
    if len(found) != HASH_BYTES:
        raise AddCheckpointFormatError(
            given=f"a proof hash of {len(found)} bytes", expected=f"{HASH_BYTES} bytes"
        )
    return found
