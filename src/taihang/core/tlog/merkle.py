"""The Merkle tree of RFC 6962: hashes, an append-only tree, both proofs and their verification.

Source:
    RFC 6962, section 2.1 (tree, audit path, consistency proof) and RFC 9162, section 2.1
    (verification of both) [verified against published vectors].
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from typing_extensions import override

from taihang.core.errors import InputError, IntegrityError

HASH_BYTES: Final = 32
"""Length of every hash of the tree [byte]."""
EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves."""


class TreeRangeError(InputError):
    """An index or a size lies outside the tree, or a hash is not 32 bytes."""

    code = "input.tree-range"


class InclusionError(IntegrityError):
    """A path does not lead from the leaf to the root: the entry is not in that tree."""

    code = "integrity.inclusion"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="the entry is not proven; ask the log for its proof",
        )


class ConsistencyError(IntegrityError):
    """The larger tree does not continue the smaller one: history was rewritten."""

    code = "integrity.consistency"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="keep both checkpoints and call the log's auditor",
        )


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry of a log.

    Example:
        >>> leaf_hash(b"").hex()[:16]
        '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into their parent."""
    return sha256(b"\x01" + left + right).digest()


class TreeView(ABC):
    """Roots and proofs of a tree, at any past size, from the hashes of its perfect subtrees.

    Where those come from is the business of the subclass: memory, or the tiles of a published log.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> int:
        """How many leaves the tree holds."""

    @abstractmethod
    def _perfect(self, level: int, number: int) -> bytes:
        """Return the hash of the perfect subtree of ``2 ** level`` leaves with a number."""

    def root(self, size: int | None = None) -> bytes:
        """Return the root hash, now or at an earlier size.

        Args:
            size: The number of leaves to look at; all of them if left out.

        Returns:
            The root hash.
        """
        size = self.size if size is None else self._sized(size)
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, *, size: int) -> list[bytes]:
        """Return the path that proves a leaf in the tree of a given size.

        Args:
            index: The leaf.
            size: The number of leaves of the tree to prove it in.

        Returns:
            The hashes from the leaf's sibling up to the child of the root.
        """
        self._within(index, size=self._sized(size))
        path: list[bytes] = []
        # From the leaf upwards; the last subtree of a level may be a part of one, or have no
        # sibling, and then goes up as it is.
        number, last, level = index, size - 1, 0
        while last:
            sibling = number ^ 1
            if sibling < last or (sibling == last and (last + 1) << level == size):
                path.append(self._perfect(level, sibling))
            elif sibling == last:
                path.append(self._hash(sibling << level, size))
            number, last, level = number >> 1, last >> 1, level + 1
        return path

    def consistency_proof(self, old_size: int, new_size: int) -> list[bytes]:
        """Return the path that proves that one size of the tree continues another.

        Args:
            old_size: The smaller number of leaves, at least 1.
            new_size: The larger one.

        Returns:
            The hashes of RFC 6962, section 2.1.2; none if both sizes are equal.
        """
        self._within(old_size - 1, size=self._sized(new_size))
        start, stop = 0, new_size
        path: list[bytes] = []
        while stop != old_size:
            middle = start + _largest_power_below(stop - start)
            if old_size <= middle:
                path.append(self._hash(middle, stop))
                stop = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        # The last common subtree is known to the verifier only if it is the whole old tree.
        if start:
            path.append(self._hash(start, stop))
        path.reverse()
        return path

    def _hash(self, start: int, stop: int) -> bytes:
        """Hash the leaves ``[start, stop)``; the start is a multiple of every split inside."""
        peaks: list[bytes] = []
        while start < stop:
            level = (stop - start).bit_length() - 1
            peaks.append(self._perfect(level, start >> level))
            start += 1 << level
        found = peaks.pop()
        while peaks:
            found = node_hash(peaks.pop(), found)
        return found

    def _sized(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise TreeRangeError(
                given=f"tree size {size}",
                expected=f"0 … {self.size}",
                remedy="ask for a size that the tree has had",
            )
        return size

    @staticmethod
    def _within(index: int, *, size: int) -> None:
        if not 0 <= index < size:
            raise TreeRangeError(
                given=f"leaf {index} in a tree of {size}",
                expected=f"a leaf of 0 … {size - 1}",
                remedy="wait until the leaf is in the tree, or ask for a larger size",
            )


class Tree(TreeView):
    """An append-only tree that keeps the hash of every perfect subtree.

    Appending costs one hash on average, a root or a proof a few dozen at most, at any past size.
    Memory is 64 bytes a leaf.

    Example:
        >>> tree = Tree(leaf_hash(entry) for entry in (b"a", b"b", b"c"))
        >>> path = tree.inclusion_proof(2, size=3)
        >>> verify_inclusion(leaf_hash(b"c"), index=2, size=3, path=path, root=tree.root())
    """

    __slots__ = ("_rows", "_size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._rows = [bytearray()]
        # Row k holds the hashes of the perfect subtrees of 2^k leaves, one after the other.
        self._size = 0
        for leaf in leaves:
            self.append(leaf)

    @property
    @override
    def size(self) -> int:
        """How many leaves the tree holds."""
        return self._size

    def append(self, leaf: bytes) -> int:
        """Add a leaf at the end.

        Args:
            leaf: The leaf's hash, as from ``leaf_hash``.

        Returns:
            The index of the leaf.

        Raises:
            TreeRangeError: If it is not 32 bytes.
        """
        if len(leaf) != HASH_BYTES:
            raise TreeRangeError(
                given=f"a leaf of {len(leaf)} bytes",
                expected=f"a hash of {HASH_BYTES} bytes",
                remedy="hash the entry with leaf_hash first",
            )
        index = left_over = self._size
        rows, level = self._rows, 0
        rows[0] += leaf
        while left_over & 1:
            parent = sha256(b"\x01" + rows[level][-2 * HASH_BYTES :]).digest()
            level += 1
            if level == len(rows):
                rows.append(bytearray())
            rows[level] += parent
            left_over >>= 1
        self._size += 1
        return index

    def extend(self, leaves: bytes) -> None:
        """Add many leaves at the end, at a third of the cost of one by one.

        Args:
            leaves: Their hashes, 32 bytes each, one after the other.

        Raises:
            TreeRangeError: If the length is no multiple of 32.
        """
        if len(leaves) % HASH_BYTES:
            raise TreeRangeError(
                given=f"leaves of {len(leaves)} bytes",
                expected=f"hashes of {HASH_BYTES} bytes",
                remedy="hash each entry with leaf_hash first",
            )
        self._rows[0] += leaves
        self._size += len(leaves) // HASH_BYTES
        level = 0
        while self._size >> level > 1:
            if level + 1 == len(self._rows):
                self._rows.append(bytearray())
            below, row = bytes(self._rows[level]), self._rows[level + 1]
            start = 2 * len(row)
            stop = (self._size >> level + 1) * 2 * HASH_BYTES
            pairs = range(start, stop, 2 * HASH_BYTES)
            row += b"".join([sha256(b"\x01" + below[at : at + 64]).digest() for at in pairs])
            level += 1

    def cut(self, size: int) -> None:
        """Take the leaves from an index on away again, before anybody was told of them.

        Args:
            size: How many leaves stay.

        Raises:
            TreeRangeError: If there are fewer.
        """
        self._size = self._sized(size)
        for level, row in enumerate(self._rows):
            del row[(size >> level) * HASH_BYTES :]

    def leaf(self, index: int) -> bytes:
        """Return the hash of one leaf."""
        self._within(index, size=self._size)
        return self._perfect(0, index)

    def perfect_hashes(self, level: int, *, start: int, stop: int) -> bytes:
        """Return stored hashes of perfect subtrees, as a tile of the log holds them.

        Args:
            level: The subtrees have ``2 ** level`` leaves.
            start: First subtree of that size, counted from 0.
            stop: One after the last.

        Returns:
            The hashes one after the other, 32 bytes each.

        Raises:
            TreeRangeError: If the tree does not hold all of them.
        """
        if not 0 <= start <= stop <= self._size >> level:
            raise TreeRangeError(
                given=f"subtrees {start} … {stop} of level {level}",
                expected=f"a range within 0 … {self._size >> level}",
                remedy="ask for whole subtrees only",
            )
        return bytes(self._rows[level][start * HASH_BYTES : stop * HASH_BYTES]) if stop else b""

    @override
    def _perfect(self, level: int, number: int) -> bytes:
        return bytes(self._rows[level][number * HASH_BYTES : (number + 1) * HASH_BYTES])


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf stands at an index of the tree with a root.

    Args:
        leaf: Hash of the leaf.
        index: Where it stands.
        size: Number of leaves of the tree.
        path: The inclusion proof, sibling of the leaf first.
        root: Root hash of that tree.

    Raises:
        InclusionError: If it does not follow; the reason is in the message.

    Source:
        RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise InclusionError(
            given=f"leaf {index} in a tree of {size}", expected="an index below the size"
        )
    # Below the point where the way to the leaf leaves the right edge of the tree, siblings stand
    # on either side; above it only on the left.
    n_inner = (index ^ (size - 1)).bit_length()
    n_path = n_inner + (index >> n_inner).bit_count()
    if len(path) != n_path or any(len(hash_) != HASH_BYTES for hash_ in (leaf, root, *path)):
        raise InclusionError(
            given=f"a path of {len(path)} hashes for leaf {index} of {size}",
            expected=f"{n_path} hashes of {HASH_BYTES} bytes",
        )
    found = leaf
    for level, sibling in enumerate(path):
        is_left = level >= n_inner or index >> level & 1
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    if found != root:
        raise InclusionError(
            given=f"a path from leaf {index} that ends at {found.hex()}", expected=root.hex()
        )


def verify_consistency(
    old_root: bytes, new_root: bytes, *, old_size: int, new_size: int, path: Sequence[bytes]
) -> None:
    """Check that a tree continues an earlier one without changing it.

    A proof from size 0 is refused: every tree continues the empty one, so it proves nothing.

    Args:
        old_root: Root hash at the smaller size.
        new_root: Root hash at the larger size.
        old_size: Number of leaves then, at least 1.
        new_size: Number of leaves now.
        path: The consistency proof.

    Raises:
        ConsistencyError: If it does not follow; the reason is in the message.

    Source:
        RFC 9162, section 2.1.4.2.
    """
    if not 0 < old_size <= new_size:
        raise ConsistencyError(
            given=f"sizes {old_size} and {new_size}", expected="1 ≤ the old size ≤ the new size"
        )
    if old_size == new_size:
        if path or old_root != new_root:
            raise ConsistencyError(
                given="one size with two roots or a path", expected="equal roots and no path"
            )
        return
    if any(len(hash_) != HASH_BYTES for hash_ in (old_root, new_root, *path)):
        raise ConsistencyError(
            given="hashes of another length", expected=f"hashes of {HASH_BYTES} bytes"
        )
    shift = (old_size & -old_size).bit_length() - 1
    # The old tree is one perfect subtree: its root itself is where the climb starts.
    steps = [old_root, *path] if old_size == 1 << shift else list(path)
    found_old, found_new = _climb(steps, (old_size - 1) >> shift, (new_size - 1) >> shift)
    if found_old != old_root:
        raise ConsistencyError(
            given=f"a path that rebuilds the old root as {found_old.hex()}", expected="the old one"
        )
    if found_new != new_root:
        raise ConsistencyError(
            given=f"a path that rebuilds the new root as {found_new.hex()}", expected="the new one"
        )


def old_root_of_path(path: Sequence[bytes], *, old_size: int, new_size: int) -> bytes | None:
    """Return the old root that a consistency path itself leads to, whatever was signed.

    A path that leads to another old root than the one that was signed, and to the new root that was
    signed, shows that one log has signed two histories.

    Args:
        path: The consistency proof.
        old_size: Number of leaves then.
        new_size: Number of leaves now, more than then.

    Returns:
        The root; None where the old tree is one perfect subtree, whose root a path leaves out.

    Raises:
        ConsistencyError: If the path does not have the form of one between these sizes.
    """
    shift = (old_size & -old_size).bit_length() - 1
    if old_size == 1 << shift:
        return None
    return _climb(path, (old_size - 1) >> shift, (new_size - 1) >> shift)[0]


def _climb(steps: Sequence[bytes], old_last: int, new_last: int) -> tuple[bytes, bytes]:
    """Follow the last old leaf upwards, rebuilding the old and the new root side by side."""
    if not steps:
        raise ConsistencyError(given="an empty path", expected="a path, as the sizes differ")
    found_old = found_new = steps[0]
    for sibling in steps[1:]:
        if new_last == 0:
            raise ConsistencyError(
                given="a path that goes on above the root", expected="a shorter path"
            )
        if old_last & 1 or old_last == new_last:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            while old_last and not old_last & 1:
                old_last, new_last = old_last >> 1, new_last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        old_last, new_last = old_last >> 1, new_last >> 1
    if new_last:
        raise ConsistencyError(given="a path that ends below the root", expected="a longer path")
    return found_old, found_new


def _largest_power_below(n: int) -> int:
    """Return the largest power of two smaller than n, for n ≥ 2: where RFC 6962 splits."""
    return 1 << ((n - 1).bit_length() - 1)
