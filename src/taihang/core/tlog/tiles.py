"""Tiles: a tree as small files that never change, from which a stranger works out every proof.

A tile of level L holds up to 256 hashes of perfect subtrees of ``256 ** L`` leaves. Whoever reads
tiles believes none of them: roots and proofs made of them are checked against a signed checkpoint.

Source:
    C2SP tlog-tiles [read in a public source].
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from typing_extensions import override

from taihang.core.errors import IntegrityError
from taihang.core.tlog.merkle import HASH_BYTES, Tree, TreeRangeError, TreeView, node_hash

TILE_HASHES: Final = 256
"""Hashes of a full tile."""
TILE_BYTES: Final = TILE_HASHES * HASH_BYTES
"""Length of a full tile [byte]."""
LEVEL_MAX: Final = 7
"""Highest level of a tile in a tree of fewer than 2^63 leaves."""
_ROWS_A_TILE: Final = 8
_GROUP: Final = 1_000
_CACHED_TILES: Final = 1_024

ReadTile: TypeAlias = Callable[[str], bytes]
"""Return the bytes of a tile by its path, for example ``tile/0/x001/234.p/17``."""


class LogTilesError(IntegrityError):
    """A log does not serve the tree that it signed: a tile is cut, or gives another root."""

    code = "integrity.log-tiles"


@dataclass(frozen=True, slots=True, order=True)
class TileName:
    """One tile."""

    level: int
    number: int
    """Counted from 0 along its level."""
    width: int
    """Hashes inside: 256, or fewer at the right edge of a tree."""

    @property
    def path(self) -> str:
        """Where the tile lies under the log's folder or address.

        Example:
            >>> TileName(0, 1_234_067, 256).path, TileName(1, 3, 17).path
            ('tile/0/x001/x234/067', 'tile/1/003.p/17')
        """
        edge = "" if self.width == TILE_HASHES else f".p/{self.width}"
        return f"tile/{self.level}/{_grouped(self.number)}{edge}"


def tiles_between(old_size: int, new_size: int) -> Iterator[TileName]:
    """Yield the tiles of a tree that the tree of an earlier size did not have.

    Args:
        old_size: Leaves whose tiles are there already.
        new_size: Leaves now, not fewer.

    Yields:
        Full tiles, and the partial one at the edge of each level, lowest level first.

    Raises:
        TreeRangeError: If the sizes run backwards.

    Example:
        >>> [tile.path for tile in tiles_between(255, 513)]
        ['tile/0/000', 'tile/0/001', 'tile/0/002.p/1', 'tile/1/000.p/2']
    """
    if not 0 <= old_size <= new_size:
        raise TreeRangeError(
            given=f"sizes {old_size} and {new_size}",
            expected="0 ≤ the old size ≤ the new size",
            remedy="name the smaller size first",
        )
    for level in range(LEVEL_MAX + 1):
        shift = _ROWS_A_TILE * level
        old, new = old_size >> shift, new_size >> shift
        if old == new:
            continue
        for number in range(old // TILE_HASHES, -(-new // TILE_HASHES)):
            yield TileName(level, number, min(TILE_HASHES, new - number * TILE_HASHES))


def tile_bytes(tree: Tree, tile: TileName) -> bytes:
    """Return the hashes of a tile, one after the other."""
    start = tile.number * TILE_HASHES
    return tree.perfect_hashes(_ROWS_A_TILE * tile.level, start=start, stop=start + tile.width)


class TiledTree(TreeView):
    """A tree of which only tiles are at hand, read as they are needed.

    Example:
        >>> from taihang.core.tlog.merkle import leaf_hash
        >>> tree = Tree(leaf_hash(bytes([i])) for i in range(5))
        >>> tiles = {tile.path: tile_bytes(tree, tile) for tile in tiles_between(0, 5)}
        >>> TiledTree(5, read=tiles.__getitem__).root() == tree.root()
        True
    """

    __slots__ = ("_read", "_size", "_tiles")

    def __init__(self, size: int, *, read: ReadTile) -> None:
        self._size = size
        self._read = read
        self._tiles: dict[TileName, bytes] = {}

    @property
    @override
    def size(self) -> int:
        """How many leaves the tree holds."""
        return self._size

    def leaf(self, index: int) -> bytes:
        """Return the hash of one leaf."""
        self._within(index, size=self._size)
        return self._perfect(0, index)

    @override
    def _perfect(self, level: int, number: int) -> bytes:
        row, up = divmod(level, _ROWS_A_TILE)
        tile_number, at = divmod(number << up, TILE_HASHES)
        there = (self._size >> _ROWS_A_TILE * row) - tile_number * TILE_HASHES
        content = self._tile(TileName(row, tile_number, min(TILE_HASHES, there)))
        hashes = [
            content[HASH_BYTES * place : HASH_BYTES * (place + 1)]
            for place in range(at, at + (1 << up))
        ]
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [node_hash(left, right) for left, right in pairs]
        return hashes[0]

    def _tile(self, tile: TileName) -> bytes:
        content = self._tiles.get(tile)
        if content is None:
            content = self._read(tile.path)
            if len(content) != tile.width * HASH_BYTES:
                raise LogTilesError(
                    given=f"{tile.path} of {len(content)} bytes",
                    expected=f"{tile.width} hashes of {HASH_BYTES} bytes",
                    remedy="ask the log for its tiles again; keep the checkpoint it signed",
                )
            if len(self._tiles) >= _CACHED_TILES:
                self._tiles.clear()
            self._tiles[tile] = content
        return content


def _grouped(number: int) -> str:
    """Write a number in groups of three digits, all but the last with an x before it."""
    text = f"{number % _GROUP:03d}"
    while number >= _GROUP:
        number //= _GROUP
        text = f"x{number % _GROUP:03d}/{text}"
    return text
