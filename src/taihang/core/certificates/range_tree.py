"""A tree whose nodes add up energies: a path shows from where to where a certificate lies.

The leaves of an issue are its certificates in order. A node covers the energy and the hash of both
its children, so the sums to the left of a path are the first position of the leaf, and two leaves
over one watt-hour cannot both lead to one root (decision 0014). The shape is that of RFC 6962.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.core.errors import IntegrityError

HASH_BYTES: Final = 32
MAX_WH: Final = (1 << 63) - 1
MAX_PATH: Final = 63
_WH_BYTES: Final = 8
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


class RangeTreeError(IntegrityError):
    """A path does not lead from a leaf to a root, or a tree has no leaves or energy."""

    code = "integrity.range-tree"

    def __init__(self, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="do not use the file; ask the park for it again"
        )


@dataclass(frozen=True, slots=True)
class Sum:
    """Energy and hash of a leaf or node."""

    wh: int
    hash: bytes


def leaf_sum(entry: bytes, *, wh: int) -> Sum:
    """Return a leaf.

    Args:
        entry: What it covers, secret bytes first.
        wh: Its energy, 1 or more; the entry says it too. [Wh]

    Raises:
        RangeTreeError: If the energy is not above 0.
    """
    if not 0 < wh <= MAX_WH:
        raise RangeTreeError(f"a leaf of {wh} Wh", f"1 … {MAX_WH} Wh")
    return Sum(wh, sha256(_LEAF + entry).digest())


def node_sum(left: Sum, right: Sum) -> Sum:
    """Return the node over two children.

    Example:
        >>> node_sum(leaf_sum(b"a", wh=2), leaf_sum(b"b", wh=3)).wh
        5
    """
    packed = b"".join(each.wh.to_bytes(_WH_BYTES, "big") + each.hash for each in (left, right))
    return Sum(left.wh + right.wh, sha256(_NODE + packed).digest())


def root_sum(leaves: Sequence[Sum]) -> Sum:
    """Return the root over leaves in order.

    Raises:
        RangeTreeError: If there are none, or they sum to more than a 64-bit number holds.
    """
    if not leaves or sum(leaf.wh for leaf in leaves) > MAX_WH:
        raise RangeTreeError(f"{len(leaves)} leaves", f"1 or more, up to {MAX_WH} Wh in sum")
    # Level by level; a node without a sibling goes up as it is, which is the shape of RFC 6962.
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path_of(leaves: Sequence[Sum], index: int) -> tuple[Sum, ...]:
    """Return the siblings on the way from a leaf to the root, the leaf's own first.

    Args:
        leaves: All leaves in order.
        index: Which leaf.

    Raises:
        RangeTreeError: If there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise RangeTreeError(f"leaf {index} of {len(leaves)}", "a leaf of the tree")
    path: list[Sum] = []
    level, at = list(leaves), index
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, at = _above(level), at // 2
    return tuple(path)


def first_of(leaf: Sum, *, index: int, size: int, path: Sequence[Sum], root: Sum) -> int:
    """Check that a path leads from a leaf to a root, and return the leaf's first position.

    Args:
        leaf: The leaf.
        index: Its number, from 0.
        size: Number of leaves.
        path: The siblings on its way.
        root: Root of the tree, with its energy.

    Returns:
        Energy of all leaves before it [Wh].

    Raises:
        RangeTreeError: If the path does not lead there.
    """
    if not 0 <= index < size or len(path) > MAX_PATH:
        raise RangeTreeError(f"leaf {index} of {size}", "a leaf of the tree")
    found, first_wh = leaf, 0
    at, left, rest = index, size, list(path)
    while left > 1:
        if at ^ 1 < left:
            if not rest:
                raise RangeTreeError(f"a path of {len(path)} hashes", "one that leads to the root")
            beside = rest.pop(0)
            first_wh += beside.wh if at & 1 else 0
            found = node_sum(beside, found) if at & 1 else node_sum(found, beside)
        at, left = at // 2, -(-left // 2)
    if rest or found != root:
        raise RangeTreeError(
            f"{found.wh} Wh under {found.hash.hex()[:16]}…",
            f"{root.wh} Wh under {root.hash.hex()[:16]}…",
        )
    return first_wh


def _above(level: Sequence[Sum]) -> list[Sum]:
    pairs = [node_sum(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, *level[2 * len(pairs) :]]
