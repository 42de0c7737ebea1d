"""The inclusion of one entry as a text that other tools can read: index, path, checkpoint.

Source:
    C2SP tlog-proof [read in a public source].
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError
from taihang.core.tlog.merkle import HASH_BYTES
from taihang.core.tlog.note import NoteFormatError, decode_base64

HEAD: Final = "c2sp.org/tlog-proof@v1"
"""First line of the text."""
MAX_PATH: Final = 63
"""Hashes of a path; a log has fewer than 2^63 leaves."""

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
_HEAD_LINES: Final = 2


class InclusionTextError(InputError):
    """A text is not the inclusion of an entry, line for line."""

    code = "input.inclusion-text"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(given=given, expected=expected, remedy="ask the log for the text again")


@dataclass(frozen=True, slots=True)
class InclusionText:
    """What the text says; nothing of it is verified yet."""

    index: int
    """Where the entry stands in the log."""
    path: tuple[bytes, ...]
    """Hashes from the leaf's sibling up to the child of the root."""
    checkpoint_note: str
    """The signed checkpoint that the path leads to."""


def encode_inclusion(index: int, *, path: Sequence[bytes], checkpoint_note: str) -> str:
    r"""Write the inclusion of an entry as text.

    Args:
        index: Where the entry stands.
        path: The inclusion proof, sibling of the leaf first.
        checkpoint_note: The signed checkpoint of the tree that the path leads to.

    Returns:
        The text.

    Example:
        >>> encode_inclusion(1, path=[bytes(32)], checkpoint_note="…\n").split("\n")[:2]
        ['c2sp.org/tlog-proof@v1', 'index 1']
    """
    hashes = [b64encode(hash_).decode() for hash_ in path]
    return "\n".join([HEAD, f"index {index}", *hashes, "", checkpoint_note])


def parse_inclusion(text: str) -> InclusionText:
    """Read the inclusion of an entry.

    Args:
        text: The whole text.

    Returns:
        What it says; the path and the signatures are for the caller to check.

    Raises:
        InclusionTextError: If a line is not exactly as the format wants it.
    """
    head, split, note = text.partition("\n\n")
    lines = head.split("\n")
    if not split or not note or lines[0] != HEAD or len(lines) > _HEAD_LINES + MAX_PATH:
        raise InclusionTextError(
            given=f"{text[:40]!r}", expected=f"{HEAD}, index, path, an empty line, a checkpoint"
        )
    index = _INDEX.fullmatch(lines[1]) if len(lines) >= _HEAD_LINES else None
    if index is None:
        raise InclusionTextError(given=f"{lines[1:2]}", expected="a line `index N`")
    return InclusionText(int(index[1]), tuple(_hash(line) for line in lines[_HEAD_LINES:]), note)


def _hash(line: str) -> bytes:
    try:
        found = decode_base64(line)
    except NoteFormatError as error:
        raise InclusionTextError(
            given=f"path line {line[:60]!r}", expected="a hash in base64"
        ) from error
    if len(found) != HASH_BYTES:
        raise InclusionTextError(
            given=f"a path hash of {len(found)} bytes", expected=f"{HASH_BYTES} bytes"
        )
    return found
