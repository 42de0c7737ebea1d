"""The tree over the blocks of one batch (v2): eight children a node, so that it is cheap to build.

A batch of a hundred blocks costs 16 hashes instead of 99, and shows one block with at most 15
hashes instead of 7. Leaves and nodes are told apart as in RFC 6962: by their first byte.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from taihang.core.tlog.merkle import EMPTY_ROOT, HASH_BYTES, InclusionError

ARITY: Final = 8
"""Children of a node; the last node of a row may have fewer."""


def wide_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over some leaves.

    Args:
        leaves: Hashes of the leaves in order.

    Returns:
        The root hash; of one leaf the leaf itself, of none the hash of nothing.

    Example:
        >>> wide_root([bytes(32)] * 9) == wide_root([wide_root([bytes(32)] * 8), node([bytes(32)])])
        True
    """
    row = list(leaves)
    while len(row) > 1:
        row = _parents(row)
    return row[0] if row else EMPTY_ROOT


def wide_path(leaves: Sequence[bytes], *, index: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from one leaf to the root.

    Args:
        leaves: Hashes of all leaves in order.
        index: Which of them.

    Returns:
        Of each row, bottom first, the siblings of the node on the way, in order.
    """
    path: list[bytes] = []
    row = list(leaves)
    while len(row) > 1:
        first = index - index % ARITY
        path += row[first:index] + row[index + 1 : first + ARITY]
        row, index = _parents(row), index // ARITY
    return tuple(path)


def verify_wide_path(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf stands at an index of the tree with a root.

    Args:
        leaf: Hash of the leaf.
        index: Where it stands.
        size: Number of leaves.
        path: Siblings of each row, bottom first.
        root: Root hash.

    Raises:
        InclusionError: If it does not follow.
    """
    found, at, taken, is_within = leaf, index, 0, 0 <= index < size
    while size > 1:
        place = at % ARITY
        n_siblings = min(ARITY, size - (at - place)) - 1
        siblings = path[taken : taken + n_siblings]
        found = node([*siblings[:place], found, *siblings[place:]])
        taken += n_siblings
        at, size = at // ARITY, -(-size // ARITY)
    if (
        not is_within
        or taken != len(path)
        or any(len(hash_) != HASH_BYTES for hash_ in (leaf, root, *path))
    ):
        raise InclusionError(
            given=f"a path of {len(path)} hashes for block {index}",
            expected=f"{taken} hashes of {HASH_BYTES} bytes for a block of the batch",
        )
    if found != root:
        raise InclusionError(
            given=f"a path from block {index} that ends at {found.hex()}", expected=root.hex()
        )


def node(children: Sequence[bytes]) -> bytes:
    """Hash neighbouring nodes into their parent."""
    return sha256(b"\x01" + b"".join(children)).digest()


def _parents(row: Sequence[bytes]) -> list[bytes]:
    return [node(row[first : first + ARITY]) for first in range(0, len(row), ARITY)]
