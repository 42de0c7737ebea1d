"""The keys of a log, one after the other: which of them signs a checkpoint of which size.

A checkpoint has no date, so a key's time is told in sizes of the tree. The leaf that announces the
next key is under a checkpoint of the present one; all larger trees are signed by the next, and for
a while by both, so that readers can change over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from taihang.core.errors import IntegrityError


class NoLogKeyError(IntegrityError):
    """No key of the log is known for a tree of that size."""

    code = "integrity.no-log-key"


@dataclass(frozen=True, slots=True)
class LogKey:
    """One public key of a log."""

    ordinal: int
    """1 for the first key of the log, then 2, 3 …"""
    key: bytes
    """The public Ed25519 key, 32 bytes."""
    from_size: int
    """Size of the first tree whose checkpoint it signs."""
    beside_until_s: int | None = None
    """Until when the key before it signs too; None if it does not. [s]"""


def key_at(keys: Sequence[LogKey], *, size: int) -> LogKey:
    """Return the key that signs the checkpoint of a tree.

    Args:
        keys: Every key of the log.
        size: Size of the tree.

    Returns:
        The key.

    Raises:
        NoLogKeyError: If none is known for this size.

    Example:
        >>> keys = [LogKey(1, b"a" * 32, 0), LogKey(2, b"b" * 32, 9)]
        >>> [key_at(keys, size=size).ordinal for size in (8, 9)]
        [1, 2]
    """
    found = [key for key in keys if key.from_size <= size]
    if not found:
        raise NoLogKeyError(
            given=f"a tree of {size} leaves and {len(keys)} keys of its log",
            expected="a key that signs trees of this size",
            remedy="put registry.db back from its newest backup",
        )
    return max(found, key=lambda key: key.ordinal)


def signers(keys: Sequence[LogKey], *, size: int, now_s: int) -> list[LogKey]:
    """Return the keys that sign the next checkpoint, the one in force first.

    Args:
        keys: Every key of the log.
        size: Size of the tree.
        now_s: The present instant. [s]

    Returns:
        One key, or two while the next key is being made known.

    Example:
        >>> keys = [LogKey(1, b"a" * 32, 0), LogKey(2, b"b" * 32, 9, beside_until_s=50)]
        >>> [[key.ordinal for key in signers(keys, size=9, now_s=now_s)] for now_s in (49, 50)]
        [[2, 1], [2]]
    """
    present = key_at(keys, size=size)
    until_s = present.beside_until_s
    before = [key for key in keys if key.ordinal == present.ordinal - 1]
    return [present, *(before if until_s is not None and now_s < until_s else [])]
